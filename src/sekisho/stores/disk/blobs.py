"""Blobs as encrypted files: written aside, flushed, then moved into place whole."""

import contextlib
import os
import secrets
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO, Protocol

from sekisho.stores.cipher import Cipher, salt_of
from sekisho.stores.disk.room import private_folder, translated
from sekisho.stores.names import check_blob_name, is_blob_name

_SUFFIX = "%enc"
"""Ends a blob's file name, so that a blob may be called as the folder of others is."""
_CHUNK = 120
"""Longest name on disk, in characters; what is longer goes on below a folder that ends in `%`."""
_ABANDONED_SECONDS = 3600.0
_TRIES = 10


class Ledger(Protocol):
    """Is told which edition of each blob is the last one."""

    def expect(self, name: str, edition: str, current: str | None) -> bool: ...

    def placed(self, name: str, edition: str) -> None: ...

    def moved(self, name: str, edition: str, move: Callable[[], None]) -> None: ...

    def forget(self, name: str, unlink: Callable[[], None]) -> None: ...


class DiskBlobs:
    """Keeps blobs below `folder`; `incoming`, on the same disk, holds those not whole yet.

    Without a `ledger`, for names that are used once, nobody is told of editions.
    """

    def __init__(
        self, folder: Path, incoming: Path, cipher: Cipher, ledger: Ledger | None = None
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._incoming = incoming
        self._cipher = cipher
        private_folder(folder)
        private_folder(incoming)
        _sweep(incoming)

    def put(self, name: str, content: BinaryIO) -> int:
        path = self._path(name)
        aside = self._incoming / secrets.token_hex(16)
        with translated():
            file = open(aside, "xb", opener=_private)  # noqa: SIM115 (Path has no opener)
        try:
            size = self._cipher.encrypt(name, content, _Sink(file))
            with translated():
                file.flush()
                os.fsync(file.fileno())
                file.close()
            self._place(name, aside, path)
            return size
        finally:
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(OSError):
                aside.unlink()

    def _place(self, name: str, aside: Path, path: Path) -> None:
        """Move a whole file to where it belongs."""
        done = False

        def move() -> None:
            nonlocal done
            with translated():
                if not done:
                    _move(aside, path)
            done = True

        edition = _salt(aside)
        if self._ledger is None or edition is None:
            move()
        elif self._ledger.expect(name, edition, _salt(path)):
            move()
            self._ledger.placed(name, edition)
        else:
            self._ledger.moved(name, edition, move)

    def open(self, name: str) -> BinaryIO:
        with self._opened(name) as file:
            return self._cipher.open(name, file)

    def has(self, name: str) -> bool:
        with translated():
            return self._path(name).is_file()

    def salt(self, name: str) -> str | None:
        """Return what this file alone is encrypted under: its edition; None where there is none."""
        return _salt(self._path(name))

    def edition(self, name: str) -> tuple[int, int, int] | None:
        """Return what changes whenever the blob does; None where there is none."""
        with translated():
            try:
                found = self._path(name).stat()
            except FileNotFoundError:
                return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def remove(self, name: str) -> None:
        path = self._path(name)

        def unlink() -> None:
            with translated():
                path.unlink(missing_ok=True)

        if self._ledger is None:
            unlink()
        else:
            self._ledger.forget(name, unlink)
        for folder in path.parents:
            if folder == self._folder:
                break
            try:
                folder.rmdir()
            except OSError:  # it holds other blobs
                break

    def names(self, prefix: str = "") -> tuple[str, ...]:
        above = prefix.rpartition("/")[0]
        if above and not is_blob_name(above):
            return ()
        start = self._folder / _on_disk(above) if above else self._folder
        with translated():
            paths = [Path(at, name) for at, _, names in os.walk(start) for name in names]
        found = (self._name(path) for path in paths if path.name.endswith(_SUFFIX))
        return tuple(sorted(name for name in found if name.startswith(prefix)))

    @contextlib.contextmanager
    def _opened(self, name: str) -> Generator[BinaryIO]:
        """Open a blob's file, and close it again if its text cannot be opened."""
        with translated():
            try:
                file = self._path(name).open("rb")
            except FileNotFoundError:
                raise KeyError(name) from None
        try:
            yield file
        except BaseException:
            file.close()
            raise

    def _path(self, name: str) -> Path:
        check_blob_name(name)
        return self._folder / (_on_disk(name) + _SUFFIX)

    def _name(self, path: Path) -> str:
        written = path.relative_to(self._folder).as_posix()
        return written.removesuffix(_SUFFIX).replace("%/", "")


class _Sink:
    """A file whose refusals to be written are told apart from the source's refusals to be read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes, /) -> None:
        with translated():
            self._file.write(data)


def _salt(path: Path) -> str | None:
    with translated():
        try:
            with path.open("rb") as file:
                return salt_of(file)
        except FileNotFoundError:
            return None


def _on_disk(name: str) -> str:
    """Write a name with no part too long for a file system."""
    parts = name.split("/")
    return "/".join("%/".join(p[i : i + _CHUNK] for i in range(0, len(p), _CHUNK)) for p in parts)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _move(aside: Path, path: Path) -> None:
    """Move a file into place for good; again where `remove` takes away a folder just made."""
    for _ in range(_TRIES):
        new = [folder for folder in path.parents if not folder.exists()]
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside.replace(path)
        except (FileNotFoundError, FileExistsError):
            # The second is `mkdir`, which found the folder there, and then no longer.
            continue
        for folder in {path.parent, *(made.parent for made in new)}:
            with contextlib.suppress(FileNotFoundError):  # removed again by now
                _flush_folder(folder)
        return
    raise FileNotFoundError(2, "the folder of a blob vanishes as fast as it is made")


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(incoming: Path) -> None:
    """Remove what killed writers left; the disk's own clock says what is old."""
    with contextlib.suppress(OSError):
        probe = incoming / secrets.token_hex(16)
        probe.touch(mode=0o600)
        now = probe.stat().st_mtime
        probe.unlink()
        for path in incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if now - path.stat().st_mtime > _ABANDONED_SECONDS:
                    path.unlink()
