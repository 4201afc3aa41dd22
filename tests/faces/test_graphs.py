"""The picture of what changes: inert, by classes alone, and said in words as well."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from sekisho.domain.plan_graphs import (
    ACTIONS,
    Changed,
    GraphNode,
    PlacedGraph,
    PlanGraph,
    graph_of,
    layout,
)
from sekisho.domain.text import Language
from sekisho.web.graphs import figure_of, legend_of, list_of, svg_of
from tests.fakes.plan_graphs import changed, five, hundreds, sixty

SVG = "{http://www.w3.org/2000/svg}"
ESTATES = [five, sixty, hundreds]
LANGUAGES: tuple[Language, ...] = ("en", "ja")
EVIL = """x"><script>alert(1)</script><a href='javascript:x'>&amp;]]>\u202e\x1b[31m"""


def parsed(html: str) -> ET.Element:
    """Read it as XML, which forgives nothing."""
    return ET.fromstring(f"<div>{html}</div>")


def picture(placed: PlacedGraph, language: Language = "en", **more) -> ET.Element:
    found = parsed(svg_of(placed, language, **more))[0]
    assert found.tag == "svg"
    return found


def anchor(node: GraphNode) -> str | None:
    return f"#change-{node.name}" if node.changed and node.name else None


@pytest.mark.parametrize("estate", ESTATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_needs_no_script_no_style_and_nothing_from_elsewhere(estate, language: Language):
    whole = figure_of(layout(graph_of(*estate())), language, anchor)
    tree = parsed(whole)
    tags = {e.tag for e in tree.iter()}
    assert tags <= {
        "div", "figure", "figcaption", "ul", "ol", "li", "span", "svg", "title", "desc", "g", "a",
        "rect", "path", "text", "p", "details", "summary",
    }  # fmt: skip
    attributes = {(name, value) for e in tree.iter() for name, value in e.attrib.items()}
    assert not {n for n, _ in attributes if n == "style" or n.startswith("on")}
    assert all(v.startswith("#change-") for n, v in attributes if n == "href")
    assert "url(" not in whole
    assert "://" not in whole


def test_every_node_has_its_box_its_sign_and_its_whole_address():
    graph = graph_of(*five())
    groups = picture(layout(graph)).findall("g")
    assert len(groups) == len(graph.nodes) == 9
    tips = [g.findtext("title") or g.findtext("a/title") or "" for g in groups]
    assert tips[0] == "replace (irreversible): module.orders.aws_db_instance.受注"
    assert {t.split(": ")[0] for t in tips[1:]} == {
        "delete (dangerous)", "change ×3", "change", "create", "unchanged"
    }  # fmt: skip
    signs = [t.text for g in groups for t in g.findall("text[@class='sign']")]
    assert sorted(str(s) for s in signs) == ["+", "-", "-/+", "~", "~"]
    marked = [g.get("class", "") for g in groups if g.find("path[@class='mark']") is not None]
    assert marked == ["graph-node replace risky", "graph-node delete risky"]


def test_boxes_are_drawn_where_they_were_placed_and_each_line_once():
    placed = layout(graph_of(*five()))
    svg = picture(placed)
    assert svg.get("viewBox") == f"0 0 {placed.width} {placed.height}"
    drawn = {
        tuple(int(r.get(k, "")) for k in ("x", "y", "width", "height")) for r in svg.iter("rect")
    }
    assert drawn == {(n.x, n.y, n.width, n.height) for n in placed.nodes}
    heads = "".join(p.get("d", "") for p in svg.iter("path") if p.get("class") == "head")
    assert heads.count("M") == len(placed.edges) == 8


def test_a_picture_is_an_image_and_with_links_a_group_whose_links_can_be_reached():
    placed = layout(graph_of(*five()))
    assert picture(placed).get("role") == "img"
    linked = picture(placed, link=anchor, id="two")
    assert linked.get("role") == "group"
    assert next(a.get("href") for a in linked.iter("a")) == "#change-受注"
    assert all(a.findtext("title") for a in linked.iter("a"))
    assert linked.get("aria-labelledby") == linked.findall("title")[0].get("id") == "two-title"
    assert linked.get("aria-describedby") == linked.findall("desc")[0].get("id") == "two-about"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("estate", ESTATES)
def test_the_list_says_every_node_and_every_line(estate, language: Language):
    graph = graph_of(*estate())
    rows = parsed(list_of(graph, language))[0].findall("li")
    assert len(rows) == len(graph.nodes)
    named = {"en": "depends on: ", "ja": "依存先: "}[language]
    count = 0
    for row in rows:
        text = "".join(row.itertext())
        if named in text:
            count += len(text.split(named)[1].split(", "))
    assert count == len(graph.edges)


def test_words_are_in_the_readers_language():
    graph = graph_of(*five())
    japanese = "".join(parsed(figure_of(layout(graph), "ja")).itertext())
    for word in ("再作成", "元に戻せない", "変更なし", "依存先", "一覧で見る", "削除 (危険)"):
        assert word in japanese
    assert not re.search(r"\b(replace|delete|unchanged|depends|dangerous)\b", japanese)
    english = "".join(parsed(figure_of(layout(graph), "en")).itertext())
    assert not re.search(r"[\u3040-\u30ff]", english)


def test_folds_say_what_they_stand_for():
    changes, edges = hundreds()
    text = "".join(parsed(list_of(graph_of(changes, edges), "en")).itertext())
    assert "change ×96: 32 × aws_subnet in several modules" in text
    assert "unchanged: 32 × aws_vpc in several modules" in text
    rest = "".join(parsed(list_of(graph_of(changes, edges), "ja")).itertext())
    assert "複数のモジュール の aws_subnet 32 件" in rest
    for node, words in (
        (GraphNode(".", "", "", "", (("update", 9),), "review", True, 9, 4), "root module: 4 "),
        (GraphNode("…", "…", "", "", (("update", 9),), "review", True, 9, 4), "4 other resources"),
    ):
        placed = layout(PlanGraph((node,)))
        assert words in "".join(picture(placed).itertext())


def test_a_fold_of_several_actions_shows_each_with_its_sign():
    node = GraphNode(
        "module.m", "module.m", "", "", (("delete", 2), ("create", 3)), "review", True, 5, 5
    )
    svg = picture(layout(PlanGraph((node,))))
    tallies = {t.get("class"): t.text for t in svg.iter("text") if "tally" in t.get("class", "")}
    assert tallies == {"tally delete": "-2", "tally create": "+3"}
    assert svg.find("g").get("class") == "graph-node mixed"  # pyright: ignore[reportOptionalMemberAccess]


def test_the_legend_explains_what_is_there_and_no_more():
    rows = parsed(legend_of(graph_of(*five()), "en"))[0].findall("li")
    assert [("".join(r.itertext())) for r in rows] == [
        "-delete",
        "-/+replace",
        "~change",
        "+create",
        "unchanged",
        "!dangerous or irreversible",
        "→what it leads to depends on it",
    ]
    strange = [c for a in [*ACTIONS, "テレポート"] for c in changed(f"a_b.{a}", a)]
    rows = parsed(legend_of(graph_of(strange, {}), "ja"))[0].findall("li")
    assert len(rows) == len(ACTIONS) + 1
    assert "".join(rows[-1].itertext()) == "?その他"


def test_what_is_left_out_is_said():
    placed = layout(PlanGraph((GraphNode("a", "", "a", "a"),), (), 193, 7))
    text = "".join(parsed(figure_of(placed, "en")).itertext())
    assert "Not drawn: 193 unchanged neighbours, 7 dependencies." in text
    assert "Not drawn" not in figure_of(layout(graph_of(*five())), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_from_outside_is_inert_masked_and_escaped(language: Language):
    key = "AKIAIOSFODNN7EXAMPLE"
    changes = [
        Changed(f"{EVIL}.{EVIL}", "", EVIL, EVIL, EVIL, EVIL),
        Changed(f"module.m.a_b.{key}", f"module.{EVIL}", "a_b", key, "update", "review"),
    ]
    placed = layout(graph_of(changes, {f"module.m.a_b.{key}": [f"{EVIL}.{EVIL}"]}))
    whole = figure_of(placed, language, lambda _: '#"><script>')
    tree = parsed(whole)
    assert "script" not in {e.tag for e in tree.iter()}
    assert not re.search("[\u202e\x1b]", whole)
    assert key not in "".join(tree.itertext())


def test_the_same_graph_is_the_same_picture_to_the_byte():
    for estate in ESTATES:
        assert figure_of(layout(graph_of(*estate())), "ja") == figure_of(
            layout(graph_of(*estate())), "ja"
        )
    assert len(figure_of(layout(graph_of(*hundreds())), "ja", anchor)) < 80_000
