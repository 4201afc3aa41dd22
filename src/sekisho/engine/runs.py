"""Runs: looking at them, and the verbs that end them early."""

import contextlib
import dataclasses

from sekisho.domain.callers import Caller
from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import WorkspaceUnknown
from sekisho.domain.logs import LogFilter, LogFound, LogPage
from sekisho.domain.runs import (
    AT_WORK,
    CancelRequest,
    Run,
    RunStatus,
    check_seen,
    move,
    request_cancel,
)
from sekisho.domain.text import plain
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.engine.log_search import search, tail
from sekisho.engine.parts import Parts
from sekisho.ports import Page, RunQuery

UNSETTLED = AT_WORK | {RunStatus.PLAN_QUEUED, RunStatus.APPLY_QUEUED}
"""Statuses in which something still happens by itself."""


class Runs:
    """Reads runs, cancels and discards them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def get(self, run_id: str) -> Run:
        """Return a run. Raises RunUnknown."""
        return self._parts.store.runs.get(run_id)

    def list(self, query: RunQuery) -> Page[Run]:
        """Return runs, newest first; those of a workspace that is not declared any more, too.

        Raises WorkspaceUnknown for a name that is not declared and has none.
        """
        if query.workspace is None:
            return self._parts.store.runs.find(query)
        with contextlib.suppress(WorkspaceUnknown):  # its name in the form that it is declared in
            name = self._parts.catalog.get(query.workspace).name
            query = dataclasses.replace(query, workspace=name)
        found = self._parts.store.runs.find(query)
        if not found.items:
            self._parts.catalog.get(query.workspace or "")
        return found

    def log(self, run_id: str, after: int = 0, limit: int = 200) -> LogPage:
        """Return log lines after a cursor. Raises RunUnknown."""
        self._parts.store.runs.get(run_id)
        return self._parts.store.logs.read(run_id, after, limit)

    def find_lines(
        self, run_id: str, wanted: LogFilter, after: int = 0, limit: int = 200
    ) -> LogFound:
        """Return the log lines after a cursor that are wanted. Raises RunUnknown."""
        self._parts.store.runs.get(run_id)
        return search(self._parts.store.logs, run_id, wanted, after, limit)

    def last_lines(self, run_id: str, wanted: LogFilter, count: int) -> LogFound:
        """Return the last log lines that are wanted. Raises RunUnknown."""
        self._parts.store.runs.get(run_id)
        return tail(self._parts.store.logs, run_id, wanted, count)

    def process_alive(self, run: Run) -> bool | None:
        """Say whether the run's Terraform is still at work; None where nobody here can know."""
        return self._parts.working(run)

    def cancel(
        self, run_id: str, caller: Caller, reason: str = "", seen: frozenset[int] | None = None
    ) -> Run:
        """Cancel a run that waits; ask the worker to stop one that is at work.

        Terraform gets one interrupt: it finishes what is in flight and saves the state. `seen`:
        only while the run is of one of these versions. Raises RunChanged, MoveIllegal.
        """
        request = CancelRequest(caller, self._parts.clock.now(), plain(reason))

        def change(run: Run, _record: WorkspaceRecord) -> Change:
            check_seen(run, seen)
            asked = request_cancel(run, request)
            if asked == run:
                return NOTHING
            entry = self._parts.entry(
                request.at, "run.cancel", caller, asked, reason=request.reason
            )
            return Change(run=asked, audit=(entry,))

        after = self._parts.store.runs.update(run_id, change)
        self._parts.bell.ring()
        return after

    def discard(
        self, run_id: str, caller: Caller, reason: str = "", seen: frozenset[int] | None = None
    ) -> Run:
        """Throw away a plan that waits; nothing was or will be changed by it.

        `seen`: only while the run is of one of these versions. Raises RunChanged, MoveIllegal.
        """
        now, why = self._parts.clock.now(), plain(reason)

        def change(run: Run, _record: WorkspaceRecord) -> Change:
            check_seen(run, seen)
            gone = move(run, RunStatus.DISCARDED, now, "discard")
            entry = self._parts.entry(now, "run.discard", caller, gone, reason=why)
            return Change(run=gone, audit=(entry,))

        return self._parts.store.runs.update(run_id, change)


def settled(run: Run) -> bool:
    """Say whether nothing will happen to the run unless somebody does something."""
    return run.status not in UNSETTLED
