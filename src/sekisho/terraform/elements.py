"""Lists, whose elements are paired by what they are, never by where they stand.

Sets have no type of their own in JSON: equal elements are pairs first,
then those that are most alike; all else goes or comes.
"""

import json
from collections import deque
from typing import Any, cast

import msgspec

Element = tuple[int, Any, Any]
"""Place, value and mask of one element."""
_PAIRS = 10_000
"""Comparisons worth making to find the best pairs; beyond that, pairs are made in order."""


def unpaired(olds: list[Element], news: list[Element]) -> tuple[list[Element], list[Element]]:
    """Return the elements that have no equal on the other side, in their order."""
    waiting: dict[bytes, deque[Element]] = {}
    for old in olds:
        waiting.setdefault(_identity(old), deque()).append(old)
    added: list[Element] = []
    for new in news:
        twins = waiting.get(_identity(new))
        if twins:
            twins.popleft()
        else:
            added.append(new)
    removed = [old for rest in waiting.values() for old in rest]
    return sorted(removed, key=lambda e: e[0]), added


def best_pairs(
    removed: list[Element], added: list[Element]
) -> list[tuple[Element | None, Element | None]]:
    """Pair objects that are most alike, as far as there are pairs; the others stand alone."""
    olds = [e for e in removed if isinstance(e[1], dict | list)]
    news = [e for e in added if isinstance(e[1], dict | list)]
    pairs: list[tuple[Element | None, Element | None]] = []
    for old, new in _matched(olds, news):
        olds.remove(old)
        news.remove(new)
        pairs.append((old, new))
    plain = [e for e in removed if not isinstance(e[1], dict | list)]
    pairs += [(e, None) for e in [*plain, *olds]]
    plain = [e for e in added if not isinstance(e[1], dict | list)]
    pairs += [(None, e) for e in [*plain, *news]]
    return sorted(pairs, key=_place)


def _matched(olds: list[Element], news: list[Element]) -> list[tuple[Element, Element]]:
    if len(olds) * len(news) > _PAIRS:
        return list(zip(olds, news, strict=False))
    scored = [
        (-_likeness(old[1], new[1]), abs(old[0] - new[0]), i, j)
        for i, old in enumerate(olds)
        for j, new in enumerate(news)
    ]
    found: list[tuple[Element, Element]] = []
    left, right = set(range(len(olds))), set(range(len(news)))
    for _, _, i, j in sorted(scored):
        if i in left and j in right:
            left.discard(i)
            right.discard(j)
            found.append((olds[i], news[j]))
    return found


def _likeness(old: Any, new: Any) -> int:
    """Count what two objects have in common."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return 0
    one, two = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
    return sum(1 for k, v in one.items() if k in two and two[k] == v)


def _place(pair: tuple[Element | None, Element | None]) -> tuple[int, int]:
    old, new = pair
    first = new or old
    return (first[0] if first else 0), 0 if old else 1


def _identity(element: Element) -> bytes:
    """Write an element so that equal ones, and no others, are written alike."""
    try:
        return _ENCODE(element[1:])
    except (ValueError, RecursionError):  # halves of surrogate pairs, or nested too deeply
        return json.dumps(element[1:], sort_keys=True, default=_other).encode()


def _other(found: Any) -> str:
    return f"<{type(found).__name__}>"


_ENCODE = msgspec.json.Encoder(order="deterministic", enc_hook=_other).encode
