"""Lines for a terminal: painted words, cut or wrapped to its width, inert, and in its encoding."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from sekisho.domain.text import plain
from sekisho_client.colours import Tone, paint
from sekisho_client.terminal import cut, width

_NARROWEST = 20
_NEVER_FIRST = "。、，．）」』】〉》！？：；)]},.:;!?…"
"""No line begins with one of these."""
_NEVER_LAST = "（「『【〈《([{"
"""No line ends with one of these."""
_PLAIN_SIGNS = str.maketrans({"…": "...", "→": "->", "×": "x", "·": "|", "–": "-"})


@dataclasses.dataclass(frozen=True)
class Words:
    """Words of one tone."""

    text: str
    tone: Tone | None = None


@dataclasses.dataclass(frozen=True)
class Paper:
    """What is written on. `columns`: None where nobody looks on, and lines may be long."""

    columns: int | None = None
    colour: bool = False
    encoding: str = "utf-8"

    def line(self, *words: Words, indent: int = 0) -> str:
        """Write one line; on a terminal it is cut to the width."""
        texts = [self.inert(found.text) for found in words]
        tones = [found.tone for found in words]
        if self.columns is not None:
            texts = self._within(texts, max(self.columns - indent, _NARROWEST))
        painted = map(self._painted, texts, tones)
        return (" " * indent + "".join(painted)).rstrip()

    def _within(self, texts: Sequence[str], room: int) -> list[str]:
        """Cut texts that stand behind each other to what fits; a mark says so."""
        if sum(map(width, texts)) <= room:
            return list(texts)
        kept: list[str] = []
        room -= 1
        for text in texts:
            if width(text) > room:
                return [*kept, (cut(text, room + 1)[:-1] if room else "") + self._mark]
            kept.append(text)
            room -= width(text)
        return kept

    @property
    def _mark(self) -> str:
        return "…" if _speaks(self.encoding, "…") else "~"

    def lines(
        self, text: str, tone: Tone | None = None, indent: int = 0, hang: int = 2
    ) -> list[str]:
        """Write a text on as many lines as it takes; all but the first stand `hang` further in."""
        whole = self.inert(text)
        if self.columns is None:
            return [" " * indent + self._painted(whole, tone)]
        room = max(self.columns - indent, _NARROWEST)
        first, *rest = list(wrapped(whole, room, max(room - hang, _NARROWEST // 2))) or [""]
        found = [" " * indent + self._painted(first, tone)]
        return found + [" " * (indent + hang) + self._painted(line, tone) for line in rest]

    def flow(self, pieces: Iterable[str], indent: int = 0) -> list[str]:
        """Write pieces behind each other, with dots between them; no piece is broken in vain."""
        found: list[str] = []
        room = None if self.columns is None else max(self.columns - indent, _NARROWEST)
        for piece in map(self.inert, pieces):
            joined = f"{found[-1]} {self._dot} {piece}" if found else piece
            if found and (room is None or width(joined) <= room):
                found[-1] = joined
            else:
                found.append(piece)
        return [line for piece in found for line in self.lines(piece, indent=indent)]

    @property
    def _dot(self) -> str:
        return "·" if _speaks(self.encoding, "·") else "|"

    def inert(self, text: str) -> str:
        """Return a text as this terminal can show it, on one line: never a control character."""
        flat = plain(text, cap=len(text) + 1).replace("\n", " ").replace("\t", " ")
        if _speaks(self.encoding, flat):
            return flat
        signs = flat.translate(_PLAIN_SIGNS)
        known = self.encoding if _speaks(self.encoding, "") else "ascii"
        return signs.encode(known, "backslashreplace").decode(known)

    def _painted(self, text: str, tone: Tone | None) -> str:
        return paint(text, tone) if self.colour and text else text


def _speaks(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def wrapped(text: str, columns: int, later: int) -> Iterator[str]:
    """Break a text into lines of `columns` cells, the second one and on of `later`."""
    rest, room = text, columns
    while rest:
        at = _break(rest, room)
        yield rest[:at].rstrip()
        rest, room = rest[at:].lstrip(), later


def _break(text: str, columns: int) -> int:
    """Return where to break: behind the last space, or between wide characters; else anywhere."""
    at = fit = used = 0
    for place, character in enumerate(text, start=1):
        used += width(character)
        if used > columns:
            return at or max(fit, 1)
        fit = place
        if _may_break(text, place):
            at = place
    return len(text)


def _may_break(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place : place + 1]
    if before == " ":
        return True
    wide = width(before) > 1 or width(after) > 1
    return wide and after not in _NEVER_FIRST and before not in _NEVER_LAST
