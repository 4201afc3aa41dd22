"""Folders of this machine, read as they are now.

Every step is taken from the folder that is open already, and no link is ever followed: what
changes underneath while we read can make us miss a file, never leave the folder.
"""

import contextlib
import os
import stat
from collections.abc import Generator, Iterator
from pathlib import Path

from sekisho.domain.configurations import Limits, checked_path, ignored, refused
from sekisho.domain.errors import ArchiveInvalid, ConfigurationInvalid, UploadTooLarge
from sekisho.ports import Snapshot
from sekisho.sources.snapshots import CHUNK, Spool

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def take_folder(path: Path, spool: Spool, limits: Limits) -> Snapshot:
    """Take what is in the folder `path`, without what never belongs to a configuration.

    Raises:
        ConfigurationInvalid: there is no such folder, or in it is a link, a device, a pipe, a
            file that may not be read, or a name that is not taken.
        ConfigurationEmpty: no Terraform file at the root.
        UploadTooLarge: over a cap.
        DiskFull: there is no room for it.
    """
    try:
        opened = os.open(path, _FOLDER)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationInvalid(problem=f"folder {str(path)!r}: {reason}") from None
    try:
        _Walk(spool, limits).folder(opened, "")
        return spool.finish()
    except ArchiveInvalid as error:
        raise ConfigurationInvalid(**error.facts) from None
    finally:
        os.close(opened)


class _Walk:
    """One reading of a folder tree."""

    def __init__(self, spool: Spool, limits: Limits) -> None:
        self._spool = spool
        self._limits = limits
        self._entries = 0

    def folder(self, opened: int, prefix: str) -> None:
        """Take everything in an open folder; names in byte order."""
        for name in sorted(os.listdir(opened), key=os.fsencode):
            if refused(prefix + name) or ignored(name):
                continue
            self._entries += 1
            if self._entries > self._limits.files:
                raise UploadTooLarge(problem=f"more than {self._limits.files} files and folders")
            path = checked_path(prefix + name, self._limits)
            with _plainly(path):
                self._entry(opened, name, path)

    def _entry(self, opened: int, name: str, path: str) -> None:
        mode = os.stat(name, dir_fd=opened, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            with _open(name, _FOLDER | os.O_NOFOLLOW, opened) as inner:
                self.folder(inner, f"{path}/")
            return
        if not stat.S_ISREG(mode):
            raise ConfigurationInvalid(problem=f"{path!r} is {_kind(mode)}")
        with _open(name, _FILE, opened) as file:
            now = os.fstat(file).st_mode
            if not stat.S_ISREG(now):
                raise ConfigurationInvalid(problem=f"{path!r} changed while it was read")
            self._spool.add(path, _chunks(file), executable=bool(now & stat.S_IXUSR))


@contextlib.contextmanager
def _open(name: str, flags: int, folder: int) -> Generator[int]:
    opened = os.open(name, flags, dir_fd=folder)
    try:
        yield opened
    finally:
        os.close(opened)


@contextlib.contextmanager
def _plainly(path: str) -> Generator[None]:
    """Pass over what is gone since it was listed; name what cannot be read."""
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigurationInvalid(problem=f"{path!r}: {error.strerror}") from None


def _chunks(file: int) -> Iterator[bytes]:
    while chunk := os.read(file, CHUNK):
        yield chunk


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link; links are not followed: put the file itself there"
    return "neither a file nor a folder"
