"""The log of a run as server-sent events: lines as they come, and where the run stands."""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import anyio
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from sekisho.domain.callers import Caller
from sekisho.domain.errors import SekishoError, StreamsTooMany
from sekisho.domain.logs import LogPage
from sekisho.domain.runs import Run
from sekisho.engine.engine import Engine
from sekisho.engine.runs import settled
from sekisho.views.logs import LineView
from sekisho.views.problems import ErrorView
from sekisho.web.answers import on_thread

EVENT_STREAM = "text/event-stream"
HEARTBEAT = 10.0
"""Seconds without an event after which a comment is sent: proxies cut what is silent."""
_LONGEST = 3600.0
"""Seconds after which a stream ends: who goes on shows a credential that is still good."""
_AT_ONCE = 200
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
"""Seconds between two looks: short after something came, longer the longer nothing does."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class LogStreams:
    """Streams logs, so many at a time. Between two looks a stream holds no thread."""

    def __init__(self, engine: Engine, draining: Callable[[], bool], most: int) -> None:
        self._engine = engine
        self._draining = draining
        self._most = most
        self._each = max(2, most // 4)
        self._open = Counter[str]()

    async def open(self, caller: Caller, run_id: str, cursor: int) -> StreamingResponse:
        """Answer with the log after a cursor, for as long as the caller may read it.

        Raises:
            RunUnknown: before anything is sent.
            StreamsTooMany: as many as may be are open, or as many as one person may have.
        """
        await on_thread(self._engine.seen_by(caller).runs.get, run_id)
        person = caller.person
        if self._open.total() >= self._most:
            raise StreamsTooMany(cap=self._most)
        if self._open[person] >= self._each:
            raise StreamsTooMany(cap=self._each)
        self._open[person] += 1
        return LogStream(self._events(caller, run_id, cursor), lambda: self._closed(person))

    def _closed(self, person: str) -> None:
        self._open[person] -= 1
        self._open += Counter()  # forgets who has none

    async def _events(self, caller: Caller, run_id: str, cursor: int) -> AsyncGenerator[str]:
        yield "retry: 1000\n\n"
        try:
            async for event in self._follow(caller, run_id, cursor):
                yield event
        except SekishoError as error:
            yield event_of("problem", {"error": ErrorView.of(error).model_dump()})

    async def _follow(self, caller: Caller, run_id: str, cursor: int) -> AsyncGenerator[str]:
        began = said = anyio.current_time()
        status, pause = "", _SHORTEST_PAUSE
        while not self._draining() and anyio.current_time() - began < _LONGEST:
            run, page = await on_thread(self._look, caller, run_id, cursor)
            news = [*_lines(page), *([_status(run)] if run.status != status else [])]
            for event in news:
                yield event
            if settled(run) and not page.lines:
                yield event_of("end", {"run_id": run.id, "status": run.status, "cursor": cursor})
                return
            cursor, status, now = page.cursor, run.status, anyio.current_time()
            if news:
                said, pause = now, _SHORTEST_PAUSE
            elif now - said >= HEARTBEAT:
                said = now
                yield ": waiting\n\n"
            await anyio.sleep(0 if page.lines else pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _look(self, caller: Caller, run_id: str, cursor: int) -> tuple[Run, LogPage]:
        """Read the run before its log: a run that is seen settled has its whole log written."""
        runs = self._engine.seen_by(caller).runs
        return runs.get(run_id), runs.log(run_id, cursor, _AT_ONCE)


class LogStream(StreamingResponse):
    """One stream; `closed` is called once it is over, however it ended."""

    def __init__(self, events: AsyncGenerator[str], closed: Callable[[], None]) -> None:
        super().__init__(events, headers=_HEADERS, media_type=EVENT_STREAM)
        self._events = events
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the run settles, the server drains, or the client goes away."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()
            with anyio.CancelScope(shield=True):
                await self._events.aclose()


def event_of(kind: str, data: Mapping[str, Any], number: int | None = None) -> str:
    """Write one event; JSON has no line breaks, so neither has the data."""
    head = f"event: {kind}\n" + (f"id: {number}\n" if number is not None else "")
    return f"{head}data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


def _lines(page: LogPage) -> list[str]:
    """Write the lines of a page. A cursor counts lines, so each has its own: a client goes on."""
    first = page.cursor - len(page.lines) + 1
    return [
        event_of("line", LineView.of(line).structured(), number)
        for number, line in enumerate(page.lines, first)
    ]


def _status(run: Run) -> str:
    return event_of("status", {"run_id": run.id, "status": run.status, "version": run.version})
