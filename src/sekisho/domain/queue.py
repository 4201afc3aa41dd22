"""Which run a worker takes next: one pure function over what waits and what is held."""

import dataclasses
from collections.abc import Iterable, Mapping

from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.workspaces import WorkspaceRecord

_NOBODY: Mapping[str, int] = {}


@dataclasses.dataclass(frozen=True)
class Slots:
    """How many phases of each kind a worker has room for."""

    plans: int
    applies: int


def pick(
    queued: Iterable[Run],
    workspaces: Mapping[str, WorkspaceRecord],
    slots: Slots,
    served: Mapping[str, int] = _NOBODY,
) -> Run | None:
    """Pick the oldest run that can start: applies first, and only in a workspace nobody holds.

    Plans take turns by person, so that a queue full of one person's holds up nobody: `served` says
    when, as a number that rises, a plan of each was taken last.
    A workspace that was never touched has no record and is free. Planning takes no lock, so a
    held workspace delays applies alone.
    """
    waiting = sorted(queued, key=lambda r: (r.apply.queued_at if r.apply else r.created_at, r.id))
    if slots.applies > 0:
        for run in waiting:
            if run.status is RunStatus.APPLY_QUEUED and _free(workspaces, run.workspace):
                return run
    if slots.plans > 0:
        plans = [r for r in waiting if r.status is RunStatus.PLAN_QUEUED]
        return min(plans, key=lambda r: served.get(r.requested_by.person, 0), default=None)
    return None


def _free(workspaces: Mapping[str, WorkspaceRecord], name: str) -> bool:
    record = workspaces.get(name)
    return record is None or record.free()
