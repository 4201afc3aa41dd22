"""Two locks, never one mechanism: the workspace's (lease, lock) and the worker's heartbeat."""

import dataclasses
from datetime import datetime


@dataclasses.dataclass(frozen=True)
class WorkspaceLease:
    """One apply holds the workspace; `fence` grows with every lease, so a late writer is known."""

    run_id: str
    fence: int
    taken_at: datetime


@dataclasses.dataclass(frozen=True)
class WorkspaceLock:
    """A person (or an interrupted run, in a person's stead) holds the workspace, with a reason."""

    owner: str
    reason: str
    at: datetime
    run_id: str | None = None


@dataclasses.dataclass(frozen=True)
class WorkerLease:
    """Which worker carries a phase of a run; only that worker may write the phase's end."""

    worker_id: str
    attempt: int
    since: datetime


@dataclasses.dataclass(frozen=True)
class ProcessMark:
    """Names a process beyond doubt on one machine: pids are used again, start times are not."""

    host: str
    pid: int
    started: str


@dataclasses.dataclass(frozen=True)
class Worker:
    """A worker that is at work. `beat` counts up while it lives: no clock is compared.

    A worker is lost when its process is gone from this host, or when its count has not moved for
    the stall time by the *observer's* monotonic clock: a jump of the wall clock means nothing.
    """

    id: str
    process: ProcessMark
    started_at: datetime
    beat: int = 0
    console_url: str | None = None
