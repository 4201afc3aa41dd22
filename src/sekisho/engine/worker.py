"""The worker: takes queued phases, carries them, beats, and looks after what others lost."""

import dataclasses
from collections.abc import Callable
from datetime import datetime

from sekisho.domain.approvals import people
from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import AccessMissing, ServerStopped, WorkspaceUnknown
from sekisho.domain.gate import Verdict
from sekisho.domain.leases import Worker as WorkerRecord
from sekisho.domain.leases import WorkerLease
from sekisho.domain.operator_secrets import with_secrets
from sekisho.domain.origins import origin_of
from sekisho.domain.problems import problem_of
from sekisho.domain.queue import Slots, pick
from sekisho.domain.runs import Run, RunStatus, claim, end_phase, held_by, wait_until
from sekisho.domain.workspaces import Workspace, WorkspaceRecord, take_lease
from sekisho.engine.applying import run_apply
from sekisho.engine.checkpoints import Checkpoints
from sekisho.engine.gate import Gate
from sekisho.engine.judging import signed_approvals, verdict
from sekisho.engine.parts import Parts
from sekisho.engine.phases import Claimed
from sekisho.engine.planning import run_plan
from sekisho.engine.recovery import Recovery
from sekisho.engine.retention import Retention
from sekisho.ports import Execution, RunQuery

_QUEUED = frozenset({RunStatus.PLAN_QUEUED, RunStatus.APPLY_QUEUED})
_TURN = 0.2
"""Seconds between looks at the queue; a request in this process rings the bell and waits less."""
_EVERY = {"beat": 2.0, "recover": 3.0, "checkpoint": 5.0, "sweep": 10.0, "retain": 3600.0}
"""Seconds between chores, by the monotonic clock."""


@dataclasses.dataclass
class _Carried:
    run: Run
    lease: WorkerLease
    execution: Execution


