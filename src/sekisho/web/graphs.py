"""The graph of what changes as a picture: inline SVG, by classes alone, and as a list beside it.

No script and no style is in it, so the console's policy holds. What colour says, signs say too;
what the picture says, the list says too. Text from outside is inert, masked and escaped.
"""

from collections.abc import Callable, Iterable

from markupsafe import Markup

from sekisho.domain.actions import SIGNS
from sekisho.domain.plan_graphs import (
    ACTIONS,
    OTHERS,
    SMALL_SIZE,
    TITLE_SIZE,
    GraphNode,
    PlacedEdge,
    PlacedGraph,
    PlacedNode,
    PlanGraph,
    Point,
    risky,
    sign_of,
    text_width,
)
from sekisho.domain.text import Language, Text, plain
from sekisho.views.redaction import mask
from sekisho.web.languages import knows, say

Link = Callable[[GraphNode], str | None]
"""Where a node leads to, as an address of ours (`#change-3`); None: nowhere."""

_LONGEST = 400
_PAD, _FIRST, _NEXT, _SPACE = 14, 20, 15, 7
"""Where text stands in a box: from the left, the first line, each further one, between words."""
_TITLE = Text("Graph of what changes", "変更の関係図")
_ABOUT = Text(
    "{changed} nodes change, {same} do not. What comes first is to the left. "
    "The list below the picture says the same.",
    "変更 {changed} 件、変更なしの隣接 {same} 件。左にあるものが先です。"
    "図の下の一覧と同じ内容です。",
)
_LEFT_OUT = Text(
    "Not drawn: {nodes} unchanged neighbours, {edges} dependencies.",
    "図で省略: 変更のない隣接リソース {nodes} 件、依存関係 {edges} 件。",
)
_LIST = Text("The graph as a list", "一覧で見る")
_NEEDS = Text("depends on", "依存先")
_SAME = Text("unchanged", "変更なし")
_RISKS = {
    "dangerous": Text("dangerous", "危険"),
    "irreversible": Text("irreversible", "元に戻せない"),
}
_RISKY = Text("dangerous or irreversible", "危険、または元に戻せない")
_ARROW = Text("what it leads to depends on it", "矢印の先が元に依存")
_TYPE = Text("{members} × {type} in {module}", "{module} の {type} {members} 件")
_MODULE = Text("{module}: {members} resources", "{module}: リソース {members} 件")
_SEVERAL = Text("several modules", "複数のモジュール")
_ROOT = Text("root module", "ルートモジュール")
_REST = Text("{members} other resources", "その他のリソース {members} 件")
_UNKNOWN = Text("other", "その他")
_MOVED = Text("address or state only", "アドレスまたは state のみ")


def figure_of(placed: PlacedGraph, language: Language, link: Link | None = None) -> Markup:
    """Return the picture with its legend, what it leaves out, and the list that says the same."""
    graph = placed.graph
    left_out = Markup("")
    if graph.left_out or graph.edges_left_out:
        facts = {"nodes": graph.left_out, "edges": graph.edges_left_out}
        left_out = Markup('<p class="quiet">{}</p>').format(_LEFT_OUT.render(language, facts))
    return Markup(
        '<figure class="graph">{legend}'
        '<div class="scroll" tabindex="0" role="region" aria-label="{title}">{svg}</div>'
        "{left_out}<details><summary>{summary}</summary>{rows}</details></figure>\n"
    ).format(
        legend=legend_of(graph, language),
        title=_TITLE.render(language),
        svg=svg_of(placed, language, link),
        left_out=left_out,
        summary=_LIST.render(language),
        rows=list_of(graph, language, link),
    )


