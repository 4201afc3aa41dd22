"""Where configurations come from: inline files, archives that are sent, folders of this machine."""

from sekisho.sources.local import LocalSources

__all__ = ["LocalSources"]
