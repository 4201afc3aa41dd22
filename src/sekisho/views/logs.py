"""The log of a run as it is shown: a page of lines, and the cursor for the next."""

from datetime import date, datetime
from typing import Literal

from sekisho.domain.logs import LogFilter, LogFound, LogLine
from sekisho.domain.runs import Run
from sekisho.engine.engine import Engine
from sekisho.views.budgets import size
from sekisho.views.next_steps import next_steps
from sekisho.views.view import View, one_line, shown

_ROOM = 3400
"""Tokens for the lines of one page, both forms together."""
_LOUD = ("warn", "error")
PhaseName = Literal["", "plan", "apply"]
LevelName = Literal["", "info", "warn", "error"]


class LineView(View):
    """One line of a log."""

    at: datetime
    phase: str
    level: str
    text: str
    address: str | None = None
    detail: str | None = None
    file: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, line: LogLine) -> "LineView":
        """Show a line."""
        return cls(
            at=line.at,
            phase=line.phase,
            level=line.level,
            text=shown(line.text),
            address=one_line(line.address, 300) or None,
            detail=shown(line.detail, 1000) or None,
            file=one_line(line.file) or None,
            line=line.line or None,
        )

    def words(self) -> str:
        """Say it."""
        said = f"{self.at:%H:%M:%S} {self.phase} "
        said += f"{self.level.upper() if self.level in _LOUD else self.level}: "
        said += f"[{self.address}] " if self.address and self.address not in self.text else ""
        said += self.text
        said += f" ({self.file}:{self.line})" if self.file else ""
        return said + (f"\n    {self.detail}" if self.detail else "")


class LogView(View):
    """Lines of a run's log after a cursor; ask with `cursor` next time, also for what comes.

    With a filter: `matched` of the `searched` lines fit it. Of a tail, `earlier` counts the lines
    before it that were not looked at, or found no room.
    """

    run_id: str
    status: str
    lines: list[LineView]
    cursor: int
    more: bool
    matched: int | None = None
    searched: int | None = None
    earlier: int | None = None
    next: list[str]

    def words(self) -> str:
        """Give the lines; a day is named where it begins."""
        head = f"Log of {self.run_id} ({self.status})"
        if self.matched is not None:
            head += f": {self.matched} of {self.searched} lines fit"
        lines = [head]
        lines += [f"… {self.earlier} earlier lines"] if self.earlier else []
        day: date | None = None
        for row in self.lines:
            lines += [f"{row.at:%Y-%m-%d} (UTC)"] if row.at.date() != day else []
            lines += [row.words()]
            day = row.at.date()
        lines += [] if self.lines else ["(nothing new)" if self.matched is None else "(none)"]
        lines += [f"Cursor {self.cursor}" + (", there is more" if self.more else "")]
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def log_shown(
    engine: Engine, run_id: str, wanted: LogFilter, cursor: int = 0, limit: int = 100
) -> LogView:
    """Show the lines after a cursor that are wanted. Raises RunUnknown."""
    run = engine.runs.get(run_id)
    found = engine.runs.find_lines(run_id, wanted, cursor, limit)
    kept = _fitting([LineView.of(line) for _, line in found.lines])
    whole = len(kept) == len(found.lines)
    place = found.cursor if whole else found.lines[len(kept) - 1][0]
    more = found.more or not whole
    follow = [f'run_log(run_id="{run.id}", cursor={place}): read on, with the same filters']
    steps = [*follow, *next_steps(run)[:1]] if more else next_steps(run)[:2]
    bare = _bare(run, found, wanted, kept)
    return bare.model_copy(update={"cursor": place, "more": more, "next": steps})


def tail_shown(engine: Engine, run_id: str, wanted: LogFilter, count: int) -> LogView:
    """Show the last lines that are wanted; the cursor follows what comes. Raises RunUnknown."""
    run = engine.runs.get(run_id)
    found = engine.runs.last_lines(run_id, wanted, count)
    views = [LineView.of(line) for _, line in found.lines]
    kept = _fitting(views[::-1])[::-1]
    cut = len(views) - len(kept)
    steps = [f'run_log(run_id="{run.id}"): from the first line'] if found.earlier or cut else []
    bare = _bare(run, found, wanted, kept)
    more = {"earlier": (found.earlier + cut) or None, "next": [*steps, *next_steps(run)[:2]]}
    return bare.model_copy(update=more)


def _bare(run: Run, found: LogFound, wanted: LogFilter, lines: list[LineView]) -> LogView:
    return LogView(
        run_id=run.id,
        status=run.status,
        lines=lines,
        cursor=found.cursor,
        more=found.more,
        matched=None if wanted.takes_all else found.matched,
        searched=None if wanted.takes_all else found.searched,
        next=[],
    )


def _fitting(views: list[LineView]) -> list[LineView]:
    """Return the first lines that fit; one at least."""
    fitting, room = 0, _ROOM
    for view in views:
        room -= size(view)
        if room < 0 and fitting:
            break
        fitting += 1
    return views[:fitting]
