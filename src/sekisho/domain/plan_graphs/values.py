"""What a graph of changes is made of: nodes and edges, small enough to be kept with a plan."""

import dataclasses
from typing import NamedTuple

OTHERS = "…"
"""The module of a node that stands for resources of several modules."""
ROOT = "."
"""The address of a node that stands for the whole root module."""

RISKS = ("safe", "review", "dangerous", "irreversible")
"""How much a change deserves a look, least first; a word that is not here is `review`."""
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


def rank(risk: str) -> int:
    """Say how far up a risk is."""
    return RISKS.index(risk) if risk in RISKS else RISKS.index("review")