class Worker:
    """One worker. `applies=False` is for a process that an IDE may end at any moment."""

    def __init__(self, parts: Parts, *, applies: bool = True) -> None:
        self._parts = parts
        self._applies = applies
        self._gate = Gate(parts)
        self._recovery = Recovery(parts)
        self._retention = Retention(parts)
        self._checkpoints = Checkpoints(parts)
        self._carried: dict[str, _Carried] = {}
        self._served: dict[str, int] = {}
        self._turns = 0
        self._due = dict.fromkeys(_EVERY, 0.0)
        self._due["retain"] = parts.clock.monotonic() + _EVERY["retain"]
        self._record = WorkerRecord(
            id=parts.ids.new("wrk"),
            process=parts.processes.me(),
            started_at=parts.clock.now(),
            console_url=parts.console_url or None,
        )

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until asked to stop, then let go of everything in good order."""
        self._parts.journal.event("worker.start", worker_id=self._record.id)
        self._parts.executor.start("find-terraform", self._find_terraform)
        while not stopping():
            self._outlive(self.turn)
            self._parts.bell.wait(_TURN)
        self.drain()

    def turn(self) -> None:
        """Take as many phases as there is room for, then do what else is due."""
        self._beat()
        self._reap()
        self._pass_cancels_on()
        self._take()
        if self._is_due("recover"):
            self._recovery.sweep(self._record.id, frozenset(self._carried))
        if self._is_due("sweep"):
            self._gate.sweep()
        if self._is_due("retain"):
            self._retention.sweep()
        if self._is_due("checkpoint"):
            self._checkpoints.take_if_due()

    def drain(self) -> None:
        """Stop plans (they are planned again elsewhere); give applies time, then stop them too."""
        clock = self._parts.clock
        deadline = clock.monotonic() + self._parts.limits.drain_for
        for carried in self._carried.values():
            if carried.run.status is RunStatus.PLANNING:
                carried.execution.stop()
        while self._carried:
            self._outlive(self._tend)
            if clock.monotonic() > deadline:
                for carried in self._carried.values():
                    carried.execution.stop()
            self._parts.bell.wait(0.05)
            self._reap()
        self._outlive(lambda: self._parts.store.workers.remove(self._record.id))
        self._outlive(self._checkpoints.take)
        self._parts.journal.event("worker.stop", worker_id=self._record.id)

    def _tend(self) -> None:
        """Do what must go on until the last phase ends: who does not beat is thought lost."""
        self._beat()
        self._pass_cancels_on()

    def _outlive(self, work: Callable[[], object]) -> None:
        """Do work; an error of the store (a full disk, a lost connection) is told and outlived."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 (a worker outlives its store's bad minutes)
            self._parts.journal.event("worker.failed", worker_id=self._record.id, error=error)

    def _beat(self) -> None:
        if self._is_due("beat"):
            self._record = dataclasses.replace(self._record, beat=self._record.beat + 1)
            self._parts.store.workers.put(self._record)

    def _find_terraform(self, _stop: Callable[[], bool]) -> None:
        """Look for Terraform before the first plan wants it: hashing it takes a while."""
        for build in self._parts.terraform.builds():
            found = {"product": build.product, "version": build.version}
            self._parts.journal.event("terraform.found", **found)

    @property
    def carrying(self) -> int:
        """How many phases are under way here."""
        return len(self._carried)

    def _is_due(self, chore: str) -> bool:
        now = self._parts.clock.monotonic()
        if now < self._due[chore]:
            return False
        self._due[chore] = now + _EVERY[chore]
        return True

    def _reap(self) -> None:
        for run_id in [i for i, c in self._carried.items() if c.execution.done()]:
            del self._carried[run_id]

    def _pass_cancels_on(self) -> None:
        for run_id, carried in self._carried.items():
            now = self._parts.store.runs.get(run_id)
            if now.cancel or not held_by(now, carried.lease):
                carried.execution.stop()

    def _take(self) -> None:
        if self._parts.store.stops.get():
            return  # what is queued waits until somebody lifts the stop
        passed: set[str] = set()
        while True:
            slots = self._slots()
            if slots == Slots(0, 0):
                return
            queued = self._parts.walk(RunQuery(statuses=_QUEUED, limit=500))
            now = self._parts.clock.now()
            waiting = [r for r in queued if r.id not in passed and _due(r, now)]
            if not waiting:
                return
            run = pick(waiting, self._parts.store.workspaces.all(), slots, self._served)
            if run is None:
                return
            if not self._start(run):
                passed.add(run.id)

    def _slots(self) -> Slots:
        limits = self._parts.limits
        plans = sum(c.run.status is RunStatus.PLANNING for c in self._carried.values())
        applies = len(self._carried) - plans
        room = limits.apply_slots - applies if self._applies else 0
        return Slots(max(limits.plan_slots - plans, 0), max(room, 0))

    def _start(self, run: Run) -> bool:
        parts = self._parts
        lease = WorkerLease(self._record.id, run.attempts + 1, parts.clock.now())
        try:
            workspace = parts.catalog.get(run.workspace)
        except WorkspaceUnknown as error:
            parts.store.runs.update(run.id, _undeclared(parts, error, lease.since))
            return False
        try:
            run = parts.store.runs.update(run.id, _claim(parts, workspace, lease))
        except ServerStopped:  # just now: the store lets nothing begin
            return False
        if not held_by(run, lease):
            return False
        if run.status is RunStatus.PLANNING:
            self._turns += 1
            self._served[run.requested_by.person] = self._turns
        carry = run_plan if run.status is RunStatus.PLANNING else run_apply
        claimed = Claimed(run, lease, with_secrets(workspace, origin_of(run)))

        def phase(stop: Callable[[], bool]) -> None:
            try:
                carry(parts, claimed, stop)
                if carry is run_apply:
                    self._outlive(self._checkpoints.take)
            finally:
                parts.bell.ring()

        execution = parts.executor.start(f"{run.status}-{run.id}", phase)
        self._carried[run.id] = _Carried(run, lease, execution)
        return True


