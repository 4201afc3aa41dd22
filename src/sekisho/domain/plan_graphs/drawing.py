"""The graph of what changes: changed resources and one hop around them, few enough to be read."""

from collections.abc import Callable, Iterable, Mapping

from sekisho.domain.plan_graphs.folds import (
    Draft,
    Key,
    Place,
    by_kind,
    by_module,
    by_parent,
    by_type,
    deepest,
    together,
)
from sekisho.domain.plan_graphs.values import OTHERS, Changed, GraphNode, PlanGraph, rank
from sekisho.domain.references import parts_of

CAP = 60
"""Nodes in one picture: more of them nobody reads."""
_LINES = 120
"""Lines in one picture before unchanged neighbours make room."""
_ROOM = 6
"""Where changes alone are too many, one node in so many is left to unchanged neighbours."""
_SHARE = 5
"""What is calm keeps one node in so many before anything dangerous is folded."""
_LEVELS = (1, 2, 3)
"""Ranks of risk by which changes are folded apart; the safe ones go with what is to be reviewed."""


def graph_of(
    changes: Iterable[Changed], edges: Mapping[str, Iterable[str]], cap: int = CAP
) -> PlanGraph:
    """Draw the graph; `edges` says what each resource depends on.

    Where there are more than `cap` nodes, unchanged neighbours are folded first, then calm changes
    of one type in one module, then their modules; what is dangerous only when nothing else is left.
    """
    changed = _gathered(changes)
    pairs = {(source, a) for a, needed in edges.items() for source in needed if source != a}
    near = {p for p in pairs if p[0] in changed or p[1] in changed}
    draft = Draft(dict(changed), {p for p in near if p[0] in changed and p[1] in changed})
    if len(changed) > cap:
        _fold_changed(draft, cap - cap // _ROOM)
    for address in sorted({a for pair in near for a in pair} - changed.keys()):
        draft.nodes[address] = GraphNode(address, *parts_of(address))
    draft.pairs = draft.arrived(near)
    _fold_unchanged(draft, cap)
    return draft.finished()


def _gathered(changes: Iterable[Changed]) -> dict[str, GraphNode]:
    """Make one node of all instances of a resource."""
    found: dict[str, list[GraphNode]] = {}
    for c in changes:
        kind = parts_of(c.address)[1] or c.type
        tally = ((str(c.action), 1),)
        node = GraphNode(c.address, c.module, kind, c.name, tally, str(c.risk), changed=True)
        found.setdefault(c.address, []).append(node)
    return {a: together(instances[0], instances) for a, instances in sorted(found.items())}


def _level(node: GraphNode) -> int:
    return max(rank(node.risk), 1)


def _fold_changed(draft: Draft, cap: int) -> None:
    """Fold what changes: the calm before the dangerous, and that before the irreversible."""
    for level in _LEVELS:
        mine = _only(level)
        draft.fold(mine(by_type), cap)
        for key in _coarser(draft, cap, level):
            draft.fold(mine(key), cap)
        _fold_smallest(draft, level, cap, cap // _SHARE)
    for level in _LEVELS:
        _fold_smallest(draft, level, cap, 1)
    draft.fold(lambda _: (OTHERS, "", ""), cap)


def _only(level: int) -> Callable[[Key], Key]:
    return lambda key: lambda node: key(node) if _level(node) == level else None


def _coarser(draft: Draft, cap: int, level: int) -> list[Key]:
    """Choose what to fold by: modules; where there are too many, types wherever they are."""
    mine = [n for n in draft.nodes.values() if _level(n) == level]
    room = cap - (len(draft.nodes) - len(mine))
    if len({n.module.split(".module.")[0] for n in mine}) > room:
        return [by_kind]
    return [by_module, *(by_parent(depth) for depth in range(deepest(mine), 1, -1))]


def _fold_smallest(draft: Draft, level: int, cap: int, least: int) -> None:
    """Fold the smallest of a level into one, as many as must go; at least `least` stay."""
    mine = sorted(
        (n for n in draft.nodes.values() if _level(n) == level), key=lambda n: (n.count, n.address)
    )
    over = min(len(draft.nodes) - cap, len(mine) - least)
    if over > 0:
        small = {n.address for n in mine[: over + 1]}
        draft.fold(lambda n: (OTHERS, "", "") if n.address in small else None, 0)


def _fold_unchanged(draft: Draft, cap: int) -> None:
    """Make neighbours few enough: by type, by module, and in the end without those of few lines.

    Where changes of several modules are one already, so are they. What comes before a change and
    what comes after it are folded apart: no circles come of it.
    """
    across = any(n.module == OTHERS for n in draft.nodes.values())
    for key in (by_type, by_kind if across else by_module):
        draft.fold(_sided(key, draft), cap)
        if len(draft.nodes) <= cap and draft.lines() > _LINES:
            draft.fold(_sided(key, draft), 0)
    while over := _too_many(draft, cap):
        degree = {n.address: 0 for n in draft.nodes.values() if not n.changed}
        if not degree:
            return
        for address in (a for pair in draft.pairs for a in pair if a in degree):
            degree[address] += 1
        draft.drop(sorted(degree, key=lambda a, degree=degree: (degree[a], a))[:over])


def _too_many(draft: Draft, cap: int) -> int:
    """Say how many nodes should go now; where only lines are too many, a few at a time."""
    if len(draft.nodes) > cap:
        return len(draft.nodes) - cap
    return len(draft.nodes) // 10 + 1 if draft.lines() > _LINES else 0


def _sided(key: Key, draft: Draft) -> Key:
    sources, targets = ({p[side] for p in draft.pairs} for side in (0, 1))

    def sided(node: GraphNode) -> Place | None:
        place = key(node)
        if node.changed or place is None:
            return None
        first, last = node.address in sources, node.address in targets
        return (place[0], place[1], "between" if first and last else "before" if first else "after")

    return sided
