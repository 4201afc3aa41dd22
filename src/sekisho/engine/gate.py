"""The gate at work: gathers what the rules look at, and retires plans that can never pass."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import WorkspaceUnknown
from sekisho.domain.gate import Unmet, Verdict, too_old
from sekisho.domain.gate_texts import TEXTS
from sekisho.domain.problems import problem_unmet
from sekisho.domain.runs import WAITING, Run, RunStatus, end_phase
from sekisho.domain.text import Text, joined
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.judging import plan_of, verdict
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

    def check(self, run_id: str, at: datetime | None = None) -> Verdict:
        """Say everything that keeps a plan from being applied now, or would at another moment.

        Raises PlanMissing.

        A plan can be read after the operator took its workspace out of the catalog; it waits then.
        """
        parts = self._parts
        run = parts.store.runs.get(run_id)
        record = parts.store.workspaces.get(run.workspace)
        declared = self._declared(run.workspace)
        if declared is None:
            plan_of(run)
            unmet = Unmet("workspace_undeclared", _UNDECLARED.fill({"name": run.workspace}))
            return Verdict((unmet,), (), 0, 0)
        judged = verdict(parts, declared, run, record, at or parts.clock.now())
        return dataclasses.replace(judged, unmet=(*self._stopped(), *judged.unmet))

    def _stopped(self) -> tuple[Unmet, ...]:
        """Say who stopped everything, where somebody did: until then nothing begins."""
        stop = self._parts.store.stops.get()
        if stop is None:
            return ()
        said = {"owner": stop.owner, "reason": stop.reason}
        return (Unmet("server_stopped", TEXTS["server_stopped"].fill(said)),)

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


def listed(unmet: Iterable[Unmet]) -> Text:
    """Put everything unmet into one text, each with its code."""
    return joined(Text(f"[{u.code}] {u.text.en}", f"[{u.code}] {u.text.ja}") for u in unmet)


def _over(
    parts: Parts, workspace: Workspace | None, run: Run, record: WorkspaceRecord, now: datetime
) -> Unmet | None:
    """Return what ends a waiting run, if anything does. Without its workspace, only age can."""
    if run.status not in WAITING:
        return None
    if workspace:
        unmet = verdict(parts, workspace, run, record, now).final
    else:
        unmet = too_old(plan_of(run).seal.seal.expires_at, now)
    return next((u for code in _ENDS for u in unmet if u.code == code), None)