def _claim(
    parts: Parts, workspace: Workspace, lease: WorkerLease
) -> Callable[[Run, WorkspaceRecord], Change]:
    """Take the run if it still waits, and an apply only where the gate is open at this moment."""

    def change(run: Run, record: WorkspaceRecord) -> Change:
        denied = _denied(parts, run)
        if denied:
            ended = end_phase(run, RunStatus.CANCELED, lease.since, problem_of(denied))
            entry = parts.entry(lease.since, "run.canceled", SYSTEM, ended, problem=denied.code)
            return Change(run=ended, audit=(entry,))
        return _claimed(parts, workspace, lease, run, record)

    return change


def _claimed(
    parts: Parts, workspace: Workspace, lease: WorkerLease, run: Run, record: WorkspaceRecord
) -> Change:
    """Begin what waits; what cannot begin now waits on."""
    if run.status is RunStatus.PLAN_QUEUED:
        started = claim(run, lease)
        facts = {"attempt": lease.attempt, "worker": lease.worker_id}
        entry = parts.entry(lease.since, "run.plan_start", SYSTEM, run, **facts)
        return Change(run=started, audit=(entry,))
    if run.status is not RunStatus.APPLY_QUEUED:
        return NOTHING
    judged = verdict(parts, workspace, run, record, lease.since)
    if judged.open:
        return _begin_apply(parts, run, record, lease, judged)
    later = judged.possible_at
    if judged.waits and later and later > lease.since:
        return Change(run=wait_until(run, later))
    return NOTHING


def _denied(parts: Parts, run: Run) -> AccessMissing | None:
    """Say what was taken, while it waited, from whoever asked for the phase that is next."""
    by = run.apply.requested_by if run.apply else run.requested_by
    try:
        if run.status in _QUEUED:
            parts.allow(by, "apply" if run.apply else "plan", run.workspace)
    except AccessMissing as error:
        return error
    return None


def _undeclared(
    parts: Parts, error: WorkspaceUnknown, now: datetime
) -> Callable[[Run, WorkspaceRecord], Change]:
    """End a plan whose workspace the operator took away; a waiting apply may see it come back."""

    def change(run: Run, _record: WorkspaceRecord) -> Change:
        if run.status is not RunStatus.PLAN_QUEUED:
            return NOTHING
        ended = end_phase(run, RunStatus.ERRORED, now, problem_of(error))
        entry = parts.entry(now, "run.errored", SYSTEM, ended, problem=error.code)
        return Change(run=ended, audit=(entry,))

    return change


def _due(run: Run, now: datetime) -> bool:
    """Say whether a run is worth a look: an apply that waits for its window is not, until then."""
    return run.apply is None or run.apply.not_before is None or run.apply.not_before <= now


def _begin_apply(
    parts: Parts, run: Run, record: WorkspaceRecord, lease: WorkerLease, judged: Verdict
) -> Change:
    """Take the workspace, use up the approvals, and begin: one write."""
    taken = take_lease(record, run.id, lease.since)
    if run.apply is None or run.plan is None:
        raise RuntimeError("an apply was queued without a plan")
    begun = dataclasses.replace(
        run.apply, started_at=lease.since, fence=taken.fence, before=run.plan.position
    )
    started = dataclasses.replace(claim(run, lease), apply=begun)
    seal = run.plan.seal.seal.digest
    facts = {
        "seal": seal,
        "fence": taken.fence,
        "approved_by": ", ".join(sorted(people(signed_approvals(parts, run), seal))),
        "worker": lease.worker_id,
        "rules": ", ".join(judged.rules),
        "given": judged.approvals_given,
        "passed": ", ".join(sorted({u.rule for u in judged.passed})),
    }
    asked_by = run.apply.requested_by
    entry = parts.entry(lease.since, "run.apply_start", asked_by, run, **facts)
    return Change(run=started, workspace=taken, audit=(entry,))
