"""The gate at work: gathers what the rules look at, and retires plans that can never pass."""

from collections.abc import Iterable
from datetime import datetime

from sekisho.domain.approvals import Approval
from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import PlanMissing, WorkspaceUnknown
from sekisho.domain.gate import GateFacts, Rule, Unmet, Verdict, expiry, judge
from sekisho.domain.origins import origin_of, plan_only
from sekisho.domain.plans import PlanRecord
from sekisho.domain.problems import problem_unmet
from sekisho.domain.runs import WAITING, Run, RunStatus, end_phase
from sekisho.domain.states import NO_STATE, StatePosition
from sekisho.domain.targets import ServerBackend
from sekisho.domain.text import Text, joined
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.parts import Parts
from sekisho.ports import RunQuery

_ENDS = {
    "plan_expired": RunStatus.EXPIRED,
    "plan_stale": RunStatus.STALE,
    "rules_changed": RunStatus.STALE,
    "plan_only": RunStatus.STALE,
}


_UNDECLARED = Text(
    "The workspace {name} is not declared any more: nothing can be approved or applied in it.",
    "ワークスペース {name} の宣言がなくなったため、承認も適用もできません。",
)


class Gate:
    """Judges runs by the rules of their workspace."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def check(self, run_id: str) -> Verdict:
        """Say everything that keeps a plan from being applied now. Raises PlanMissing.

        A plan can be read after the operator took its workspace out of the catalog; it waits then.
        """
        parts = self._parts
        run = parts.store.runs.get(run_id)
        record = parts.store.workspaces.get(run.workspace)
        declared = self._declared(run.workspace)
        if declared is None:
            _plan(run)
            unmet = Unmet("workspace_undeclared", _UNDECLARED.fill({"name": run.workspace}))
            return Verdict((unmet,), (), 0, 0)
        return verdict(parts, declared, run, record, parts.clock.now())

    def sweep(self, workspace: str | None = None) -> int:
        """Retire waiting plans that became too old or stale; return how many."""
        query = RunQuery(workspace=workspace, statuses=WAITING, limit=200)
        return sum(self._retire(run) for run in self._parts.walk(query))

    def _retire(self, run: Run) -> bool:
        """Retire one run where that is due; one that stays costs no write."""
        parts, now = self._parts, self._parts.clock.now()
        declared = self._declared(run.workspace)

        def change(run: Run, record: WorkspaceRecord) -> Change:
            over = _over(parts, declared, run, record, now)
            if over is None:
                return NOTHING
            ended = end_phase(run, _ENDS[over.code], now, problem_unmet(over))
            entry = parts.entry(now, f"run.{ended.status}", SYSTEM, ended, why=over.code)
            return Change(run=ended, audit=(entry,))

        if _over(parts, declared, run, parts.store.workspaces.get(run.workspace), now) is None:
            return False
        return parts.store.runs.update(run.id, change).status in _ENDS.values()

    def _declared(self, name: str) -> Workspace | None:
        """Return the workspace, None once the operator has taken it out of the catalog."""
        try:
            return self._parts.catalog.get(name)
        except WorkspaceUnknown:
            return None


def verdict(
    parts: Parts, workspace: Workspace, run: Run, record: WorkspaceRecord, now: datetime
) -> Verdict:
    """Judge values already at hand: pure, so it may be asked inside a write."""
    plan = _plan(run)
    facts = GateFacts(
        requester=run.requested_by.person,
        seal=plan.seal.seal.digest,
        expires_at=min(plan.seal.seal.expires_at, expires(workspace.rules, run)),
        planned_on=plan.position,
        state_now=_position_now(record, workspace),
        approvals=tuple(a for a in run.approvals if _signed(parts, run, a)),
        lease=record.lease,
        lock=record.lock,
        run_id=run.id,
        rules_then=plan.seal.seal.rules,
        plan_only=plan_only(workspace, origin_of(run)),
    )
    return judge(workspace.rules, facts, now)


def listed(unmet: Iterable[Unmet]) -> Text:
    """Put everything unmet into one text, each with its code."""
    return joined(Text(f"[{u.code}] {u.text.en}", f"[{u.code}] {u.text.ja}") for u in unmet)


def expires(rules: tuple[Rule, ...], run: Run) -> datetime:
    """Return when the plan of a run becomes too old by the rules of today."""
    return expiry(rules, run.plan.made_at if run.plan else run.updated_at)


def _over(
    parts: Parts, workspace: Workspace | None, run: Run, record: WorkspaceRecord, now: datetime
) -> Unmet | None:
    """Return what ends a waiting run, if anything does. Without its workspace, only age can."""
    if run.status not in WAITING:
        return None
    if workspace:
        unmet = verdict(parts, workspace, run, record, now).final
    else:
        plan = _plan(run)
        facts = GateFacts("", "", plan.seal.seal.expires_at, plan.position, None)
        unmet = judge((), facts, now).final
    return next((u for code in _ENDS for u in unmet if u.code == code), None)


def _plan(run: Run) -> PlanRecord:
    if run.plan is None:
        raise PlanMissing(run_id=run.id, status=run.status)
    return run.plan


def _signed(parts: Parts, run: Run, approval: Approval) -> bool:
    """Say whether the server itself wrote this approval, of this run: no other one counts."""
    mine = approval.run_id == run.id
    return mine and parts.keys.verify(approval.canonical(), approval.signature, approval.key_id)


def _position_now(record: WorkspaceRecord, workspace: Workspace) -> StatePosition | None:
    if record.state:
        return record.state.position
    return NO_STATE if isinstance(workspace.backend, ServerBackend) else None
