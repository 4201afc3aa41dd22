"""Recovery: finding runs whose worker is gone, and saying honestly what is known of them.

A lost plan is planned again. A lost apply is never retried: it is `interrupted`, and a person
decides (rule 6).
"""

import dataclasses
import io
from collections.abc import Callable
from datetime import datetime

from sekisho.domain.audit import AuditEntry
from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import WorkspaceUnknown
from sekisho.domain.leases import Worker, WorkerLease
from sekisho.domain.problems import problem
from sekisho.domain.runs import AT_WORK, Run, RunStatus, end_phase
from sekisho.domain.states import NO_STATE, StatePointer, StatePosition, newer, position_of
from sekisho.domain.targets import ServerBackend
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.engine.applying import doubtful, state_blob
from sekisho.engine.parts import Parts
from sekisho.ports import RunQuery

NOTHING_RESCUED = "none"
_IN_DOUBT = frozenset({RunStatus.INTERRUPTED})
_OVER = frozenset({RunStatus.CANCELED, RunStatus.ERRORED})
_PATIENCE = 4
"""A process that lives but does not beat gets this many stall times: it may only be starved."""


class Recovery:
    """Looks after runs that lost their worker. One per worker: it remembers beats it has seen."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked = parts.clock.monotonic()

    def sweep(self, me: str, carrying: frozenset[str]) -> None:
        """Look at every run at work, and at every apply in doubt; forget dead workers.

        `carrying` are the runs that worker `me` carries right now.
        """
        store = self._parts.store
        lost = self._lost_workers(me)
        at_work = tuple(self._parts.walk(RunQuery(statuses=AT_WORK, limit=500)))
        known = {w.id for w in store.workers.all()}
        for run in at_work:
            lease = run.worker
            mine = lease is not None and lease.worker_id == me
            gone = lease is None or lease.worker_id in lost or lease.worker_id not in known
            if (mine and run.id not in carrying) or (not mine and gone):
                self._guarded(self._lose, run)
        for worker_id in lost:
            store.workers.remove(worker_id)
        for run in self._parts.walk(RunQuery(statuses=_IN_DOUBT, limit=100)):
            if run.apply and run.apply.rescued_blob is None:
                self._guarded(self.rescue, run)

    def _guarded(self, look_after: Callable[[Run], object], run: Run) -> None:
        """Keep trouble with one run from the others; it is tried again at the next sweep."""
        try:
            look_after(run)
        except Exception as error:  # noqa: BLE001 (whatever it is: the others need looking after)
            self._parts.journal.event("recovery.failed", run_id=run.id, error=error)

    def _lost_workers(self, me: str) -> frozenset[str]:
        """Say which workers are gone. Time in which nobody looked is nobody's silence.

        Where this worker itself was held up (a paused machine, a store that was away), the others
        may have been too: all get their full time again.
        """
        now = self._parts.clock.monotonic()
        held_up = now - self._looked > self._parts.limits.stall_after
        self._looked = now
        workers = [w for w in self._parts.store.workers.all() if w.id != me]
        before = {} if held_up else self._seen
        self._seen = {w.id: before.get(w.id, (-1, 0.0)) for w in workers}
        return frozenset(w.id for w in workers if self._lost(w))

    def _lost(self, worker: Worker) -> bool:
        """Judge one worker by its process, else by its count against our own monotonic clock."""
        now = self._parts.clock.monotonic()
        beat, since = self._seen[worker.id]
        if beat != worker.beat:
            self._seen[worker.id] = (worker.beat, now)
            since = now
        alive = self._parts.processes.alive(worker.process)
        if alive is False:
            return True
        patience = _PATIENCE if alive else 1
        return now - since > self._parts.limits.stall_after * patience

    def _lose(self, run: Run) -> None:
        parts = self._parts
        if run.status is RunStatus.PLANNING and run.process:
            parts.processes.interrupt(run.process)
        after = parts.store.runs.update(run.id, self._lost_change(run.worker))
        parts.journal.event("run.lost", run_id=run.id, status=str(after.status))
        if after.status is RunStatus.PLAN_QUEUED:
            parts.bell.ring()  # whoever plans it again cleans up first
        elif after.status in _OVER:
            parts.terraform.clean(run.id)

    def _lost_change(self, lease: WorkerLease | None) -> Callable[[Run, WorkspaceRecord], Change]:
        parts, now = self._parts, self._parts.clock.now()

        def change(run: Run, record: WorkspaceRecord) -> Change:
            if run.status not in AT_WORK or run.worker != lease:
                return NOTHING
            if run.status is RunStatus.PLANNING:
                again = self._again(run, now)
                return Change(run=again, audit=(_told(parts, again, now),))
            why = problem("apply_in_doubt")
            ended = end_phase(run, RunStatus.INTERRUPTED, now, why)
            held = doubtful(record, run, why, now)
            return Change(run=ended, workspace=held, audit=(_told(parts, ended, now),))

        return change

    def _again(self, run: Run, now: datetime) -> Run:
        if run.cancel:
            return end_phase(run, RunStatus.CANCELED, now)
        if run.attempts < self._parts.limits.plan_attempts:
            return end_phase(run, RunStatus.PLAN_QUEUED, now)
        return end_phase(run, RunStatus.ERRORED, now, problem("worker_lost", attempts=run.attempts))

    def rescue(self, run: Run) -> bool:
        """Keep the state that a lost apply left on disk, once its process is gone.

        Return False where the process still lives, or lived on another machine.
        """
        parts = self._parts
        alive = parts.working(run)
        if alive or (alive is None and run.process):
            return False
        raw = parts.terraform.rescue(run.id)
        parts.store.runs.update(run.id, self._rescued(run, raw))
        parts.terraform.clean(run.id)
        return True

    def _rescued(self, run: Run, raw: bytes | None) -> Callable[[Run, WorkspaceRecord], Change]:
        """Keep what was found, whatever it is; make it the newest state where that is certain."""
        parts, now = self._parts, self._parts.clock.now()
        position = _position(raw)
        here = position != NO_STATE and self._kept_here(run)
        name = NOTHING_RESCUED
        if raw:
            name = state_blob(run, position) if here else f"rescued/{run.id}/errored.tfstate"
            parts.store.blobs.put(name, io.BytesIO(raw))

        def change(run: Run, record: WorkspaceRecord) -> Change:
            if run.apply is None or run.apply.rescued_blob is not None:
                return NOTHING
            after = position if position != NO_STATE else run.apply.after
            found = dataclasses.replace(run.apply, rescued_blob=name, after=after)
            known = record.state.position if record.state else NO_STATE
            kept = record
            in_doubt = record.lock is not None and record.lock.run_id == run.id
            if here and in_doubt and newer(position, known):
                kept = dataclasses.replace(record, state=StatePointer(position, now, run.id, name))
            facts = {"after": str(after or "-"), "found": name}
            entry = parts.entry(now, "run.rescue", SYSTEM, run, **facts)
            return Change(dataclasses.replace(run, apply=found), kept, (entry,))

        return change

    def _kept_here(self, run: Run) -> bool:
        """Say whether the server keeps the state of this run's workspace."""
        try:
            return isinstance(self._parts.catalog.get(run.workspace).backend, ServerBackend)
        except WorkspaceUnknown:
            return False


def _position(raw: bytes | None) -> StatePosition:
    try:
        return position_of(raw or b"")
    except ValueError:
        return NO_STATE


def _told(parts: Parts, run: Run, now: datetime) -> AuditEntry:
    lost = {"status": str(run.status), "attempts": run.attempts}
    return parts.entry(now, "run.lost", SYSTEM, run, **lost)
