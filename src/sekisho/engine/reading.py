"""What is kept from a caller is not there: the store and the catalog, as somebody may read them.

The engine that a caller is given works over these (`Parts.seen_by`). So no tool, page, call or noun
can forget to ask: what a caller may not read is unknown to everything that acts for them, by the
same words as what never was, and no list has it.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from sekisho.domain.access import Access, Sight
from sekisho.domain.audit import AuditEntry, AuditFault, AuditRecord
from sekisho.domain.changes import Change, RunChange, WorkspaceChange
from sekisho.domain.errors import RunUnknown, WorkspaceUnknown
from sekisho.domain.groups import Group
from sekisho.domain.logs import LogLine, LogPage
from sekisho.domain.naming import pick
from sekisho.domain.plan_changes import Keep, ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import Run
from sekisho.domain.states import StateIndex
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.people_passed import PeoplePassed
from sekisho.ports import (
    AuditLog,
    BlobStore,
    Catalog,
    ConfigurationStore,
    LogStore,
    Page,
    PushStore,
    ReadingStore,
    RunQuery,
    RunStore,
    StopStore,
    Store,
    StoreGuard,
    UploadStore,
    WorkerStore,
    WorkspaceStore,
)

_RECORDS = 500


class ReadableCatalog:
    """The workspaces that somebody may read; who is who and who may do what stays as it is."""

    def __init__(self, catalog: Catalog, sight: Sight) -> None:
        self._catalog = catalog
        self._sight = sight

    def get(self, name: str) -> Workspace:
        """Return one. Raises WorkspaceUnknown, with near names out of those that are seen."""
        return pick({workspace.name: workspace for workspace in self.all()}, name)

    def all(self) -> tuple[Workspace, ...]:
        """Return those that are seen."""
        return tuple(w for w in self._catalog.all() if self._sight.sees(w.name))

    def groups(self) -> tuple[Group, ...]:
        """Return the declared groups."""
        return self._catalog.groups()

    def access(self) -> Access:
        """Return what is granted."""
        return self._catalog.access()


class ReadableRuns:
    """Runs of the workspaces that somebody may read."""

    def __init__(self, runs: RunStore, sight: Sight) -> None:
        self._runs = runs
        self._sight = sight
        self._seen: set[str] = set()

    def check(self, run_id: str) -> None:
        """Let through a run that is seen; it is looked up once. Raises RunUnknown."""
        if run_id not in self._seen:
            self.get(run_id)

    def add(self, run: Run, audit: AuditEntry) -> None:
        """Save a new run. Raises WorkspaceUnknown."""
        if not self._sight.sees(run.workspace):
            _no_workspace(run.workspace)
        self._runs.add(run, audit)

    def get(self, run_id: str) -> Run:
        """Return a run. Raises RunUnknown."""
        run = self._runs.get(run_id)
        self._check(run)
        self._seen.add(run.id)
        return run

    def find(self, query: RunQuery) -> Page[Run]:
        """Return runs newest first; what is not seen takes no place on a page."""
        if query.workspace is not None:
            seen = self._sight.sees(query.workspace)
            return self._runs.find(query) if seen else Page[Run](())
        within = frozenset(self.workspaces())
        within = within if query.within is None else within & query.within
        return self._runs.find(dataclasses.replace(query, within=within))

    def workspaces(self) -> tuple[str, ...]:
        """Name the workspaces that there are runs of."""
        return tuple(name for name in self._runs.workspaces() if self._sight.sees(name))

    def update(self, run_id: str, change: RunChange) -> Run:
        """As the port has it, for a run that is seen. Raises RunUnknown."""

        def seen(run: Run, record: WorkspaceRecord) -> Change:
            self._check(run)
            return change(run, record)

        return self._runs.update(run_id, seen)

    def remove(self, run_id: str) -> None:
        """Forget a run that is seen."""
        with contextlib.suppress(RunUnknown):
            self.get(run_id)
            self._runs.remove(run_id)

    def _check(self, run: Run) -> None:
        if not self._sight.sees(run.workspace):
            raise RunUnknown(run_id=run.id)


class ReadableWorkspaces:
    """Records of the workspaces that somebody may read."""

    def __init__(self, workspaces: WorkspaceStore, sight: Sight) -> None:
        self._workspaces = workspaces
        self._sight = sight

    def get(self, name: str) -> WorkspaceRecord:
        """Return one. Raises WorkspaceUnknown."""
        self._check(name)
        return self._workspaces.get(name)

    def all(self) -> Mapping[str, WorkspaceRecord]:
        """Return those that are seen."""
        found = self._workspaces.all().items()
        return {name: record for name, record in found if self._sight.sees(name)}

    def update(self, name: str, change: WorkspaceChange) -> WorkspaceRecord:
        """As the port has it, for one that is seen. Raises WorkspaceUnknown."""
        self._check(name)
        return self._workspaces.update(name, change)

    def _check(self, name: str) -> None:
        if not self._sight.sees(name):
            _no_workspace(name)


class ReadableAudit:
    """Records about what somebody may read."""

    def __init__(self, audit: AuditLog, sight: Sight) -> None:
        self._audit = audit
        self._sight = sight

    def append(self, entry: AuditEntry) -> AuditRecord:
        """Write: what happens is told, whoever may read it later."""
        return self._audit.append(entry)

    def read(
        self, after: int = 0, limit: int = 500, run_id: str | None = None
    ) -> tuple[AuditRecord, ...]:
        """Return records above a sequence; what is not seen ends no list."""
        found: list[AuditRecord] = []
        while len(found) < limit and (page := self._audit.read(after, _RECORDS, run_id)):
            found += [r for r in page if self._sight.sees(r.entry.workspace)]
            after = page[-1].sequence
        return tuple(found[:limit])

    def last(self) -> AuditRecord | None:
        """Return the newest record, which may be about anything: how far the audit has come."""
        return self._audit.last()

    def verify(self) -> tuple[AuditFault, ...]:
        """Walk the whole chain."""
        return self._audit.verify()


class ReadableLogs:
    """Logs of runs that somebody may read. All raise RunUnknown."""

    def __init__(self, logs: LogStore, runs: ReadableRuns) -> None:
        self._logs = logs
        self._runs = runs

    def append(self, run_id: str, lines: Sequence[LogLine]) -> None:
        """Write lines."""
        self._runs.check(run_id)
        self._logs.append(run_id, lines)

    def read(self, run_id: str, after: int = 0, limit: int = 200) -> LogPage:
        """Return lines after a cursor."""
        self._runs.check(run_id)
        return self._logs.read(run_id, after, limit)

    def remove(self, run_id: str) -> None:
        """Forget a log."""
        self._runs.check(run_id)
        self._logs.remove(run_id)


class ReadableReadings:
    """Readings of plans and states that somebody may read. Raise RunUnknown, WorkspaceUnknown."""

    def __init__(self, readings: ReadingStore, runs: ReadableRuns, sight: Sight) -> None:
        self._readings = readings
        self._runs = runs
        self._sight = sight

    def put_plan(self, run_id: str, read: Callable[[Keep], PlanReading]) -> PlanReading:
        """Keep the reading of a plan."""
        self._runs.check(run_id)
        return self._readings.put_plan(run_id, read)

    def plan(self, run_id: str) -> PlanReading | None:
        """Return a reading."""
        self._runs.check(run_id)
        return self._readings.plan(run_id)

    def changes(self, run_id: str, numbers: Sequence[int]) -> tuple[ResourceChange, ...]:
        """Return changes whole."""
        self._runs.check(run_id)
        return self._readings.changes(run_id, numbers)

    def put_state(self, workspace: str, index: StateIndex) -> None:
        """Keep the reading of a state."""
        self._check(workspace)
        self._readings.put_state(workspace, index)

    def state(self, workspace: str) -> StateIndex | None:
        """Return the reading of a state."""
        self._check(workspace)
        return self._readings.state(workspace)

    def remove(self, run_id: str) -> None:
        """Forget the reading of a plan."""
        self._runs.check(run_id)
        self._readings.remove(run_id)

    def _check(self, workspace: str) -> None:
        if not self._sight.sees(workspace):
            _no_workspace(workspace)


class ReadableStore(PeoplePassed):
    """A store as one caller may read it; made for one call, so it remembers what it looked up.

    What is of people, of workers and of the whole server is as it is. So are blobs and
    configurations, which have names that only the engine makes up, out of what is seen; and uploads
    and pushes, which are their owner's alone.
    """

    def __init__(self, store: Store, sight: Sight) -> None:
        super().__init__(store)
        self._sight = sight
        self._known: ReadableRuns | None = None

    @property
    def runs(self) -> RunStore:
        return self._runs

    @property
    def workspaces(self) -> WorkspaceStore:
        return ReadableWorkspaces(self._store.workspaces, self._sight)

    @property
    def audit(self) -> AuditLog:
        return ReadableAudit(self._store.audit, self._sight)

    @property
    def logs(self) -> LogStore:
        return ReadableLogs(self._store.logs, self._runs)

    @property
    def readings(self) -> ReadingStore:
        return ReadableReadings(self._store.readings, self._runs, self._sight)

    @property
    def blobs(self) -> BlobStore:
        return self._store.blobs

    @property
    def configurations(self) -> ConfigurationStore:
        return self._store.configurations

    @property
    def uploads(self) -> UploadStore:
        return self._store.uploads

    @property
    def pushes(self) -> PushStore:
        return self._store.pushes

    @property
    def stops(self) -> StopStore:
        return self._store.stops

    @property
    def workers(self) -> WorkerStore:
        return self._store.workers

    @property
    def guard(self) -> StoreGuard:
        return self._store.guard

    def close(self) -> None:
        self._store.close()

    @property
    def _runs(self) -> ReadableRuns:
        if self._known is None:
            self._known = ReadableRuns(self._store.runs, self._sight)
        return self._known


def _no_workspace(name: str) -> NoReturn:
    raise WorkspaceUnknown(name=name, near="-")
