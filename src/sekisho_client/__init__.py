"""The laptop's part of Sekisho: standard library only, any operating system."""

__version__ = "0.1.0"
