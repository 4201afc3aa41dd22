"""One leaf that differs → what is kept of it: both sides masked, redacted, cut to the change."""

import functools
import json
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from sekisho.domain.plan_changes import Note, Side, ValueChange
from sekisho.domain.states import MASK
from sekisho.terraform.cuts import cut, cut_pair
from sekisho.terraform.masks import either, masked, shown, text_shown
from sekisho.terraform.redaction import Redactor

_OFTEN = 80
"""Length of values that may be expected to come again."""


class Absent:
    """Not there at all, which is not the same as null."""


class Unknown:
    """Known after apply."""


ABSENT, UNKNOWN = Absent(), Unknown()
# Looked up once: members of an enum are found the slow way.
_BOTH, _BEFORE, _AFTER = Side.BOTH, Side.BEFORE, Side.AFTER
_UNKNOWN_NOTE = str(Note.UNKNOWN)


class Pair(NamedTuple):
    """Two sides that are compared; a plan has hundreds of thousands of these."""

    path: str
    before: Any
    after: Any
    masks: tuple[Any, Any]
    note: Note | None = None
    depth: int = 0


class Lens:
    """How values are made fit to be kept: redacted, and sensitive ones given a keyed mark."""

    def __init__(self, redactor: Redactor, mark: Callable[[bytes], str]) -> None:
        self.redactor, self.mark = redactor, mark
        # Names and short values come again and again.
        self.path = functools.lru_cache(maxsize=4096)(self._path)
        self._text = functools.lru_cache(maxsize=8192)(self._leaf)

    def _path(self, path: str) -> tuple[str, str]:
        """Return a path fit to be kept, and the name that it ends in."""
        return text_shown(path, self.redactor), path.rpartition(".")[2]

    def _leaf(self, name: str, value: Any) -> Any:
        return shown(value, self.redactor, name)

    def shown(self, name: str, value: Any) -> Any:
        """Return a value fit to be kept; `name` is that of the attribute it belongs to."""
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str) and len(value) <= _OFTEN:
            return self._text(name, value)
        return _short(self._leaf(name, value))

    def texts(self, name: str, before: str, after: str) -> tuple[Any, Any]:
        """Return two texts fit to be kept, cut to where they differ."""
        if len(before) <= _OFTEN and len(after) <= _OFTEN:
            return self._text(name, before), self._text(name, after)
        return cut_pair(self._leaf(name, before), self._leaf(name, after))


def leaf_of(pair: Pair, lens: Lens) -> ValueChange:
    """Return what is kept of a leaf."""
    side = _AFTER if pair.before is ABSENT else _BOTH
    side = _BEFORE if pair.after is ABSENT else side
    path, name = lens.path(pair.path)
    if pair.masks[0] is True or pair.masks[1] is True:
        before, after = (None if nothing(v) else MASK for v in (pair.before, pair.after))
        note = str(pair.note or Note.SENSITIVE)
        return ValueChange(path, before, after, note, side, _mark(pair.after, lens))
    note = _UNKNOWN_NOTE if pair.after is UNKNOWN else str(pair.note or "")
    before, after = _sides(pair, name, lens)
    if MASK in (before, after) and note != _UNKNOWN_NOTE:
        note = str(Note.SENSITIVE)
        return ValueChange(path, before, after, note, side, _mark(pair.after, lens))
    return ValueChange(path, before, after, note, side)


def _sides(pair: Pair, name: str, lens: Lens) -> tuple[Any, Any]:
    """Return both sides of a leaf as they are kept; of two texts, what differs is never cut off."""
    if isinstance(pair.before, str) and isinstance(pair.after, str):
        return lens.texts(name, pair.before, pair.after)
    return _open(pair, name, pair.before, lens), _open(pair, name, pair.after, lens)


def _open(pair: Pair, name: str, value: Any, lens: Lens) -> Any:
    """Return one side of a leaf as it is kept; where it is an object, its masks cover parts."""
    if value is None or value is ABSENT or value is UNKNOWN:
        return None
    if isinstance(value, dict | list):
        value = masked(cast("Any", value), either(*pair.masks), _as_is)
    return lens.shown(name, value)


def _mark(value: Any, lens: Lens) -> str:
    """Give a sensitive value its keyed mark; what is not known yet, or nothing, has none."""
    if nothing(value) or value is UNKNOWN:
        return ""
    text = json.dumps(value, sort_keys=True, default=lambda other: type(other).__name__)
    return lens.mark(f"value\0{text}".encode(errors="replace"))[:16]


def _short(value: Any) -> Any:
    """Cut long texts inside a value that is shown whole."""
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, list):
        return [_short(v) for v in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {k: _short(v) for k, v in cast("dict[str, Any]", value).items()}
    return value


def _there(value: Any) -> Any:
    return None if value is ABSENT or value is UNKNOWN else value


def _as_is(value: Any) -> Any:
    return "(known after apply)" if value is UNKNOWN else _there(value)


def nothing(value: Any) -> bool:
    """Say whether a side is null or not there."""
    return value is None or value is ABSENT
