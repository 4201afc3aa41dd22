"""Runs, in memory."""

from sekisho.domain.audit import AuditEntry
from sekisho.domain.changes import RunChange
from sekisho.domain.errors import RunUnknown
from sekisho.domain.runs import Run
from sekisho.domain.stops import begins, check_going
from sekisho.ports.stores import Page, RunQuery
from sekisho.stores.memory.audit import MemoryAudit
from sekisho.stores.memory.stops import MemoryStops
from sekisho.stores.memory.workspaces import MemoryWorkspaces
from sekisho.stores.writes import Turn, Versions, settle


class MemoryRuns:
    """Keeps runs in a dict. `update` calls `change` twice: a side effect in it fails tests."""

    def __init__(
        self, turn: Turn, workspaces: MemoryWorkspaces, stops: MemoryStops, audit: MemoryAudit
    ) -> None:
        self._turn = turn
        self._workspaces = workspaces
        self._stops = stops
        self._audit = audit
        self._runs: dict[str, Run] = {}

    def add(self, run: Run, audit: AuditEntry) -> None:
        with self._turn:
            if run.id in self._runs:
                raise ValueError(run.id)
            records = self._audit.prepare((Versions(run).told(audit),))
            self._runs[run.id] = run
            self._audit.keep(records)

    def get(self, run_id: str) -> Run:
        with self._turn:
            return self._peek(run_id)

    def find(self, query: RunQuery) -> Page[Run]:
        if query.limit < 1:
            raise ValueError(query.limit)
        with self._turn:
            found = [r for r in self._runs.values() if _matches(r, query)]
        found.sort(key=lambda r: r.id, reverse=True)
        items = tuple(found[: query.limit])
        return Page(items, items[-1].id if len(found) > query.limit else None)

    def workspaces(self) -> tuple[str, ...]:
        with self._turn:
            return tuple(sorted({run.workspace for run in self._runs.values()}))

    def update(self, run_id: str, change: RunChange) -> Run:
        with self._turn:
            before = self._peek(run_id)
            record = self._workspaces.peek(before.workspace)
            wanted = change(before, record)
            if change(before, record) != wanted:
                raise AssertionError("a change gave two answers to one question: it must be pure")
            settled = settle(before, record, wanted)
            if begins(before, settled.run):
                check_going(self._stops.stop)
            records = self._audit.prepare(settled.audit)
            after = settled.run or before
            self._runs[run_id] = after
            if settled.workspace:
                self._workspaces.records[record.name] = settled.workspace
            self._audit.keep(records)
            return after

    def remove(self, run_id: str) -> None:
        with self._turn:
            self._runs.pop(run_id, None)

    def _peek(self, run_id: str) -> Run:
        if run_id not in self._runs:
            raise RunUnknown(run_id=run_id)
        return self._runs[run_id]


def _matches(run: Run, query: RunQuery) -> bool:
    return (
        query.workspace in (None, run.workspace)
        and (query.within is None or run.workspace in query.within)
        and (not query.statuses or run.status in query.statuses)
        and (query.cursor is None or run.id < query.cursor)
        and (not query.to_follow or any(not o.followed for o in run.overrides))
    )
