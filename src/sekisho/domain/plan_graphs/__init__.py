"""The graph of what changes: which nodes, how few, and where each is drawn.

`graph_of` makes a small graph that is kept with a plan; `layout` places it.
"""

from sekisho.domain.plan_graphs.drawing import CAP, graph_of
from sekisho.domain.plan_graphs.labels import (
    SMALL_SIZE,
    TITLE_SIZE,
    Label,
    label_of,
    risky,
    sign_of,
    text_width,
    trail,
)
from sekisho.domain.plan_graphs.layouts import (
    PlacedEdge,
    PlacedGraph,
    PlacedNode,
    Point,
    layout,
)
from sekisho.domain.plan_graphs.values import (
    ACTIONS,
    OTHERS,
    Changed,
    GraphEdge,
    GraphNode,
    PlanGraph,
)

__all__ = [
    "ACTIONS",
    "CAP",
    "OTHERS",
    "SMALL_SIZE",
    "TITLE_SIZE",
    "Changed",
    "GraphEdge",
    "GraphNode",
    "Label",
    "PlacedEdge",
    "PlacedGraph",
    "PlacedNode",
    "PlanGraph",
    "Point",
    "graph_of",
    "label_of",
    "layout",
    "risky",
    "sign_of",
    "text_width",
    "trail",
]
