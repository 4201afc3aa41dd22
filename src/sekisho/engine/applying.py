"""The apply phase: `APPLY_STEPS`, from an approved seal to a saved state. Never retried."""

import contextlib
import dataclasses
import io
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import Change
from sekisho.domain.errors import SealBroken, SekishoError
from sekisho.domain.leases import WorkerLease, WorkspaceLock
from sekisho.domain.plans import PlanRecord
from sekisho.domain.problems import problem
from sekisho.domain.runs import Problem, Run, RunStatus, end_phase
from sekisho.domain.states import StatePointer, StatePosition, position_of
from sekisho.domain.targets import ServerBackend
from sekisho.domain.workspaces import Workspace, WorkspaceRecord, release_lease
from sekisho.engine import lending
from sekisho.engine.configurations import blob_name
from sekisho.engine.gate import Gate
from sekisho.engine.parts import Parts
from sekisho.engine.phases import Claimed, End, Step, change_held, run_steps, said
from sekisho.engine.sealing import Found, broken, seal_of, target_of
from sekisho.engine.watching import RunWatch
from sekisho.ports import Desk, DeskOrder, Finished

INTERRUPTED_OWNER = "sekisho"
"""Who holds a workspace after an apply in doubt, until a person decides."""


@dataclasses.dataclass
class ApplyPhase:
    """What the steps of an apply hand to each other.

    `state` is where the state is now kept. Between `begun` and `saved` nobody could say what an
    error leaves behind: the apply is then in doubt.
    """

    parts: Parts
    run: Run
    lease: WorkerLease
    workspace: Workspace
    watch: RunWatch
    desk: Desk | None = None
    finished: Finished | None = None
    state: StatePointer | None = None
    rescued: str | None = None
    begun: bool = False
    saved: bool = False
    loan: contextlib.ExitStack = dataclasses.field(default_factory=contextlib.ExitStack)

    @property
    def table(self) -> Desk:
        """The desk, once `restore` has laid it."""
        if self.desk is None:
            raise RuntimeError("restore comes first")
        return self.desk

    @property
    def plan(self) -> PlanRecord:
        """The plan that is applied."""
        if self.run.plan is None:
            raise RuntimeError("an apply without a plan")
        return self.run.plan


def restore(phase: ApplyPhase) -> End | None:
    """Lay out exactly what was sealed: configuration, modules, lock file, plan, and the state."""
    parts, run, plan = phase.parts, phase.run, phase.plan
    known = parts.store.workspaces.get(run.workspace).state
    names = {"configuration": blob_name(run.configuration), "bundle": plan.bundle_blob}
    names |= {"plan": plan.plan_blob} | ({"state": known.blob} if known and known.blob else {})
    with contextlib.ExitStack() as stack:
        opened = {
            part: stack.enter_context(contextlib.closing(_opened(parts, part, name)))
            for part, name in names.items()
        }
        phase.desk = parts.terraform.open(
            DeskOrder(
                run_id=run.id,
                phase="apply",
                workspace=phase.workspace,
                options=run.options,
                build=parts.terraform.build_for(phase.workspace.terraform),
                configuration=opened["configuration"],
                state=opened.get("state"),
                bundle=opened["bundle"],
                plan=opened["plan"],
            )
        )
    return None


def _opened(parts: Parts, part: str, name: str) -> BinaryIO:
    """Open what was kept when it was planned; what is gone or tampered with voids the approval."""
    try:
        return parts.store.blobs.open(name)
    except (KeyError, ValueError):
        raise SealBroken(parts=part) from None


def lend(phase: ApplyPhase) -> End | None:
    """Lend the apply role, where the target has one; where it is refused, nothing has begun.

    Of the target that was approved, and of no other: what is lent cannot be taken back.
    """
    sealed = phase.plan.seal.seal.target
    if sealed != target_of(phase.parts, phase.workspace.target):
        raise SealBroken(parts="target")
    lending.lend(phase, phase.loan, "apply")
    return None


