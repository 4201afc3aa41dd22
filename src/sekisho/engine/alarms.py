"""Reasons to stop altogether, which no single change shows."""

import dataclasses

from sekisho.domain.actions import Action
from sekisho.domain.plans import PlanMode, PlanOptions, PlanReading
from sekisho.domain.risks import Reason
from sekisho.domain.states import StateIndex


def alarmed(reading: PlanReading, known: StateIndex | None, options: PlanOptions) -> PlanReading:
    """Add the alarms that a plan raises beside what was last known of the workspace's state."""
    managed = [c for c in reading.changes if c.mode == "managed"]
    fresh = bool(managed) and all(c.action is Action.CREATE for c in managed)
    held = sum(r.mode == "managed" for r in known.resources) if known else 0
    if options.mode is PlanMode.NORMAL and reading.from_nothing and fresh and held:
        lost = Reason("state_lost", (("count", str(held)), ("state", str(reading.position))))
        return dataclasses.replace(reading, alarms=(*reading.alarms, lost))
    return reading
