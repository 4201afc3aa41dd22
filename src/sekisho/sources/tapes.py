"""Tar as it streams in: what each entry is, before a byte of it is taken.

Read by hand and not with `tarfile`, which follows headers of any size and guesses where two
headers disagree. Here each part has a cap and whatever is unusual ends the reading. The formats
of GNU tar, bsdtar, Python, Go and busybox (ustar, PAX, GNU long names, v7) are understood.
"""

import dataclasses
import re
from collections.abc import Iterator

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import ArchiveInvalid, UploadTooLarge
from sekisho.sources.gzips import Gunzip

_BLOCK = 512
_CHECKSUM = slice(148, 156)
_ZEROS = bytes(_BLOCK)
_RECORD = re.compile(rb"(\d{1,6}) ([^=\n]+)=")
_RECORDS = 200
"""PAX records of one entry; more would only be there to keep us busy."""

_ODD_GLOBALS = ("path", "size", "linkpath", "GNU.sparse")
_KINDS = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a pipe",
    b"S": "a sparse file",
    b"M": "a part of a larger archive",
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry. `odd` says what it is where it is neither a regular file nor a folder."""

    name: str
    size: int
    folder: bool = False
    executable: bool = False
    odd: str | None = None


@dataclasses.dataclass
class _Extended:
    """What the headers before an entry say about it."""

    name: bytes | None = None
    size: int | None = None
    seen: set[bytes] = dataclasses.field(default_factory=set[bytes])
    sparse: bool = False


class Tape:
    """Gives the entries of a tar in order. Raises ArchiveInvalid and UploadTooLarge."""

    def __init__(self, source: Gunzip, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._left = 0
        self._padding = 0

    def entries(self) -> Iterator[Entry]:
        """Give each entry; what was not read of its content is passed over."""
        count = 0
        extended = _Extended()
        while (header := self._header()) is not None:
            kind = header[156:157]
            if kind in b"xLKg":
                count += kind == b"g"
                self._extend(extended, kind, _number(header[124:136]))
            else:
                count += 1
                yield self._entry(header, extended)
                self._skip()
                extended = _Extended()
            if count > self._limits.files:
                raise UploadTooLarge(problem=f"more than {self._limits.files} files and folders")
        self._source.check_rest_empty()

    def content(self) -> Iterator[memoryview]:
        """Give the content of the entry that was given last."""
        for chunk in self._source.chunks(self._left):
            self._left -= len(chunk)
            yield chunk

    def _skip(self) -> None:
        for _ in self.content():
            pass
        self._source.exactly(self._padding)

    def _header(self) -> bytes | None:
        header = self._source.exactly(_BLOCK)
        if header == _ZEROS:
            if self._source.exactly(_BLOCK) != _ZEROS:
                raise ArchiveInvalid(problem="there is more data after the end of the tar")
            return None
        told = _number(header[_CHECKSUM])
        blank = header[:148] + b" " * 8 + header[156:]
        if told != sum(blank) and told != sum(memoryview(blank).cast("b")):
            raise ArchiveInvalid(problem="it holds no tar, or a damaged one")
        return header

    def _extend(self, extended: _Extended, kind: bytes, size: int) -> None:
        if size > self._limits.header_bytes:
            raise UploadTooLarge(problem=f"a header longer than {self._limits.header_bytes} bytes")
        if kind in extended.seen and kind != b"g":
            raise ArchiveInvalid(problem="two extended headers for one entry")
        extended.seen.add(kind)
        data = self._source.exactly(size)
        self._source.exactly(-size % _BLOCK)
        if kind == b"L":
            extended.name = extended.name or data.removesuffix(b"\0")
        elif kind == b"x":
            _read_records(extended, _records(data))
        elif kind == b"g" and any(k.startswith(_ODD_GLOBALS) for k in _records(data)):
            raise ArchiveInvalid(problem="one header that names many files")

    def _entry(self, header: bytes, extended: _Extended) -> Entry:
        name = _text(_name(header) if extended.name is None else extended.name)
        size = _number(header[124:136]) if extended.size is None else extended.size
        kind = header[156:157]
        regular = kind in b"0\x007"
        folder = kind == b"5" or (regular and name.endswith("/"))
        odd = _KINDS.get(kind, "of a kind that is not known") if not (regular or folder) else None
        if extended.sparse:
            odd = _KINDS[b"S"]
        if folder and size:
            odd = "a folder with content"
        self._left = 0 if odd and kind in b"123456" else size
        self._padding = -self._left % _BLOCK
        executable = bool(_number(header[100:108]) & 0o100)
        return Entry(name, size, folder, executable, odd)


def _name(header: bytes) -> bytes:
    name, prefix = header[:100].partition(b"\0")[0], b""
    if header[257:263] == b"ustar\0":
        prefix = header[345:500].partition(b"\0")[0]
    return prefix + b"/" + name if prefix else name


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        shown = name.decode(errors="backslashreplace")
        raise ArchiveInvalid(problem=f"a name is not in UTF-8: {shown}") from None


def _number(field: bytes) -> int:
    """Read a number: octal digits, or GNU's base-256 where the first bit is set."""
    if field[0] == 0x80:  # noqa: PLR2004
        return int.from_bytes(field[1:])
    digits = field.partition(b"\0")[0].strip()
    if not re.fullmatch(rb"[0-7]*", digits):
        raise ArchiveInvalid(problem="it holds no tar, or a damaged one")
    return int(digits or b"0", 8)


def _records(data: bytes) -> dict[str, bytes]:
    """Read PAX records, `LENGTH KEY=VALUE` and a line end each."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        start = _RECORD.match(data, at)
        end = at + int(start[1]) if start else 0
        if not start or len(found) >= _RECORDS or not start.end() < end <= len(data):
            raise ArchiveInvalid(problem="a damaged or overlong extended header")
        if data[end - 1 : end] != b"\n":
            raise ArchiveInvalid(problem="a damaged or overlong extended header")
        found[start[2].decode(errors="replace")] = data[start.end() : end - 1]
        at = end
    return found


def _read_records(extended: _Extended, records: dict[str, bytes]) -> None:
    extended.sparse = any(key.startswith("GNU.sparse") for key in records)
    extended.name = records.get("path") or extended.name
    size = records.get("size")
    if size:
        if not re.fullmatch(rb"\d{1,20}", size):
            raise ArchiveInvalid(problem="a damaged or overlong extended header")
        extended.size = int(size)
