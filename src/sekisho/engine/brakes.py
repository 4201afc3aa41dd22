"""What holds up new work before it begins: the stop of everything, quotas, a budget, the breaker.

What was begun is counted from the runs that are kept, so that a restart forgives nothing. Two that
come at the same moment from two processes may both be let through: a cap is a brake, not a gate. In
one process they come one after the other.
"""

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CoolingDown, QuotaSpent, ServerStopped
from sekisho.domain.quotas import (
    DAY,
    HOUR,
    Begun,
    Cap,
    apply_of,
    check_breaker,
    check_destroys,
    check_hour,
    destroys_of,
    destruction_of,
    plan_of,
)
from sekisho.domain.runs import ApplyRecord, Run, RunStatus
from sekisho.engine.parts import Parts
from sekisho.engine.stops import Stops
from sekisho.ports import RunQuery

_LONGEST = timedelta(days=31)
"""How old a plan that is applied may be at most: the longest that a rule may let it wait."""
_APPLIES = frozenset(
    {
        *(RunStatus.APPLY_QUEUED, RunStatus.APPLYING, RunStatus.APPLIED, RunStatus.ERRORED),
        *(RunStatus.INTERRUPTED, RunStatus.CANCELED, RunStatus.STALE, RunStatus.DISCARDED),
        RunStatus.EXPIRED,
    }
)
"""Where a run is whose apply was asked for."""
_PAGE = 50


class Brakes:
    """Keeps people and their agents to the operator's figures, and to a stop."""

    def __init__(self, parts: Parts) -> None:
        # Figures count whatever was begun, and who asks may not even see all of it any more.
        self._parts = parts.everything
        self._stops = Stops(parts)

    def check_plan(self, caller: Caller, now: datetime) -> None:
        """Let through a plan that is to begin; the log tells of a refusal.

        Raises:
            ServerStopped: somebody stopped everything.
            QuotaSpent: the person, or this agent of theirs, began enough within the hour.
            CoolingDown: the last runs of this agent all failed.
        """
        limits = self._parts.limits
        caps = (
            Cap(limits.plans_per_hour, "SEKISHO_PLANS_PER_HOUR"),
            Cap(limits.plans_per_hour_agent, "SEKISHO_PLANS_PER_HOUR_AGENT"),
        )
        try:
            self._stops.check()
            recent = tuple(self._since(now - HOUR, RunQuery(limit=_PAGE)))
            check_hour("plans", map(plan_of, recent), caller, caps)
            self._check_breaker(recent, caller, now)
        except (ServerStopped, QuotaSpent, CoolingDown) as error:
            self._tell(caller, error.code)
            raise

    def check_apply(self, run: Run, caller: Caller, now: datetime) -> None:
        """Let through an apply that is to be queued; figures count for what is approved alone.

        Whoever asks tells of a refusal (`refusals`).

        Raises:
            ServerStopped: somebody stopped everything.
            QuotaSpent: the person, or this agent of theirs, began enough within the hour.
            DestroysSpent: its plan destroys more than what is left of the day.
            CoolingDown: the last runs of this agent all failed.
        """
        self._stops.check()
        if run.status is RunStatus.APPROVED:
            self._check_figures(run, caller, now)

    def _check_figures(self, run: Run, caller: Caller, now: datetime) -> None:
        limits = self._parts.limits
        caps = (
            Cap(limits.applies_per_hour, "SEKISHO_APPLIES_PER_HOUR"),
            Cap(limits.applies_per_hour_agent, "SEKISHO_APPLIES_PER_HOUR_AGENT"),
        )
        query = RunQuery(statuses=_APPLIES, limit=_PAGE)
        others = tuple(r for r in self._since(now - _LONGEST, query) if r.id != run.id)
        hour = (b for b in map(apply_of, _applies(others)) if b.at > now - HOUR)
        most = Cap(limits.destroys_per_day, "SEKISHO_DESTROYS_PER_DAY")
        check_hour("applies", hour, caller, caps)
        check_destroys(_destroyed(others, now - DAY), caller, destroys_of(run), most)
        recent = self._since(now - HOUR, RunQuery(limit=_PAGE))
        self._check_breaker((*others, *recent), caller, now)

    def _check_breaker(self, runs: Iterable[Run], caller: Caller, now: datetime) -> None:
        limits = self._parts.limits
        distinct = {run.id: run for run in runs}
        check_breaker(distinct.values(), caller, now, limits.failures_in_a_row, limits.cool_down)

    def _since(self, moment: datetime, query: RunQuery) -> Iterator[Run]:
        """Walk the runs that were made since then; ids sort by time."""
        return itertools.takewhile(lambda r: r.created_at > moment, self._parts.walk(query))

    def _tell(self, caller: Caller, code: str) -> None:
        """Tell the operator, and not again at every try of an agent that does not listen."""
        key = (caller.person, code)
        if not self._parts.memory.plans.is_due(key, self._parts.clock.monotonic()):
            return
        said = {"person": caller.person, "via": caller.via, "code": code}
        self._parts.journal.event("plan.refused", **said)


def _applies(runs: Iterable[Run]) -> Iterator[ApplyRecord]:
    return (run.apply for run in runs if run.apply)


def _destroyed(runs: Iterable[Run], since: datetime) -> Iterator[Begun]:
    """Give what began since then, and what waits: it would otherwise all begin on one day."""
    for run in runs:
        found = destruction_of(run, run.apply) if run.apply else None
        if found and (found.at > since or run.status is RunStatus.APPLY_QUEUED):
            yield found
