"""The command line: `sekisho NOUN VERB`, for operators and for people at a terminal."""

from sekisho.cli.main import main

__all__ = ["main"]
