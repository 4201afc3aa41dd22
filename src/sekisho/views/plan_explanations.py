"""Why a plan, or one change of it, is as it is: what forces it, which rule asks for what."""

import dataclasses
from collections.abc import Sequence

from pydantic import Field

from sekisho.domain.gate import Verdict
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plan_groups import in_order
from sekisho.domain.plan_renames import Rename
from sekisho.domain.plans import PlanReading
from sekisho.domain.reasons import Reason, words
from sekisho.domain.rules import Rule
from sekisho.domain.runs import Run
from sekisho.views.budgets import DETAIL_TOKENS, brief, shrunk
from sekisho.views.gate import UnmetView, unmet_of
from sekisho.views.next_steps import next_steps
from sekisho.views.plan_advice import advice, sources_of
from sekisho.views.plan_changes import ChangeRow, Detail, reasons_of, ref_of
from sekisho.views.plan_diffs import head_of, under
from sekisho.views.plan_leaves import LeafView
from sekisho.views.plan_sections import PlanFacts, alarms_of, notes_of
from sekisho.views.rule_words import rule_sentences
from sekisho.views.session_policies import SessionPolicyView, policy_of
from sekisho.views.view import View, one_line

_REASONS = (20, 10, 5, 2)
"""Kinds of reasons that are told, from the fullest answer to the leanest."""
_LEAST = 1
"""As the leanest, and without the session policy: it is advice, all else decides."""
_NO_ROOM = "No room here for the session policy of the apply: the review page has it."


class RuleAsk(View):
    """What one rule of the workspace asks for before an apply; `said` says all of it."""

    name: str
    level: str
    approvals: int
    plan_age_hours: float
    self_approval: bool
    said: list[str]

    @classmethod
    def of(cls, rule: Rule) -> "RuleAsk":
        """Show a rule."""
        asks = rule.require
        return cls(
            name=brief(rule.name, 80),
            level=str(rule.level),
            approvals=asks.approvals,
            plan_age_hours=round(asks.plan_age.total_seconds() / 3600, 2),
            self_approval=asks.self_approval,
            said=rule_sentences(rule),
        )

    def words(self) -> str:
        """Say it."""
        own = "may" if self.self_approval else "may not"
        said = f"Rule {self.name} ({self.level}): {' '.join(self.said)}"
        return f"{said} By it the requester {own} approve."


class ReasonRow(View):
    """One reason, and to how many changes it applies, the first of them by `ref`."""

    text: str
    changes: int
    ref: str

    def words(self) -> str:
        """Say it."""
        return f"  {self.text} ({self.changes} change(s), {self.ref} first)"


class ForceView(View):
    """One attribute that forces a replacement: its values, and what it is set from."""

    path: str
    leaves: list[LeafView]
    set_from: list[str]

    def words(self) -> str:
        """Say it."""
        made = f", set from {', '.join(self.set_from)}" if self.set_from else ""
        return "\n".join([f"  {self.path}{made}", *[leaf.words() for leaf in self.leaves]])


class ExplanationView(View):
    """Why a plan or a change is as risky as it is, and what the gate says to it.

    `set_from` names what the configuration sets changing attributes from, `needed_by` what depends
    on it; `avoid` what would keep the change from happening; `renamed` the probable other half of
    a rename; `session_policy` is what the apply would need on AWS, of a plan as a whole.
    """

    run_id: str
    status: str
    risk: str
    alarms: list[str] = Field(default_factory=list[str])
    notes: list[str] = Field(default_factory=list[str])
    change: ChangeRow | None = None
    reasons: list[ReasonRow] = Field(default_factory=list[ReasonRow])
    why: list[str] = Field(default_factory=list[str])
    forced_by: list[ForceView] = Field(default_factory=list[ForceView])
    set_from: dict[str, list[str]] = Field(default_factory=dict[str, list[str]])
    needed_by: list[str] = Field(default_factory=list[str])
    renamed: ChangeRow | None = None
    avoid: list[str] = Field(default_factory=list[str])
    rules: list[RuleAsk] = Field(default_factory=list[RuleAsk])
    unmet: list[UnmetView] = Field(default_factory=list[UnmetView])
    session_policy: SessionPolicyView | None = None
    left_out: int = 0
    next: list[str]

    def words(self) -> str:
        """Say it."""
        lines = [f"Run {self.run_id} ({self.status}): risk {self.risk}"]
        lines += [f"ALARM: {alarm}" for alarm in self.alarms] + self.notes
        lines += [self.change.words()] if self.change else []
        lines += [f"  Why: {why}" for why in self.why]
        lines += ["Reasons:", *[r.words() for r in self.reasons]] if self.reasons else []
        lines += [f"  … {self.left_out} kinds of reasons more"] if self.left_out else []
        lines += ["What forces the replacement:"] if self.forced_by else []
        lines += [force.words() for force in self.forced_by]
        lines += [f"  {name} is set from {', '.join(f)}" for name, f in self.set_from.items()]
        lines += [f"  What depends on it: {', '.join(self.needed_by)}"] * bool(self.needed_by)
        lines += [f"Probably one with:\n{self.renamed.words()}"] if self.renamed else []
        lines += [f"To avoid it: {said}" for said in self.avoid]
        lines += [rule.words() for rule in self.rules]
        lines += [f"Unmet: {u.words()}" for u in self.unmet]
        lines += [self.session_policy.words()] if self.session_policy else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


