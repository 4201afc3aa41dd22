"""The listener on loopback: one for the server, in a thread and an event loop of its own.

Everything but a good request is answered alike, so that nobody learns what there is. A connection
that says nothing gives way to the next: whoever opens many keeps nobody out.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from sekisho.credentials.requests import MOST_BYTES, Request, parse

HOST = "127.0.0.1"
_CONNECTIONS = 256
_HEAD_WITHIN = 3.0
"""Seconds for a head; it comes in one piece."""
_ANSWER_WITHIN = 90.0
"""Seconds for an answer, which may wait for STS, and for whoever asked to take it."""
_START_WITHIN = 30.0
_END = b"\r\n\r\n"

Answer = Callable[[Request], Awaitable[tuple[int, bytes]]]
_WORDS = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}


class Listener:
    """Serves `answer` until it is closed."""

    def __init__(self, answer: Answer) -> None:
        """Listen on a free port of loopback.

        Raises:
            OSError: there is none.
        """
        self._answer = answer
        self._open = 0
        self._silent: dict[asyncio.StreamWriter, None] = {}
        """Connections whose request did not come yet, the oldest first."""
        self._loop = asyncio.new_event_loop()
        ready: Future[int] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name="credentials", daemon=True
        )
        self._thread.start()
        self.port = ready.result(_START_WITHIN)

    def close(self) -> None:
        """Listen no more, and let go of whoever is connected."""
        with contextlib.suppress(RuntimeError):  # it ended already
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self, ready: "Future[int]") -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(ready))

    async def _serve(self, ready: "Future[int]") -> None:
        self._stopping = asyncio.Event()
        try:
            server = await asyncio.start_server(
                self._connected, HOST, 0, limit=MOST_BYTES, backlog=_CONNECTIONS
            )
        except OSError as error:
            ready.set_exception(error)
            return
        port: int = server.sockets[0].getsockname()[1]
        self._name = f"{HOST}:{port}"
        ready.set_result(port)
        try:
            await self._stopping.wait()
        finally:
            server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection: one request, one answer."""
        if not self._has_room():
            writer.transport.abort()
            return
        self._open += 1
        try:
            request = await self._read(reader, writer)
            async with asyncio.timeout(_ANSWER_WITHIN):
                status, body = await self._answer(request) if request else (404, b"")
                writer.write(_response(status, body))
                await writer.drain()
        except (OSError, TimeoutError, EOFError):
            writer.transport.abort()
        finally:
            self._open -= 1
            writer.close()

    def _has_room(self) -> bool:
        """Say whether one more connection fits: the one that was silent longest gives way."""
        if self._open < _CONNECTIONS:
            return True
        oldest = next(iter(self._silent), None)
        if oldest is None:
            return False
        del self._silent[oldest]
        oldest.transport.abort()
        return True

    async def _read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Request | None:
        """Read a head; None where it is none of ours."""
        self._silent[writer] = None
        try:
            async with asyncio.timeout(_HEAD_WITHIN):
                return parse(await reader.readuntil(_END), self._name)
        except asyncio.LimitOverrunError:
            return None
        finally:
            self._silent.pop(writer, None)


def _response(status: int, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
