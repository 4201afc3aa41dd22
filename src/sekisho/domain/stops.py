"""The stop of everything (全体停止): a switch that a person turns, and that every beginning obeys.

While it is on no plan and no apply begins. What is queued waits; what runs comes to its end.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime

from sekisho.domain.audit import AuditEntry
from sekisho.domain.errors import ServerNotStopped, ServerStopped
from sekisho.domain.runs import AT_WORK, Run


@dataclasses.dataclass(frozen=True)
class ServerStop:
    """Everything is stopped: by whom, why, since when."""

    owner: str
    reason: str
    at: datetime


@dataclasses.dataclass(frozen=True)
class StopChange:
    """What one write does to the switch: `stop` is how it stands then, `audit` tells of it."""

    stop: ServerStop | None
    audit: tuple[AuditEntry, ...] = ()


Turning = Callable[[ServerStop | None], StopChange]
"""Pure, as every change: a store may call it again."""


def check_going(stop: ServerStop | None, url: str = "") -> None:
    """Let through what would begin where nothing is stopped.

    Raises:
        ServerStopped: with who stopped it, and why.
    """
    if stop:
        since = stop.at.isoformat(timespec="seconds")
        raise ServerStopped(owner=stop.owner, since=since, reason=stop.reason, url=url)


def begins(before: Run, after: Run | None) -> bool:
    """Say whether a change of a run gives it to a worker: that is where a phase begins."""
    return after is not None and after.status in AT_WORK and before.status not in AT_WORK


def stopped(now: ServerStop | None, stop: ServerStop) -> ServerStop:
    """Turn the switch on.

    Raises:
        ServerStopped: it is on; its owner and reason stay.
    """
    check_going(now)
    return stop


def resumed(now: ServerStop | None) -> ServerStop:
    """Return the stop that is lifted.

    Raises:
        ServerNotStopped: there is none.
    """
    if now is None:
        raise ServerNotStopped
    return now
