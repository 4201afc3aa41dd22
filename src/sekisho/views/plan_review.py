"""The one-screen review of a plan: what it is about, what is wrong, what it does, what to do next.

Every list has an end and says what it leaves out; what deserves a look comes first.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from sekisho.domain.actions import Action
from sekisho.domain.gate import Verdict
from sekisho.domain.overrides import Override
from sekisho.domain.plan_changes import ActionCall, Check, Part, ResourceChange
from sekisho.domain.plan_groups import groups_of
from sekisho.domain.plans import PlanReading
from sekisho.domain.risks import words
from sekisho.domain.runs import Run
from sekisho.domain.text import Language
from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.views.document_changes import DangerView, GroupView, alike_in_danger, folded
from sekisho.views.document_leaves import LeafDiff, real, rest_of
from sekisho.views.overrides import override_said
from sekisho.views.plan_facts import FactView, facts_of, steps_of
from sekisho.views.plan_gate import GateLines
from sekisho.views.plan_line import plan_line
from sekisho.views.plan_texts import named, say
from sekisho.views.plan_warnings import warnings_of
from sekisho.views.view import View, one_line, shown

_DANGERS = 40
_ADDRESSES = 200
_GROUPS = 40
_FEW = 10
_LINES = 50
_OUTPUTS = 100
_PENDING = 5


@dataclasses.dataclass(frozen=True)
class Subject:
    """What a review is about. `verdict`: the gate's, while the plan may still be applied.

    `overdue`: overrides in it that should have been looked at by now.
    """

    run: Run
    reading: PlanReading
    workspace: Workspace | None
    verdict: Verdict | None = None
    url: str = ""
    overdue: tuple[Override, ...] = ()


class CountRow(View):
    """One of the ten counts; each resource counts once, a replacement as itself."""

    key: str
    label: str
    count: int


class Listing(View):
    """Groups of changes, as far as they are shown. `left_out` counts the changes that are not."""

    groups: list[GroupView] = Field(default_factory=list[GroupView])
    count: int = 0
    left_out: int = 0


class CheckLine(View):
    """A check that does not pass."""

    address: str
    kind: str
    status: str
    status_words: str
    problems: list[str]


class PlanReview(View):
    """What a person needs to decide, in the order in which it matters."""

    labels: dict[str, str]
    facts: list[FactView]
    message: str | None = None
    outcome: list[str] = Field(default_factory=list[str])
    alarms: list[str] = Field(default_factory=list[str])
    warnings: list[str] = Field(default_factory=list[str])
    gate: GateLines | None = None
    code: list[str] = Field(default_factory=list[str])
    code_left_out: int = 0
    dangers: list[DangerView] = Field(default_factory=list[DangerView])
    dangers_count: int = 0
    dangers_left_out: int = 0
    summary: str
    counts: list[CountRow]
    changes: Listing
    actions: list[str] = Field(default_factory=list[str])
    actions_left_out: int = 0
    outputs: list[LeafDiff] = Field(default_factory=list[LeafDiff])
    outputs_left_out: int = 0
    drift: Listing
    deferred: Listing
    checks: list[CheckLine] = Field(default_factory=list[CheckLine])
    checks_left_out: int = 0
    checks_pending: str | None = None
    review_url: str | None = None
    next: list[str]


def review_of(engine: Engine, subject: Subject, language: Language) -> PlanReview:
    """Make the review."""
    run, reading, workspace = subject.run, subject.reading, subject.workspace
    dangers, unnamed = _dangers(reading, language)
    failing = [c for c in reading.checks if c.failing]
    labels: Mapping[str, str] = workspace.labels if workspace else {}
    outputs = list(real(reading.outputs))
    return PlanReview(
        labels={one_line(k, 60): one_line(v, 120) for k, v in [*labels.items()][:20]},
        facts=facts_of(run, reading, workspace, language),
        message=shown(run.message, 1000) or None,
        outcome=[*_overridden(subject, language), *_outcome(run, language)],
        alarms=[one_line(words(a).render(language), 600) for a in reading.alarms[:_FEW]],
        warnings=[
            w.render(language) for w in warnings_of(run, reading, declared=workspace is not None)
        ],
        gate=GateLines.of(subject.verdict, language, run) if subject.verdict else None,
        code=[one_line(c, 300) for c in reading.code[:_LINES]],
        code_left_out=max(len(reading.code) - _LINES, 0),
        dangers=dangers,
        dangers_count=len(reading.destructive),
        dangers_left_out=unnamed,
        summary=plan_line(reading.counts),
        counts=_counts(reading, language),
        changes=_listing(engine, run, reading.changes, language),
        actions=[_action(a, language) for a in reading.actions[:_LINES]],
        actions_left_out=max(len(reading.actions) - _LINES, 0),
        outputs=[LeafDiff.of(o, language) for o in outputs[:_OUTPUTS]],
        outputs_left_out=max(len(outputs) - _OUTPUTS, 0) + rest_of(reading.outputs),
        drift=_listing(engine, run, reading.drift, language),
        deferred=_listing(engine, run, reading.deferred, language),
        checks=[_check(c, language) for c in failing[:_FEW]],
        checks_left_out=max(len(failing) - _FEW, 0),
        checks_pending=_pending(reading, language),
        review_url=subject.url or None,
        next=steps_of(run, subject.url, language),
    )


def _dangers(reading: PlanReading, language: Language) -> tuple[list[DangerView], int]:
    """Name what may destroy, and count what is not even named in a group."""
    groups = alike_in_danger(reading.changes)
    found: list[DangerView] = []
    room = _ADDRESSES
    for members in groups[:_DANGERS]:
        most = max(min(room - (len(groups) - len(found)), len(members), _LINES), 1)
        found.append(DangerView.of(members, language, most))
        room -= most
    return found, sum(map(len, groups[_DANGERS:]))


def _listing(
    engine: Engine, run: Run, rows: Sequence[ResourceChange], language: Language
) -> Listing:
    """Show groups of equal changes; of those that change in place, what changes."""
    most = _GROUPS if rows and rows[0].part is Part.CHANGE else _FEW
    groups = folded((g.numbers for g in groups_of(rows)), rows)
    told = [g[0].number for g in groups[:most] if g[0].action in (Action.UPDATE, Action.REPLACE)]
    wholes = {c.number: c for c in engine.plans.changes(run.id, told)} if told else {}
    return Listing(
        groups=[GroupView.of(g, wholes.get(g[0].number), language) for g in groups[:most]],
        count=len(rows),
        left_out=sum(map(len, groups[most:])),
    )


def _counts(reading: PlanReading, language: Language) -> list[CountRow]:
    tally = Counter(c.action for c in reading.changes if c.mode == "managed")
    counts = reading.counts
    found = {
        "create": tally[Action.CREATE],
        "update": tally[Action.UPDATE],
        "replace": tally[Action.REPLACE],
        "delete": tally[Action.DELETE],
        "import": counts.importing,
        "move": counts.move,
        "forget": tally[Action.FORGET],
        "actions": counts.actions,
        "outputs": counts.outputs,
        "drift": counts.drift,
    }
    return [CountRow(key=k, label=say(language, f"count.{k}"), count=n) for k, n in found.items()]


def _overridden(subject: Subject, language: Language) -> list[str]:
    """Say who passed which rules, and whether somebody still has to look at it."""
    given = subject.run.overrides[-_FEW:]
    return [override_said(o, language, late=o in subject.overdue) for o in given]


def _outcome(run: Run, language: Language) -> list[str]:
    """Say how it ended, or who has decided so far."""
    found: Iterable[str] = ()
    if run.approvals:
        names = say(language, "comma").join(
            one_line(a.by.person, 100) for a in run.approvals[:_FEW]
        )
        found = (*found, say(language, "outcome.approved", names=names))
    if run.rejection:
        person, reason = one_line(run.rejection.by.person, 100), one_line(run.rejection.reason, 500)
        found = (*found, say(language, "outcome.rejected", person=person, reason=reason))
    if run.problem:
        found = (*found, f"[{run.problem.code}] {one_line(run.problem.text.render(language), 500)}")
    return list(found)


def _action(call: ActionCall, language: Language) -> str:
    facts = [one_line(f, 120) for f in (call.type, call.trigger) if f]
    facts += [say(language, "actions.deferred")] * call.deferred
    return one_line(call.address, 300) + (f" ({', '.join(facts)})" if facts else "")


def _check(check: Check, language: Language) -> CheckLine:
    return CheckLine(
        address=one_line(check.address, 300),
        kind=one_line(check.kind, 60),
        status=one_line(check.status, 60),
        status_words=one_line(named(language, "check", check.status), 60),
        problems=[one_line(p, 500) for p in check.problems[:5]],
    )


def _pending(reading: PlanReading, language: Language) -> str | None:
    """Say which checks nobody knows yet; None where there is none."""
    found = [one_line(c.address, 120) for c in reading.checks if c.pending]
    left = len(found) - _PENDING
    names = [*found[:_PENDING], *[f"… {say(language, 'more', count=left)}"] * (left > 0)]
    said = say(language, "comma").join(names)
    return say(language, "checks.pending", count=len(found), names=said) if found else None