def svg_of(
    placed: PlacedGraph, language: Language, link: Link | None = None, id: str = "plan-graph"
) -> Markup:
    """Draw the graph. `id` is the beginning of the ids in it, once a page.

    With links it is a group, since what is in an image cannot be reached.
    """
    changed = sum(n.changed for n in placed.graph.nodes)
    about = {"changed": changed, "same": len(placed.graph.nodes) - changed}
    lines: dict[str, list[PlacedEdge]] = {}
    for edge in placed.edges:
        lines.setdefault(edge.edge.source, []).append(edge)
    return Markup(
        '<svg class="graph-picture" role="{role}" aria-labelledby="{id}-title"'
        ' aria-describedby="{id}-about" width="{width}" height="{height}"'
        ' viewBox="0 0 {width} {height}">\n'
        '<title id="{id}-title">{title}</title><desc id="{id}-about">{about}</desc>\n{nodes}</svg>'
    ).format(
        role="group" if link else "img",
        id=id,
        width=placed.width,
        height=placed.height,
        title=_TITLE.render(language),
        about=_ABOUT.render(language, about),
        nodes=Markup("").join(
            _node(n, lines.get(n.node.address, []), language, link) for n in placed.nodes
        ),
    )


def legend_of(graph: PlanGraph, language: Language) -> Markup:
    """Explain the signs that are there."""
    found = {a for n in graph.nodes for a, _ in n.tally}
    known = [a for a in ACTIONS if a in found]
    rows = [_sample(_tone(a), sign_of(a), action_word(a, language)) for a in known]
    if found - set(known):
        rows.append(_sample("unknown", sign_of(""), _UNKNOWN.render(language)))
    if any(not n.changed for n in graph.nodes):
        rows.append(_sample("same", "", _SAME.render(language)))
    if any(risky(n) for n in graph.nodes):
        rows.append(_sample("risky", "!", _RISKY.render(language)))
    if graph.edges:
        rows.append(_sample("arrow", "→", _ARROW.render(language)))
    return Markup('<ul class="graph-legend">{}</ul>').format(Markup("").join(rows))


def list_of(graph: PlanGraph, language: Language, link: Link | None = None) -> Markup:
    """Say in words what the picture shows, in its order."""
    words = {n.address: name_of(n, language) for n in graph.nodes}
    needs: dict[str, list[str]] = {}
    for e in graph.edges:
        needs.setdefault(e.target, []).append(words[e.source])
    rows = [_row(n, needs.get(n.address, []), language, link) for n in graph.nodes]
    return Markup('<ol class="graph-list">{}</ol>').format(Markup("").join(rows))


def name_of(node: GraphNode, language: Language) -> str:
    """Name a node: its address, or what it is a fold of."""
    if node.name:
        return _shown(node.address)
    module = node.module or _ROOT.render(language)
    if node.module == OTHERS:
        module = _SEVERAL.render(language)
    facts = {"module": _shown(module), "type": _shown(node.type), "members": node.members}
    if node.type:
        return _TYPE.render(language, facts, _LONGEST)
    return (_REST if node.module == OTHERS else _MODULE).render(language, facts, _LONGEST)


def action_word(action: str, language: Language) -> str:
    """Return the console's word for an action."""
    if action == "no-op":  # it is drawn because it moves or is imported
        return _MOVED.render(language)
    key = f"action.{action}"
    return say(language, key) if knows(key) else _UNKNOWN.render(language)


def _tone(action: str) -> str:
    return action if action in SIGNS else "unknown"


def _sample(kind: str, sign: str, word: str) -> Markup:
    return Markup('<li><span class="graph-sample {}" aria-hidden="true">{}</span>{}</li>').format(
        kind, sign, word
    )


def _happens(node: GraphNode, language: Language) -> str:
    """Say in words what happens to a node, and how risky that is."""
    words = [f"{action_word(a, language)}{f' ×{n}' if n > 1 else ''}" for a, n in node.tally]
    risk = _RISKS.get(node.risk)
    said = ", ".join(words or [_SAME.render(language)])
    return f"{said} ({risk.render(language)})" if risk else said


