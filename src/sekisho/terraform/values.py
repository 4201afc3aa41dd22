"""Before and after of one object → the leaves that change, masked, for people to read."""

import marshal
from collections.abc import Iterator
from typing import Any, cast

from sekisho.domain.exact_json import read_exactly
from sekisho.domain.plan_changes import Note, ValueChange
from sekisho.domain.secret_names import harmless
from sekisho.terraform.elements import Element, best_pairs, unpaired
from sekisho.terraform.json_text import Json
from sekisho.terraform.leaves import ABSENT, UNKNOWN, Absent, Lens, Pair, Unknown, leaf_of, nothing
from sekisho.terraform.masks import (
    DEEPEST,
    either,
    mask_at,
    masks_anything,
)
from sekisho.terraform.secret_pairs import hidden_entries

ROWS = 500
"""Leaves kept of one object."""


_PLAIN = frozenset({bool, int, float, str, type(None), Absent, Unknown})
"""Kinds of values that have nothing inside."""
_FLAT = frozenset({int, float, str})
"""Kinds of values that are the same where they are equal."""
_JSON = ("{", "[")
_OPEN = (False, False)
"""Masks that cover nothing."""


def differing(change: dict[str, Any], lens: Lens) -> tuple[ValueChange, ...]:
    """Return the leaves that differ between `before` and `after` of a change.

    What is over the cap of rows is told in a last row, by its count.
    """
    masks = (_mask(change.get("before_sensitive")), _mask(change.get("after_sensitive")))
    before = change.get("before", ABSENT)
    after = merge_unknown(change.get("after", ABSENT), change.get("after_unknown", False))
    start = Pair("", _none_absent(before), _none_absent(after), masks)
    found: list[ValueChange] = []
    rest = 0
    for pair in _walk(start):
        if len(found) < ROWS:
            found.append(leaf_of(pair, lens))
        else:
            rest += 1
    if rest:
        found.append(ValueChange("…", note=f"{rest} more"))
    return tuple(found)


def _mask(mask: Any) -> Any:
    """Return a mask, or False for one that covers nothing: then equal values need no look."""
    return mask if masks_anything(mask) else False


def merge_unknown(after: Any, unknown: Any, depth: int = 0) -> Any:
    """Put `UNKNOWN` where it belongs: unknown keys are missing in `after`, elements are null."""
    if unknown is True:
        return UNKNOWN
    if not unknown or depth > DEEPEST:
        return after
    if isinstance(unknown, dict):
        base = cast("dict[str, Any]", after) if isinstance(after, dict) else {}
        marks = cast("dict[str, Any]", unknown)
        merged = {k: merge_unknown(base.get(k, ABSENT), m, depth + 1) for k, m in marks.items()}
        filled = base | {k: v for k, v in merged.items() if v is not ABSENT}
        return filled if filled or isinstance(after, dict) else after
    if isinstance(unknown, list):
        elements = cast("list[Any]", after) if isinstance(after, list) else []
        marks_list = cast("list[Any]", unknown)
        length = max(len(elements), len(marks_list))
        filled_list = [
            merge_unknown(_at(elements, i, None), _at(marks_list, i, False), depth + 1)
            for i in range(length)
        ]
        return filled_list if filled_list or isinstance(after, list) else after
    return after


def _walk(pair: Pair) -> Iterator[Pair]:
    """Yield the leaves that differ."""
    if pair.masks[0] is True or pair.masks[1] is True:
        yield from _hidden(pair)
        return
    if pair.masks[0] == pair.masks[1] and _alike(pair.before, pair.after):
        return
    before, after = pair.before, pair.after
    if pair.depth > DEEPEST:
        yield pair
    elif isinstance(before, dict) or isinstance(after, dict):
        yield from _objects(pair)
    elif isinstance(before, list) or isinstance(after, list):
        yield from _lists(pair)
    elif isinstance(before, str) and isinstance(after, str):
        yield from _texts(pair, before, after)
    elif not _same(before, after):
        yield pair


