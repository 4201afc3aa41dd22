"""The workspaces of an operator's file that may change while the server runs.

What was read and found good is one value, and taking up a newer file is one assignment: whoever
asks sees the whole old file or the whole new one. For the length of a request `steady` keeps what
was there when it began, so that nobody has the groups of one file and the grants of another.
"""

import contextlib
import contextvars
import dataclasses
import hashlib
import time
from collections.abc import Callable, Generator
from pathlib import Path

from sekisho.catalog.file_catalog import FileCatalog
from sekisho.catalog.operator_file import OperatorFile, file_content
from sekisho.domain.access import Access
from sekisho.domain.declarations import Declared, News, changes
from sekisho.domain.errors import OperatorFileInvalid, SekishoError
from sekisho.domain.groups import Group
from sekisho.domain.workspaces import Workspace

Reader = Callable[[bytes], OperatorFile]
"""Reads and checks what a file holds. Raises OperatorFileInvalid."""
Stamp = tuple[int, ...] | None
"""What tells one state of a file from another without reading it; None: it is not there."""

_NEVER: Stamp = ()
"""The stamp of no file."""
_STEADY_FOR = 30.0
"""Seconds for which a request keeps what was declared when it began; streams last longer."""


@dataclasses.dataclass(frozen=True)
class _Kept:
    file: OperatorFile
    catalog: FileCatalog
    digest: str


@dataclasses.dataclass
class _Pin:
    """What a request holds on to. A thread or task that outlives it holds on to nothing."""

    kept: _Kept
    until: float
    over: bool = False


_pinned: contextvars.ContextVar[_Pin | None] = contextvars.ContextVar("pinned", default=None)


class LiveCatalog:
    """The port `Catalog` over a file, and `Declarations`: looking at it again."""

    def __init__(self, path: Path, read: Reader) -> None:
        """Read the file for the first time.

        Raises:
            OperatorFileInvalid: it cannot be used.
        """
        self._path, self._read = path, read
        self._settled = self._glimpsed = _stamp(path)
        content = file_content(path)
        self._now = self._started = _kept(read(content), content)
        self._refused = ""

    @property
    def file(self) -> OperatorFile:
        """Return what the newest good file says."""
        return self._now.file

    def get(self, name: str) -> Workspace:
        """Return one. Raises WorkspaceUnknown with near names."""
        return self._current().get(name)

    def all(self) -> tuple[Workspace, ...]:
        """Return every workspace, in the order of the file."""
        return self._current().all()

    def groups(self) -> tuple[Group, ...]:
        """Return the declared groups, in the order of the file."""
        return self._current().groups()

    def access(self) -> Access:
        """Return what is granted; everything, where the file does not speak of access."""
        return self._current().access()

    @contextlib.contextmanager
    def steady(self) -> Generator[None]:
        """Keep to what is declared now, in here and in whatever this starts."""
        pin = _Pin(self._now, time.monotonic() + _STEADY_FOR)
        token = _pinned.set(pin)
        try:
            yield
        finally:
            pin.over = True
            _pinned.reset(token)

    def look(self, *, asked: bool = False) -> tuple[News, Callable[[], None]] | None:
        """Look whether the file is another one; return the news, and what takes it up.

        A file that was just written may still be: it is read once two looks in a row find the same.
        `asked`: somebody says that it is whole; it is read, and there is always an answer.
        """
        stamp = _stamp(self._path)
        if not asked and not self._changed(stamp):
            return None
        try:
            content = file_content(self._path, regular=True)
        except OperatorFileInvalid as error:
            self._settled = self._glimpsed = stamp
            return self._refuse("", error, asked=asked)
        if _stamp(self._path) != stamp:  # written while it was read: another look will tell
            return None
        self._settled = self._glimpsed = stamp
        found = self._judge(content, asked=asked)
        if found and found[0].outcome == "loaded":
            self._settled = (
                _NEVER  # until it is taken up, which may fail: the next look tries again
            )
        return found

    def _changed(self, stamp: Stamp) -> bool:
        """Say whether the file is another one, and has been for two looks."""
        twice, self._glimpsed = stamp == self._glimpsed, stamp
        return twice and stamp != self._settled

    def _judge(self, content: bytes, *, asked: bool) -> tuple[News, Callable[[], None]] | None:
        digest, before = _digest(content), self._now
        same = digest == before.digest
        # Policies lie beside the file: who asks wants them looked at, too.
        if same and not (asked and _has_policies(before.file)):
            again, self._refused = asked or bool(self._refused), ""
            news = News("unchanged", digest, restart=self._restart(before.file))
            return (news, _nothing) if again else None
        try:
            kept = _kept(self._read(content), content)
        except SekishoError as error:
            return self._refuse(digest, error, asked=asked)
        if same and _declared(kept.file) == _declared(before.file):
            self._refused = ""
            return News("unchanged", digest, restart=self._restart(before.file)), _nothing
        counts = changes(_declared(before.file), _declared(kept.file))

        def take() -> None:
            self._now, self._refused, self._settled = kept, "", self._glimpsed

        return News("loaded", digest, changes=counts, restart=self._restart(kept.file)), take

    def _refuse(
        self, digest: str, error: SekishoError, *, asked: bool
    ) -> tuple[News, Callable[[], None]] | None:
        """Tell of each bad file once, however often its time stamp moves."""
        mark = digest or str(error)
        if mark == self._refused and not asked:
            return None
        self._refused = mark
        return News("refused", digest, error), _nothing

    def _restart(self, file: OperatorFile) -> tuple[str, ...]:
        """Name the sections that are other than those that the process was wired by."""
        then = self._started.file
        sections = {
            "terraform": file.terraform != then.terraform,
            "identity": file.identities != then.identities,
        }
        return tuple(name for name, other in sections.items() if other)

    def _current(self) -> FileCatalog:
        pin = _pinned.get()
        if pin is None or pin.over or time.monotonic() > pin.until:
            return self._now.catalog
        return pin.kept.catalog


def _has_policies(file: OperatorFile) -> bool:
    return any(workspace.policies for workspace in file.workspaces)


def _nothing() -> None:
    """Take nothing up."""


def _kept(file: OperatorFile, content: bytes) -> _Kept:
    return _Kept(file, FileCatalog(file), _digest(content))


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _declared(file: OperatorFile) -> Declared:
    return Declared(file.workspaces, file.groups, file.access)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    times = (found.st_mtime_ns, found.st_ctime_ns)
    return (found.st_dev, found.st_ino, found.st_mode, found.st_size, *times)
