"""The graph of a plan on its review page: each node leads to the changes that it stands for."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from markupsafe import Markup

from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plan_graphs import OTHERS, GraphNode, layout
from sekisho.domain.text import Language
from sekisho.web.graphs import figure_of
from sekisho.web.plan_filters import ROOT
from sekisho.web.plans import PlanPage

_WIDTH = 1038
"""Of the column that the picture stands in, on the approver's screen."""


def picture_of(plan: PlanPage, run_id: str, language: Language) -> Markup | None:
    """Draw what changes; None where no resource does."""
    if not plan.reading.graph.nodes:
        return None
    link = _links(plan.reading.changes, f"/runs/{quote(run_id, safe='')}")
    return figure_of(layout(plan.reading.graph, _WIDTH), language, link)


def _links(changes: tuple[ResourceChange, ...], base: str) -> Callable[[GraphNode], str | None]:
    """A resource leads to its change alone, several to the list of them; all else to nothing."""
    first: dict[str, int] = {}
    for change in changes:
        first.setdefault(change.block, change.number)

    def link(node: GraphNode) -> str | None:
        if not node.changed or node.module == OTHERS:
            return None
        if node.name and node.count == 1 and node.address in first:
            return f"{base}?number={first[node.address]}#changes"
        wanted = {"type": node.type, "module": node.module or ROOT}
        return f"{base}?{urlencode({k: v for k, v in wanted.items() if v})}#changes"

    return link
