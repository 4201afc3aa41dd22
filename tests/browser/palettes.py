"""Small pictures: a screenshot as a PNG of 256 colours, a third of its size. Python alone."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST = 256
_RGB, _RGBA = 2, 6


def small(png: bytes) -> bytes:
    """Write a PNG of 8 bits a channel with at most 256 colours; the commonest stay as they are."""
    width, height, pixels = _pixels(png)
    counted = Counter(pixels)
    palette = _palette(counted)
    place = {colour: n for n, colour in enumerate(palette)}
    for colour in counted.keys() - place.keys():
        place[colour] = min(range(len(palette)), key=lambda n: _apart(palette[n], colour))
    row = [place[p] for p in pixels]
    lines = b"".join(b"\0" + bytes(row[y * width : (y + 1) * width]) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(lines, 9)))
    return _SIGNATURE + b"".join(_chunk(*p) for p in (*parts, (b"IEND", b"")))


def _palette(counted: Counter[bytes]) -> list[bytes]:
    """Choose colours: the commonest of each small region of all colours, so that rare ones stay."""
    regions: dict[bytes, list[bytes]] = {}
    for colour, _ in counted.most_common():
        regions.setdefault(bytes(c >> 4 for c in colour), []).append(colour)
    firsts = [found[0] for found in regions.values()][:_MOST]
    rest = [colour for colour, _ in counted.most_common(_MOST) if colour not in firsts]
    return [*firsts, *rest[: _MOST - len(firsts)]]


def _apart(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert png.startswith(_SIGNATURE)
    at = len(_SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Undo the filters of each line (PNG, section 9); transparency is left out."""
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, laced = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
    assert (depth, laced) == (8, 0)
    assert kind in (_RGB, _RGBA)
    step = 3 if kind == _RGB else 4
    raw = zlib.decompress(b"".join(d for k, d in chunks if k == b"IDAT"))
    length = width * step
    above = bytearray(length)
    found: list[bytes] = []
    for y in range(height):
        start = y * (length + 1)
        line = bytearray(raw[start + 1 : start + 1 + length])
        _unfilter(raw[start], line, above, step)
        found += [bytes(line[x : x + 3]) for x in range(0, length, step)]
        above = line
    return width, height, found


def _unfilter(kind: int, line: bytearray, above: bytearray, step: int) -> None:
    for n in range(len(line)):
        left = line[n - step] if n >= step else 0
        corner = above[n - step] if n >= step else 0
        guess = (0, left, above[n], (left + above[n]) // 2, _paeth(left, above[n], corner))[kind]
        line[n] = (line[n] + guess) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda v: abs(guess - v))
