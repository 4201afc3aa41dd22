"""The log of a run as it is shown: a page of lines, and the cursor for the next."""

from collections.abc import Callable
from datetime import datetime

from sekisho.domain.logs import LogLine, LogPage
from sekisho.domain.runs import Run
from sekisho.views.next_steps import next_steps
from sekisho.views.view import View, one_line, shown, tokens

_ROOM = 3600
"""Tokens for the lines of one page, both forms together."""


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
        said += f"{self.level.upper()}: " if self.level in ("warn", "error") else ""
        said += self.text
        said += f" ({self.file}:{self.line})" if self.file else ""
        return said + (f"\n    {self.detail}" if self.detail else "")


class LogView(View):
    """Lines of a run's log after a cursor; ask with `cursor` next time, also for what comes."""

    run_id: str
    status: str
    lines: list[LineView]
    cursor: int
    more: bool
    next: list[str]

    def words(self) -> str:
        """Give the lines."""
        lines = [f"Log of {self.run_id} ({self.status}):", *[row.words() for row in self.lines]]
        if not self.lines:
            lines += ["(nothing new)"]
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def log_of(run: Run, page: LogPage, again: Callable[[int], LogPage]) -> LogView:
    """Show a page as far as it fits; `again(limit)` reads a shorter one from the same cursor."""
    views = [LineView.of(row) for row in page.lines]
    fitting, room = 0, _ROOM
    for view in views:
        room -= tokens(view.words()) + tokens(view.model_dump_json(exclude_none=True))
        if room < 0:
            break
        fitting += 1
    if fitting < len(views):
        page = again(max(fitting, 1))
    follow = f'run_log(run_id="{run.id}", cursor={page.cursor}): read on'
    return LogView(
        run_id=run.id,
        status=run.status,
        lines=views[: len(page.lines)],
        cursor=page.cursor,
        more=page.more,
        next=[follow, *next_steps(run)[:1]] if page.more else next_steps(run)[:2],
    )
