"""Applies: queueing one that the gate lets through."""

from typing import NoReturn

from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import GateUnmet, PlanOver, SekishoError
from sekisho.domain.gate import Verdict
from sekisho.domain.runs import Run, RunStatus, check_seen, illegal, queue_apply
from sekisho.domain.text import Text, joined
from sekisho.domain.workspaces import WorkspaceRecord, check_free
from sekisho.engine.brakes import Brakes
from sekisho.engine.gate import listed
from sekisho.engine.judging import verdict
from sekisho.engine.parts import Parts
from sekisho.engine.refusals import audited, tell


class Applies:
    """Queues applies. An approval alone never starts one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told = parts.memory.applies
        self._brakes = Brakes(parts)
        self._turn = parts.memory.apply_turn

    def start(
        self,
        run_id: str,
        caller: Caller,
        seen: frozenset[int] | None = None,
        *,
        wait: bool = False,
    ) -> Run:
        """Queue the apply of an approved plan and return at once.

        `seen`: only while the run is of one of these versions. `wait`: where time alone is missing
        (a window, a freeze), it waits for it and is judged again then.

        Raises:
            AccessMissing: the caller may not apply there.
            GateUnmet: with everything that is unmet.
            PlanOver: the same, where this plan can never meet it.
            WorkspaceBusy, WorkspaceLocked: who holds the workspace.
            ServerStopped: somebody stopped everything.
            QuotaSpent, DestroysSpent, CoolingDown: the caller has begun enough for now.
            RunChanged: the run is of none of the versions in `seen`.
            MoveIllegal: the run is over, or has no plan yet.
        """
        with audited(self._parts, self._told, "apply", run_id, caller):
            return self._start(run_id, caller, seen, wait=wait)

    def refused(self, run_id: str, caller: Caller, error: SekishoError) -> None:
        """Tell of somebody who was not even let in to apply."""
        tell(self._parts, self._told, "apply", run_id, caller, error)

    def _start(
        self, run_id: str, caller: Caller, seen: frozenset[int] | None, *, wait: bool
    ) -> Run:
        parts = self._parts
        asked = parts.store.runs.get(run_id)
        workspace = parts.catalog.get(asked.workspace)
        parts.allow(caller, "apply", workspace.name)
        now, url = parts.clock.now(), parts.review_url(run_id)

        def change(run: Run, record: WorkspaceRecord) -> Change:
            check_seen(run, seen)
            if run.status not in (RunStatus.AWAITING_APPROVAL, RunStatus.APPROVED):
                raise illegal(run, "apply")
            judged = verdict(parts, workspace, run, record, now)
            later = judged.possible_at if wait and judged.waits else None
            if not judged.open and later is None:
                _refuse(run, record, judged, url)
            queued = queue_apply(run, caller, now, later)
            facts = {"seal": run.plan.seal.seal.digest if run.plan else ""}
            facts |= {"not_before": later.isoformat()} if later else {}
            entry = parts.entry(now, "run.apply", caller, queued, **facts)
            return Change(run=queued, audit=(entry,))

        with self._turn:  # so that of two at once the second is counted with the first
            self._brakes.check_apply(asked, caller, now)
            after = parts.store.runs.update(run_id, change)
        parts.bell.ring()
        return after


def _refuse(run: Run, record: WorkspaceRecord, judged: Verdict, url: str) -> NoReturn:
    if all(u.code in _HELD for u in judged.unmet):
        check_free(record, url)
    unmet = listed(judged.unmet)
    if judged.waits and judged.possible_at:
        unmet = joined([unmet, _WAITS.fill({"at": judged.possible_at.isoformat()})])
    if judged.final:
        raise PlanOver(run_id=run.id, unmet=unmet)
    raise GateUnmet(run_id=run.id, unmet=unmet, url=url)


_WAITS = Text(
    "Time alone is missing, until {at}: run_apply with wait_for_window=true waits for it.",
    "足りないのは時刻だけです（{at} 以降は可）。wait_for_window=true の run_apply で待機できます。",
)
_HELD = frozenset({"workspace_locked", "workspace_busy"})
