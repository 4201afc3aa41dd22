"""Lines of a graph: which turn back, and which a longer way shows as well."""

from collections.abc import Iterable

Pair = tuple[str, str]


def turning_back(pairs: Iterable[Pair]) -> set[Pair]:
    """Return lines without which no way leads in a circle, found in the order of the names."""
    ahead = _ahead(pairs)
    done, back = set[str](), set[Pair]()
    for start in sorted(ahead):
        open_ones: dict[str, list[str]] = {}
        if start not in done:
            open_ones[start] = list(reversed(ahead[start]))
        while open_ones:
            node = next(reversed(open_ones))
            if not open_ones[node]:
                done.add(node)
                del open_ones[node]
                continue
            target = open_ones[node].pop()
            if target in open_ones:
                back.add((node, target))
            elif target not in done:
                open_ones[target] = list(reversed(ahead.get(target, [])))
    return back


def without_detours(pairs: Iterable[Pair]) -> set[Pair]:
    """Leave out A → C where A → B → C is there, as Terraform's own graph does.

    Lines that turn back stay as they are.
    """
    whole = set(pairs)
    back = turning_back(whole)
    forward = whole - back
    ahead = {n: set(t) for n, t in _ahead(forward).items()}
    beyond: dict[str, set[str]] = {}
    for node in _last_first(ahead):
        targets = ahead.get(node, set())
        beyond[node] = targets.union(*(beyond[t] for t in targets))
    kept = {
        (node, target)
        for node, targets in ahead.items()
        for target in targets - set[str]().union(*(beyond[t] for t in targets))
    }
    return kept | back


def _ahead(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    ahead: dict[str, list[str]] = {}
    for source, target in sorted(pairs):
        ahead.setdefault(source, []).append(target)
    return ahead


def _last_first(ahead: dict[str, set[str]]) -> list[str]:
    """Return all nodes, each after everything that it leads to; nothing may lead in a circle."""
    waiting = {n: len(t) for n, t in ahead.items()}
    behind: dict[str, list[str]] = {}
    for node, targets in ahead.items():
        for target in targets:
            behind.setdefault(target, []).append(node)
    ready = sorted(behind.keys() - waiting.keys())
    order = list[str]()
    while ready:
        node = ready.pop()
        order.append(node)
        for other in behind.get(node, []):
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    return order
