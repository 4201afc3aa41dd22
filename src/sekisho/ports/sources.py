"""Where configurations and workspaces come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from sekisho.domain.configurations import Manifest
from sekisho.domain.git import GitCommit, GitSource
from sekisho.domain.workspaces import Workspace


class Catalog(Protocol):
    """The workspaces that the operator declared."""

    def get(self, name: str) -> Workspace:
        """Return one. Raises WorkspaceUnknown with near names."""
        ...

    def all(self) -> tuple[Workspace, ...]: ...


@dataclass(frozen=True)
class Snapshot:
    """Checked files on their way into the store: a manifest, and a tar of exactly those files."""

    manifest: Manifest
    content: BinaryIO
    commit: GitCommit | None = None
    """Where Git had exactly these files."""


class Sources(Protocol):
    """Turns what a caller sends into a checked snapshot. All raise Invalid and TooLarge errors.

    The caller closes `Snapshot.content`.
    """

    def inline(self, files: Mapping[str, str]) -> Snapshot: ...

    def archive(self, stream: BinaryIO) -> Snapshot:
        """Read a tar.gz as it streams in, refusing at the first byte over a cap."""
        ...

    def folder(self, path: str) -> Snapshot:
        """Read a folder, leaving out what never belongs to a configuration."""
        ...

    def git(self, source: GitSource, ref: str) -> Snapshot:
        """Read a commit of a repository; `ref` is a branch, tag or commit (empty: the declared).

        The ref is resolved first, and exactly that commit is fetched and read. Raises GitFailed and
        the other Git errors too.
        """
        ...
