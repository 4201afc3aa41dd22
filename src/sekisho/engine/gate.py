"""The gate at work: gathers what the rules look at, and retires plans that can never pass."""

from collections.abc import Callable
from datetime import datetime

from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import PlanMissing
from sekisho.domain.gate import GateFacts, Rule, Verdict, expiry, judge
from sekisho.domain.runs import WAITING, Run, RunStatus, move
from sekisho.domain.states import NO_STATE, StatePosition
from sekisho.domain.targets import ServerBackend
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.parts import Parts
from sekisho.ports import RunQuery

_ENDS = {"plan_expired": RunStatus.EXPIRED, "plan_stale": RunStatus.STALE}


class Gate:
    """Judges runs by the rules of their workspace."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def check(self, run_id: str) -> Verdict:
        """Say everything that keeps a plan from being applied now. Raises PlanMissing."""
        run = self._parts.store.runs.get(run_id)
        record = self._parts.store.workspaces.get(run.workspace)
        return self.verdict(run, record)

    def verdict(self, run: Run, record: WorkspaceRecord) -> Verdict:
        """Judge values already at hand; pure but for the clock, so it may run inside a write."""
        workspace = self._parts.catalog.get(run.workspace)
        return judge(workspace.rules, _facts(run, record, workspace), self._parts.clock.now())

    def sweep(self, workspace: str | None = None) -> int:
        """Retire waiting plans that became too old or stale; return how many."""
        retired = 0
        query = RunQuery(workspace=workspace, statuses=WAITING, limit=200)
        while True:
            page = self._parts.store.runs.find(query)
            for run in page.items:
                after = self._parts.store.runs.update(run.id, self._retire())
                retired += after.status is not run.status
            if page.cursor is None:
                return retired
            query = RunQuery(workspace=workspace, statuses=WAITING, cursor=page.cursor, limit=200)

    def _retire(self) -> Callable[[Run, WorkspaceRecord], Change]:
        now = self._parts.clock.now()

        def change(run: Run, record: WorkspaceRecord) -> Change:
            if run.status not in WAITING:
                return NOTHING
            codes = {u.code for u in self.verdict(run, record).final}
            end = next((to for code, to in _ENDS.items() if code in codes), None)
            if end is None:
                return NOTHING
            moved = move(run, end, now)
            return Change(run=moved, audit=(self._parts.entry(f"run.{end}", SYSTEM, moved),))

        return change


def _facts(run: Run, record: WorkspaceRecord, workspace: Workspace) -> GateFacts:
    plan = run.plan
    if plan is None:
        raise PlanMissing(run_id=run.id, status=run.status)
    return GateFacts(
        requester=run.requested_by.person,
        seal=plan.seal.seal.digest,
        expires_at=min(plan.seal.seal.expires_at, expires(workspace.rules, run)),
        planned_on=plan.position,
        state_now=_position_now(record, workspace),
        approvals=run.approvals,
        lease=record.lease,
        lock=record.lock,
        run_id=run.id,
    )


def expires(rules: tuple[Rule, ...], run: Run) -> datetime:
    """Return when the plan of a run becomes too old by the rules of today."""
    return expiry(rules, run.plan.made_at if run.plan else run.updated_at)


def _position_now(record: WorkspaceRecord, workspace: Workspace) -> StatePosition | None:
    if record.state:
        return record.state.position
    return NO_STATE if isinstance(workspace.backend, ServerBackend) else None
