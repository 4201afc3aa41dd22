"""How a phase listens to Terraform: the log in batches, the process mark, the wish to stop."""

import dataclasses
from collections.abc import Callable
from typing import Any

from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import SekishoError
from sekisho.domain.leases import ProcessMark, WorkerLease
from sekisho.domain.logs import LogLine
from sekisho.domain.runs import Run, held_by
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.engine.parts import Parts

_BATCH = 50
_SECONDS = 0.25


class Listener:
    """Listens to a command that belongs to no run; nothing stops it but its end."""

    def started(self, process: ProcessMark) -> None:
        """Nobody needs to find this process again."""

    def line(self, line: LogLine) -> None:
        """Errors come back with the result; the rest is not kept."""

    def stopping(self) -> bool:
        """Never: it is short."""
        return False


class RunWatch:
    """Listens for one phase of one run.

    Lines are written in batches: at most `_BATCH` or `_SECONDS` behind, so that a chatty apply
    costs few writes and a reader sees it live.
    """

    def __init__(
        self, parts: Parts, run: Run, lease: WorkerLease, stop: Callable[[], bool]
    ) -> None:
        self._parts = parts
        self._run = run
        self._lease = lease
        self._stop = stop
        self._lines: list[LogLine] = []
        self._flushed = parts.clock.monotonic()

    def started(self, process: ProcessMark) -> None:
        """Keep the mark, so that a later server can tell whether the process still lives."""
        lease = self._lease

        def mark(run: Run, _record: WorkspaceRecord) -> Change:
            if not held_by(run, lease):
                return NOTHING
            return Change(run=dataclasses.replace(run, process=process))

        self._parts.journal.event("terraform.started", run_id=self._run.id, pid=process.pid)
        self._parts.store.runs.update(self._run.id, mark)

    def line(self, line: LogLine) -> None:
        """Take one line of the log."""
        self._lines.append(line)
        late = self._parts.clock.monotonic() - self._flushed >= _SECONDS
        if late or len(self._lines) >= _BATCH:
            self.flush()

    def note(self, phase: str, text: str) -> None:
        """Write a line of our own."""
        self.line(LogLine(self._parts.clock.now(), phase, "step", "info", text))

    def found(self, level: str, text: str, **place: Any) -> None:
        """Write a line about what inspection found; `place`: file, line and detail."""
        self.line(LogLine(self._parts.clock.now(), "plan", "inspection", level, text, **place))

    def said(self, kind: str, level: str, text: str) -> None:
        """Write a line about what something else than Terraform says of the plan."""
        self.line(LogLine(self._parts.clock.now(), "plan", kind, level, text))

    def flush(self) -> None:
        """Write what waits. A log that cannot be written never decides how a phase ends."""
        lines, self._lines = self._lines, []
        self._flushed = self._parts.clock.monotonic()
        if not lines:
            return
        try:
            self._parts.store.logs.append(self._run.id, lines)
        except SekishoError as error:
            lost = {"run_id": self._run.id, "lines": len(lines)}
            self._parts.journal.event("log.lost", error=error, **lost)

    def stopping(self) -> bool:
        """Say whether the phase was asked to end; late lines are written on the way."""
        if self._lines and self._parts.clock.monotonic() - self._flushed >= _SECONDS:
            self.flush()
        return self._stop()
