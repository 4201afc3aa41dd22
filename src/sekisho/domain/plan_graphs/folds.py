"""A graph that is being folded: several of its nodes become one, and nothing is lost uncounted."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from sekisho.domain.plan_graphs.edges import Pair, without_detours
from sekisho.domain.plan_graphs.values import (
    ACTIONS,
    OTHERS,
    RISKS,
    ROOT,
    GraphEdge,
    GraphNode,
    PlanGraph,
    rank,
)

MOST_LINES = 240
"""Lines in one picture, whatever it shows."""

Place = tuple[str, str, str]
"""The module, type and side of a fold."""
Key = Callable[[GraphNode], Place | None]
"""Where a node is folded into; None: it stays."""


class Draft:
    """Nodes by address, and the pairs (source, target) of them that lines join."""

    def __init__(self, nodes: dict[str, GraphNode], pairs: set[Pair]) -> None:
        self.nodes, self.pairs = nodes, pairs
        self._into = dict[str, str]()
        self._left_out = 0

    def fold(self, key: Key, most: int) -> None:
        """Fold what has the same key, the largest groups first, until there are few enough."""
        groups: dict[Place, list[GraphNode]] = {}
        for node in self.nodes.values():
            if (place := key(node)) is not None:
                groups.setdefault(place, []).append(node)
        into: dict[str, str] = {}
        for place, members in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
            if len(self.nodes) <= most:
                break
            if len(members) > 1:
                into |= self._merged(_fold_of(place, members), members)
        self._into = {a: into.get(i, i) for a, i in self._into.items()} | into
        self.pairs = _moved(self.pairs, into)

    def arrived(self, pairs: Iterable[Pair]) -> set[Pair]:
        """Return pairs of resources as pairs of the nodes that these are drawn in."""
        return _moved(pairs, self._into)

    def drop(self, addresses: Iterable[str]) -> None:
        """Leave unchanged neighbours out."""
        gone = frozenset(addresses)
        self._left_out += sum(self.nodes.pop(a).members for a in gone)
        self.pairs = {p for p in self.pairs if gone.isdisjoint(p)}

    def lines(self) -> int:
        """Count the lines of the picture."""
        return len(without_detours(self.pairs))

    def finished(self) -> PlanGraph:
        """Put it into its one order, with few enough lines; those of what is risky are kept."""
        nodes = sorted(self.nodes.values(), key=_first)
        place = {n.address: i for i, n in enumerate(nodes)}
        drawn = without_detours(self.pairs)
        lines = sorted(drawn, key=lambda p: (sorted((place[p[0]], place[p[1]])), p))
        kept = sorted(lines[:MOST_LINES], key=lambda p: (place[p[0]], place[p[1]]))
        edges = tuple(GraphEdge(*p) for p in kept)
        return PlanGraph(tuple(nodes), edges, self._left_out, len(lines) - len(kept))

    def _merged(self, fold: GraphNode, members: list[GraphNode]) -> dict[str, str]:
        """Put a fold in its members' place; one of the same address takes them in."""
        for member in members:
            del self.nodes[member.address]
        if earlier := self.nodes.get(fold.address):
            both = fold.members + earlier.members
            fold = dataclasses.replace(together(fold, [fold, earlier]), members=both)
        self.nodes[fold.address] = fold
        return {m.address: fold.address for m in members}


def _moved(pairs: Iterable[Pair], into: Mapping[str, str]) -> set[Pair]:
    moved = {(into.get(a, a), into.get(b, b)) for a, b in pairs}
    return {(a, b) for a, b in moved if a != b}


def _first(node: GraphNode) -> tuple[int, bool, str, str]:
    return (-rank(node.risk), not node.changed, node.module, node.address)


def _fold_of(place: Place, members: list[GraphNode]) -> GraphNode:
    module, kind, side = place
    # What is calm, dangerous, irreversible or unchanged is never in one fold: nor are their names.
    risky = max(rank(m.risk) for m in members)
    mark = (RISKS[risky] if risky > 1 else "") if members[0].changed else f"unchanged {side}"
    address = ".".join(p for p in (module, kind) if p) or ROOT
    like = GraphNode(f"{address} {mark}".strip(), module, kind, "")
    return dataclasses.replace(together(like, members), members=sum(m.members for m in members))


def together(like: GraphNode, parts: list[GraphNode]) -> GraphNode:
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


def _urgency(action: str) -> int:
    return ACTIONS.index(action) if action in ACTIONS else ACTIONS.index("update")


def by_type(node: GraphNode) -> Place:
    """Fold what is of one type in one module."""
    return (node.module, node.type, "")


def by_module(node: GraphNode) -> Place:
    """Fold what is in one module."""
    return (node.module, "", "")


def by_kind(node: GraphNode) -> Place:
    """Fold what is of one type, wherever it is."""
    return (OTHERS, node.type, "")


def by_parent(depth: int) -> Key:
    """Fold modules that lie this deep (2: in another one) or deeper into the ones around them."""

    def key(node: GraphNode) -> Place | None:
        steps = node.module.split(".module.")
        return (".module.".join(steps[: depth - 1]), "", "") if len(steps) >= depth else None

    return key


def deepest(nodes: Iterable[GraphNode]) -> int:
    """Say how deep the deepest module lies; 1 where none is in another."""
    return max((len(n.module.split(".module.")) for n in nodes), default=1)
