"""Folders and files that only the server's own account reads, and what a full disk looks like."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from sekisho.domain.errors import DiskFull, SekishoError, StoreUnavailable

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PROBE_BYTES = 64 * 1024


def private_folder(path: Path) -> None:
    """Make a folder that only this account enters, or make it so. Raises DiskFull and the like."""
    with translated():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(PermissionError):  # a mounted volume may be somebody else's
            path.chmod(0o700)


def private_file(path: Path) -> None:
    """Make an empty file that only this account reads, where there is none."""
    with translated():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def refusal(error: OSError) -> SekishoError:
    """Return what a failed file operation means to the engine."""
    if error.errno in _NO_ROOM:
        return DiskFull()
    return StoreUnavailable(problem=error.strerror or type(error).__name__)


@contextlib.contextmanager
def translated() -> Generator[None]:
    """Let no error of the file system through. Raises DiskFull, StoreUnavailable."""
    try:
        yield
    except OSError as error:
        raise refusal(error) from error


def full(folder: Path, size: int = 0) -> bool:
    """Say whether a file of `size` bytes cannot grow in `folder`, by trying.

    Quotas and limits do not show in what the disk says is free.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.seek(size)
            probe.write(bytes(_PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno in _NO_ROOM
    return False
