"""Which run a worker takes next: one pure function over what waits and what is held."""

import dataclasses
from collections.abc import Iterable, Mapping

from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.workspaces import WorkspaceRecord


@dataclasses.dataclass(frozen=True)
class Slots:
    """How many phases of each kind a worker has room for."""

    plans: int
    applies: int


def pick(
    queued: Iterable[Run], workspaces: Mapping[str, WorkspaceRecord], slots: Slots
) -> Run | None:
    """Pick the oldest run that can start: applies first, and only in a workspace nobody holds.

    A workspace that was never touched has no record and is free. Planning takes no lock, so a
    held workspace delays applies alone.
    """
    waiting = sorted(queued, key=lambda r: (r.apply.queued_at if r.apply else r.created_at, r.id))
    if slots.applies > 0:
        for run in waiting:
            if run.status is RunStatus.APPLY_QUEUED and _free(workspaces, run.workspace):
                return run
    if slots.plans > 0:
        return next((r for r in waiting if r.status is RunStatus.PLAN_QUEUED), None)
    return None


def _free(workspaces: Mapping[str, WorkspaceRecord], name: str) -> bool:
    record = workspaces.get(name)
    return record is None or record.free()
