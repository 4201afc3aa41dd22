"""Recovery: finding runs whose worker is gone, and saying honestly what is known of them.

A lost plan is planned again. A lost apply is never retried: it is `interrupted`, and a person
decides (rule 6).
"""

import dataclasses
import io
from collections.abc import Callable

from sekisho.domain.audit import AuditEntry
from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.leases import Worker, WorkerLease
from sekisho.domain.problems import problem
from sekisho.domain.runs import AT_WORK, Run, RunStatus, end_phase, held_by
from sekisho.domain.states import NO_STATE, StatePointer, StatePosition, newer, position_of
from sekisho.domain.targets import ServerBackend
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.engine.applying import doubtful, state_blob
from sekisho.engine.parts import Parts
from sekisho.ports import RunQuery

NOTHING_RESCUED = "none"
_PATIENCE = 4
"""A process that lives but does not beat gets this many stall times: it may only be starved."""


class Recovery:
    """Looks after runs that lost their worker. One per worker: it remembers beats it has seen."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._seen: dict[str, tuple[int, float]] = {}

    def sweep(self, me: str, carrying: frozenset[str]) -> None:
        """Look at every run at work, and at every apply in doubt; forget dead workers.

        `carrying` are the runs that worker `me` carries right now.
        """
        store = self._parts.store
        lost = self._lost_workers(me)
        at_work = store.runs.find(RunQuery(statuses=AT_WORK, limit=500)).items
        known = {w.id for w in store.workers.all()}
        for run in at_work:
            lease = run.worker
            mine = lease is not None and lease.worker_id == me
            gone = lease is None or lease.worker_id in lost or lease.worker_id not in known
            if (mine and run.id not in carrying) or (not mine and gone):
                self._lose(run)
        for worker_id in lost:
            store.workers.remove(worker_id)
        self._rescue_all()

    def _lost_workers(self, me: str) -> frozenset[str]:
        workers = [w for w in self._parts.store.workers.all() if w.id != me]
        self._seen = {w.id: self._seen.get(w.id, (-1, 0.0)) for w in workers}
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
            parts.terraform.clean(run.id)
            parts.bell.ring()

    def _lost_change(self, lease: WorkerLease | None) -> Callable[[Run, WorkspaceRecord], Change]:
        parts, now = self._parts, self._parts.clock.now()

        def change(run: Run, record: WorkspaceRecord) -> Change:
            if lease is not None and not held_by(run, lease):
                return NOTHING
            if run.status is RunStatus.PLANNING:
                return Change(run=(again := self._again(run)), audit=(_told(parts, again),))
            if run.status is not RunStatus.APPLYING:
                return NOTHING
            why = problem("apply_in_doubt")
            ended = end_phase(run, RunStatus.INTERRUPTED, now, why)
            held = doubtful(record, run, why, now)
            return Change(run=ended, workspace=held, audit=(_told(parts, ended),))

        return change

    def _again(self, run: Run) -> Run:
        now = self._parts.clock.now()
        if run.cancel:
            return end_phase(run, RunStatus.CANCELED, now)
        if run.attempts < self._parts.limits.plan_attempts:
            return end_phase(run, RunStatus.PLAN_QUEUED, now)
        return end_phase(run, RunStatus.ERRORED, now, problem("worker_lost", attempts=run.attempts))

    def _rescue_all(self) -> None:
        query = RunQuery(statuses=frozenset({RunStatus.INTERRUPTED}), limit=100)
        for run in self._parts.store.runs.find(query).items:
            if run.apply and run.apply.rescued_blob is None:
                self.rescue(run)

    def rescue(self, run: Run) -> bool:
        """Keep the state that a lost apply left on disk, once its process is gone.

        Return False where the process still lives, or lived on another machine.
        """
        parts = self._parts
        if run.process and parts.processes.alive(run.process) is not False:
            return False
        raw = parts.terraform.rescue(run.id)
        parts.store.runs.update(run.id, self._rescued(run, raw))
        parts.terraform.clean(run.id)
        return True

    def _rescued(self, run: Run, raw: bytes | None) -> Callable[[Run, WorkspaceRecord], Change]:
        parts, now = self._parts, self._parts.clock.now()
        position = _position(raw)
        here = isinstance(parts.catalog.get(run.workspace).backend, ServerBackend)
        name = NOTHING_RESCUED
        if raw and position != NO_STATE:
            name = state_blob(run, position) if here else f"rescued/{run.id}/errored.tfstate"
            parts.store.blobs.put(name, io.BytesIO(raw))

        def change(run: Run, record: WorkspaceRecord) -> Change:
            if run.apply is None:
                return NOTHING
            after = position if position != NO_STATE else None
            found = dataclasses.replace(run.apply, rescued_blob=name, after=after)
            known = record.state.position if record.state else NO_STATE
            kept = record
            if here and newer(position, known):
                kept = dataclasses.replace(record, state=StatePointer(position, now, run.id, name))
            entry = parts.entry("run.rescue", SYSTEM, run, after=str(after or "-"), found=name)
            return Change(dataclasses.replace(run, apply=found), kept, (entry,))

        return change


def _position(raw: bytes | None) -> StatePosition:
    try:
        return position_of(raw or b"")
    except ValueError:
        return NO_STATE


def _told(parts: Parts, run: Run) -> AuditEntry:
    lost = {"status": str(run.status), "attempts": run.attempts}
    return parts.entry("run.lost", SYSTEM, run, **lost)
