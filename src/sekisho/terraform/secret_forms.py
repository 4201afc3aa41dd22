"""Known secrets in every form in which they turn up, and how they are found in a text.

A form is found by its first characters in a table, not by a pattern of thousands of alternatives:
the time does not depend on how many secrets there are.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from sekisho.domain.states import MASK
from sekisho.domain.text import plain

LEAST = 4
"""Shorter secrets are not looked for: they would mask half of every text."""
_MOST = 2000
"""Known secrets looked for at once; the longest come first."""
_LEAST_LINE = 12
"""Lines of a secret (a key in PEM) that are secrets of their own."""
_HUGE = 64 * 1024
"""Characters from which on a secret is looked for as it stands and line by line only."""
_HEAD = 48
"""A form is found by this much of it: the rest may have been cut off."""
_EVERYDAY = frozenset({"true", "false", "null", "none", "default", "enabled", "disabled"})
_CHUNK = 1 << 16


def worth_hiding(secret: str) -> bool:
    """Say whether a secret is long and rare enough to be looked for, and no part of the mask."""
    return len(secret) >= LEAST and secret.casefold() not in _EVERYDAY and secret not in MASK


def lines_of(secret: str) -> Iterator[str]:
    """Yield a secret, and its lines where it has several."""
    yield secret
    if "\n" in secret:
        for line in secret.splitlines():
            if len(line.strip()) >= _LEAST_LINE and not line.startswith("-----"):
                yield line.strip()


class KnownForms:
    """Finds known secrets in texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        chosen = sorted(secrets, key=len, reverse=True)[:_MOST]
        self._starts: dict[str, dict[int, dict[str, list[str]]]] = {}
        for form in {f for s in chosen for part in lines_of(s) for f in forms(part)}:
            if len(form) >= LEAST and form not in MASK:
                heads = self._starts.setdefault(form[:LEAST], {}).setdefault(
                    min(len(form), _HEAD), {}
                )
                heads.setdefault(form[:_HEAD], []).append(form)
        for lengths in self._starts.values():
            for heads in lengths.values():
                for found in heads.values():
                    found.sort(key=len, reverse=True)
        self._sizes = {
            start: tuple(sorted(lengths, reverse=True)) for start, lengths in self._starts.items()
        }

    def __bool__(self) -> bool:
        return bool(self._starts)

    def mask(self, text: str) -> str:
        """Put the mask in the place of every known secret; the longest wins."""
        kept, done = list[str](), 0
        for at in self._candidates(text):
            if at >= done and (end := self._end(text, at)):
                kept += [text[done:at], MASK]
                done = end
        return "".join([*kept, text[done:]]) if done else text

    def _candidates(self, text: str) -> Iterator[int]:
        """Yield where a form may begin; a short text is answered without a loop in most cases."""
        starts = self._starts
        for first in range(0, len(text) - LEAST + 1, _CHUNK):
            last = min(first + _CHUNK, len(text) - LEAST + 1)
            grams = [text[i : i + LEAST] for i in range(first, last)]
            if not starts.keys().isdisjoint(grams):
                yield from (first + i for i, gram in enumerate(grams) if gram in starts)

    def _end(self, text: str, at: int) -> int:
        start = text[at : at + LEAST]
        for size in self._sizes[start]:
            found = self._starts[start][size].get(text[at : at + size])
            if found:
                whole = next((f for f in found if text.startswith(f, at)), None)
                return at + (len(whole) if whole else size)
        return 0


def forms(secret: str) -> Iterator[str]:
    """Yield the ways to write a secret."""
    yield secret
    yield plain(secret, len(secret) + 1)
    if len(secret) > _HUGE:
        return
    for escaped in _escaped(secret):
        yield escaped
        yield json.dumps(escaped)[1:-1]
    raw = secret.encode(errors="replace")
    yield raw.hex()
    yield raw.hex().upper()
    yield raw.hex(":")
    yield from _in_base64(raw)


def _escaped(secret: str) -> Iterator[str]:
    """Yield what JSON (Python's, Go's, PHP's), HTML and URLs make of it."""
    for written in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield written
        yield written.replace("/", "\\/")
        go = written.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
        yield go
        yield _CODE.sub(lambda c: c[0][:2] + c[0][2:].upper(), go)
    named = html.escape(secret)
    yield named
    yield named.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield html.escape(secret, quote=False)
    utf8 = secret.encode(errors="replace")
    for percent in (quote(utf8, safe=""), quote(utf8), quote_plus(utf8)):
        yield percent
        yield _PERCENT.sub(lambda c: c[0].lower(), percent)


_CODE = re.compile(r"\\u[0-9a-f]{4}")
_PERCENT = re.compile(r"%[0-9A-F]{2}")


def _in_base64(raw: bytes) -> Iterator[str]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # At any of three offsets in a longer text; the characters at the edges depend on the text.
        yield encode(raw).decode().rstrip("=")
        for offset in (0, 1, 2):
            inner = encode(b"\0" * offset + raw).decode().rstrip("=")
            start = (0, 2, 3)[offset]
            end = len(inner) - (1 if (offset + len(raw)) % 3 else 0)
            if end - start >= 2 * LEAST:
                yield inner[start:end]
