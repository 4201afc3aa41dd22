"""The order of what stands in the layers of a picture, and how high each of it stands."""

import bisect
import itertools
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

S = TypeVar("S", bound=Hashable)
"""Something with a place in a layer."""

_SWEEPS = 10
_SETTLINGS = 8


def ordered(
    layers: Sequence[Sequence[S]], links: Iterable[tuple[S, S]], tall: Callable[[S], int]
) -> list[list[tuple[S, int]]]:
    """Order each layer so that few lines cross; return what is in it with its middle's height.

    Links lead from a layer to the next one. What stands in one layer is as far apart as
    `tall` of both demands.
    """
    left: dict[S, list[S]] = {}
    right: dict[S, list[S]] = {}
    for one, other in links:
        right.setdefault(one, []).append(other)
        left.setdefault(other, []).append(one)
    order = _fewest_crossings([list(layer) for layer in layers], left, right)
    return _settled(order, left, right, tall)


def _fewest_crossings(
    order: list[list[S]], left: dict[S, list[S]], right: dict[S, list[S]]
) -> list[list[S]]:
    """Sweep from the order that is given, and from one that keeps together what hangs together."""
    best, least = order, _crossings(order, right)
    for start in (order, _walked(order, left, right)):
        now = start
        for sweep in range(_SWEEPS):
            if not least:
                return best
            now = _swept(now, left) if sweep % 2 else _swept(now, right, leftward=True)
            crossings = _crossings(now, right)
            if crossings < least:
                best, least = now, crossings
    return best


def _walked(order: list[list[S]], left: dict[S, list[S]], right: dict[S, list[S]]) -> list[list[S]]:
    """Order layers as a walk along the links comes by, deep before wide."""
    found: dict[S, int] = {}
    waiting = [s for layer in reversed(order) for s in reversed(layer)]
    while waiting:
        slot = waiting.pop()
        if slot not in found:
            found[slot] = len(found)
            waiting += [o for o in reversed(_both(slot, left, right)) if o not in found]
    return [sorted(layer, key=found.__getitem__) for layer in order]


def _swept(
    order: list[list[S]], near: dict[S, list[S]], *, leftward: bool = False
) -> list[list[S]]:
    """Sort each layer by the mean place of what it hangs on in the layer before."""
    result: list[list[S]] = []
    place: dict[S, int] = {}
    for layer in reversed(order) if leftward else order:
        old = {s: n for n, s in enumerate(layer)}
        wish = {s: _mean([place[o] for o in near.get(s, ())], old[s]) for s in layer}
        new = sorted(layer, key=lambda s, wish=wish, old=old: (wish[s], old[s]))
        place = {s: n for n, s in enumerate(new)}
        result.append(new)
    return result[::-1] if leftward else result


def _crossings(order: list[list[S]], right: dict[S, list[S]]) -> int:
    """Count the crossings between layers: pairs of lines whose ends are in opposite order."""
    count = 0
    for layer, following in itertools.pairwise(order):
        place = {s: n for n, s in enumerate(following)}
        passed: list[int] = []
        for slot in layer:
            ends = sorted(place[o] for o in right.get(slot, ()))
            count += sum(len(passed) - bisect.bisect_right(passed, e) for e in ends)
            for end in ends:
                bisect.insort(passed, end)
    return count


def _settled(
    order: list[list[S]],
    left: dict[S, list[S]],
    right: dict[S, list[S]],
    tall: Callable[[S], int],
) -> list[list[tuple[S, int]]]:
    """Bring everything as near to the height of what it hangs on as its neighbours let it."""
    height: dict[S, int] = {}
    for layer in order:
        height |= _apart(layer, [0.0] * len(layer), tall)
    for turn in range(_SETTLINGS):
        sides = (left, right) if turn % 2 else (right, left)
        near = sides[0] if turn < _SETTLINGS - 2 else {s: _both(s, left, right) for s in height}
        for layer in order if turn % 2 else reversed(order):
            wishes = [_mean([height[o] for o in near.get(s, ())], height[s]) for s in layer]
            height |= _apart(layer, wishes, tall)
    return [[(s, height[s]) for s in layer] for layer in order]


def _both(slot: S, left: dict[S, list[S]], right: dict[S, list[S]]) -> list[S]:
    return [*left.get(slot, ()), *right.get(slot, ())]


def _apart(layer: list[S], wishes: list[float], tall: Callable[[S], int]) -> dict[S, int]:
    """Return heights nearest to the wishes (least squares), in order and far enough apart."""
    offset, offsets = 0, list[int]()
    for n, slot in enumerate(layer):
        offset += (tall(layer[n - 1]) + tall(slot) + 1) // 2 if n else 0
        offsets.append(offset)
    # Pool what would be in the wrong order: each pool is [sum of wishes, how many].
    pools: list[list[float]] = []
    for wish, off in zip(wishes, offsets, strict=True):
        pools.append([wish - off, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    settled = [round(total / count) for total, count in pools for _ in range(int(count))]
    return {s: base + off for s, base, off in zip(layer, settled, offsets, strict=True)}


def _mean(values: Sequence[int], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
