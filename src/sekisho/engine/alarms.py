"""Reasons to stop altogether, which no single change shows."""

import dataclasses

from sekisho.domain.actions import Action
from sekisho.domain.plans import PlanMode, PlanOptions, PlanReading
from sekisho.domain.risks import StateFacts, lost_state
from sekisho.domain.states import StateIndex


def alarmed(reading: PlanReading, known: StateIndex | None, options: PlanOptions) -> PlanReading:
    """Add the alarms that a plan raises beside what was last known of the workspace's state."""
    if known is None or options.mode is not PlanMode.NORMAL:
        return reading
    managed = [c for c in reading.changes if c.mode == "managed"]
    creates = sum(c.action is Action.CREATE for c in managed)
    # Rows of what stays as it is are not read: that there are some is all that matters.
    untouched = 0 if reading.from_nothing else 1
    lost = lost_state(
        StateFacts(
            creates=creates,
            others=len(managed) - creates + untouched,
            had=sum(r.mode == "managed" for r in known.resources),
            then=known.position,
            now=reading.position,
            partial=bool(options.targets),
            vanished=sum(c.action is Action.DELETE for c in reading.drift),
        )
    )
    return dataclasses.replace(reading, alarms=(*reading.alarms, lost)) if lost else reading