def init(phase: ApplyPhase) -> End | None:
    """Put the sealed providers in place; modules were restored and are not fetched."""
    finished = phase.table.init(phase.watch)
    if finished.ok:
        return None
    end = _failed(finished, "init_failed")
    return _not_begun() if end.status is RunStatus.CANCELED else end


def check_seal(phase: ApplyPhase) -> End | None:
    """Make the seal again from what lies here now; any difference voids the approval."""
    parts, plan = phase.parts, phase.plan
    prints = phase.table.fingerprints()
    laid = Found(prints, plan.position, plan.traits, plan.scan, plan.policies)
    found = seal_of(parts, phase.run, phase.workspace, laid)
    parts_broken = broken(parts, plan.seal, found)
    if parts_broken:
        raise SealBroken(parts=", ".join(parts_broken))
    return None


def check_state(phase: ApplyPhase) -> End | None:
    """Ask the backend where the state stands: one that moved on makes the plan stale."""
    position = phase.table.position()
    if position == phase.plan.position:
        return None
    moved = f"{phase.plan.position} → {position}"
    return End(RunStatus.STALE, problem("state_moved", moved))


def apply(phase: ApplyPhase) -> End | None:
    """Apply exactly the saved plan."""
    if phase.watch.stopping():
        return _not_begun()
    phase.begun = True
    phase.finished = phase.table.apply(phase.watch)
    return None


def save(phase: ApplyPhase) -> End | None:
    """Keep the state that Terraform left, however the apply ended."""
    unsaved = phase.table.unsaved_state()
    kept_here = isinstance(phase.workspace.backend, ServerBackend)
    if unsaved is not None and not kept_here:
        phase.rescued = _put(phase, f"rescued/{phase.run.id}/errored.tfstate", unsaved)
    elif kept_here:
        _save_here(phase, unsaved)
    else:
        _look_at_backend(phase)
    # Terraform says that it applied, yet there is no state: code in the configuration can remove
    # the file that Terraform holds open. What was made is real and nobody knows it: in doubt.
    gone = kept_here and phase.state is None and phase.finished is not None and phase.finished.ok
    phase.saved = not gone
    return None


def _save_here(phase: ApplyPhase, unsaved: bytes | None) -> None:
    reading = phase.table.read_state()
    raw = unsaved if unsaved is not None else reading.raw if reading else None
    if raw is not None:
        position = position_of(raw)
        blob = _put(phase, state_blob(phase.run, position), raw)
        phase.state = StatePointer(position, phase.parts.clock.now(), phase.run.id, blob)
    if reading:
        phase.parts.store.readings.put_state(phase.run.workspace, reading.index)


def _look_at_backend(phase: ApplyPhase) -> None:
    """Terraform saved the state itself; when we cannot read it just now, nothing is lost."""
    try:
        reading = phase.table.read_state()
    except SekishoError as error:
        phase.watch.note("apply", f"the state could not be read back: {error.message()}")
        return
    if reading:
        phase.state = StatePointer(reading.index.position, phase.parts.clock.now(), phase.run.id)
        phase.parts.store.readings.put_state(phase.run.workspace, reading.index)


def conclude(phase: ApplyPhase) -> End | None:
    """Say how it ended."""
    finished = phase.finished
    if finished is None:
        raise RuntimeError("apply comes first")
    if phase.rescued:
        return End(RunStatus.ERRORED, problem("state_unsaved", said(finished)))
    return End(RunStatus.APPLIED) if finished.ok else _failed(finished, "apply_failed")


APPLY_STEPS: tuple[Step[ApplyPhase], ...] = (
    ("restore", restore),
    ("lend", lend),
    ("init", init),
    ("check_seal", check_seal),
    ("check_state", check_state),
    ("apply", apply),
    ("save", save),
    ("conclude", conclude),
)


