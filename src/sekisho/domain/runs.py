"""A run: one journey of one configuration in one workspace, and every legal move in it."""

import dataclasses
from datetime import datetime
from enum import StrEnum

from sekisho.domain.approvals import Approval, Rejection
from sekisho.domain.callers import Caller
from sekisho.domain.errors import MoveIllegal, RunChanged
from sekisho.domain.git import GitCommit
from sekisho.domain.inspections import NOTHING_FOUND, Judged
from sekisho.domain.intents import NO_INTENT, Intent
from sekisho.domain.leases import ProcessMark, WorkerLease
from sekisho.domain.overrides import Override
from sekisho.domain.plans import PlanOptions, PlanRecord
from sekisho.domain.states import StatePosition
from sekisho.domain.text import Text


class RunStatus(StrEnum):
    """Where a run stands (design: a run's life)."""

    PLAN_QUEUED = "plan_queued"
    PLANNING = "planning"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    APPLY_QUEUED = "apply_queued"
    APPLYING = "applying"
    APPLIED = "applied"
    NO_CHANGES = "no_changes"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    DISCARDED = "discarded"
    CANCELED = "canceled"
    EXPIRED = "expired"
    STALE = "stale"
    ERRORED = "errored"
    INTERRUPTED = "interrupted"


S = RunStatus

_LEAVE_WAITING = frozenset({S.DISCARDED, S.CANCELED, S.EXPIRED, S.STALE})

MOVES: dict[RunStatus, frozenset[RunStatus]] = {
    S.PLAN_QUEUED: frozenset({S.PLANNING, S.CANCELED, S.ERRORED}),
    S.PLANNING: frozenset(
        {
            S.PLAN_QUEUED,
            S.AWAITING_APPROVAL,
            S.APPROVED,
            S.NO_CHANGES,
            S.BLOCKED,
            S.ERRORED,
            S.CANCELED,
        }
    ),
    S.AWAITING_APPROVAL: _LEAVE_WAITING | {S.APPROVED, S.REJECTED},
    S.APPROVED: _LEAVE_WAITING | {S.APPLY_QUEUED, S.REJECTED},
    S.APPLY_QUEUED: _LEAVE_WAITING | {S.APPLYING},
    S.APPLYING: frozenset({S.APPLIED, S.ERRORED, S.CANCELED, S.STALE, S.INTERRUPTED}),
    S.APPLIED: frozenset(),
    S.NO_CHANGES: frozenset(),
    S.BLOCKED: frozenset(),
    S.REJECTED: frozenset(),
    S.DISCARDED: frozenset(),
    S.CANCELED: frozenset(),
    S.EXPIRED: frozenset(),
    S.STALE: frozenset(),
    S.ERRORED: frozenset(),
    S.INTERRUPTED: frozenset(),
}
"""Every legal move, and no other. `applying → stale`: Terraform itself refused the saved plan."""

WAITING = frozenset({S.AWAITING_APPROVAL, S.APPROVED, S.APPLY_QUEUED})
"""Statuses of a plan that may still be applied."""
AT_WORK = frozenset({S.PLANNING, S.APPLYING})
"""Statuses in which a worker carries the run."""
FINAL = frozenset(s for s, to in MOVES.items() if not to)
"""Statuses that nothing leaves."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """Why a run ended as it did: a stable code, a sentence, and what Terraform said, redacted."""

    code: str
    text: Text
    step: Text
    detail: str = ""


@dataclasses.dataclass(frozen=True)
class CancelRequest:
    """Somebody asked to stop a phase that is under way."""

    by: Caller
    at: datetime
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class ApplyRecord:
    """An apply, from the moment it was asked for. `fence` is the lease's token."""

    requested_by: Caller
    queued_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    fence: int = 0
    before: StatePosition | None = None
    after: StatePosition | None = None
    lock_left: bool = False
    rescued_blob: str | None = None
    not_before: datetime | None = None
    """When it may begin, as far as was known when it was looked at last; it waits until then."""


@dataclasses.dataclass(frozen=True)
class Run:
    """All that is kept of one journey. Values change only through the verbs below."""

    id: str
    workspace: str
    configuration: str
    source: str
    requested_by: Caller
    created_at: datetime
    updated_at: datetime
    status: RunStatus = S.PLAN_QUEUED
    options: PlanOptions = dataclasses.field(default_factory=PlanOptions)
    message: str = ""
    change_id: str = ""
    rollback: str = ""
    intent: Intent = NO_INTENT
    plan: PlanRecord | None = None
    approvals: tuple[Approval, ...] = ()
    overrides: tuple[Override, ...] = ()
    rejection: Rejection | None = None
    commit: GitCommit | None = None
    apply: ApplyRecord | None = None
    worker: WorkerLease | None = None
    process: ProcessMark | None = None
    cancel: CancelRequest | None = None
    problem: Problem | None = None
    inspection: Judged = NOTHING_FOUND
    attempts: int = 0
    allowed_by: tuple[str, ...] = ()
    version: int = 0


