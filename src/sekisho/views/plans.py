"""A plan in short: whatever its size, it fits in 1,500 tokens, and what does not fit is counted."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from sekisho.domain.plan_groups import in_order
from sekisho.domain.runs import Run
from sekisho.views.budgets import SUMMARY_TOKENS, size, weight
from sekisho.views.gate import UnmetView
from sekisho.views.next_steps import next_steps
from sekisho.views.plan_changes import ChangeRow, ref_of
from sekisho.views.plan_line import CountsView, plan_line
from sekisho.views.plan_sections import (
    DETAILED,
    PlanFacts,
    Section,
    lines_of,
)
from sekisho.views.plan_shares import Shares
from sekisho.views.view import View, one_line

_LONGEST_STEP = 130
"""Tokens that one step may take: names of workspaces can be long."""
SectionName = Literal["summary", "code", "outputs", "checks", "actions"]


class PlanView(View):
    """What a plan would do: reasons to stop, code that runs, irreversible changes, then the rest.

    A row with `count` stands for so many resources to which the same is done. `not_shown` counts
    what there was no room for. With a section, that alone is listed; `cursor` asks for its next.
    """

    run_id: str
    workspace: str
    status: str
    alarms: list[str] = Field(default_factory=list[str])
    mode: str
    notes: list[str] = Field(default_factory=list[str])
    code_that_runs: list[str] = Field(default_factory=list[str])
    summary: str
    counts: CountsView
    risks: dict[str, int] = Field(default_factory=dict[str, int])
    changes: list[ChangeRow] = Field(default_factory=list[ChangeRow])
    total: int
    left_out: int = 0
    drift: list[str] = Field(default_factory=list[str])
    deferred: list[str] = Field(default_factory=list[str])
    checks: list[str] = Field(default_factory=list[str])
    outputs: list[str] = Field(default_factory=list[str])
    actions: list[str] = Field(default_factory=list[str])
    unmet: list[UnmetView] = Field(default_factory=list[UnmetView])
    not_shown: dict[str, int] = Field(default_factory=dict[str, int])
    cursor: int | None = None
    review_url: str | None = None
    next: list[str]

    def words(self) -> str:
        """Say it, most important first."""
        lines = [f"ALARM: {alarm}" for alarm in self.alarms]
        lines += [
            f"Plan of run {self.run_id} in {self.workspace} ({self.status}), mode {self.mode}"
        ]
        lines += self.notes
        lines += _listed("Code that will run:", [f"! {c}" for c in self.code_that_runs])
        lines += [self._counted()]
        lines += ["Changes, most worth a look first:"] if self.changes else []
        lines += [row.words() for row in self.changes]
        lines += [f"  … {self.left_out} more of {self.total}"] if self.left_out else []
        lines += _listed("Changed outside Terraform (drift, not by this plan):", self.drift)
        lines += _listed("Put off to a later plan:", self.deferred)
        lines += _listed("Checks that do not pass:", self.checks)
        lines += _listed("Outputs that change:", self.outputs)
        lines += _listed("Actions that are called:", self.actions)
        lines += [f"Unmet: {u.words()}" for u in self.unmet]
        if self.not_shown:
            left = ", ".join(f"{count} {name}" for name, count in self.not_shown.items())
            lines += [f"Not shown: {left}"]
        lines += [f"Go on from cursor {self.cursor}"] if self.cursor is not None else []
        lines += [f"Review page: {self.review_url}"] if self.review_url else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])

    def _counted(self) -> str:
        """Say Terraform's own line, and what it leaves out."""
        counts = self.counts.model_dump()
        beside = {"move": "moved", "forget": "forgotten", "outputs": "outputs", "drift": "drift"}
        beside |= {"replace": "replaced"}
        said = [f"{self.total} changes in all"] if self.total else []
        said += [f"{counts[key]} {name}" for key, name in beside.items() if counts[key]]
        said += [f"{count} {risk}" for risk, count in self.risks.items()]
        return f"{self.summary} ({', '.join(said)})" if said else self.summary


def _listed(head: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return [head, *found] if found else []


def summary_of(facts: PlanFacts) -> PlanView:
    """Show a plan within `SUMMARY_TOKENS`; what does not fit is counted and can be asked for."""
    shares = Shares(facts, SUMMARY_TOKENS - size(_bare(facts, _reserved(facts))))
    view = _whole(facts, shares.filled())
    while size(view) > SUMMARY_TOKENS and shares.give_up():
        view = _whole(facts, shares.filled())
    return view


def _whole(facts: PlanFacts, filled: Mapping[str, Any]) -> PlanView:
    """Put a summary together; what to call next depends on what it shows."""
    view = _bare(facts, filled)
    return view.model_copy(update={"next": _next(facts, view)})


def _bare(facts: PlanFacts, filled: Mapping[str, Any]) -> PlanView:
    run, reading = facts.run, facts.reading
    plain = PlanView(
        run_id=run.id,
        workspace=one_line(run.workspace, 60),
        status=run.status,
        mode=run.options.mode,
        summary=plan_line(reading.counts),
        counts=CountsView.of(reading.counts),
        risks=facts.risks,
        total=len(reading.changes),
        review_url=facts.review_url or None,
        next=_next(facts, None),
    )
    return plain.model_copy(update=dict(filled))


def _reserved(facts: PlanFacts) -> dict[str, Any]:
    """Count everything as left out: room for saying so is kept from the beginning."""
    return {"not_shown": facts.amounts, "left_out": len(facts.reading.changes)}


def section_of(facts: PlanFacts, section: Section, start: int) -> PlanView:
    """Show one section of a plan, line by line, from a place on.

    Raises:
        CursorInvalid: there is no such place.
    """
    field = "code_that_runs" if section == "code" else section
    bare = _bare(facts, {"next": [f"{_summary(facts.run)}: the summary"]})
    shown, left = lines_of(facts, section, start, size(bare))
    cursor = start + len(shown) if left else None
    more: dict[str, Any] = {field: shown, "cursor": cursor}
    more |= {"not_shown": {section: left} if left else {}}
    if cursor is not None:
        more["next"] = [_section(facts.run, section, cursor), *bare.next]
    return bare.model_copy(update=more)


def _next(facts: PlanFacts, view: PlanView | None) -> list[str]:
    """Name what to call: more of the plan first, then what can be done with it."""
    here = f'run_id="{facts.run.id}"'
    steps: list[str] = []
    rows = view.changes if view else []
    if rows and view and view.risks.get("irreversible", 0) + view.risks.get("dangerous", 0):
        steps += [f'plan_explain({here}, address="{rows[0].ref}"): why']
    if facts.reading.changes:
        steps += [f"plan_changes({here}): all, by filters"]
        ref = ref_of(in_order(facts.reading.changes)[0])
        steps += [f'plan_change({here}, address="{ref}"): its values']
    hidden = next((s for s in DETAILED if view and s in view.not_shown), None)
    if hidden:
        steps += [_section(facts.run, hidden, 0)]
    own = [s for s in next_steps(facts.run) if not s.startswith("plan_get(")]
    light = [s for s in own[:2] if weight(s) <= _LONGEST_STEP]
    return [*steps, *light] or own[:1]


def _summary(run: Run) -> str:
    return f'plan_get(run_id="{run.id}")'


def _section(run: Run, section: str, cursor: int) -> str:
    place = f", cursor={cursor}" if cursor else ""
    return f'plan_get(run_id="{run.id}", section="{section}"{place}): {section} that is not shown'