def _hidden(pair: Pair) -> Iterator[Pair]:
    """Yield what is masked, where it changes, or where its sensitivity alone does."""
    flips = (pair.masks[0] is True) != (pair.masks[1] is True)
    if nothing(pair.before) and nothing(pair.after):
        return
    if not _alike(pair.before, pair.after):
        yield pair
    elif flips:
        yield pair._replace(note=Note.SENSITIVITY)


def _objects(pair: Pair) -> Iterator[Pair]:
    left, right = _object(pair.before), _object(pair.after)
    if (left is None and not nothing(pair.before)) or (right is None and not nothing(pair.after)):
        yield pair
        return
    names = _names(pair, left, right)
    if not names and (left is None) != (right is None) and pair.path:
        yield pair
    for below in _below(pair, names, left, right):
        if below.masks is _OPEN and _plain(below.before, below.after):
            yield below  # they differ, or they would be alike
        else:
            yield from _walk(below)


def _names(pair: Pair, left: Json | None, right: Json | None) -> list[str]:
    """Name the entries that deserve a look, in order."""
    if left is None or right is None or pair.masks != _OPEN:
        return sorted({**(left or {}), **(right or {}), **_keys(pair.masks)})
    # Written out: most entries are equal texts, and a large plan has a million entries.
    found = [
        name
        for name, old in left.items()
        if (new := right.get(name, ABSENT)) is not old
        and (new != old or not (old.__class__ is new.__class__ in _FLAT or _alike(old, new)))
    ]
    return sorted([*found, *(right.keys() - left.keys())])


def _below(pair: Pair, names: list[str], left: Json | None, right: Json | None) -> Iterator[Pair]:
    """Yield the entries of two objects that may differ."""
    hides, comes = pair.masks != _OPEN, left is None or right is None
    beside = hidden_entries(left or {}) | hidden_entries(right or {})
    for name in names:
        old = ABSENT if left is None else left.get(name, ABSENT)
        new = ABSENT if right is None else right.get(name, ABSENT)
        masks = (mask_at(pair.masks[0], name), mask_at(pair.masks[1], name)) if hides else _OPEN
        if name in beside and not (_told(old) and _told(new)):
            masks = _covering(old), _covering(new)  # what it is called stands beside it
        # Of an object that comes or goes, what is null is no news.
        quiet = comes and nothing(old) and nothing(new)
        if not quiet and not (hides and masks == _OPEN and _alike(old, new)):
            path = f"{pair.path}.{name}" if pair.path else name
            yield Pair(path, old, new, _OPEN if masks == _OPEN else masks, None, pair.depth + 1)


def _plain(old: Any, new: Any) -> bool:
    """Say whether two values that differ are a leaf: nearly all are. Texts may hold JSON."""
    kinds = old.__class__, new.__class__
    if kinds == (str, str):
        return not (old[:1] in _JSON and new[:1] in _JSON)
    return kinds[0] in _PLAIN and kinds[1] in _PLAIN and not _same(old, new)


def _lists(pair: Pair) -> Iterator[Pair]:
    left, right = _list(pair.before), _list(pair.after)
    other = (left is None and not nothing(pair.before)) or (
        right is None and not nothing(pair.after)
    )
    if other or (not left and not right and (left is None) != (right is None)):
        yield pair  # of another kind, or an empty list that comes or goes
        return
    olds = [(i, v, mask_at(pair.masks[0], i)) for i, v in enumerate(left or [])]
    news = [(i, v, mask_at(pair.masks[1], i)) for i, v in enumerate(right or [])]
    if any(mask is True for _, _, mask in [*olds, *news]):
        # Terraform masks sets whole: this is a list, in which places mean something.
        for i in range(max(len(olds), len(news))):
            old, new = _at(left or [], i, ABSENT), _at(right or [], i, ABSENT)
            masks = mask_at(pair.masks[0], i), mask_at(pair.masks[1], i)
            yield from _walk(Pair(f"{pair.path}[{i}]", old, new, masks, depth=pair.depth + 1))
        return
    if not olds or not news:
        yield from _one_sided(pair, olds, news)
        return
    removed, added = unpaired(olds, news)
    if not removed and not added and [v for _, v, _ in olds] != [v for _, v, _ in news]:
        yield pair._replace(note=Note.ORDER)
        return
    hidden = _over_all([*olds, *news])
    for old, new in best_pairs(removed, added):
        yield from _element(pair, old, new, hidden)


