"""Records of workspaces, in memory."""

from collections.abc import Mapping

from sekisho.domain.changes import WorkspaceChange
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.stores.memory.audit import MemoryAudit
from sekisho.stores.writes import Turn, settle


class MemoryWorkspaces:
    """Keeps what happened to workspaces in a dict."""

    def __init__(self, turn: Turn, audit: MemoryAudit) -> None:
        self._turn = turn
        self._audit = audit
        self.records: dict[str, WorkspaceRecord] = {}

    def get(self, name: str) -> WorkspaceRecord:
        with self._turn:
            return self.peek(name)

    def all(self) -> Mapping[str, WorkspaceRecord]:
        with self._turn:
            return dict(sorted(self.records.items()))

    def update(self, name: str, change: WorkspaceChange) -> WorkspaceRecord:
        with self._turn:
            before = self.peek(name)
            wanted = change(before)
            if change(before) != wanted:
                raise AssertionError("a change gave two answers to one question: it must be pure")
            settled = settle(None, before, wanted)
            records = self._audit.prepare(settled.audit)
            after = settled.workspace or before
            if settled.workspace:
                self.records[name] = after
            self._audit.keep(records)
            return after

    def peek(self, name: str) -> WorkspaceRecord:
        """Return a record to a caller that has the turn."""
        return self.records.get(name, WorkspaceRecord(name))
