"""Before and after of one object → the leaves that change, masked, for people to read."""

import functools
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from sekisho.domain.plans import ValueChange
from sekisho.domain.states import MASK
from sekisho.terraform.redaction import SENSITIVE_NAME, Redactor

_ROWS = 500
_STRING = 1000
_JSON_LEAST = 2


class _Absent:
    """Not there at all, which is not the same as null."""


class _Unknown:
    """Known after apply."""


ABSENT, UNKNOWN = _Absent(), _Unknown()
Masks = tuple[Any, Any]
"""Sensitivity before and after, as Terraform gives it: only `True` masks, and all below it."""


_Element = tuple[int, Any, Any]
"""Place, value and mask of one element."""


@dataclass(frozen=True)
class _Pair:
    path: str
    before: Any
    after: Any
    masks: Masks


def differing(change: dict[str, Any], redactor: Redactor) -> tuple[ValueChange, ...]:
    """Return the leaves that differ between `before` and `after` of a change.

    What is over the cap of rows is told in a last row, by its count.
    """
    masks = (change.get("before_sensitive", False), change.get("after_sensitive", False))
    before = change.get("before", ABSENT)
    after = merge_unknown(change.get("after", ABSENT), change.get("after_unknown", False))
    start = _Pair("", _none_absent(before), _none_absent(after), masks)
    found = [_row(p, redactor) for p in _walk(start)]
    if len(found) > _ROWS:
        rest = len(found) - _ROWS
        return (*found[:_ROWS], ValueChange("…", note=f"{rest} more"))
    return tuple(found)


