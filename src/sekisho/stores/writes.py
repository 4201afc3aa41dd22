"""What every store does alike around a write: settle a change, and let one writer in at a time."""

import dataclasses
import threading
from types import TracebackType

from sekisho.domain.changes import Change, check
from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.runs import Run
from sekisho.domain.workspaces import WorkspaceRecord


def settle(before_run: Run | None, before: WorkspaceRecord, change: Change) -> Change:
    """Return what is to be saved: only what differs, its version one above what was there.

    Raises:
        UnauditedChangeError: a status or a hold moves and no audit entry tells of it.
        ValueError: the change is about another run or workspace, or brings a run to a workspace.
    """
    if change.run and (before_run is None or change.run.workspace != before_run.workspace):
        raise ValueError(change.run.id)
    check(before_run, before, change)
    run = workspace = None
    if change.run and before_run and change.run != before_run:
        run = dataclasses.replace(change.run, version=before_run.version + 1)
    if change.workspace and change.workspace != before:
        workspace = dataclasses.replace(change.workspace, version=before.version + 1)
    return Change(run, workspace, change.audit)


class Turn:
    """Lets one thread in at a time, and refuses a thread that is in already.

    A thread comes twice only where a `change` calls the store: it must be pure, and in another
    process's turn it would wait for itself.
    """

    def __init__(self, patience: float = 30.0) -> None:
        """Wait `patience` seconds for the turn at most."""
        self._lock = threading.Lock()
        self._patience = patience
        self._owner: int | None = None

    def __enter__(self) -> None:
        if self._owner == threading.get_ident():
            raise RuntimeError("a change called the store: it must be pure")
        if not self._lock.acquire(timeout=self._patience):
            raise StoreUnavailable(problem="another write does not end")
        self._owner = threading.get_ident()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._owner = None
        self._lock.release()
