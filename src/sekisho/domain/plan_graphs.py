"""The graph of what changes: changed resources and one hop around them, few enough to be read."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sekisho.domain.plan_graph_edges import without_detours
from sekisho.domain.references import parts_of

CAP = 60
"""Nodes in one picture: more of them nobody reads."""
_LINES = 150
"""Lines in one picture before unchanged neighbours make room."""
_MOST_LINES = 240
_ROOM = 6
"""Where changes alone are too many, one node in so many is left to unchanged neighbours."""
OTHERS = "…"
"""The address of a node that stands for what fits nowhere else."""
ROOT = "."
"""The address of a node that stands for the whole root module."""

RISKS = ("safe", "review", "dangerous", "irreversible")
"""How much a change deserves a look, least first; a word that is not here is `review`."""
SIGNS = {
    "create": "+",
    "update": "~",
    "delete": "-",
    "replace": "-/+",
    "read": "<=",
    "forget": ".",
    "no-op": "=",
}
"""Terraform's own signs; `=`: only its address or its state entry changes."""
UNKNOWN_SIGN = "?"
ACTIONS = ("delete", "replace", "update", "create", "forget", "read", "no-op")
"""Actions, the one that deserves a look first."""


class Changed(NamedTuple):
    """One instance that changes; `address` is its address in the configuration, without keys."""

    address: str
    module: str
    type: str
    name: str
    action: str
    risk: str


@dataclasses.dataclass(frozen=True)
class GraphNode:
    """A resource of the configuration, or several of them (`members`) that are drawn as one.

    `name` is empty where all of a type in a module are one, `type` too where a module is. `tally`:
    action → instances; `count`: instances that change, at least 1.
    """

    address: str
    module: str
    type: str
    name: str
    tally: tuple[tuple[str, int], ...] = ()
    risk: str = "safe"
    changed: bool = False
    count: int = 1
    members: int = 1

    @property
    def action(self) -> str:
        """The action that deserves a look first; empty where nothing changes."""
        return self.tally[0][0] if self.tally else ""


@dataclasses.dataclass(frozen=True)
class GraphEdge:
    """`target` depends on `source`: what happens to the source comes first."""

    source: str
    target: str


@dataclasses.dataclass(frozen=True)
class PlanGraph:
    """What is drawn, dangerous first, and how much is not.

    `left_out`: unchanged neighbours; `edges_left_out`: dependencies. A dependency that a longer
    way through the graph shows as well is neither drawn nor counted.
    """

    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
    left_out: int = 0
    edges_left_out: int = 0


Pairs = set[tuple[str, str]]
"""(source, target)"""
_Key = Callable[[GraphNode], tuple[str, str, str] | None]
"""The (module, type, name) of the fold that a node goes into; None: it stays."""


