"""What the review page shows of one run, gathered; and which actions are the next legal ones."""

from dataclasses import dataclass, field
from datetime import datetime

from sekisho.domain.errors import NotFound, PlanMissing
from sekisho.domain.gate import Verdict
from sekisho.domain.logs import LogFilter
from sekisho.domain.plans import wants_name
from sekisho.domain.rules import Level
from sekisho.domain.runs import FINAL, WAITING, Run, RunStatus, may
from sekisho.domain.text import Text
from sekisho.engine.engine import Engine
from sekisho.engine.judging import expires
from sekisho.engine.workspaces import WorkspaceView
from sekisho.views.plan_warnings import warnings_of
from sekisho.web.comparisons import Compared, compared
from sekisho.web.logs import BUSY, Tail, log_filter, tail
from sekisho.web.plan_filters import Asked, asked
from sekisho.web.plans import PlanPage, plan_page
from sekisho.web.visits import Visit

S = RunStatus


@dataclass(frozen=True)
class Wanted:
    """Which part of everything a reader asked for. `other` is a run to compare with."""

    changes: Asked = field(default_factory=Asked)
    log: LogFilter = field(default_factory=LogFilter)
    other: str = ""

    @classmethod
    def of(cls, visit: Visit) -> "Wanted":
        """Read it from the address. Raises ArgumentsInvalid."""
        return cls(asked(visit), log_filter(visit), visit.query("with"))


@dataclass(frozen=True)
class Review:
    """All that the review page shows of a run. `workspace` is None where it is declared no more."""

    run: Run
    workspace: WorkspaceView | None
    verdict: Verdict | None
    deadline: datetime | None
    plan: PlanPage | None
    warnings: tuple[Text, ...]
    comparison: Compared
    log: Tail
    actions: frozenset[str]
    busy: bool
    final: bool
    wants_name: bool

    @property
    def seal(self) -> str:
        """The digest that an approval given on this page is bound to."""
        return self.run.plan.seal.seal.digest if self.run.plan else ""


def review_of(engine: Engine, run_id: str, wanted: "Wanted") -> Review:
    """Gather the review page. Raises RunUnknown, and what `plan_page` raises."""
    run = engine.runs.get(run_id)
    workspace = workspace_of(engine, run)
    verdict = verdict_of(engine, run) if workspace else None
    plan = _plan(engine, run, wanted.changes)
    return Review(
        run=run,
        workspace=workspace,
        verdict=verdict,
        deadline=deadline_of(run, workspace),
        plan=plan,
        warnings=warnings_of(run, plan.reading, declared=workspace is not None) if plan else (),
        comparison=compared(engine, run, wanted.other) if plan else Compared(),
        log=tail(engine, run.id, wanted=wanted.log),
        actions=actions(run, verdict),
        busy=run.status in BUSY,
        final=run.status in FINAL,
        wants_name=run.plan is not None and wants_name(run.plan),
    )


def workspace_of(engine: Engine, run: Run) -> WorkspaceView | None:
    """Return the workspace of a run; None where it is declared no more."""
    try:
        return engine.workspaces.get(run.workspace)
    except NotFound:
        return None


def verdict_of(engine: Engine, run: Run) -> Verdict | None:
    """Judge a plan that may still be applied."""
    return engine.gate.check(run.id) if run.plan and run.status in WAITING else None


def deadline_of(run: Run, workspace: WorkspaceView | None) -> datetime | None:
    """Return until when a plan may be applied."""
    if run.plan is None:
        return None
    sealed = run.plan.seal.seal.expires_at
    return min(sealed, expires(workspace.declared, run)) if workspace else sealed


def _plan(engine: Engine, run: Run, asked: Asked) -> PlanPage | None:
    try:
        return plan_page(engine, run.id, asked)
    except PlanMissing:
        return None


def _passable(run: Run, verdict: Verdict | None) -> set[str]:
    """Name what a person with a role may do about rules that are not met, now or afterwards."""
    found = {"follow_up"} if any(not o.followed for o in run.overrides) else set[str]()
    if verdict is None or verdict.final or run.status not in (S.AWAITING_APPROVAL, S.APPROVED):
        return found
    levels = {unmet.level for unmet in verdict.unmet if unmet.rule}
    found |= {"break_glass"} if levels else set()
    found |= {"override"} if Level.SOFT in levels else set()
    waits = run.status is S.APPROVED and verdict.waits and verdict.possible_at is not None
    return found | ({"apply_later"} if waits else set())


def actions(run: Run, verdict: Verdict | None) -> frozenset[str]:
    """Name the next legal actions: the page shows these and no other."""
    found: set[str] = set()
    passable = verdict is not None and not verdict.final
    if run.status is S.AWAITING_APPROVAL and passable:
        found.add("approve")
    if run.plan and may(run, S.REJECTED):
        found.add("reject")
    if run.status is S.APPROVED and verdict is not None and verdict.open:
        found.add("apply")
    found |= _passable(run, verdict)
    if may(run, S.DISCARDED):
        found.add("discard")
    if run.status in BUSY and run.cancel is None:
        found.add("cancel")
    return frozenset(found)