def run_apply(parts: Parts, claimed: Claimed, stop: Callable[[], bool]) -> None:
    """Carry the apply phase of a claimed run to its end."""
    run, lease = claimed.run, claimed.lease
    watch = RunWatch(parts, run, lease, stop)
    phase = ApplyPhase(parts, run, lease, claimed.workspace, watch)
    kept = False
    try:
        with phase.loan:
            end = _doubt(phase, run_steps(phase, APPLY_STEPS))
        watch.flush()
        after = parts.store.runs.update(run.id, change_held(phase, _finish(phase, end)))
        kept = after.status is not RunStatus.INTERRUPTED
        Gate(parts).sweep(run.workspace)
    finally:
        if kept and phase.desk is not None:
            phase.desk.close()


def _doubt(phase: ApplyPhase, end: End) -> End:
    """Call an apply `interrupted` that was cut off, or of which no state could be kept."""
    finished = phase.finished
    # Terraform fails with 1; with any other code it crashed, and may not have written the state.
    cut_off = finished is not None and (finished.killed or finished.code > 1)
    if not phase.begun or (phase.saved and not cut_off):
        return end
    detail = said(finished) if finished else ""
    return End(RunStatus.INTERRUPTED, problem("apply_in_doubt", detail))


def _finish(phase: ApplyPhase, end: End) -> Callable[[Run, WorkspaceRecord], Change]:
    parts, now = phase.parts, phase.parts.clock.now()
    in_doubt = end.status is RunStatus.INTERRUPTED or phase.rescued is not None

    def change(run: Run, record: WorkspaceRecord) -> Change:
        ended = end_phase(run, end.status, now, end.problem)
        if run.apply:
            done = dataclasses.replace(
                run.apply,
                finished_at=now,
                after=phase.state.position if phase.state else None,
                lock_left=bool(phase.finished and phase.finished.lock_left),
                rescued_blob=phase.rescued,
            )
            ended = dataclasses.replace(ended, apply=done)
        freed = record if in_doubt else release_lease(record, run.id)
        if in_doubt:
            freed = doubtful(record, run, end.problem, now)
        if phase.state:
            freed = dataclasses.replace(freed, state=phase.state)
        entry = parts.entry(now, f"run.{end.status}", SYSTEM, ended, **_told(ended))
        return Change(run=ended, workspace=freed, audit=(entry,))

    return change


def doubtful(
    record: WorkspaceRecord, run: Run, why: Problem | None, now: datetime
) -> WorkspaceRecord:
    """Turn the lease of an apply in doubt into a lock that only a person ends.

    A lock that a person put there while it ran stays theirs, and from now on it names the run:
    whoever unlocks is told of a live process, and the state is rescued first.
    """
    reason = why.text.en if why else "apply in doubt"
    held = record.lock or WorkspaceLock(INTERRUPTED_OWNER, reason, now)
    held = dataclasses.replace(held, run_id=run.id)
    return dataclasses.replace(release_lease(record, run.id), lock=held)


def _told(run: Run) -> dict[str, str | int | bool | None]:
    facts: dict[str, str | int | bool | None] = {"status": str(run.status)}
    if run.problem:
        facts["problem"] = run.problem.code
    if run.apply:
        facts |= {"fence": run.apply.fence, "before": str(run.apply.before or "-")}
        facts |= {"after": str(run.apply.after or "-")}
    if run.plan:
        facts["seal"] = run.plan.seal.seal.digest
    return facts


def state_blob(run: Run, position: StatePosition) -> str:
    """Name the blob of one version of a state that the server keeps."""
    return f"states/{run.workspace.encode().hex()}/{position.serial:010d}-{run.id}"


def _not_begun() -> End:
    return End(RunStatus.CANCELED, problem("apply_not_begun"))


def _put(phase: ApplyPhase, name: str, raw: bytes) -> str:
    phase.parts.store.blobs.put(name, io.BytesIO(raw))
    return name


def _failed(finished: Finished, code: str) -> End:
    if finished.stale:
        return End(RunStatus.STALE, problem("state_moved", said(finished)))
    if finished.lock_holder:
        why = problem("state_locked", said(finished), holder=finished.lock_holder)
        return End(RunStatus.ERRORED, why)
    if finished.stopped:
        return End(RunStatus.CANCELED, problem("apply_stopped", said(finished)))
    return End(RunStatus.ERRORED, problem(code, said(finished)))
