"""Two texts held against each other for people to read: line by line, and inside a line."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_LINES = 1_000
"""Lines of each side that are compared; the rest is counted."""
_CONTEXT = 3
_INSIDE = 600
"""Characters up to which a text is compared inside; and how alike two must be for it to help."""
_ALIKE = 0.4
_EFFORT = 3_000
"""Pairs of equal tokens up to which two texts are compared inside, token by token."""
_TOKENS = re.compile(r"\w+|\W")


@dataclass(frozen=True)
class Piece:
    """A part of a text; `changed` where the other side has something else."""

    text: str
    changed: bool = False


Pieces = tuple[Piece, ...]


@dataclass(frozen=True)
class Line:
    """One line of a side, with its number from 1."""

    number: int
    pieces: Pieces


@dataclass(frozen=True)
class LineRow:
    """Lines that stand beside each other.

    `kind`: `same`, `changed`, or `skipped` for as many equal lines that are left out.
    """

    kind: str
    left: Line | None = None
    right: Line | None = None
    skipped: int = 0


@dataclass(frozen=True)
class LineDiff:
    """Two texts side by side; `unified` puts the same rows one below another."""

    rows: tuple[LineRow, ...]
    left_out: int = 0

    @property
    def unified(self) -> tuple[tuple[str, Line | None, Line | None, int], ...]:
        """Return (kind, left, right, skipped): `gone` before `new` in each run of changed rows."""
        found: list[tuple[str, Line | None, Line | None, int]] = []
        waiting: list[Line] = []
        for row in self.rows:
            if row.kind == "changed":
                if row.left:
                    found.append(("gone", row.left, None, 0))
                if row.right:
                    waiting.append(row.right)
                continue
            found += [("new", None, line, 0) for line in waiting]
            waiting = []
            found.append((row.kind, row.left, row.right, row.skipped))
        return (*found, *(("new", None, line, 0) for line in waiting))


def inside(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Mark what differs inside two short texts; texts that have little in common stay whole."""
    if len(before) > _INSIDE or len(after) > _INSIDE:
        return (Piece(before, changed=True),), (Piece(after, changed=True),)
    olds, news = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    if _effort(olds, news) > _EFFORT or matcher.ratio() < _ALIKE:
        return _ends(before, after)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if a != b:
            left.append(Piece("".join(olds[a:b]), tag != "equal"))
        if c != d:
            right.append(Piece("".join(news[c:d]), tag != "equal"))
    return tuple(left), tuple(right)


def _effort(olds: list[str], news: list[str]) -> int:
    """Count the pairs of equal tokens: matching takes as long as there are many."""
    counts = Counter(news)
    return sum(counts[token] for token in olds)


def _ends(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Mark everything but where both begin and end alike, where that is most of them."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    if 2 * (head + tail) < _ALIKE * (len(before) + len(after)):
        return (Piece(before, changed=True),), (Piece(after, changed=True),)
    return _parted(before, head, tail), _parted(after, head, tail)


def _alike(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _parted(text: str, head: int, tail: int) -> Pieces:
    end = len(text) - tail
    pieces = (Piece(text[:head]), Piece(text[head:end], changed=True), Piece(text[end:]))
    return tuple(p for p in pieces if p.text)


def line_diff(before: str, after: str) -> LineDiff:
    """Hold two texts of several lines against each other."""
    olds, news = before.splitlines(), after.splitlines()
    left_out = max(len(olds) - _LINES, 0) + max(len(news) - _LINES, 0)
    olds, news = olds[:_LINES], news[:_LINES]
    rows: list[LineRow] = []
    done = 0
    for group in SequenceMatcher(None, olds, news).get_grouped_opcodes(_CONTEXT):
        if group[0][1] > done:
            rows.append(LineRow("skipped", skipped=group[0][1] - done))
        for tag, a, b, c, d in group:
            rows += _rows(tag == "equal", (a, olds[a:b]), (c, news[c:d]))
            done = b
    if len(olds) > done:
        rows.append(LineRow("skipped", skipped=len(olds) - done))
    return LineDiff(tuple(rows), left_out)


def _rows(
    same: bool, olds: tuple[int, list[str]], news: tuple[int, list[str]]
) -> Iterator[LineRow]:
    first, left = olds
    second, right = news
    for n in range(max(len(left), len(right))):
        old = left[n] if n < len(left) else None
        new = right[n] if n < len(right) else None
        pieces: tuple[Pieces, Pieces] = ((Piece(old or ""),), (Piece(new or ""),))
        if not same and old is not None and new is not None:
            pieces = inside(old, new)
        yield LineRow(
            "same" if same else "changed",
            None if old is None else Line(first + n + 1, pieces[0]),
            None if new is None else Line(second + n + 1, pieces[1]),
        )
