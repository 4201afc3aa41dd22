"""Logs: the newest lines on the page, what comes after them by script, and all of them as text."""

import dataclasses
import itertools
from collections import deque
from collections.abc import Iterator
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from sekisho.domain.logs import LEVELS, LogFilter, LogLine
from sekisho.domain.runs import AT_WORK, FINAL, RunStatus
from sekisho.domain.text import plain
from sekisho.engine.engine import Engine
from sekisho.views import times
from sekisho.views.redaction import mask
from sekisho.web.languages import say
from sekisho.web.visits import Console, Page, Visit

_AT_ONCE = 500
_ON_PAGE = 400
_ALL = 100_000
_TEXT = 4_000

BUSY = AT_WORK | {RunStatus.PLAN_QUEUED, RunStatus.APPLY_QUEUED}
"""Statuses in which the page looks again every second."""


def _as_shown(line: LogLine) -> LogLine:
    """Return what the page shows of a line: that is searched, and nothing behind it."""
    text, address = _safe(line.text), _safe(line.address)
    return dataclasses.replace(
        line, text=text, address=address, detail=_safe(f"{line.detail} {line.file}")
    )


def log_filter(visit: Visit) -> LogFilter:
    """Read which lines a reader wants."""
    phase, level, text = (visit.query(f"log_{n}")[:200] for n in ("phase", "level", "q"))
    return LogFilter(phase, level if level in LEVELS else "", text)


@dataclasses.dataclass(frozen=True)
class Tail:
    """The newest wanted lines, after `earlier` others; `cursor` is where the script goes on.

    `total` counts all lines, wanted or not.
    """

    lines: tuple[LogLine, ...]
    cursor: int
    earlier: int
    total: int
    wanted: LogFilter


def tail(
    engine: Engine, run_id: str, most: int = _ON_PAGE, wanted: LogFilter | None = None
) -> Tail:
    """Return the newest lines of a run's log."""
    kept: deque[LogLine] = deque(maxlen=most)
    chosen = wanted or LogFilter()
    cursor = taken = total = 0
    for lines, after in _pages(engine, run_id):
        found = [line for line in lines if chosen.takes(_as_shown(line) if chosen.text else line)]
        kept.extend(found)
        taken, total, cursor = taken + len(found), total + len(lines), after
    return Tail(tuple(kept), cursor, taken - len(kept), total, chosen)


def _pages(engine: Engine, run_id: str) -> Iterator[tuple[tuple[LogLine, ...], int]]:
    cursor, more, seen = 0, True, 0
    while more and seen < _ALL:
        page = engine.runs.log(run_id, cursor, _AT_ONCE)
        cursor, more, seen = page.cursor, page.more, seen + len(page.lines)
        yield page.lines, cursor


def _news(console: Console, visit: Visit) -> Response:
    """Answer what is new since a cursor, and where the run stands."""
    run_id = visit.path("run_id")
    page = console.engine.runs.log(run_id, visit.number("after"), _AT_ONCE)
    run = console.engine.runs.get(run_id)
    body: dict[str, Any] = {
        "lines": [_row(line) for line in page.lines],
        "cursor": page.cursor,
        "more": page.more,
        "status": run.status,
        "version": run.version,
        "status_text": say(visit.language, f"status.{run.status}"),
        "busy": run.status in BUSY,
        "final": run.status in FINAL,
    }
    return JSONResponse(body)


def _row(line: LogLine) -> dict[str, str]:
    return {
        "at": times.machine(line.at),
        "time": times.clock_time(line.at),
        "phase": line.phase,
        "level": line.level,
        "text": _safe(line.text),
        "detail": _safe(line.detail),
        "place": _safe(f"{line.file}:{line.line}") if line.file else "",
    }


def _whole(console: Console, visit: Visit) -> Response:
    """Answer the whole log as text."""
    pages = _pages(console.engine, visit.path("run_id"))
    lines = itertools.chain.from_iterable(p for p, _ in pages)
    return PlainTextResponse("".join(_written(line) for line in lines))


def _written(line: LogLine) -> str:
    place = f" ({_safe(line.file)}:{line.line})" if line.file else ""
    head = f"{times.machine(line.at)} {line.phase} {line.level}: {_safe(line.text)}{place}\n"
    return head + (f"{_safe(line.detail)}\n" if line.detail else "")


def _safe(text: str) -> str:
    return mask(plain(text, _TEXT))


PAGES = (
    Page("/runs/{run_id}/log", _news, data=True),
    Page("/runs/{run_id}/log.txt", _whole),
)