def graph_of(
    changes: Iterable[Changed], edges: Mapping[str, Iterable[str]], cap: int = CAP
) -> PlanGraph:
    """Draw the graph; `edges` says what each resource depends on."""
    changed = _gathered(changes)
    pairs = {(source, a) for a, needed in edges.items() for source in needed if source != a}
    near = {p for p in pairs if p[0] in changed or p[1] in changed}
    draft = _Draft(dict(changed), {p for p in near if p[0] in changed and p[1] in changed})
    if len(changed) > cap:
        _fold_changed(draft, cap - cap // _ROOM)
    _add_neighbours(draft, near, changed)
    _fold_unchanged(draft, cap)
    return draft.finished()


class _Draft:
    """A graph that is being folded. `into` says where each resource of `changed` went."""

    def __init__(self, nodes: dict[str, GraphNode], pairs: Pairs) -> None:
        self.nodes, self.pairs = nodes, pairs
        self.into = {a: a for a in nodes}
        self.left_out = 0

    def fold(self, key: _Key, fits: Callable[[], bool]) -> None:
        """Fold what has the same key, the largest groups first, until it fits."""
        groups: dict[tuple[str, str, str], list[GraphNode]] = {}
        for node in self.nodes.values():
            if (place := key(node)) is not None:
                groups.setdefault(place, []).append(node)
        for place, members in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
            if fits():
                return
            if len(members) > 1:
                self._merge(_fold_of(place, members), members)

    def drop(self, address: str) -> None:
        """Leave an unchanged neighbour out."""
        self.left_out += self.nodes.pop(address).members
        self.pairs = {p for p in self.pairs if address not in p}

    def lines(self) -> int:
        """Count the lines of the picture."""
        return len(without_detours(self.pairs))

    def finished(self) -> PlanGraph:
        """Put it into its one order, with few enough lines; those of what is risky are kept."""
        nodes = sorted(self.nodes.values(), key=_first)
        place = {n.address: i for i, n in enumerate(nodes)}
        lines = sorted(
            without_detours(self.pairs), key=lambda p: sorted((place[p[0]], place[p[1]]))
        )
        kept = sorted(lines[:_MOST_LINES], key=lambda p: (place[p[0]], place[p[1]]))
        edges = tuple(GraphEdge(*p) for p in kept)
        return PlanGraph(tuple(nodes), edges, self.left_out, len(lines) - len(kept))

    def _merge(self, fold: GraphNode, members: list[GraphNode]) -> None:
        gone = {m.address for m in members}
        for address in gone:
            del self.nodes[address]
        self.nodes[fold.address] = fold
        self.into = {a: fold.address if i in gone else i for a, i in self.into.items()}
        self.pairs = self._moved(self.pairs, {a: fold.address for a in gone})

    @staticmethod
    def _moved(pairs: Pairs, into: Mapping[str, str]) -> Pairs:
        moved = {(into.get(a, a), into.get(b, b)) for a, b in pairs}
        return {(a, b) for a, b in moved if a != b}

    def arrived(self, pairs: Pairs) -> Pairs:
        """Return pairs of resources as pairs of the nodes that these are drawn in."""
        return self._moved(pairs, self.into)


def _gathered(changes: Iterable[Changed]) -> dict[str, GraphNode]:
    """Make one node of all instances of a resource."""
    found: dict[str, list[GraphNode]] = {}
    for c in changes:
        kind = parts_of(c.address)[1] or c.type
        tally = ((c.action, 1),)
        node = GraphNode(c.address, c.module, kind, c.name, tally, c.risk, changed=True)
        found.setdefault(c.address, []).append(node)
    return {a: _together(instances[0], instances) for a, instances in sorted(found.items())}


def _together(like: GraphNode, parts: list[GraphNode]) -> GraphNode:
    """Give a node the sums of its parts, and the risk of the worst."""
    tally: dict[str, int] = {}
    for action, number in (entry for p in parts for entry in p.tally):
        tally[action] = tally.get(action, 0) + number
    return dataclasses.replace(
        like,
        tally=tuple(sorted(tally.items(), key=lambda e: (_urgency(e[0]), e[0]))),
        risk=max((p.risk for p in parts), key=rank),
        changed=any(p.changed for p in parts),
        count=sum(p.count for p in parts),
    )


def rank(risk: str) -> int:
    """Say how far up a risk is."""
    return RISKS.index(risk) if risk in RISKS else RISKS.index("review")


def _urgency(action: str) -> int:
    return ACTIONS.index(action) if action in ACTIONS else ACTIONS.index("update")


def _first(node: GraphNode) -> tuple[int, bool, str, str]:
    return (-rank(node.risk), not node.changed, node.module, node.address)


def _fold_of(place: tuple[str, str, str], members: list[GraphNode]) -> GraphNode:
    module, kind, name = place
    address = ".".join(p for p in place if p) or ROOT
    risky = max(rank(m.risk) for m in members)
    # What is unchanged, calm, dangerous or irreversible is never in one fold: nor are their names.
    marks = (RISKS[risky] if risky > 1 else "") if members[0].changed else "unchanged"
    like = GraphNode(f"{address} {marks}".strip(), module, kind, name)
    folded = _together(like, members)
    return dataclasses.replace(folded, members=sum(m.members for m in members))


def _fold_changed(draft: _Draft, cap: int) -> None:
    """Fold what changes: the calm before the dangerous, and that before the irreversible."""
    for level in (1, 2, 3):
        fits = _Fits(draft, cap, level)
        for key in (_by_type, _by_module):
            draft.fold(fits.only(key), fits)
        for depth in range(_deepest(draft), 1, -1):
            draft.fold(fits.only(_by_parent(depth)), fits)
    while len(draft.nodes) > cap:
        _fold_smallest(draft, cap)


class _Fits:
    """Says whether nodes are few enough, and which may be folded at this level of risk."""

    def __init__(self, draft: _Draft, cap: int, level: int) -> None:
        self._draft, self._cap, self._level = draft, cap, level

    def __call__(self) -> bool:
        return len(self._draft.nodes) <= self._cap

    def only(self, key: _Key) -> _Key:
        return lambda node: key(node) if self._mine(node) else None

    def _mine(self, node: GraphNode) -> bool:
        return max(rank(node.risk), 1) == self._level


def _fold_smallest(draft: _Draft, cap: int) -> None:
    """Fold the smallest of the calmest there are into one node, as many as must go."""
    for level in (1, 2, 3):
        mine = [n for n in draft.nodes.values() if max(rank(n.risk), 1) == level]
        if len(mine) < 2:  # noqa: PLR2004 (one alone folds into nothing)
            continue
        over = len(draft.nodes) - cap + 1
        small = {
            n.address for n in sorted(mine, key=lambda n: (n.count, n.address))[: max(over, 2)]
        }
        draft.fold(lambda n: (OTHERS, "", "") if n.address in small else None, lambda: False)  # noqa: B023
        if len(draft.nodes) <= cap:
            return
    # Nothing is left but one node a level: as few as there can be.
    if len(draft.nodes) > cap:
        draft.fold(lambda _: (OTHERS, "", ""), lambda: False)


def _by_type(node: GraphNode) -> tuple[str, str, str]:
    return (node.module, node.type, "")


def _by_module(node: GraphNode) -> tuple[str, str, str]:
    return (node.module, "", "")


def _by_parent(depth: int) -> _Key:
    """Fold modules at this depth into the ones around them."""

    def key(node: GraphNode) -> tuple[str, str, str] | None:
        steps = node.module.split(".module.")
        if len(steps) < depth or depth < 2:  # noqa: PLR2004 (a first-level module is the least)
            return None
        return (".module.".join(steps[: depth - 1]), "", "")

    return key


def _deepest(draft: _Draft) -> int:
    return max((len(n.module.split(".module.")) for n in draft.nodes.values()), default=1)


def _add_neighbours(draft: _Draft, near: Pairs, changed: Mapping[str, GraphNode]) -> None:
    """Put in what is one hop away and does not change itself."""
    for address in sorted({a for pair in near for a in pair} - changed.keys()):
        draft.nodes[address] = GraphNode(address, *parts_of(address))
    draft.pairs = draft.arrived(near)


def _fold_unchanged(draft: _Draft, cap: int) -> None:
    """Make neighbours few enough: by type, by module, and in the end those with fewest lines."""

    def fits() -> bool:
        return len(draft.nodes) <= cap and draft.lines() <= _LINES

    for key in (_by_type, _by_module):
        draft.fold(lambda n, key=key: None if n.changed else key(n), fits)
    while not fits():
        rest = [n.address for n in draft.nodes.values() if not n.changed]
        if not rest:
            return
        degree = dict.fromkeys(rest, 0)
        for address in (a for pair in draft.pairs for a in pair if a in degree):
            degree[address] += 1
        over = max(len(draft.nodes) - cap, 1)
        for address in sorted(rest, key=lambda a: (degree[a], a))[:over]:
            draft.drop(address)
