"""Packs: a few megabytes of contents that the server has not got, as a tar.gz, one at a time.

A pack names each content by its SHA-256 alone, and each is checked against the manifest while it
is read: a file that somebody saves meanwhile ends the push, and never half of it travels.
"""

import contextlib
import dataclasses
import hashlib
import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from sekisho_client.errors import failure
from sekisho_client.manifests import File

PACK_BYTES = 4 * 1024 * 1024
"""Contents of one pack, before it is packed; a larger file goes alone."""
CHUNK = 256 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclasses.dataclass(frozen=True)
class Content:
    """A file of the manifest, and where it lies."""

    file: File
    place: Path


@contextlib.contextmanager
def opened(place: Path) -> Generator[BinaryIO]:
    """Open a file for reading; where a link has taken its place, that fails."""
    handle = os.open(place, os.O_RDONLY | _NO_FOLLOW)
    with os.fdopen(handle, "rb") as file:
        yield file


def hashed(place: Path, keep: int = 0) -> tuple[int, str, bytes]:
    """Read a file: its size, its SHA-256, and the first `keep` bytes of it."""
    whole, size, kept = hashlib.sha256(), 0, bytearray()
    with opened(place) as file:
        while chunk := file.read(CHUNK):
            whole.update(chunk)
            size += len(chunk)
            kept += chunk[: keep - len(kept)]
    return size, whole.hexdigest(), bytes(kept)


def grouped(contents: Iterable[Content]) -> Iterator[list[Content]]:
    """Divide contents into packs."""
    pack: list[Content] = []
    size = 0
    for content in contents:
        if pack and size + content.file.size > PACK_BYTES:
            yield pack
            pack, size = [], 0
        pack.append(content)
        size += content.file.size
    if pack:
        yield pack


@contextlib.contextmanager
def packed(contents: list[Content]) -> Generator[tuple[BinaryIO, int]]:
    """Make a pack: the file, at its start, and its size. Raises ClientError."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spooled:
        target = cast("BinaryIO", spooled)
        with tarfile.open(fileobj=target, mode="w:gz", compresslevel=6) as tar:
            for content in contents:
                _add(tar, content)
        size = target.tell()
        target.seek(0)
        yield target, size


def _add(tar: tarfile.TarFile, content: Content) -> None:
    entry = tarfile.TarInfo(content.file.sha256)
    entry.size = content.file.size
    try:
        with opened(content.place) as file:
            checked = _Checked(file)
            tar.addfile(entry, checked)
            if file.read(1) or checked.sha256 != content.file.sha256:
                raise failure("file_changed", path=content.file.path)
    except OSError:
        # Shorter than it was (which tarfile tells so), gone, or a link by now.
        raise failure("file_changed", path=content.file.path) from None


class _Checked(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._whole = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of what was read so far."""
        return self._whole.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        """Read and hash."""
        data = self._file.read(size)
        self._whole.update(data)
        return data


def packed_size(contents: Iterable[Content], cap: int) -> int:
    """Return about how many bytes the contents pack to; counting ends once it is over `cap`."""
    size = 0
    for content in contents:
        squeeze = zlib.compressobj(1)
        with opened(content.place) as file:
            while size <= cap and (chunk := file.read(CHUNK)):
                size += len(squeeze.compress(chunk))
        size += len(squeeze.flush())
        if size > cap:
            break
    return size
