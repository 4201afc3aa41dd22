"""What every store does alike around a write: settle a change, and let one writer in at a time."""

import collections
import dataclasses
import threading
from types import TracebackType

from sekisho.domain.audit import RUN_VERSION, WORKSPACE_VERSION, AuditEntry
from sekisho.domain.changes import Change, UnauditedChangeError, check
from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.runs import Run
from sekisho.domain.stops import ServerStop, StopChange
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
    versions = Versions(run or before_run, workspace)
    return Change(run, workspace, tuple(map(versions.told, change.audit)))


@dataclasses.dataclass(frozen=True)
class Versions:
    """Which versions a write leaves: the audit tells them, so that an older row is found out."""

    run: Run | None = None
    workspace: WorkspaceRecord | None = None

    def told(self, entry: AuditEntry) -> AuditEntry:
        """Put the versions into an entry about that run, or that workspace."""
        facts = dict(entry.facts)
        if self.run and entry.run_id == self.run.id:
            facts[RUN_VERSION] = self.run.version
        if self.workspace and entry.workspace == self.workspace.name:
            facts[WORKSPACE_VERSION] = self.workspace.version
        return dataclasses.replace(entry, facts=facts)


def settle_stop(before: ServerStop | None, change: StopChange) -> StopChange:
    """Return what is to be saved of the switch.

    Raises:
        UnauditedChangeError: it is turned and no audit entry tells of it.
    """
    if change.stop != before and not change.audit:
        raise UnauditedChangeError
    return change


class Turn:
    """Lets one thread in at a time, in the order they came, and refuses one that is in already.

    A plain lock is not fair: who lets go and comes back at once is first again. And a thread comes
    twice only where a `change` calls the store, which it must not: it would wait for itself.
    """

    def __init__(self, patience: float = 30.0) -> None:
        """Wait `patience` seconds for the turn at most; `count` says how many had it."""
        self.count = 0
        self._patience = patience
        self._mutex = threading.Lock()
        self._taken = False
        self._owner: int | None = None
        self._gates: collections.deque[threading.Lock] = collections.deque()

    def __enter__(self) -> None:
        if self._owner == threading.get_ident():
            raise RuntimeError("a change called the store: it must be pure")
        gate = self._queue()
        if gate:
            self._wait(gate)
        self._owner = threading.get_ident()
        self.count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._owner = None
        with self._mutex:
            self._pass_on()

    def _queue(self) -> "threading.Lock | None":
        """Take the turn if nobody has it (None), or queue at a gate that will be opened."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return None
            gate = threading.Lock()
            gate.acquire()
            self._gates.append(gate)
            return gate

    def _wait(self, gate: threading.Lock) -> None:
        opened = False
        try:
            opened = gate.acquire(timeout=self._patience)
        finally:
            if not opened:  # too late, or interrupted: leave the queue, or hand on what just came
                with self._mutex:
                    if gate in self._gates:
                        self._gates.remove(gate)
                    else:
                        self._pass_on()
        if not opened:
            raise StoreUnavailable(problem="another write does not end")

    def _pass_on(self) -> None:
        if self._gates:
            self._gates.popleft().release()
        else:
            self._taken = False