def may(run: Run, to: RunStatus) -> bool:
    """Say whether the move is legal."""
    return to in MOVES[run.status]


def move(run: Run, to: RunStatus, at: datetime, verb: str = "") -> Run:
    """Move the run.

    Raises:
        MoveIllegal: the table has no such move; it names what is legal now.
    """
    if not may(run, to):
        raise illegal(run, verb or to)
    return dataclasses.replace(run, status=to, updated_at=at)


def illegal(run: Run, verb: str) -> MoveIllegal:
    """Make the error that says what is legal now instead of `verb`."""
    legal = ", ".join(verbs(run))
    return MoveIllegal(run_id=run.id, status=run.status, verb=verb, legal=legal)


def check_seen(run: Run, seen: frozenset[int] | None) -> None:
    """Hold a verb to what its caller last saw of the run; None: they did not say.

    Raises:
        RunChanged: the run is of none of the versions that they have seen.
    """
    if seen is not None and run.version not in seen:
        raise RunChanged(run_id=run.id, status=run.status)


_VERBS: dict[RunStatus, tuple[str, ...]] = {
    S.PLAN_QUEUED: ("run_cancel",),
    S.PLANNING: ("run_cancel",),
    S.AWAITING_APPROVAL: ("approval_request", "run_discard", "run_cancel"),
    S.APPROVED: ("run_apply", "run_discard", "run_cancel"),
    S.APPLY_QUEUED: ("run_discard", "run_cancel"),
    S.APPLYING: ("run_cancel",),
    S.APPLIED: ("output_get", "state_list"),
}


def verbs(run: Run) -> tuple[str, ...]:
    """Name the next legal actions, as the tools are named."""
    return _VERBS.get(run.status, ("plan_create",))


def claim(run: Run, lease: WorkerLease) -> Run:
    """Give a queued phase to a worker: `plan_queued → planning`, `apply_queued → applying`."""
    to = S.PLANNING if run.status is S.PLAN_QUEUED else S.APPLYING
    moved = move(run, to, lease.since)
    return dataclasses.replace(moved, worker=lease, process=None, attempts=lease.attempt)


def held_by(run: Run, lease: WorkerLease) -> bool:
    """Say whether this very lease still carries the run: a lost worker may write nothing."""
    return run.status in AT_WORK and run.worker == lease


def end_phase(run: Run, to: RunStatus, at: datetime, problem: Problem | None = None) -> Run:
    """End the phase under way and let the worker go."""
    moved = move(run, to, at)
    return dataclasses.replace(moved, worker=None, cancel=None, problem=problem or run.problem)


def request_cancel(run: Run, request: CancelRequest) -> Run:
    """Cancel a run that waits, or ask the worker of one that is at work to stop it."""
    if run.status in AT_WORK:
        return (
            run if run.cancel else dataclasses.replace(run, cancel=request, updated_at=request.at)
        )
    return move(run, S.CANCELED, request.at, "cancel")


def approve(run: Run, approval: Approval) -> Run:
    """Add a decision; the gate says whether it was the last one needed.

    Raises:
        MoveIllegal: the run does not wait for one. (`planning → approved` is legal, but it is the
            worker's move, for rules that want nobody.)
    """
    if run.status is not S.AWAITING_APPROVAL:
        raise illegal(run, "approve")
    return dataclasses.replace(run, approvals=(*run.approvals, approval), updated_at=approval.at)


def reject(run: Run, rejection: Rejection) -> Run:
    """Say no for good."""
    moved = move(run, S.REJECTED, rejection.at, "reject")
    return dataclasses.replace(moved, rejection=rejection)


def queue_apply(run: Run, by: Caller, at: datetime, not_before: datetime | None = None) -> Run:
    """Queue the apply of an approved plan, now or for a later moment."""
    moved = move(run, S.APPLY_QUEUED, at, "apply")
    return dataclasses.replace(moved, apply=ApplyRecord(by, at, not_before=not_before))


def wait_until(run: Run, moment: datetime | None) -> Run:
    """Let a queued apply wait: it was looked at, and cannot begin before then."""
    if run.apply is None:
        return run
    return dataclasses.replace(run, apply=dataclasses.replace(run.apply, not_before=moment))
