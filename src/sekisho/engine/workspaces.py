"""Workspaces: what is declared, who holds what, and a person's lock."""

import dataclasses

from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import ArgumentsInvalid, ProcessAlive, RunUnknown
from sekisho.domain.leases import WorkspaceLock
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.text import plain
from sekisho.domain.workspaces import Workspace, WorkspaceRecord, check_free, lock, unlock
from sekisho.engine.operating import check_operator
from sekisho.engine.parts import Parts
from sekisho.engine.recovery import Recovery


@dataclasses.dataclass(frozen=True)
class WorkspaceView:
    """A workspace as declared, with what happened to it so far."""

    declared: Workspace
    record: WorkspaceRecord


class Workspaces:
    """Reads workspaces; locks and unlocks them for people."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def get(self, name: str) -> WorkspaceView:
        """Return one. Raises WorkspaceUnknown, with near names."""
        declared = self._parts.catalog.get(name)
        return WorkspaceView(declared, self._parts.store.workspaces.get(declared.name))

    def list(self) -> tuple[WorkspaceView, ...]:
        """Return all, by name."""
        records = self._parts.store.workspaces.all()
        declared = sorted(self._parts.catalog.all(), key=lambda w: w.name)
        return tuple(
            WorkspaceView(w, records.get(w.name, WorkspaceRecord(w.name))) for w in declared
        )

    def lock(self, name: str, caller: Caller, reason: str) -> WorkspaceRecord:
        """Keep applies out, with a reason that everybody sees. Raises AccessMissing."""
        if not reason.strip():
            raise ArgumentsInvalid(problem="reason is needed")
        name = self._parts.catalog.get(name).name
        check_operator(self._parts, caller, name)
        hold = WorkspaceLock(caller.person, plain(reason).strip(), self._parts.clock.now())

        def change(record: WorkspaceRecord) -> Change:
            entry = self._parts.about(hold.at, "workspace.lock", caller, name, reason=hold.reason)
            return Change(workspace=lock(record, hold), audit=(entry,))

        return self._parts.store.workspaces.update(name, change)

    def unlock(self, name: str, caller: Caller, reason: str = "") -> WorkspaceRecord:
        """Let applies in again. After an interrupted apply, its state is rescued first.

        Raises:
            AccessMissing: the caller may not operate there.
            ProcessAlive: the Terraform of that apply is still at work.
            WorkspaceNotLocked: nobody held it.
            WorkspaceLocked: while we looked, somebody else locked it, or another apply went wrong.
        """
        parts, now, why = self._parts, self._parts.clock.now(), plain(reason)
        view = self.get(name)
        name, held = view.declared.name, view.record.lock
        check_operator(parts, caller, name)
        if held and held.run_id:
            self._rescue(held.run_id)

        def change(record: WorkspaceRecord) -> Change:
            free = unlock(record)
            if held is None or record.lock != held:
                check_free(record, parts.console_url)
            facts = {"reason": why, "owner": held.owner if held else ""}
            entry = parts.about(now, "workspace.unlock", caller, name, **facts)
            return Change(workspace=free, audit=(entry,))

        after = parts.store.workspaces.update(name, change)
        parts.bell.ring()
        return after

    def _rescue(self, run_id: str) -> None:
        try:
            run: Run = self._parts.store.runs.get(run_id)
        except RunUnknown:
            return
        if run.status is not RunStatus.INTERRUPTED:
            return
        if self._parts.working(run):
            raise ProcessAlive(run_id=run_id, pid=run.process.pid if run.process else "unknown")
        if run.apply and run.apply.rescued_blob is None:
            Recovery(self._parts).rescue(run)
