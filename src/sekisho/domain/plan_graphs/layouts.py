"""Where each node and line of a graph is drawn: what comes first to the left, in px.

Everything is decided by the order of the nodes, so that the same graph is always the same picture.
The steps are those of Sugiyama: layers, order in them by barycenter, then places. Layers hold a
limited number of nodes, so that wide ones wrap; lines that pass a layer have room of their own in
it, and lines of the same node share that room.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sekisho.domain.plan_graphs.edges import turning_back
from sekisho.domain.plan_graphs.labels import Label, label_of
from sekisho.domain.plan_graphs.order import ordered
from sekisho.domain.plan_graphs.values import GraphEdge, GraphNode, PlanGraph

WIDTH = 1040
"""What the picture tries to fit into; long chains make it wider."""
_MARGIN = 8
_PADDING = 12
_GAP = 14
"""Between boxes in one layer."""
_AISLE = 36
"""Between layers, at least; lines turn there."""
_WIDEST_AISLE = 84
_APART = 28
"""Between parts that no line joins."""
_TURNED = 8
"""Lines that lead back meet a box this much lower than those that lead forward."""
_TITLE_LINE, _SMALL_LINE = 19, 15
_FEWEST_ROWS = 6
_LEAST_WIDTH = 96

Point = tuple[int, int]


@dataclass(frozen=True)
class PlacedNode:
    """The box of a node: its upper left corner, its size, and what is written in it."""

    node: GraphNode
    x: int
    y: int
    width: int
    height: int
    label: Label


@dataclass(frozen=True)
class PlacedEdge:
    """A line, as points from its source to its target. It turns after every first of two points.

    `back`: it leads from right to left, since there is a circle.
    """

    edge: GraphEdge
    points: tuple[Point, ...]
    back: bool = False


@dataclass(frozen=True)
class PlacedGraph:
    """A picture of `width` × `height` px; `graph` is what it shows."""

    graph: PlanGraph
    width: int
    height: int
    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]


def layout(graph: PlanGraph, width: int = WIDTH) -> PlacedGraph:
    """Place every node and line; no two boxes overlap."""
    labels = [label_of(n) for n in graph.nodes]
    blocks = [_block(part, graph, labels, width) for part in _parts(graph)]
    width = max([width, *(b.width + 2 * _MARGIN for b in blocks)])
    place = [(0, 0)] * len(graph.nodes)
    edges: list[PlacedEdge] = []
    sizes: dict[int, Point] = {}
    x = y = high = right = _MARGIN
    for block in blocks:
        if x > _MARGIN and x + block.width > width - _MARGIN:
            x, y = _MARGIN, high + _APART
        for i, (left, top) in block.corners.items():
            place[i] = (x + left, y + top)
        sizes |= block.sizes
        edges += [_shifted(e, x, y) for e in block.edges]
        high, right = max(high, y + block.height), max(right, x + block.width)
        x += block.width + _APART
    nodes = tuple(PlacedNode(n, *place[i], *sizes[i], labels[i]) for i, n in enumerate(graph.nodes))
    edges.sort(key=lambda e: (e.edge.source, e.edge.target))
    return PlacedGraph(graph, right + _MARGIN, high + _MARGIN, nodes, tuple(edges))


@dataclass
class _Block:
    """A part of the picture, with its own origin."""

    width: int = 0
    height: int = 0
    corners: dict[int, Point] = field(default_factory=dict[int, Point])
    sizes: dict[int, Point] = field(default_factory=dict[int, Point])
    edges: list[PlacedEdge] = field(default_factory=list[PlacedEdge])


def _shifted(edge: PlacedEdge, x: int, y: int) -> PlacedEdge:
    points = tuple((left + x, top + y) for left, top in edge.points)
    return PlacedEdge(edge.edge, points, edge.back)


def _parts(graph: PlanGraph) -> list[list[int]]:
    """Return what lines join, part by part; all nodes without a line are one part together."""
    place = {n.address: i for i, n in enumerate(graph.nodes)}
    near: dict[int, set[int]] = {}
    for e in graph.edges:
        one, other = place[e.source], place[e.target]
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    parts: list[list[int]] = []
    seen = set[int]()
    for start in sorted(near):
        if start in seen:
            continue
        part, waiting = set[int](), {start}
        while waiting:
            part |= waiting
            waiting = {o for n in waiting for o in near[n]} - part
        seen |= part
        parts.append(sorted(part))
    alone = [i for i in range(len(graph.nodes)) if i not in near]
    return sorted([*parts, *([alone] if alone else [])])


def _height(label: Label) -> int:
    return 10 + _TITLE_LINE + _SMALL_LINE * (len(label.small) + bool(label.tally))


def _block(part: list[int], graph: PlanGraph, labels: Sequence[Label], width: int) -> _Block:
    sizes = {
        i: (max(labels[i].width, _LEAST_WIDTH) + 2 * _PADDING, _height(labels[i])) for i in part
    }
    inside = {graph.nodes[i].address: i for i in part}
    edges = [e for e in graph.edges if e.source in inside]
    return _Layered(inside, edges, sizes).block() if edges else _grid(sizes, width)


def _grid(sizes: dict[int, Point], width: int) -> _Block:
    """Place boxes that no line joins row by row, in columns of one width."""
    column = max(w for w, _ in sizes.values())
    columns = max((width - 2 * _MARGIN + _GAP) // (column + _GAP), 1)
    block, top = _Block(), 0
    order = list(sizes)
    for start in range(0, len(order), columns):
        row = order[start : start + columns]
        tall = max(sizes[i][1] for i in row)
        for n, i in enumerate(row):
            block.corners[i] = (n * (column + _GAP), top)
            block.sizes[i] = (column, tall)
        top += tall + _GAP
    used = min(columns, len(order))
    block.width, block.height = used * (column + _GAP) - _GAP, top - _GAP
    return block


_Slot = tuple[str, int, int]
"""What has a place in a layer: ("box", node, 0), or (which lines, their common node, layer)."""


class _Layered:
    """One part whose nodes lines join."""

    def __init__(
        self, inside: dict[str, int], edges: list[GraphEdge], sizes: dict[int, Point]
    ) -> None:
        self._inside, self._sizes = inside, sizes
        back = turning_back((e.source, e.target) for e in edges)
        self._edges = [(e, (e.source, e.target) in back) for e in edges]
        ways = [self._way(e, turned) for e, turned in self._edges]
        self._leaving = Counter(left for left, _ in ways)
        self._coming = Counter(right for _, right in ways)
        self._layer = _layers(list(sizes), ways)
        self._chains = [
            self._chain(way, turned) for way, (_, turned) in zip(ways, self._edges, strict=True)
        ]

    def _way(self, edge: GraphEdge, turned: bool) -> Point:
        """Return the two ends of a line, the left one first."""
        source, target = self._inside[edge.source], self._inside[edge.target]
        return (target, source) if turned else (source, target)

    def _chain(self, way: Point, turned: bool) -> list[_Slot]:
        """Return what a line passes; it shares that with others of the end that has more lines."""
        left, right = way
        merging = self._coming[right] > self._leaving[left]
        kind = ("in" if merging else "out") + ("-back" if turned else "")
        passed = range(self._layer[left] + 1, self._layer[right])
        common = right if merging else left
        return [("box", left, 0), *((kind, common, n) for n in passed), ("box", right, 0)]

    def block(self) -> _Block:
        layers, links = self._slots()
        columns = ordered(layers, links, self._tall)
        lefts, widths = self._across(columns, links)
        block = _Block()
        middle = {s: y for column in columns for s, y in column}
        for n, column in enumerate(columns):
            for slot, y in column:
                if slot[0] == "box":
                    tall = self._sizes[slot[1]][1]
                    block.corners[slot[1]] = (lefts[n], y - tall // 2)
                    block.sizes[slot[1]] = (widths[n], tall)
        block.edges = [
            PlacedEdge(edge, self._points(chain, turned, middle, (lefts, widths)), turned)
            for (edge, turned), chain in zip(self._edges, self._chains, strict=True)
        ]
        self._to_origin(block)
        block.width = lefts[-1] + widths[-1]
        return block

    def _slots(self) -> tuple[list[list[_Slot]], list[tuple[_Slot, _Slot]]]:
        """Return what stands in each layer, lines in the middle at first, and what is joined."""
        count = max(self._layer.values()) + 1
        boxes: list[list[_Slot]] = [[] for _ in range(count)]
        lines: list[dict[_Slot, None]] = [{} for _ in range(count)]
        for i in self._sizes:
            boxes[self._layer[i]].append(("box", i, 0))
        links: dict[tuple[_Slot, _Slot], None] = {}
        for chain in self._chains:
            for slot in chain[1:-1]:
                lines[slot[2]][slot] = None
            links.update(dict.fromkeys(itertools.pairwise(chain)))
        halves = [len(b) // 2 for b in boxes]
        layers = [
            [*b[:half], *passing, *b[half:]]
            for b, passing, half in zip(boxes, lines, halves, strict=True)
        ]
        return layers, list(links)

    def _tall(self, slot: _Slot) -> int:
        return self._sizes[slot[1]][1] + _GAP if slot[0] == "box" else _GAP

    def _across(
        self, columns: list[list[tuple[_Slot, int]]], links: list[tuple[_Slot, _Slot]]
    ) -> tuple[list[int], list[int]]:
        """Return where layers begin and how wide they are: more lines need wider aisles."""
        widths = [
            max((self._sizes[s[1]][0] for s, _ in c if s[0] == "box"), default=0) for c in columns
        ]
        turns = [0] * len(columns)
        for one, _ in links:
            turns[self._layer[one[1]] if one[0] == "box" else one[2]] += 1
        lefts = [0]
        for width, lines in zip(widths, turns, strict=True):
            lefts.append(lefts[-1] + width + min(_AISLE + 2 * lines, _WIDEST_AISLE))
        return lefts[:-1], widths

    def _points(
        self,
        chain: list[_Slot],
        turned: bool,
        middle: dict[_Slot, int],
        across: tuple[list[int], list[int]],
    ) -> tuple[Point, ...]:
        lefts, widths = across
        lower = _TURNED if turned else 0
        first, last = self._layer[chain[0][1]], self._layer[chain[-1][1]]
        points = [(lefts[first] + widths[first], middle[chain[0]] + lower)]
        for slot in chain[1:-1]:
            n = slot[2]
            points += [(lefts[n], middle[slot]), (lefts[n] + widths[n], middle[slot])]
        points.append((lefts[last], middle[chain[-1]] + lower))
        return tuple(reversed(points)) if turned else tuple(points)

    @staticmethod
    def _to_origin(block: _Block) -> None:
        heights = [y for e in block.edges for _, y in e.points]
        top = min([*heights, *(y for _, y in block.corners.values())])
        block.corners = {i: (x, y - top) for i, (x, y) in block.corners.items()}
        block.edges = [_shifted(e, 0, -top) for e in block.edges]
        lowest = [y + block.sizes[i][1] for i, (_, y) in block.corners.items()]
        block.height = max([*lowest, *(y - top for y in heights)])


def _layers(nodes: Iterable[int], ways: list[Point]) -> dict[int, int]:
    """Give each node the first layer after all that it depends on that has room."""
    before: dict[int, set[int]] = {n: set() for n in nodes}
    after: dict[int, set[int]] = {n: set() for n in before}
    for left, right in ways:
        before[right].add(left)
        after[left].add(right)
    rows = max(_FEWEST_ROWS, round((2.4 * len(before)) ** 0.5))
    layer: dict[int, int] = {}
    held: dict[int, int] = {}
    for node in _first_first(before, after):
        n = max((layer[b] + 1 for b in before[node]), default=0)
        while held.get(n, 0) >= rows:
            n += 1
        layer[node] = n
        held[n] = held.get(n, 0) + 1
    for node in reversed(list(layer)):
        _move_near(node, before, after, (layer, held, rows))
    return layer


def _move_near(
    node: int,
    before: dict[int, set[int]],
    after: dict[int, set[int]],
    held: tuple[dict[int, int], dict[int, int], int],
) -> None:
    """Bring a node that depends on little close to what depends on it: short lines."""
    layer, count, rows = held
    if not after[node] or len(before[node]) > len(after[node]):
        return
    latest = min(layer[a] for a in after[node]) - 1
    for n in range(latest, layer[node], -1):
        if count.get(n, 0) < rows:
            count[layer[node]] -= 1
            count[n] = count.get(n, 0) + 1
            layer[node] = n
            return


def _first_first(before: dict[int, set[int]], after: dict[int, set[int]]) -> list[int]:
    """Return nodes, each after what it depends on, level by level."""
    waiting = {n: len(b) for n, b in before.items()}
    level = [n for n, count in waiting.items() if not count]
    order: list[int] = []
    while level:
        order += level
        following: list[int] = []
        for node in level:
            for other in sorted(after[node]):
                waiting[other] -= 1
                if not waiting[other]:
                    following.append(other)
        level = sorted(following)
    return order
