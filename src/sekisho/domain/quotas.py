"""How much one person, and each of their agents, may begin: pure figures over what was begun.

An agent is what a client calls itself (`via`), without its version: recorded, never trusted. Who
lies about it gets round the figures of one agent, and never round those of the person.
"""

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from sekisho.domain.approval_places import same_person
from sekisho.domain.callers import Caller
from sekisho.domain.errors import CoolingDown, DestroysSpent, QuotaSpent
from sekisho.domain.groups import folded
from sekisho.domain.runs import ApplyRecord, Run, RunStatus
from sekisho.domain.text import Text

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Kind = Literal["plans", "applies"]
_WHAT: dict[Kind, Text] = {"plans": Text("plans", "計画"), "applies": Text("applies", "適用")}
_NOT_THEIRS = frozenset({"internal", "worker_lost", "store_unavailable", "disk_full"})
"""Problems of the server: an agent can learn nothing from them."""
_STANDS = frozenset(
    {RunStatus.AWAITING_APPROVAL, RunStatus.APPROVED, RunStatus.NO_CHANGES, RunStatus.APPLIED}
)
"""Statuses that say that the last thing a run did went well."""
_FAILED = frozenset({RunStatus.ERRORED, RunStatus.INTERRUPTED})


@dataclasses.dataclass(frozen=True)
class Cap:
    """How many may begin in an hour; `setting` is what the operator changes it with."""

    most: int
    setting: str


@dataclasses.dataclass(frozen=True)
class Begun:
    """Something that was begun: when, by whom, and how much it destroys."""

    at: datetime
    by: Caller
    destroys: int = 0


def client_of(caller: Caller) -> str:
    """Return what a client calls itself, without its version: `kiro/0.9` is `kiro`."""
    return folded(caller.via.partition("/")[0])


def same_agent(one: Caller, other: Caller) -> bool:
    """Say whether it is the same person through the same client."""
    return same_person(one, other) and client_of(one) == client_of(other)


def plan_of(run: Run) -> Begun:
    """Return the plan that a run began with."""
    return Begun(run.created_at, run.requested_by)


def apply_of(apply: ApplyRecord) -> Begun:
    """Return an apply as it counts in an hour: by when it was asked for."""
    return Begun(apply.queued_at, apply.requested_by)


def destruction_of(run: Run, apply: ApplyRecord) -> Begun:
    """Return an apply as it counts in a day: with all that its plan destroys, also if it failed.

    It counts by when it began, and one that still waits for its turn by when that may come. One
    that ended before it began destroyed nothing.
    """
    counts = apply.started_at is not None or run.status is RunStatus.APPLY_QUEUED
    at = apply.started_at or max(apply.queued_at, apply.not_before or apply.queued_at)
    return Begun(at, apply.requested_by, destroys_of(run) if counts else 0)


def destroys_of(run: Run) -> int:
    """Return how many resources the plan of a run destroys; a replacement is one of them."""
    return run.plan.counts.destroy if run.plan else 0


def check_hour(kind: Kind, begun: Iterable[Begun], caller: Caller, caps: tuple[Cap, Cap]) -> None:
    """Hold what is to begin against the caps of an hour: of the person, then of the agent.

    `begun`: what anybody began within the last hour.

    Raises:
        QuotaSpent: it would be one too many; it says when the oldest no longer counts.
    """
    mine = [b for b in begun if same_person(b.by, caller)]
    through = [b for b in mine if same_agent(b.by, caller)]
    agent = Text(f"{caller.via} of {caller.person}", f"{caller.person} の {caller.via}")
    for who, theirs, cap in ((caller.person, mine, caps[0]), (agent, through, caps[1])):
        if len(theirs) >= cap.most:
            oldest = sorted(b.at for b in theirs)[len(theirs) - cap.most]
            raise QuotaSpent(
                who=who,
                count=len(theirs),
                what=_WHAT[kind],
                cap=cap.most,
                until=_written(oldest + HOUR),
                setting=cap.setting,
            )


def check_destroys(begun: Iterable[Begun], caller: Caller, more: int, cap: Cap) -> None:
    """Hold what a plan destroys against what one person may have destroyed in a day.

    `begun`: the applies of the last day, and those that wait. A plan that destroys nothing passes.

    Raises:
        DestroysSpent: it would be too many; it says when it no longer is, if that ever comes.
    """
    mine = sorted((b for b in begun if same_person(b.by, caller)), key=lambda b: b.at)
    spent = sum(b.destroys for b in mine)
    if not more or spent + more <= cap.most:
        return
    raise DestroysSpent(
        person=caller.person,
        more=more,
        spent=spent,
        cap=cap.most,
        when=_when(mine, spent + more - cap.most, possible=more <= cap.most),
        setting=cap.setting,
    )


def check_breaker(
    runs: Iterable[Run], caller: Caller, now: datetime, failures: int, rest: timedelta
) -> None:
    """Let an agent rest whose last runs all failed.

    `runs`: those that anybody's last word may be in. They count by when they ended; what the server
    itself did wrong is passed over. After the rest it may try again, and one more failure makes
    the next rest.

    Raises:
        CoolingDown: it says until when.
    """
    ended = [r for r in runs if _settled(r) and same_agent(_asked_last(r), caller)]
    ended = [r for r in ended if now - HOUR < r.updated_at <= now]
    ended.sort(key=lambda r: r.updated_at, reverse=True)
    in_a_row = next((n for n, r in enumerate(ended) if r.status not in _FAILED), len(ended))
    if in_a_row < failures:
        return
    until = ended[0].updated_at + rest
    if now < until:
        who = Text(f"{caller.via} of {caller.person}", f"{caller.person} の {caller.via}")
        raise CoolingDown(who=who, count=in_a_row, until=_written(until))


def _settled(run: Run) -> bool:
    if run.status in _FAILED:
        return run.problem is None or run.problem.code not in _NOT_THEIRS
    return run.status in _STANDS


def _asked_last(run: Run) -> Caller:
    return run.apply.requested_by if run.apply else run.requested_by


def _when(mine: list[Begun], excess: int, *, possible: bool) -> Text:
    """Say when so many of the destroys of the last day no longer count."""
    if not possible:
        return Text("Plan less at a time", "一度に削除する件数を減らしてください")
    until = ""
    for begun in mine:  # the oldest first: they are the first that no longer count
        excess -= begun.destroys
        if excess <= 0:
            until = _written(begun.at + DAY)
            break
    return Text(
        f"Go on after {until}, or with less", f"{until} 以降に続けるか、削除を減らしてください"
    )


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