def _row(node: GraphNode, needs: list[str], language: Language, link: Link | None) -> Markup:
    name = Markup('<span class="mono">{}</span>').format(name_of(node, language))
    if link and (address := link(node)):
        name = Markup('<a href="{}">{}</a>').format(address, name)
    rest = Markup("")
    if needs:
        rest = Markup(' <span class="quiet">{}: {}</span>').format(
            _NEEDS.render(language), ", ".join(needs)
        )
    return Markup("<li>{}: {}{}</li>").format(_happens(node, language), name, rest)


def _node(
    placed: PlacedNode, lines: list[PlacedEdge], language: Language, link: Link | None
) -> Markup:
    """Draw a box after the lines that begin at it: pointed at, both stand out."""
    node = placed.node
    kind = _tone(node.action) if len(node.tally) == 1 else "mixed" if node.changed else "same"
    box = _box(placed, f"{_happens(node, language)}: {name_of(node, language)}")
    if link and (address := link(node)):
        box = Markup('<a href="{}">{}</a>').format(address, box)
    return Markup('<g class="graph-node {}{}">{}{}</g>\n').format(
        kind, " risky" if risky(node) else "", _lines(lines), box
    )


def _box(placed: PlacedNode, tip: str) -> Markup:
    x, y, width, height = placed.x, placed.y, placed.width, placed.height
    parts = [
        Markup("<title>{}</title>").format(tip),
        Markup('<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="5"/>').format(
            x, y, width, height
        ),
    ]
    if placed.node.changed:
        side = "M{0} {1}h-3a5 5 0 0 0 -5 5v{2}a5 5 0 0 0 5 5h3z"
        parts.append(
            Markup('<path class="side" d="{}"/>').format(side.format(x + 8, y, height - 10))
        )
    parts += _texts(placed)
    if risky(placed.node):
        right = x + width - 8
        parts.append(Markup('<path class="mark" d="M{0} {1}l8 14h-16z"/>').format(right - 8, y + 7))
        parts.append(_text("bang", right - 8, y + 19, "!"))
    return Markup("").join(parts)


def _texts(placed: PlacedNode) -> Iterable[Markup]:
    label, left, line = placed.label, placed.x + _PAD, placed.y + _FIRST
    for kind, text in (("sign", label.sign), ("name", label.title), ("times", label.times)):
        if text:
            yield _text(kind, left, line, text)
            left += text_width(_shown(text), TITLE_SIZE) + _SPACE
    left = placed.x + _PAD
    for action, text in label.tally:
        yield _text(f"tally {_tone(action)}", left, line + _NEXT, text)
        left += text_width(text, SMALL_SIZE) + _SPACE
    for n, text in enumerate(label.small, start=2 if label.tally else 1):
        yield _text("small", placed.x + _PAD, line + n * _NEXT, text)


def _text(kind: str, x: int, y: int, text: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, x, y, _shown(text))


def _lines(edges: list[PlacedEdge]) -> Markup:
    """Draw the lines of one node; what they share is drawn once."""
    pieces: dict[str, None] = {}
    heads: dict[str, None] = {}
    for edge in edges:
        points = edge.points
        for n in range(len(points) - 1):
            pieces[_piece(points[n], points[n + 1], straight=bool(n % 2))] = None
        (x, y), inward = points[-1], 7 if edge.back else -7
        heads[f"M{x} {y}l{inward} -4v8z"] = None
    if not pieces:
        return Markup("")
    return Markup('<path class="line" d="{}"/><path class="head" d="{}"/>').format(
        "".join(pieces), "".join(heads)
    )


def _piece(start: Point, end: Point, *, straight: bool) -> str:
    (x, y), (to_x, to_y) = start, end
    if straight or y == to_y:
        return f"M{x} {y}L{to_x} {to_y}"
    bend = (to_x - x) // 2
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"


def _shown(text: str) -> str:
    return mask(plain(text, _LONGEST))
