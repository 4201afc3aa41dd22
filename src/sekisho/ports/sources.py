"""Where configurations and workspaces come from."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from sekisho.domain.access import Access
from sekisho.domain.configurations import Limits, Manifest
from sekisho.domain.declarations import News
from sekisho.domain.errors import SekishoError
from sekisho.domain.git import GitCommit, GitSource
from sekisho.domain.groups import Group
from sekisho.domain.pushes import PackedFile
from sekisho.domain.workspaces import Workspace


class Catalog(Protocol):
    """The workspaces that the operator declared."""

    def get(self, name: str) -> Workspace:
        """Return one. Raises WorkspaceUnknown with near names."""
        ...

    def all(self) -> tuple[Workspace, ...]: ...

    def groups(self) -> tuple[Group, ...]:
        """Return the groups of people that are declared."""
        ...

    def access(self) -> Access:
        """Return who may do what in which workspace."""
        ...


class Declarations(Protocol):
    """The operator's file, which may change while we run. What is in force changes as one."""

    def look(self, *, asked: bool = False) -> tuple[News, Callable[[], None]] | None:
        """Look whether there is a newer file; return the news, and what takes it up.

        None: nothing new, or not settled yet. Each bad file is news once. `asked`: somebody wants
        to know, so there is an answer, unless the file is written to at this moment.
        """
        ...

    def steady(self) -> AbstractContextManager[None]:
        """Keep to what is declared now, in there and in whatever is started from there."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """Checked files on their way into the store: a manifest, and a tar of exactly those files."""

    manifest: Manifest
    content: BinaryIO
    commit: GitCommit | None = None
    """Where Git had exactly these files."""


@dataclass(frozen=True)
class Received:
    """The files of a pack that came whole, one after the other; `error` says why no more did."""

    files: tuple[PackedFile, ...]
    content: BinaryIO
    error: SekishoError | None = None


class Sources(Protocol):
    """Turns what a caller sends into a checked snapshot. All raise Invalid and TooLarge errors.

    The caller closes `Snapshot.content` and `Received.content`.
    """

    @property
    def caps(self) -> Limits:
        """The caps that everything is held to."""
        ...

    def inline(self, files: Mapping[str, str]) -> Snapshot: ...

    def archive(self, stream: BinaryIO) -> Snapshot:
        """Read a tar.gz as it streams in, refusing at the first byte over a cap."""
        ...

    def folder(self, path: str) -> Snapshot:
        """Read a folder, leaving out what never belongs to a configuration."""
        ...

    def pack(
        self, stream: BinaryIO, wanted: Mapping[str, int], here: AbstractSet[str] = frozenset()
    ) -> Received:
        """Read a tar.gz of contents named by their SHA-256, of `wanted` (digest → size) alone.

        Those that are `here` already are passed over: a pack may come a second time. Where it
        ends early or goes wrong, what was whole by then is given all the same.
        """
        ...

    def pushed(
        self, manifest: Manifest, packs: Iterable[tuple[tuple[PackedFile, ...], BinaryIO]]
    ) -> Snapshot:
        """Put announced files together from packs. Raises PushIncomplete."""
        ...

    def git(self, source: GitSource, ref: str) -> Snapshot:
        """Read a commit of a repository; `ref` is a branch, tag or commit (empty: the declared).

        The ref is resolved first, and exactly that commit is fetched and read. Raises GitFailed and
        the other Git errors too.
        """
        ...
