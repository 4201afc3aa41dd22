"""What one write does: the new values together with the audit entries that tell of them."""

import dataclasses
from collections.abc import Callable

from sekisho.domain.audit import AuditEntry
from sekisho.domain.runs import Run
from sekisho.domain.workspaces import WorkspaceRecord


@dataclasses.dataclass(frozen=True)
class Change:
    """New values of a run and its workspace (None: as it was), saved with `audit` or not at all."""

    run: Run | None = None
    workspace: WorkspaceRecord | None = None
    audit: tuple[AuditEntry, ...] = ()


NOTHING = Change()
"""Leave everything as it is."""

RunChange = Callable[[Run, WorkspaceRecord], Change]
"""Pure: a store calls it again when another writer came first, and once more to prove it."""

WorkspaceChange = Callable[[WorkspaceRecord], Change]
"""The same for a workspace alone."""


class UnauditedChangeError(Exception):
    """A bug: a change of status or of a hold on a workspace came without an audit entry."""


def check(before_run: Run | None, before: WorkspaceRecord, change: Change) -> None:
    """Hold a change to rule 2: no status changes without an audit record. Every store calls it.

    Raises:
        UnauditedChangeError: the change moves something and tells of nothing.
        ValueError: the change is about another run or workspace.
    """
    if change.run and before_run and change.run.id != before_run.id:
        raise ValueError(change.run.id)
    if change.workspace and change.workspace.name != before.name:
        raise ValueError(change.workspace.name)
    if change.audit:
        return
    moved = bool(change.run and before_run and change.run.status != before_run.status)
    held = bool(
        change.workspace
        and (change.workspace.lock, change.workspace.lease) != (before.lock, before.lease)
    )
    if moved or held:
        raise UnauditedChangeError
