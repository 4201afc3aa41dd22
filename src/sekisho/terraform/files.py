"""Files and folders of working directories: digests, safe copies, removal."""

import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

_SMALL = 16 * 1024 * 1024
"""Bytes of a lock file or a manifest of modules."""


def is_full(error: BaseException) -> bool:
    """Say whether an error means that the disk has no room left."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def is_regular(path: Path) -> bool:
    """Say whether a file is there and is one itself: no link, no pipe, no folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def open_regular(path: Path, below: Path | None = None) -> BufferedReader:
    """Open a file where code of a configuration could have left something else in its place.

    A link could lead to what only the server may read; a pipe would never end. What still runs
    could put a link in the place of a folder, too: from `below` on, none is followed.

    Raises:
        OSError: it is not there, or no regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    opened = os.open(path, flags) if below is None else _open_below(path, below, flags)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise FileNotFoundError(errno.ENOENT, "not a regular file", str(path))
    return os.fdopen(opened, "rb")


def _open_below(path: Path, below: Path, flags: int) -> int:
    if os.open not in os.supports_dir_fd:  # Windows
        return os.open(path, flags)
    *folders, name = path.relative_to(below).parts
    way = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    here = os.open(below, way)
    try:
        for folder in folders:
            inner = os.open(folder, way | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        return os.open(name, flags, dir_fd=here)
    finally:
        os.close(here)


def read_regular(path: Path) -> bytes:
    """Read such a file whole."""
    with open_regular(path) as file:
        return file.read()


def read_small(path: Path) -> bytes:
    """Read a file whole that is never large: what ran here could have made it as large as it may.

    Raises:
        OSError: it is not there, no regular file, or larger than it could be.
    """
    with open_regular(path) as file:
        found = file.read(_SMALL + 1)
    if len(found) > _SMALL:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return found


def sha256_of(path: Path, below: Path | None = None) -> str:
    """Return the hexadecimal SHA-256 of a file; a link is not followed."""
    with open_regular(path, below) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_bytes(content)
    draft.rename(path)


def entries(root: Path, leave_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, Path]]:
    """Yield files and symbolic links below `root` in one order, by their POSIX path.

    Folders named in `leave_out` at the top are skipped; links are never followed.
    """
    for here, folders, files in os.walk(root):
        if Path(here) == root:
            folders[:] = [f for f in folders if f not in leave_out]
        linked = [f for f in folders if Path(here, f).is_symlink()]
        folders[:] = sorted(f for f in folders if f not in linked)
        for name in sorted([*files, *linked]):
            path = Path(here, name)
            yield path.relative_to(root).as_posix(), path


def tree_digest(found: Iterator[tuple[str, Path]], below: Path | None = None) -> str:
    """Return `sha256:…` over paths, kinds, execute bits and contents.

    `below`: a folder from which on no link is followed, whoever puts one there just now.
    """
    whole = hashlib.sha256()
    for name, path in sorted(found):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            line = f"{name}\0link\0{path.readlink()}\n"
        elif stat.S_ISREG(mode):
            line = f"{name}\0{bool(mode & stat.S_IXUSR):d}\0{sha256_of(path, below)}\n"
        else:
            line = f"{name}\0other\n"
        whole.update(line.encode(errors="surrogateescape"))
    return f"sha256:{whole.hexdigest()}"


def clone(source: Path, goal: Path, link_over: int | None = None) -> None:
    """Copy a tree with its symbolic links; files over `link_over` bytes are hard-linked."""

    def copy(one: str, other: str) -> str:
        if link_over is not None and Path(one).stat().st_size > link_over:
            with suppress(OSError):
                os.link(one, other)
                return other
        return shutil.copy2(one, other)

    shutil.copytree(source, goal, symlinks=True, copy_function=copy)


def remove_tree(root: Path) -> None:
    """Remove a folder and all in it, read-only folders too; nothing there is fine."""
    if not root.is_symlink() and root.is_dir():
        for here, _, _ in os.walk(root):
            with suppress(OSError):
                Path(here).chmod(0o700)
        shutil.rmtree(root, ignore_errors=True)