def _one_sided(pair: Pair, olds: list[Element], news: list[Element]) -> Iterator[Pair]:
    """Yield what is in a list that comes or goes whole."""
    hidden = _over_all([*olds, *news])
    for old in olds:
        yield from _element(pair, old, None, hidden)
    for new in news:
        yield from _element(pair, None, new, hidden)


def _over_all(elements: list[Element]) -> Any:
    """Lay the masks of all elements over each other."""
    hidden: Any = False
    for _, _, mask in elements:
        if mask is not False:
            hidden = either(hidden, mask)
    return hidden


def _element(pair: Pair, old: Element | None, new: Element | None, hidden: Any) -> Iterator[Pair]:
    """Compare a pair inside; all else goes or comes.

    Nobody knows which element became which: `hidden`, the masks of all of them, covers those.
    """
    depth = pair.depth + 1
    if old and new:
        path = f"{pair.path}[{new[0]}]"
        yield from _walk(Pair(path, old[1], new[1], (old[2], new[2]), depth=depth))
    elif old:
        path = f"{pair.path}[{old[0]}]"
        yield from _walk(Pair(path, old[1], ABSENT, (hidden, False), depth=depth))
    elif new:
        path = f"{pair.path}[{new[0]}]"
        yield from _walk(Pair(path, ABSENT, new[1], (False, hidden), depth=depth))


def _texts(pair: Pair, before: str, after: str) -> Iterator[Pair]:
    """Look into JSON inside strings (policies) where both sides hold an object or a list."""
    inside = _parsed(before, after)
    if inside is None:
        yield pair
        return
    found = False
    for below in _walk(pair._replace(before=inside[0], after=inside[1], depth=pair.depth + 1)):
        found = True
        yield below
    if not found:
        yield pair._replace(note=Note.SPACING)  # the text alone differs


def _parsed(before: str, after: str) -> tuple[Any, Any] | None:
    if before[:1] not in _JSON or after[:1] not in _JSON:
        return None
    try:
        return read_exactly(before), read_exactly(after)
    except (ValueError, RecursionError):
        return None


def _told(value: Any) -> bool:
    """Say whether a value under a secret's name may be told: a reference, a switch, nothing."""
    if isinstance(value, dict | list):
        return not value
    return not isinstance(value, str | int | float) or harmless(str(value))


def _covering(value: Any) -> Any:
    """Give a mask that covers a value whole, and leaves the keys of an object to be seen."""
    return dict.fromkeys(cast("dict[str, Any]", value), True) if isinstance(value, dict) else True


def _alike(before: Any, after: Any) -> bool:
    """Say whether two values are the same, kinds included; a no may be wrong, a yes never is."""
    if before is after:
        return True
    if before != after:
        return False
    if isinstance(before, str):
        return True
    try:
        return marshal.dumps(before, 2) == marshal.dumps(after, 2)
    except ValueError:  # holds what is not known yet, or nests too deeply
        return False


def _same(before: Any, after: Any) -> bool:
    if before != after:
        return False
    return type(before) is type(after) or (_is_number(before) and _is_number(after))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _object(value: Any) -> Json | None:
    return cast("Json", value) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any] | None:
    return cast("list[Any]", value) if isinstance(value, list) else None


def _at(values: list[Any], index: int, fallback: Any) -> Any:
    return values[index] if index < len(values) else fallback


def _keys(masks: tuple[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mask in masks:
        if isinstance(mask, dict):
            found |= cast("dict[str, Any]", mask)
    return found


def _none_absent(value: Any) -> Any:
    return ABSENT if value is None else value
