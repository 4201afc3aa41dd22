"""Gzip as it streams in: inflated a little at a time, under caps, never wholly in memory."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import ArchiveInvalid, UploadTooLarge
from sekisho.sources.snapshots import CHUNK

_BLOCK = 512
_HEADERS_PER_ENTRY = 4 * 1024
"""Room for what a tar says about each file, besides the file: headers and padding."""

_OTHERS = (
    (0, b"PK", "a zip file"),
    (0, b"BZh", "a bzip2 file"),
    (0, b"\xfd7zXZ", "an xz file"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd file"),
    (0, b"7z\xbc\xaf", "a 7z file"),
    (0, b"--", "a form (with curl use --data-binary or -T, not -F)"),
    (0, b"{", "JSON"),
    (257, b"ustar", "a tar that is not compressed (add z to the options of tar)"),
)


class Gunzip:
    """Reads what a gzip stream holds.

    Caps: bytes packed, as they are read; bytes unpacked and their ratio, as they are inflated.
    Exactly one gzip member is taken and nothing may follow it. Every method raises ArchiveInvalid
    (no gzip, damaged, cut off) and UploadTooLarge.
    """

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._most = limits.unpacked_bytes + limits.files * _HEADERS_PER_ENTRY
        self._inflate = zlib.decompressobj(wbits=31)
        self._packed = 0
        self._unpacked = 0
        self._ready = memoryview(b"")
        self._first = self._checked_start()

    def exactly(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        return b"".join(self.chunks(size))

    def chunks(self, size: int) -> Iterator[memoryview]:
        """Give the next `size` bytes piece by piece."""
        while size > 0:
            chunk = self._some(size)
            if not chunk:
                raise ArchiveInvalid(problem="it is cut off")
            size -= len(chunk)
            yield chunk

    def check_rest_empty(self) -> None:
        """Read to the end, where only zeros may be: tar fills its last record with them."""
        while chunk := self._some(CHUNK):
            if bytes(chunk).strip(b"\0"):
                raise ArchiveInvalid(problem="there is more data after the end of the tar")

    def _some(self, size: int) -> memoryview:
        while not self._ready and not self._inflate.eof:
            self._fill()
        chunk, self._ready = self._ready[:size], self._ready[size:]
        return chunk

    def _fill(self) -> None:
        packed = self._inflate.unconsumed_tail or self._take()
        try:
            data = self._inflate.decompress(packed, CHUNK)
        except zlib.error:
            raise ArchiveInvalid(problem="the gzip data is damaged") from None
        if not data and not packed and not self._inflate.eof:
            raise ArchiveInvalid(problem="it is cut off")
        self._count(len(data))
        if self._inflate.eof and (self._inflate.unused_data or self._take()):
            raise ArchiveInvalid(problem="there is more data after the end of the gzip file")
        self._ready = memoryview(data)

    def _count(self, size: int) -> None:
        self._unpacked += size
        limits = self._limits
        if self._unpacked > self._most:
            raise UploadTooLarge(problem=f"more than {limits.unpacked_bytes} bytes unpacked")
        if self._unpacked > max(limits.ratio_from, limits.ratio * self._packed):
            raise UploadTooLarge(problem=f"it unpacks to more than {limits.ratio} times its size")

    def _take(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        data = self._stream.read(CHUNK)
        self._packed += len(data)
        if self._packed > self._limits.packed_bytes:
            raise UploadTooLarge(problem=f"more than {self._limits.packed_bytes} bytes packed")
        return data

    def _checked_start(self) -> bytes:
        self._first = start = b""
        while len(start) < _BLOCK and (more := self._take()):
            start += more
        if start.startswith(b"\x1f\x8b"):
            return start
        found = (what for at, mark, what in _OTHERS if start[at:].startswith(mark))
        what = next(found, "something else" if start else "nothing at all")
        raise ArchiveInvalid(problem=f"a tar.gz is needed, this is {what}")