def merge_unknown(after: Any, unknown: Any) -> Any:
    """Put `UNKNOWN` where it belongs: unknown keys are missing in `after`, elements are null."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict):
        base = cast("dict[str, Any]", after) if isinstance(after, dict) else {}
        marks = cast("dict[str, Any]", unknown)
        merged = {k: merge_unknown(base.get(k, ABSENT), m) for k, m in marks.items()}
        filled = base | {k: v for k, v in merged.items() if v is not ABSENT}
        return filled if filled or isinstance(after, dict) else after
    if isinstance(unknown, list):
        elements = cast("list[Any]", after) if isinstance(after, list) else []
        marks_list = cast("list[Any]", unknown)
        length = max(len(elements), len(marks_list))
        filled_list = [
            merge_unknown(_at(elements, i, None), _at(marks_list, i, False)) for i in range(length)
        ]
        return filled_list if filled_list or isinstance(after, list) else after
    return after


def _walk(pair: _Pair) -> Iterator[_Pair]:
    """Yield the leaves that differ."""
    if pair.masks[0] is True or pair.masks[1] is True:
        if _same(pair.before, pair.after) and (pair.masks[0] is True) == (pair.masks[1] is True):
            return
        # A new or removed object has no sensitivity on the side where it is not.
        if not (_nothing(pair.before) and _nothing(pair.after)):
            yield pair
        return
    before, after = _parsed(pair.before, pair.after)
    if isinstance(before, dict) or isinstance(after, dict):
        yield from _objects(pair, before, after)
    elif isinstance(before, list) or isinstance(after, list):
        yield from _lists(pair, before, after)
    elif not _same(before, after) and not (_nothing(before) and _nothing(after)):
        yield pair


def _objects(pair: _Pair, before: Any, after: Any) -> Iterator[_Pair]:
    left = cast("dict[str, Any]", before) if isinstance(before, dict) else None
    right = cast("dict[str, Any]", after) if isinstance(after, dict) else None
    if (left is None and not _nothing(before)) or (right is None and not _nothing(after)):
        yield pair
        return
    names = sorted({**(left or {}), **(right or {}), **_keys(pair.masks)})
    if not names and (left is None) != (right is None) and pair.path:
        yield pair
    for name in names:
        path = f"{pair.path}.{name}" if pair.path else name
        yield from _walk(
            _Pair(
                path,
                (left or {}).get(name, ABSENT),
                (right or {}).get(name, ABSENT),
                (_mask_at(pair.masks[0], name), _mask_at(pair.masks[1], name)),
            )
        )


def _lists(pair: _Pair, before: Any, after: Any) -> Iterator[_Pair]:
    """Pair equal elements wherever they stand: sets have no type of their own in JSON."""
    left = cast("list[Any]", before) if isinstance(before, list) else None
    right = cast("list[Any]", after) if isinstance(after, list) else None
    other = (left is None and not _nothing(before)) or (right is None and not _nothing(after))
    if other or (not left and not right and (left is None) != (right is None)):
        yield pair  # of another kind, or an empty list that comes or goes
        return
    olds = [(i, v, _mask_at(pair.masks[0], i)) for i, v in enumerate(left or [])]
    news = [(i, v, _mask_at(pair.masks[1], i)) for i, v in enumerate(right or [])]
    removed, added = _unpaired(olds, news)
    if not removed and not added and [v for _, v, _ in olds] != [v for _, v, _ in news]:
        yield pair  # only the order changes
    hidden = functools.reduce(_either, (mask for _, _, mask in [*olds, *news]), False)
    yield from _elements(pair.path, removed, added, hidden)


def _elements(
    path: str, removed: list[_Element], added: list[_Element], hidden: Any
) -> Iterator[_Pair]:
    """Compare objects in pairs, as far as there are pairs; all else goes or comes.

    Nobody knows which element became which: `hidden`, the masks of all of them, covers those.
    """
    for i in range(max(len(removed), len(added))):
        old, new = _at(removed, i, None), _at(added, i, None)
        if old and new and isinstance(old[1], dict | list) and isinstance(new[1], dict | list):
            yield from _walk(_Pair(f"{path}[{new[0]}]", old[1], new[1], (old[2], new[2])))
            continue
        if old:
            yield from _walk(_Pair(f"{path}[{old[0]}]", old[1], ABSENT, (hidden, False)))
        if new:
            yield from _walk(_Pair(f"{path}[{new[0]}]", ABSENT, new[1], (False, hidden)))


def _either(mask: Any, other: Any) -> Any:
    """Lay two masks over each other."""
    either: Any = mask or other
    if mask is True or other is True:
        return True
    if isinstance(mask, dict) and isinstance(other, dict):
        one, two = cast("dict[str, Any]", mask), cast("dict[str, Any]", other)
        return {k: _either(one.get(k, False), two.get(k, False)) for k in {**one, **two}}
    if isinstance(mask, list) and isinstance(other, list):
        pairs = itertools.zip_longest(
            cast("list[Any]", mask), cast("list[Any]", other), fillvalue=False
        )
        return [_either(a, b) for a, b in pairs]
    return either


def _unpaired(olds: list[_Element], news: list[_Element]) -> tuple[list[_Element], list[_Element]]:
    waiting: dict[str, list[_Element]] = {}
    for old in olds:
        waiting.setdefault(_identity(old), []).append(old)
    added: list[_Element] = []
    for new in news:
        twins = waiting.get(_identity(new))
        if twins:
            twins.pop(0)
        else:
            added.append(new)
    return sorted(e for rest in waiting.values() for e in rest), added


def _identity(element: _Element) -> str:
    _, value, mask = element

    def other(found: Any) -> str:
        return f"<{type(found).__name__}>"

    return json.dumps([value, mask], sort_keys=True, default=other)


def _row(pair: _Pair, redactor: Redactor) -> ValueChange:
    if pair.masks[0] is True or pair.masks[1] is True or _telling(pair.path):
        note = "sensitive"
        before, after = (None if _nothing(v) else MASK for v in (pair.before, pair.after))
        return ValueChange(pair.path, before, after, note)
    note = "unknown" if pair.after is UNKNOWN else ""
    hidden = _either(*pair.masks)
    before, after = (
        shown(masked(v, hidden, lambda left: left), redactor) for v in (pair.before, pair.after)
    )
    return ValueChange(pair.path, before, after, note)


def shown(value: Any, redactor: Redactor) -> Any:
    """Return a value as it may be stored: redacted, long strings cut."""
    if value is ABSENT or value is UNKNOWN:
        return None
    if isinstance(value, str):
        text = redactor.text(value, len(value) + len(MASK) * len(value))
        return text if len(text) <= _STRING else f"{text[:_STRING]}… ({len(text)} characters)"
    if isinstance(value, list):
        return [shown(v, redactor) for v in cast("list[Any]", value)]
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {k: MASK if _telling(k) and v else shown(v, redactor) for k, v in entries}
    return MASK if redactor.hides(value) else value


def masked(value: Any, mask: Any, hide: Callable[[Any], Any]) -> Any:
    """Return a value with its mask laid over it; `hide` redacts what the mask leaves open."""
    if mask is True:
        return None if value is None else MASK
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {k: masked(v, _mask_at(mask, k), hide) for k, v in entries}
    if isinstance(value, list):
        elements = enumerate(cast("list[Any]", value))
        return [masked(v, _mask_at(mask, i), hide) for i, v in elements]
    return hide(value)


def secrets_in(value: Any, mask: Any) -> Iterator[str]:
    """Yield every string and every number that a mask covers, as text."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        if mask is True:
            yield str(value)
    elif isinstance(value, dict):
        for name, entry in cast("dict[str, Any]", value).items():
            yield from secrets_in(entry, _mask_at(mask, name))
    elif isinstance(value, list):
        for i, entry in enumerate(cast("list[Any]", value)):
            yield from secrets_in(entry, _mask_at(mask, i))


def _mask_at(mask: Any, step: str | int) -> Any:
    if mask is True:
        return True
    if isinstance(mask, dict) and isinstance(step, str):
        return cast("dict[str, Any]", mask).get(step, False)
    if isinstance(mask, list) and isinstance(step, int):
        return _at(cast("list[Any]", mask), step, fallback=False)
    return False


def _at(values: list[Any], index: int, fallback: Any) -> Any:
    return values[index] if index < len(values) else fallback


def _keys(masks: Masks) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mask in masks:
        if isinstance(mask, dict):
            found |= cast("dict[str, Any]", mask)
    return found


def _parsed(before: Any, after: Any) -> tuple[Any, Any]:
    """Look into JSON inside strings (policies) where both sides hold an object or a list."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return before, after
    if before[:1] not in ("{", "[") or after[:1] not in ("{", "["):
        return before, after
    try:
        inside = json.loads(before), json.loads(after)
    except (ValueError, RecursionError):
        return before, after
    # Where the text alone differs (white space), the text is what changes.
    return (before, after) if inside[0] == inside[1] else inside


def _telling(path: str) -> bool:
    return bool(SENSITIVE_NAME.search(path.rpartition(".")[2]))


def _same(before: Any, after: Any) -> bool:
    return type(before) is type(after) and before == after


def _nothing(value: Any) -> bool:
    return value is None or value is ABSENT


def _none_absent(value: Any) -> Any:
    return ABSENT if value is None else value
