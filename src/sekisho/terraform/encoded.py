"""Looks through encodings: what base64, gzip, URL, HTML and JSON escapes hide, within bounds."""

import base64
import binascii
import enum
import html
import re
import zlib
from collections.abc import Callable
from urllib.parse import unquote

from sekisho.terraform.entropy import looks_random

MOST_UNPACKED = 4 * 1024 * 1024
"""Bytes that all archives in one text may unpack to; what is over it is taken for a secret."""
_DEEPEST = 3
_PRINTABLE = 0.9
_READABLE = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f\ufffd]")
_ESCAPED = re.compile(r"\\u00[0-9a-fA-F]{2}|\\/|%[2-7][0-9a-fA-F]|&(?:quot|amp|lt|gt|apos|#)")
_CODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MAGIC = (b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"%PDF", b"\x7fELF", b"GIF8", b"wOFF")
_PUBLIC_KEY = re.compile(rb"\x00\x00\x00[\x07-\x40](?:ssh-|ecdsa-|sk-)")
_PRIVATE_DER = re.compile(
    rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01](?:\x30|\x02\x82|\x04[\x1c-\x42])",
    re.DOTALL,
)
_DER = re.compile(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)[\x02\x30\x31\x06\xa0]", re.DOTALL)


class Content(enum.Enum):
    """What is in a word."""

    SECRET = enum.auto()
    OPEN = enum.auto()
    """It is something, and no secret."""
    NOTHING = enum.auto()
    """No encoding that we know."""


class Decoder:
    """Decodes the words of one text; `holds` says whether a decoded text holds a secret."""

    def __init__(self, holds: Callable[[str], bool]) -> None:
        self._holds, self._left = holds, MOST_UNPACKED

    def look(self, word: str) -> Content:
        """Say what a word is if it is base64."""
        data = _decoded(word)
        if data is None:
            return Content.NOTHING
        if data[:2] == b"\x1f\x8b":
            return self._unpacked(data)
        if _PRIVATE_DER.match(data) or b"openssh-key-v1" in data[:20]:
            return Content.SECRET
        if _DER.match(data) or data.startswith(_MAGIC) or _PUBLIC_KEY.match(data):
            return Content.OPEN
        return self._text(data)

    def _unpacked(self, data: bytes) -> Content:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            unpacked = unpacker.decompress(data, self._left + 1)
        except zlib.error:
            return Content.NOTHING
        self._left -= len(unpacked)
        if self._left < 0:
            self._left = 0
            return Content.SECRET
        return self._text(unpacked)

    def _text(self, data: bytes) -> Content:
        text = _text_of(data)
        if text is None:
            return Content.NOTHING
        return Content.SECRET if self._holds(text) else Content.OPEN


def peeled(text: str) -> str:
    """Take one layer of JSON, HTML and URL escapes off a text; most have none."""
    if not _ESCAPED.search(text):
        return text
    if "%" in text:
        text = unquote(text)
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = _CODE.sub(lambda c: chr(int(c[1], 16)), text).replace("\\/", "/")
    return text


def layers(text: str) -> list[str]:
    """Return what appears when escapes are taken off, layer by layer."""
    found: list[str] = []
    while len(found) < _DEEPEST and (inner := peeled(text)) != text:
        found.append(inner)
        text = inner
    return found


def random_or(content: Content, word: str) -> bool:
    """Say whether a word is to be hidden: for what is in it, or for looking like a key."""
    return content is Content.SECRET or (content is Content.NOTHING and looks_random(word))


def _decoded(word: str) -> bytes | None:
    bare = "".join(word.split()).rstrip("=")
    if len(bare) % 4 == 1:
        return None
    padded = bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4)
    try:
        return base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return None


def _text_of(data: bytes) -> str | None:
    """Return data as text if it is text."""
    wide = len(data) > 4 and data[1:2] == b"\0" == data[3:4]  # noqa: PLR2004 (PowerShell's UTF-16)
    text = data.decode("utf-16-le" if wide else "utf-8", errors="replace")
    sample = text[:4096]
    good = len(_READABLE.findall(sample))
    return text if sample and good >= len(sample) * _PRINTABLE else None
