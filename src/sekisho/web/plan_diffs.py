"""The values of one change, made ready to be read: cells, line diffs, and what is folded away."""

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import Note, ResourceChange, Side, ValueChange
from sekisho.domain.text import plain
from sekisho.views.redaction import mask, names_secret
from sekisho.web.line_diffs import LineDiff, Piece, Pieces, inside, line_diff

LEAVES = 100
"""Values shown of one change in a list; all that are kept where it is shown alone."""
_VALUE = 10_000
"""Characters of one value: more than the reader of plans keeps."""
_ON_ONE_LINE = 60
_SHORT = 160
"""Characters from which a text is held against the other side line by line."""
_REMARKS = frozenset({Note.SENSITIVITY, Note.WRITE_ONLY, Note.SPACING, Note.ORDER})


class Room:
    """Characters that one page still has room for: a hostile plan must not make it endless."""

    def __init__(self, characters: int) -> None:
        self.left = characters

    def take(self, leaf: "Leaf") -> bool:
        """Say whether there is room for a leaf, and take it."""
        if self.left <= 0:
            return False
        self.left -= leaf.size
        return True


@dataclasses.dataclass(frozen=True)
class Cell:
    """One side of a value. `kind`: `value`, `null`, `absent`, `sensitive` or `unknown`."""

    kind: str
    pieces: Pieces = ()
    block: bool = False
    """Over several lines."""

    @property
    def text(self) -> str:
        """The whole of it."""
        return "".join(p.text for p in self.pieces)


ABSENT, NULL, SENSITIVE, UNKNOWN = map(Cell, ("absent", "null", "sensitive", "unknown"))


@dataclasses.dataclass(frozen=True)
class Leaf:
    """One value that changes.

    `remark` is a note that a sentence explains; `lines` stand in for both cells of long texts.
    """

    path: str
    before: Cell
    after: Cell
    remark: str = ""
    lines: LineDiff | None = None
    forces: bool = False
    """It forces the replacement."""

    @property
    def size(self) -> int:
        """How much of a page it takes, about; a line diff is there twice."""
        return 200 + (len(self.before.text) + len(self.after.text)) * (2 if self.lines else 1)


@dataclasses.dataclass(frozen=True)
class Diff:
    """The values of a change. `sides`: `both`, or the only one that there is.

    `unknown` are those known after apply: folded into one line. `left_out` counts what is not
    shown.
    """

    leaves: tuple[Leaf, ...]
    unknown: tuple[Leaf, ...]
    sides: Side
    left_out: int = 0


def diff_of(change: ResourceChange, room: Room, most: int = LEAVES) -> Diff:
    """Make the values of a whole change ready to be read, as far as there is room."""
    sides = {Action.CREATE: Side.AFTER, Action.DELETE: Side.BEFORE}.get(change.action, Side.BOTH)
    values = [v for v in change.values if not _rest(v)]
    forced = change.forced_by if change.action is Action.REPLACE else ()
    values.sort(key=lambda v: (not _within(v.path, forced), _says_little(v)))
    diff = _diff(values, sides, room, most, forced)
    rest = sum(map(_rest, change.values))
    return dataclasses.replace(diff, left_out=diff.left_out + rest)


def diff_of_outputs(outputs: Iterable[ValueChange], room: Room, most: int) -> Diff:
    """Make the outputs ready to be read."""
    values = list(outputs)
    return _diff(values, Side.BOTH, room, most)


def _within(path: str, forced: Iterable[str]) -> bool:
    """Say whether a value forces: it is what forces, a part of it, or unknown as a whole."""
    below = (f"{path}.", f"{path}[")
    return any(
        path == p or path.startswith((f"{p}.", f"{p}[")) or p.startswith(below) for p in forced
    )


def _says_little(value: ValueChange) -> bool:
    """Say whether nothing becomes nothing: what providers fill in, and take away again."""
    empty: tuple[Any, ...] = (None, "", [], {})
    sides = (value.before, value.after)
    return (
        not value.note
        and None in sides
        and all(v in empty or (not isinstance(v, str) and v == 0) for v in sides)
    )


