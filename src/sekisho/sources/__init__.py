"""Where configurations come from: inline files, archives, folders of this machine, Git."""

from sekisho.sources.git_process import GitOptions
from sekisho.sources.local import LocalSources

__all__ = ["GitOptions", "LocalSources"]
