"""The graph of what changes as text, for agents and for Markdown."""

from sekisho.domain.plan_graphs import OTHERS, GraphNode, PlanGraph, sign_of
from sekisho.views.view import View, one_line, tokens

_TOKENS = 1200
_ADDRESS = 200


class GraphNodeView(View):
    """One node: a resource, or several that are one here (`members`). No `happens`: no change."""

    address: str
    happens: dict[str, int] | None = None
    risk: str | None = None
    members: int | None = None
    leads_to: list[str] | None = None

    @classmethod
    def of(cls, node: GraphNode, leads_to: list[str]) -> "GraphNodeView":
        """Show a node with what depends on it."""
        return cls(
            address=named(node),
            happens=dict(node.tally) or None,
            risk=node.risk if node.changed and node.risk != "safe" else None,
            members=node.members if node.members > 1 else None,
            leads_to=leads_to or None,
        )

    def words(self) -> str:
        """Say it on one line, with Terraform's own signs."""
        happens = self.happens or {}
        signs = " ".join(
            sign_of(a) if len(happens) == 1 else f"{sign_of(a)}{n}" for a, n in happens.items()
        )
        times = sum(happens.values())
        head = f"{signs or 'unchanged'} {self.address}" + (f" ×{times}" if times > 1 else "")
        return f"{head} [{self.risk}]" if self.risk in ("dangerous", "irreversible") else head


class GraphView(View):
    """What changes and what it is joined to, dangerous first; `leads_to` is what depends on it."""

    nodes: list[GraphNodeView]
    neighbours_left_out: int = 0
    dependencies_left_out: int = 0
    nodes_left_out: int = 0

    @classmethod
    def of(cls, graph: PlanGraph, limit: int = _TOKENS) -> "GraphView":
        """Show a graph with as many of its nodes as `limit` tokens of text hold."""
        names = {n.address: named(n) for n in graph.nodes}
        targets: dict[str, list[str]] = {}
        for e in graph.edges:
            targets.setdefault(e.source, []).append(names[e.target])
        nodes = [GraphNodeView.of(n, targets.get(n.address, [])) for n in graph.nodes]
        whole = cls(
            nodes=nodes,
            neighbours_left_out=graph.left_out,
            dependencies_left_out=graph.edges_left_out,
        )
        return whole.within(limit)

    def within(self, limit: int) -> "GraphView":
        """Leave nodes out from the end until the text takes at most `limit` tokens."""
        low, high = 0, len(self.nodes)
        while low < high:
            kept = (low + high + 1) // 2
            low, high = (
                (kept, high) if tokens(self._first(kept).words()) <= limit else (low, kept - 1)
            )
        return self._first(low)

    def words(self) -> str:
        """Say it as an indented list; an arrow leads to what depends on it."""
        lines = ["Graph of what changes (A -> B: B depends on A):" if self.nodes else "No graph."]
        for node in self.nodes:
            lines.append(f"  {node.words()}")
            lines += [f"    -> {target}" for target in node.leads_to or ()]
        rest = {
            "nodes": self.nodes_left_out,
            "unchanged neighbours": self.neighbours_left_out,
            "dependencies": self.dependencies_left_out,
        }
        left_out = ", ".join(f"{n} {what}" for what, n in rest.items() if n)
        return "\n".join([*lines, f"  … left out: {left_out}"] if left_out else lines)

    def _first(self, kept: int) -> "GraphView":
        gone = len(self.nodes) - kept
        if not gone:
            return self
        return GraphView(
            nodes=self.nodes[:kept],
            neighbours_left_out=self.neighbours_left_out,
            dependencies_left_out=self.dependencies_left_out,
            nodes_left_out=self.nodes_left_out + gone,
        )


def named(node: GraphNode) -> str:
    """Name a node: its address, or what it stands for."""
    if node.name:
        return one_line(node.address, _ADDRESS)
    where = "several modules" if node.module == OTHERS else node.module or "the root module"
    what = node.type or "resources"
    state = "" if node.changed else "unchanged "
    return one_line(f"{node.members} {state}{what} in {where}", _ADDRESS)
