"""The graph of what changes: few enough nodes, nothing lost uncounted, boxes that never overlap."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sekisho.domain.plan_graphs import (
    CAP,
    OTHERS,
    Changed,
    GraphEdge,
    GraphNode,
    PlacedGraph,
    PlanGraph,
    graph_of,
    label_of,
    layout,
    text_width,
)
from sekisho.domain.plan_graphs.edges import turning_back, without_detours
from sekisho.domain.plan_graphs.labels import MOST, SMALL_SIZE, TITLE_SIZE, fit
from sekisho.views.plan_graphs import GraphView
from sekisho.views.view import tokens
from tests.fakes.plan_graphs import Edges, changed, five, hundreds, sixty

STORED = TypeAdapter(PlanGraph)
quickly = settings(max_examples=60, deadline=None)


def nodes_of(graph: PlanGraph) -> dict[str, GraphNode]:
    return {n.address: n for n in graph.nodes}


def pairs_of(graph: PlanGraph) -> set[tuple[str, str]]:
    return {(e.source, e.target) for e in graph.edges}


def neighbours(changes: list[Changed], edges: Edges) -> set[str]:
    """What is one hop from a change and does not change: a second, plainer way to say it."""
    touched = {c.address for c in changes}
    hop = {n for a, needed in edges.items() if a in touched for n in needed}
    hop |= {a for a, needed in edges.items() if touched & set(needed)}
    return hop - touched


def test_a_few_changes_are_drawn_with_one_hop_around_them():
    graph = graph_of(*five())
    nodes = nodes_of(graph)
    assert {a for a, n in nodes.items() if not n.changed} == {
        "aws_vpc.main",
        "aws_ecs_cluster.main",
        "aws_route53_record.orders",
        "aws_cloudwatch_metric_alarm.orders",
    }
    assert nodes["aws_subnet.private"].count == 3
    assert nodes["aws_subnet.private"].tally == (("update", 3),)
    assert [n.address for n in graph.nodes[:2]] == [
        "module.orders.aws_db_instance.受注",
        "aws_iam_user.old",
    ]
    assert (graph.left_out, graph.edges_left_out) == (0, 0)


def test_what_is_two_hops_away_is_not_drawn():
    edges = {"a_b.two": ["a_b.one"], "a_b.one": ["a_b.zero"], "a_b.zero": ["a_b.before"]}
    graph = graph_of(changed("a_b.zero"), edges)
    assert set(nodes_of(graph)) == {"a_b.before", "a_b.zero", "a_b.one"}
    assert pairs_of(graph) == {("a_b.before", "a_b.zero"), ("a_b.zero", "a_b.one")}


def test_a_dependency_that_a_longer_way_shows_is_not_drawn_twice():
    edges = {"a_b.c": ["a_b.b", "a_b.a"], "a_b.b": ["a_b.a"]}
    graph = graph_of([c for n in "abc" for c in changed(f"a_b.{n}")], edges)
    assert pairs_of(graph) == {("a_b.a", "a_b.b"), ("a_b.b", "a_b.c")}


def test_instances_of_one_resource_are_one_node_with_the_worst_of_them():
    many = [
        *changed("a_b.c", "update", "review", 100),
        *changed("a_b.c", "create", "safe", 49),
        *changed("a_b.c", "replace", "irreversible"),
    ]
    [node] = graph_of(many, {}).nodes
    assert (node.count, node.members, node.risk) == (150, 1, "irreversible")
    assert node.tally == (("replace", 1), ("update", 100), ("create", 49))


@pytest.mark.parametrize("estate", [five, sixty, hundreds])
def test_no_picture_has_more_nodes_than_can_be_read_and_all_changes_are_counted(estate):
    changes, edges = estate()
    graph = graph_of(changes, edges)
    assert len(graph.nodes) <= CAP
    assert sum(n.count for n in graph.nodes if n.changed) == len(changes)
    drawn = Counter(action for n in graph.nodes for action, times in n.tally for _ in range(times))
    assert drawn == Counter(c.action for c in changes)
    unchanged = sum(n.members for n in graph.nodes if not n.changed)
    assert unchanged + graph.left_out == len(neighbours(changes, edges))
    assert sum(n.members for n in graph.nodes if n.changed) == len({c.address for c in changes})


def test_among_hundreds_every_dangerous_resource_keeps_its_own_node():
    changes, edges = hundreds()
    assert len({c.address for c in changes}) > 500
    nodes = nodes_of(graph_of(changes, edges))
    risky = {c.address for c in changes if c.risk in ("dangerous", "irreversible")}
    assert len(risky) > 30
    assert risky <= set(nodes)
    assert all(n.risk not in ("dangerous", "irreversible") for n in nodes.values() if not n.name)


def test_calm_changes_make_room_first_and_irreversible_ones_last():
    changes = [
        *(c for n in range(80) for c in changed(f"a_calm.n{n}", "create", "safe")),
        *(c for n in range(70) for c in changed(f"a_risky.n{n}", "delete", "dangerous")),
        *(c for n in range(30) for c in changed(f"a_final.n{n}", "delete", "irreversible")),
    ]
    nodes = nodes_of(graph_of(changes, {}))
    assert {a for a, n in nodes.items() if n.name} >= {f"a_final.n{n}" for n in range(30)}
    folds = {a: (n.members, n.risk) for a, n in nodes.items() if not n.name}
    assert folds == {"a_calm": (80, "safe"), "a_risky dangerous": (70, "dangerous")}


def test_many_modules_are_one_node_each_and_too_many_are_folded_by_type():
    some = [
        c
        for m in range(40)
        for n in range(10)
        for c in changed(f"module.m{m}.module.in.a_t{n}.x", "update")
    ]
    nodes = nodes_of(graph_of(some, {}))
    assert {n.module for n in nodes.values()} >= {f"module.m{m}.module.in" for m in range(40)}
    more = [c for m in range(400) for n in range(4) for c in changed(f"module.m{m}.a_t{n}.x")]
    folded = graph_of(more, {}).nodes
    assert [(n.module, n.type, n.members) for n in folded] == [
        (OTHERS, f"a_t{n}", 400) for n in range(4)
    ]


def test_nested_modules_are_folded_into_those_around_them():
    deep = [
        c
        for outer in range(5)
        for inner in range(30)
        for n in range(2)
        for c in changed(f"module.o{outer}.module.i{inner}.a_t{n}.x")
    ]
    nodes = graph_of(deep, {}).nodes
    assert len(nodes) <= CAP
    assert sum(n.members for n in nodes) == 300
    assert {n.module.split(".module.")[0] for n in nodes} == {f"module.o{n}" for n in range(5)}


def test_a_hub_with_hundreds_around_it_is_drawn_with_folds_of_them():
    edges = {f"module.m{n % 4}.a_t{n % 7}.n{n}": ["a_vpc.hub"] for n in range(400)}
    graph = graph_of(changed("a_vpc.hub"), edges)
    assert len(graph.nodes) <= CAP
    assert graph.left_out == 0
    assert sum(n.members for n in graph.nodes if not n.changed) == 400


def test_what_comes_before_and_after_is_folded_apart_so_that_nothing_turns_back():
    changes, edges = sixty()
    graph = graph_of(changes, edges)
    assert any(not n.name for n in graph.nodes)
    assert turning_back(pairs_of(graph)) == set()


def test_lines_beyond_what_can_be_read_are_counted():
    lower, upper = ([f"a_{side}.n{n}" for n in range(28)] for side in ("low", "up"))
    changes = [c for a in [*lower, *upper] for c in changed(a)]
    graph = graph_of(changes, dict.fromkeys(upper, lower))
    assert len(graph.nodes) == 56
    assert len(graph.edges) + graph.edges_left_out == 28 * 28
    assert len(graph.edges) == 240


def test_a_graph_is_small_where_it_is_stored_and_comes_back_the_same():
    for estate in (five, sixty, hundreds):
        graph = graph_of(*estate())
        stored = STORED.dump_json(graph)
        assert STORED.validate_json(stored) == graph
        assert len(stored) < 25_000


def test_nothing_changes_nothing_is_drawn():
    graph = graph_of([], {"a_b.c": ["a_b.d"]})
    assert graph == PlanGraph()
    placed = layout(graph)
    assert (placed.nodes, placed.edges) == ((), ())
    assert GraphView.of(graph).words() == "No graph."


def test_full_width_letters_take_twice_the_room_and_long_names_are_cut():
    assert text_width("あいう", 12) > 1.6 * text_width("abc", 12)
    assert text_width("e\u0301", 12) == text_width("e", 12)
    for text in ("production_web_server_in_eu_west_1" * 3, "本番環境の受注データベース" * 5):
        for cut in ("middle", "start"):
            short = fit(text, 12, 120, cut)
            assert text_width(short, 12) <= 120
            assert "…" in short
            assert short[-3:] == text[-3:]
    assert fit("short", 12, 120) == "short"


def overlapping(placed: PlacedGraph) -> list[tuple[str, str]]:
    return [
        (a.node.address, b.node.address)
        for a, b in itertools.combinations(placed.nodes, 2)
        if a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    ]


def through_boxes(placed: PlacedGraph) -> list[str]:
    """Straight pieces of lines, between two aisles, that cross a box."""
    return [
        n.node.address
        for e in placed.edges
        for (x, y), (to_x, _) in zip(e.points[1:-1:2], e.points[2:-1:2], strict=True)
        for n in placed.nodes
        if n.y < y < n.y + n.height and min(x, to_x) < n.x + n.width and n.x < max(x, to_x)
    ]


def check(placed: PlacedGraph) -> None:
    assert overlapping(placed) == []
    assert through_boxes(placed) == []
    boxes = {n.node.address: n for n in placed.nodes}
    assert len(boxes) == len(placed.graph.nodes)
    assert {e.edge for e in placed.edges} == set(placed.graph.edges)
    for n in placed.nodes:
        assert n.x >= 0
        assert n.y >= 0
        assert n.x + n.width <= placed.width
        assert n.y + n.height <= placed.height
        assert n.label.width <= n.width
    for e in placed.edges:
        source, target = boxes[e.edge.source], boxes[e.edge.target]
        sides = (
            (source.x, target.x + target.width) if e.back else (source.x + source.width, target.x)
        )
        assert (e.points[0][0], e.points[-1][0]) == sides
        assert source.y < e.points[0][1] < source.y + source.height
        assert target.y < e.points[-1][1] < target.y + target.height
        across = [x for x, _ in e.points]
        assert across == sorted(across, reverse=e.back)


@pytest.mark.parametrize("estate", [five, sixty, hundreds])
def test_boxes_do_not_overlap_and_lines_go_around_them(estate):
    placed = layout(graph_of(*estate()))
    check(placed)
    assert not any(e.back for e in placed.edges)


def test_what_comes_first_is_to_the_left():
    placed = layout(graph_of(*five()))
    x = {n.node.address: n.x for n in placed.nodes}
    order = ["aws_vpc.main", "aws_subnet.private", "module.orders.aws_db_instance.受注",
             "module.orders.aws_ecs_service.api"]  # fmt: skip
    assert [x[a] for a in order] == sorted({x[a] for a in order})


def test_a_wide_layer_wraps():
    edges = {f"a_b.leaf{n}": ["a_b.hub"] for n in range(50)}
    changes = [c for a in ["a_b.hub", *edges] for c in changed(a)]
    placed = layout(graph_of(changes, edges))
    check(placed)
    assert len({n.x for n in placed.nodes}) >= 4
    assert placed.height < 1000


def test_boxes_without_lines_stand_in_a_grid_within_the_width():
    changes = [c for n in range(50) for c in changed(f"a_b.n{n}")]
    placed = layout(graph_of(changes, {}), width=800)
    check(placed)
    assert placed.width <= 800
    assert len({n.x for n in placed.nodes}) >= 4


names = st.sampled_from(
    [
        "main",
        "受注データベース_本番環境_東京リージョン",
        "x" * 90,
        "a-b_c",
        "ｱ",
        "…",
        "e\u0301" * 20,
    ]
)
types = st.sampled_from(["aws_vpc", "aws_db_instance", "terraform_data", "data.aws_ami"])
modules = st.sampled_from(["", "module.net", "module.net.module.内側", "module.m", "module.z" * 30])
actions = st.sampled_from(
    ["create", "update", "delete", "replace", "read", "forget", "no-op", "新"]
)
risks = st.sampled_from(["safe", "review", "dangerous", "irreversible", "?"])


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Changed], Edges]:
    """Any graph at all: circles, loops, hubs, chains, strangers."""
    changes: list[Changed] = []
    for n in range(draw(st.integers(0, 40))):
        module, kind = draw(modules), draw(types)
        name = f"{draw(names)}{n}"
        address = f"{module}.{kind}.{name}" if module else f"{kind}.{name}"
        one = Changed(address, module, kind, name, draw(actions), draw(risks))
        changes += [one] * draw(st.integers(1, 3))
    known = sorted({c.address for c in changes} | {f"a_b.same{n}" for n in range(12)})
    ends = st.sampled_from(known)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=120))
    edges: Edges = {}
    for address, needed in pairs:
        edges.setdefault(address, []).append(needed)
    return changes, edges


@quickly
@given(plans(), st.integers(1, 60))
def test_any_graph_is_folded_within_the_cap_and_nothing_is_lost(plan, cap: int):
    changes, edges = plan
    graph = graph_of(changes, edges, cap)
    assert len(graph.nodes) <= cap
    assert sum(n.count for n in graph.nodes if n.changed) == len(changes)
    unchanged = sum(n.members for n in graph.nodes if not n.changed)
    assert unchanged + graph.left_out == len(neighbours(changes, edges))
    assert {a for e in graph.edges for a in (e.source, e.target)} <= set(nodes_of(graph))
    worst = max((c.risk for c in changes if c.risk != "?"), default="", key=list(RANKS).index)
    if worst in ("dangerous", "irreversible"):
        assert graph.nodes[0].risk == worst


RANKS = ("", "safe", "review", "dangerous", "irreversible")


@quickly
@given(plans(), st.randoms(use_true_random=False))
def test_any_graph_has_a_picture_and_the_same_one_in_whatever_order_it_comes(plan, random):
    changes, edges = plan
    graph = graph_of(changes, edges)
    placed = layout(graph)
    check(placed)
    shuffled = random.sample(changes, len(changes))
    turned = {
        a: random.sample(edges[a], len(edges[a])) for a in random.sample(list(edges), len(edges))
    }
    assert repr(layout(graph_of(shuffled, turned))) == repr(placed)


@quickly
@given(plans(), st.integers(60, 2000))
def test_the_text_form_keeps_within_its_limit_and_counts_the_rest(plan, limit: int):
    graph = graph_of(*plan)
    view = GraphView.of(graph, limit)
    assert tokens(view.words()) <= limit
    assert len(view.nodes) + view.nodes_left_out == len(graph.nodes)


@quickly
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=40))
def test_leaving_out_detours_leaves_every_way_there_is(pairs: list[tuple[str, str]]):
    whole = {p for p in pairs if p[0] != p[1]}
    kept = without_detours(whole)
    assert kept <= whole
    assert reach(kept) == reach(whole)
    assert all((n, n) not in reach(whole - turning_back(whole)) for n in "abcdefgh")


def reach(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(pairs)
    while new := {(a, d) for a, b in found for c, d in pairs if b == c} - found:
        found |= new
    return found


def test_text_says_what_depends_on_what():
    words = GraphView.of(graph_of(*five())).words().splitlines()
    assert words[1:5] == [
        "  -/+ module.orders.aws_db_instance.受注 [irreversible]",
        "    -> module.orders.aws_ecs_service.api",
        "    -> aws_cloudwatch_metric_alarm.orders",
        "    -> aws_route53_record.orders",
    ]
    assert "  ~ aws_subnet.private ×3" in words
    assert "  unchanged aws_vpc.main" in words


def test_labels_fit_their_room():
    long = "x" * 200
    node = GraphNode(
        "a", f"module.{long}", long, long, (("update", 10**6),), "dangerous", True, 10**6
    )
    label = label_of(node)
    assert label.width <= MOST + 8
    assert all(text_width(t, SMALL_SIZE) <= MOST for t in label.small)
    assert label.times == "×1000000"
    assert text_width(label.title, TITLE_SIZE) < MOST


def test_edges_are_between_nodes_that_are_there():
    graph = PlanGraph(
        (GraphNode("a", "", "a", "a"), GraphNode("b", "", "b", "b")),
        (GraphEdge("a", "b"), GraphEdge("b", "a")),
    )
    placed = layout(graph)
    check(placed)
    assert [e.back for e in placed.edges] == [False, True]
