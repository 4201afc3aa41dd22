"""Searching what left the server for planted secrets, in every form that text can take."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from tests.attacks.planted import LEAST, Sentinel

_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Body:
    """Something that left: on which face, as the answer to what."""

    face: str
    what: str
    content: bytes


@dataclass(frozen=True, order=True)
class Leak:
    """A piece of a secret where it must not be."""

    place: str
    form: str
    face: str
    what: str
    around: str

    def __str__(self) -> str:
        return f"{self.place} [{self.form}] {self.face}: {self.what}\n      …{self.around}…"


class Search:
    """Looks for the pieces of many secrets at once: in one pass, however many there are."""

    def __init__(self, sentinels: Iterable[Sentinel]) -> None:
        self._heads: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for sentinel in sentinels:
            for piece in sentinel.pieces:
                named = dict(reversed([(text, form) for form, text in forms(piece)]))
                for written, form in named.items():
                    if len(written) >= LEAST:
                        self._heads[written[:LEAST]].append((written, sentinel.place, form))

    def leaks(self, bodies: Iterable[Body]) -> list[Leak]:
        """Return every leak: a place, form and face once, however often it is there."""
        found: dict[tuple[str, str, str], Leak] = {}
        for body in bodies:
            for leak in self.of(body):
                found.setdefault((leak.place, leak.form, f"{leak.face} {leak.what}"), leak)
        return sorted(found.values())

    def of(self, body: Body) -> Iterator[Leak]:
        text = unpacked(body.content).decode("utf-8", errors="replace")
        for at in self._candidates(text):
            for written, place, form in self._heads[text[at : at + LEAST]]:
                if text.startswith(written, at):
                    around = repr(text[max(0, at - 60) : at + len(written) + 30])
                    yield Leak(place, form, body.face, body.what, around)

    def places(self, texts: Iterable[bytes]) -> set[str]:
        """Return the places whose secret is in one of these texts, in whatever form."""
        return {leak.place for text in texts for leak in self.of(Body("", "", text))}

    def _candidates(self, text: str) -> Iterator[int]:
        for first in range(0, max(len(text) - LEAST + 1, 0), _AT_ONCE):
            last = min(first + _AT_ONCE, len(text) - LEAST + 1)
            grams = [text[i : i + LEAST] for i in range(first, last)]
            if not self._heads.keys().isdisjoint(grams):
                yield from (first + i for i, gram in enumerate(grams) if gram in self._heads)


def told(leaks: Sequence[Leak], most: int = 200) -> str:
    """Tell leaks, one of a place, form and face each; the rest by their count."""
    first: dict[tuple[str, str, str], Leak] = {}
    for leak in leaks:
        first.setdefault((leak.place, leak.form, leak.face), leak)
    shown = [*map(str, first.values())][:most]
    return "\n".join([f"{len(leaks)} leaks, {len(first)} of them of their own kind", *shown])


def unpacked(content: bytes) -> bytes:
    """Undo gzip, where that is what it is."""
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def forms(piece: str) -> Iterator[tuple[str, str]]:
    """Yield the forms in which a piece can be written, each with its name."""
    yield "plain", piece
    yield "lower", piece.lower()
    yield "upper", piece.upper()
    yield "reversed", piece[::-1]
    raw = piece.encode()
    yield "hex", raw.hex()
    yield "hex", raw.hex().upper()
    yield "hex", raw.hex(":")
    yield "utf-16", "\0".join(piece)
    yield from (("base64", text) for text in _in_base64(raw))
    yield from (("base64 twice", twice) for text in _in_base64(raw) for twice in _in_base64(text))
    for escape in (quote, quote_plus):
        for safe in ("", "/"):
            yield "url", escape(piece, safe=safe)
            yield "url", escape(piece, safe=safe).replace("%", "%25")
            yield "url", escape(piece, safe=safe).lower()
    yield "url", "".join(f"%{byte:02X}" for byte in raw)
    yield "url", "".join(f"%{byte:02x}" for byte in raw)
    for ascii_alone in (True, False):
        once = json.dumps(piece, ensure_ascii=ascii_alone)[1:-1]
        yield "json", once
        yield "json", once.replace("/", "\\/")
        yield "json", once.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
        yield "json twice", json.dumps(once, ensure_ascii=ascii_alone)[1:-1]
    yield "json", "".join(f"\\u{ord(sign):04x}" for sign in piece)
    yield "json", "".join(f"\\u{ord(sign):04X}" for sign in piece)
    yield "html", html.escape(piece)
    yield "html", html.escape(piece, quote=False)
    yield "html", html.escape(piece).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield "html", "".join(f"&#{ord(sign)};" for sign in piece)


def _in_base64(raw: bytes | str) -> set[str]:
    """Return what base64 makes of bytes at any offset of a longer text, without its edges."""
    raw = raw if isinstance(raw, bytes) else raw.encode()
    found: set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            inner = encode(b"\0" * offset + raw).decode().rstrip("=")
            end = len(inner) - (1 if (offset + len(raw)) % 3 else 0)
            found.add(inner[(0, 2, 3)[offset] : end])
    return found
