"""A large JSON object in a file, read a part at a time: memory stays flat whatever its size.

Its values are found by a regular expression that knows strings and nesting and builds nothing, so
that what nobody asks for (planned values, prior state) costs no more than reading past it.
"""

import json
import mmap
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from sekisho.domain.errors import ConfigurationInvalid
from sekisho.terraform.json_text import Json, decode, load

_DEPTH = 24
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_SPACE = re.compile(rb"[ \t\r\n]*")
_NEXT = re.compile(rb"[ \t\r\n,]*")
_KEY = re.compile(rb"[ \t\r\n,]*(" + _STRING + rb")[ \t\r\n]*:[ \t\r\n]*", re.DOTALL)
_SCALAR = re.compile(_STRING + rb"|[^\s,{}\[\]\"]+", re.DOTALL)

Keep = Callable[[bytes], bool]


def _nested(depth: int) -> re.Pattern[bytes]:
    """Match one object or list, nested to a depth; possessive, so it never looks back."""
    flat = rb'[^"{}\[\]]++|' + _STRING
    pattern = rb"[{\[](?:" + flat + rb")*+[}\]]"
    for _ in range(depth):
        pattern = rb"[{\[](?:" + flat + rb"|" + pattern + rb")*+[}\]]"
    return re.compile(pattern, re.DOTALL)


_NESTED = _nested(_DEPTH)


class Elements:
    """The objects of a list, decoded one at a time, each time they are asked for.

    What `keep` says no to, from its bytes alone, is passed over; where the others lie is kept.
    """

    def __init__(self, text: mmap.mmap, start: int, keep: Keep | None) -> None:
        self._text, self._start, self._keep = text, start, keep
        self._known: list[tuple[int, int]] | None = None

    def __iter__(self) -> Iterator[Json]:
        """Decode them from the first."""
        if self._known is None:
            self._known = list(self._look())
        for start, end in self._known:
            yield cast("Json", decode(self._text[start:end]))

    def _look(self) -> Iterator[tuple[int, int]]:
        place = self._start + 1
        while found := _NESTED.match(self._text, _end(_NEXT, self._text, place)):
            if self._keep is None or self._keep(found[0]):
                yield found.span()
            place = found.end()


class Document(Mapping[str, Any]):
    """The object in `path`; keys named in `lists` give `Elements`, all others plain values."""

    def __init__(
        self, text: mmap.mmap, spans: dict[str, tuple[int, int]], lists: Mapping[str, Keep | None]
    ) -> None:
        self._text, self._spans = text, spans
        self._elements = {
            key: Elements(text, spans[key][0], keep)
            for key, keep in lists.items()
            if key in spans and text[spans[key][0] : spans[key][0] + 1] == b"["
        }

    def __getitem__(self, key: str) -> Any:
        """Decode one value."""
        if key in self._elements:
            return self._elements[key]
        start, end = self._spans[key]
        return decode(self._text[start:end])

    def __iter__(self) -> Iterator[str]:
        """List the keys in their order."""
        return iter(self._spans)

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._spans)


def open_document(path: Path, lists: Mapping[str, Keep | None]) -> Mapping[str, Any]:
    """Open a JSON object. What nests deeper than we look for is read whole, the plain way.

    Raises:
        ConfigurationInvalid: it is no JSON object.
    """
    try:
        with path.open("rb") as file:
            text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        spans = _spans(text)
    except (ValueError, OSError) as error:
        raise ConfigurationInvalid(problem="Terraform's JSON cannot be read") from error
    return load(path) if spans is None else Document(text, spans, lists)


def _spans(text: mmap.mmap) -> dict[str, tuple[int, int]] | None:
    """Find where each value of the object lies; None where it is not of the shape we expect."""
    place = _end(_SPACE, text, 0)
    if text[place : place + 1] != b"{":
        return None
    place += 1
    spans: dict[str, tuple[int, int]] = {}
    while key := _KEY.match(text, place):
        start = key.end()
        value = (_NESTED if text[start : start + 1] in (b"{", b"[") else _SCALAR).match(text, start)
        if value is None:
            return None
        place = value.end()
        spans[json.loads(key[1])] = start, place
    ends = text[_end(_SPACE, text, place) :].rstrip()
    return spans if ends == b"}" else None


def _end(pattern: re.Pattern[bytes], text: mmap.mmap, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place