@dataclasses.dataclass(frozen=True)
class GateSaid:
    """What the gate says of a plan, and the rules that it judges by."""

    rules: tuple[Rule, ...] = ()
    verdict: Verdict | None = None

    def shown(self, most: int) -> dict[str, object]:
        """Show the rules and what is unmet."""
        unmet = unmet_of(self.verdict.unmet, "en") if self.verdict else []
        cut = [u.model_copy(update={"text": brief(u.text, 200)}) for u in unmet]
        return {"rules": [RuleAsk.of(r) for r in self.rules[:most]], "unmet": cut[:most]}


def whole_explained(facts: PlanFacts, gate: GateSaid) -> ExplanationView:
    """Say why a plan as a whole is as risky as it is, and which rule asks for what."""
    rows = _reasons(facts.reading)
    policy = policy_of(facts.run, facts.reading)
    here = f'run_id="{facts.run.id}"'
    worst = next(iter(in_order(facts.reading.changes)), None)
    steps = [f'plan_explain({here}, address="{ref_of(worst)}"): the worst alone'] if worst else []
    steps += [f"plan_get({here}): the summary"]

    def made(most: int) -> ExplanationView:
        told = SessionPolicyView.of(policy, most) if policy and most > _LEAST else None
        most = max(most, min(_REASONS))
        plain = ExplanationView(
            run_id=facts.run.id,
            status=facts.run.status,
            risk=worst.risk if worst else "safe",
            alarms=alarms_of(facts.reading)[:most],
            notes=[*notes_of(facts), *[_NO_ROOM] * bool(policy and not told)],
            reasons=rows[:most],
            session_policy=told,
            left_out=max(len(rows) - most, 0),
            next=[*steps, *_own(facts.run)],
        )
        return plain.model_copy(update=gate.shown(most))

    return shrunk(made, (*_REASONS, _LEAST), DETAIL_TOKENS)


def _reasons(reading: PlanReading) -> list[ReasonRow]:
    """Gather the reasons of all changes; those of the worst changes come first."""
    found: dict[Reason, list[ResourceChange]] = {}
    for change in in_order(reading.changes):
        for reason in reasons_of(change):
            found.setdefault(reason, []).append(change)
    return [
        ReasonRow(text=brief(words(r).en, 200), changes=len(c), ref=ref_of(c[0]))
        for r, c in found.items()
    ]


def change_explained(
    facts: PlanFacts, change: ResourceChange, rename: Rename | None, gate: GateSaid
) -> ExplanationView:
    """Say why one change happens, what would avoid it, and what the gate says."""
    here = f'run_id="{facts.run.id}"'
    other = _other_half(change, rename)
    steps = [f'plan_change({here}, address="{ref_of(change)}"): all of its values']
    steps += [f"plan_explain({here}): the plan as a whole"]

    def made(most: int) -> ExplanationView:
        brief_row = Detail(200, 0, 0, 0)
        plain = ExplanationView(
            run_id=facts.run.id,
            status=facts.run.status,
            risk=change.risk,
            change=ChangeRow.of(change, brief_row),
            why=[brief(words(r).en, 200) for r in reasons_of(change)[:most]],
            left_out=max(len(reasons_of(change)) - most, 0),
            forced_by=_forces(change, most),
            set_from=_set_from(change, most),
            needed_by=_needed_by(facts.reading, change)[:most],
            renamed=ChangeRow.of(other, brief_row) if other else None,
            avoid=advice(facts.run, change, rename)[:most],
            next=[*steps, *_own(facts.run)],
        )
        return plain.model_copy(update=gate.shown(most))

    return shrunk(made, _REASONS, DETAIL_TOKENS)


def _other_half(change: ResourceChange, rename: Rename | None) -> ResourceChange | None:
    if rename is None:
        return None
    return rename.new if rename.gone.number == change.number else rename.gone


def _forces(change: ResourceChange, most: int) -> list[ForceView]:
    return [
        ForceView(
            path=brief(path, 100),
            leaves=[LeafView.of(v, cap=150) for v in change.values if under(v.path, [path])][:3],
            set_from=sources_of(change, path),
        )
        for path in change.forced_by[: max(most // 2, 1)]
    ]


def _set_from(change: ResourceChange, most: int) -> dict[str, list[str]]:
    """Name where the changing attributes come from; what forces it is told by itself."""
    told = {head_of(path) for path in change.forced_by}
    rest = [(name, refs) for name, refs in change.references if head_of(name) not in told]
    return {one_line(n, 80): [brief(r, 100) for r in refs[:5]] for n, refs in rest[:most]}


def _needed_by(reading: PlanReading, change: ResourceChange) -> list[str]:
    """Name what depends on it, as far as the graph of the plan has it."""
    found = (edge.target for edge in reading.graph.edges if edge.source == change.block)
    return [brief(address, 100) for address in found]


def _own(run: Run) -> Sequence[str]:
    return [s for s in next_steps(run) if not s.startswith("plan_get(")][:2]