def _diff(
    values: list[ValueChange], sides: Side, room: Room, most: int, forced: tuple[str, ...] = ()
) -> Diff:
    shown: list[Leaf] = []
    for value in values[:most]:
        leaf = leaf_of(value)
        if not room.take(leaf):
            break
        shown.append(dataclasses.replace(leaf, forces=_within(leaf.path, forced)))
    # What forces a replacement is not folded away, though nobody knows yet what it becomes.
    unknown = tuple(leaf for leaf in shown if leaf.after.kind == "unknown" and not leaf.forces)
    known = tuple(leaf for leaf in shown if leaf.after.kind != "unknown" or leaf.forces)
    return Diff(known, unknown, sides, len(values) - len(shown))


def _rest(value: ValueChange) -> int:
    """Return how many leaves the last row of a capped change stands for; 0 for any other row."""
    count, _, word = value.note.partition(" ")
    return int(count) if word == "more" and count.isdecimal() else 0


def leaf_of(value: ValueChange) -> Leaf:
    """Make one value ready to be read: whole texts are masked before they are taken apart."""
    path = plain(value.path)
    if value.note == Note.SENSITIVE or names_secret(value.path):
        return Leaf(path, *_hidden(value))
    if value.note in _REMARKS:
        return Leaf(path, NULL, NULL, remark=value.note)
    return _compared(path, *_cells(value))


def _cells(value: ValueChange) -> tuple[Cell, Cell]:
    before = ABSENT if value.side is Side.AFTER else _cell(value.before)
    if value.note == Note.UNKNOWN:
        return before, UNKNOWN
    return before, ABSENT if value.side is Side.BEFORE else _cell(value.after)


def _compared(path: str, before: Cell, after: Cell) -> Leaf:
    if before.kind != "value" or after.kind != "value":
        return Leaf(path, _whole(before), _whole(after))
    if before.block or after.block:
        return Leaf(path, before, after, lines=line_diff(before.text, after.text))
    old, new = inside(before.text, after.text)
    return Leaf(path, Cell("value", old), Cell("value", new))


def _whole(cell: Cell) -> Cell:
    """Mark a value that stands alone as changed as a whole."""
    pieces = tuple(Piece(p.text, changed=True) for p in cell.pieces)
    return dataclasses.replace(cell, pieces=pieces)


def _hidden(value: ValueChange) -> tuple[Cell, Cell]:
    """Say where a value that must not be seen is, and where there is none."""
    if value.before is None and value.after is None and value.note != Note.UNKNOWN:
        return SENSITIVE, SENSITIVE
    before = SENSITIVE if value.before is not None else NULL
    after = SENSITIVE if value.after is not None else NULL
    if value.note == Note.UNKNOWN:
        after = UNKNOWN
    elif value.side is Side.BEFORE:
        after = ABSENT
    return (ABSENT if value.side is Side.AFTER else before), after


def _cell(value: Any) -> Cell:
    if value is None:
        return NULL
    text, block = written(value)
    return Cell("value", (Piece(text),), block)


def written(value: Any) -> tuple[str, bool]:
    """Write a value: JSON on one line where it is short, over several or as it is where it is long.

    Nothing is masked later that was taken apart: what looks like a credential is masked here.
    """
    if isinstance(value, str):
        text = _pretty(value) or value
        block = "\n" in text or len(text) > _SHORT
        return _safe(text if block else json.dumps(text, ensure_ascii=False)), block
    line = json.dumps(value, ensure_ascii=False, default=str)
    if len(line) > _ON_ONE_LINE and isinstance(value, dict | list):
        return _safe(json.dumps(value, ensure_ascii=False, default=str, indent=2)), True
    return _safe(line), False


def _pretty(text: str) -> str:
    """Write JSON inside a string over several lines; empty where it is no JSON worth it."""
    if text[:1] not in ("{", "[") or len(text) <= _ON_ONE_LINE:
        return ""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return ""


def _safe(text: str) -> str:
    return mask(plain(text, _VALUE))


def in_short(leaf: Leaf, most: int = 60) -> tuple[str, str]:
    """Write both sides of a leaf in a few characters; empty where there is no short value."""
    return _in_short(leaf.before, most), _in_short(leaf.after, most)


def _in_short(cell: Cell, most: int) -> str:
    return plain(cell.text, most) if cell.kind == "value" and not cell.block else ""
