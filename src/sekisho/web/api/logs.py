"""Logs over the API: by pages, or as they come."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import ArgumentsInvalid, CursorInvalid, RunUnknown, StreamsTooMany
from sekisho.domain.logs import LogFilter
from sekisho.views.logs import LevelName, LogView, PhaseName, log_shown, tail_shown
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Limit, Nothing, Operation, Place, Query
from sekisho.web.api.streams import EVENT_STREAM


class LogQuery(Query):
    """Where to read on, and which lines."""

    phase: Annotated[PhaseName, Field(description="Of this phase alone")] = ""
    level: Annotated[LevelName, Field(description="Of this level or above")] = ""
    grep: Annotated[
        str, Field(max_length=200, description="Lines with this text, whatever its case")
    ] = ""
    tail: Annotated[int, Field(ge=0, le=200, description="The last so many lines")] = 0
    cursor: Place = 0
    limit: Limit = 200


async def run_log(ask: Ask[LogQuery, Nothing]) -> Answer:
    """Read what Terraform said in a run, from a cursor on.

    The cursor of the answer is where to go on, also for lines that are still to come; `more` says
    whether some are there already. Filters take some lines; `tail` gives the last ones, whose
    cursor follows what comes. With `Accept: text/event-stream` lines come as they are
    written: events `line` (id: the cursor; `Last-Event-ID` goes on after it), `status` when the
    run moves, `problem` where reading failed, and `end` once the run has settled.
    """
    run_id, query = ask.path("run_id"), ask.query
    wanted = LogFilter(query.phase, query.level, query.grep)
    wants = EVENT_STREAM in ask.request.headers.get("accept", "")
    if wants and ask.request.method == "GET":
        if query.tail or not wanted.takes_all:
            raise ArgumentsInvalid(problem="filters and tail go with pages, not with events")
        cursor = _last_event(ask) or query.cursor
        return await ask.stream(run_id, cursor)
    if query.tail:
        return await on_thread(tail_shown, ask.engine, run_id, wanted, query.tail)
    return await on_thread(log_shown, ask.engine, run_id, wanted, query.cursor, query.limit)


def _last_event(ask: Ask[LogQuery, Nothing]) -> int:
    """Return the cursor that a client has come to. Raises CursorInvalid."""
    given = ask.request.headers.get("last-event-id", "").strip()
    if given and not (given.isascii() and given.isdigit() and len(given) <= 15):  # noqa: PLR2004 (64 bits)
        raise CursorInvalid
    return int(given or "0")


LOG_OPERATIONS = (
    Operation(
        "GET",
        "/runs/{run_id}/log",
        run_log,
        LogView,
        "read",
        query=LogQuery,
        streams=True,
        raises=(RunUnknown, StreamsTooMany),
    ),
)
