"""The listener on loopback: one for the server, in a thread and an event loop of its own.

Everything but a good request is answered alike, so that nobody learns what there is. A connection
that says nothing gives way to the next: whoever opens many keeps nobody out. SDKs say all they have
to say as soon as they are connected, so whoever is taken up is heard at once; only who has said
nothing by then costs more than that.
"""

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from sekisho.credentials.requests import MOST_BYTES, Request, parse

HOST = "127.0.0.1"
_CONNECTIONS = 256
_WAITING = 1024
"""Connections that the system holds until they are taken up."""
_AT_ONCE = 64
"""Connections that are taken up before those are heard that were taken up already."""
_HEAD_WITHIN = 3.0
"""Seconds for a head; it comes in one piece."""
_ANSWER_WITHIN = 90.0
"""Seconds for an answer, which may wait for STS, and for whoever asked to take it."""
_START_WITHIN = 30.0
_FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_PAUSE = 0.2
"""Seconds in which nobody is taken up where this process has no descriptor left."""
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
        self._silent: dict[socket.socket, tuple[bytes, asyncio.TimerHandle]] = {}
        """Connections whose request did not come yet, the oldest first, and what came of it."""
        self._answered: set[asyncio.Task[None]] = set()
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
            listening = socket.create_server((HOST, 0), backlog=_WAITING)
        except OSError as error:
            ready.set_exception(error)
            return
        listening.setblocking(False)
        port: int = listening.getsockname()[1]
        self._name = f"{HOST}:{port}"
        self._listen(listening)
        ready.set_result(port)
        try:
            await self._stopping.wait()
        finally:
            self._loop.remove_reader(listening)
            listening.close()
            for connection in tuple(self._silent):
                self._drop(connection)

    def _listen(self, listening: socket.socket) -> None:
        if not self._stopping.is_set():
            self._loop.add_reader(listening, self._take_up, listening)

    def _take_up(self, listening: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, _address = listening.accept()
            except BlockingIOError:  # nobody else waits
                return
            except OSError as error:
                if error.errno in _FULL:
                    self._loop.remove_reader(listening)
                    self._loop.call_later(_PAUSE, self._listen, listening)
                    return
                continue
            connection.setblocking(False)
            self._hear(connection, b"")

    def _hear(self, connection: socket.socket, head: bytes) -> None:
        """Take what a connection says; who has not said all is heard again when more comes."""
        try:
            said = connection.recv(MOST_BYTES)
        except BlockingIOError:
            said = None
        except OSError:
            said = b""
        head += said or b""
        if said == b"":
            connection.close()
        elif _END in head or len(head) > MOST_BYTES:
            self._begin(connection, head.partition(_END)[0] + _END)
        elif self._has_room():
            late = self._loop.call_later(_HEAD_WITHIN, self._drop, connection)
            self._silent[connection] = (head, late)
            self._loop.add_reader(connection, self._hear_again, connection)
        else:
            connection.close()

    def _hear_again(self, connection: socket.socket) -> None:
        self._hear(connection, self._leave(connection))

    def _has_room(self) -> bool:
        """Say whether one more connection fits: the one that was silent longest gives way."""
        if len(self._silent) + len(self._answered) < _CONNECTIONS:
            return True
        oldest = next(iter(self._silent), None)
        if oldest is None:
            return False
        self._drop(oldest)
        return True

    def _leave(self, connection: socket.socket) -> bytes:
        """Take a connection out of the silent ones; return what it had said."""
        head, late = self._silent.pop(connection)
        late.cancel()
        self._loop.remove_reader(connection)
        return head

    def _drop(self, connection: socket.socket) -> None:
        self._leave(connection)
        connection.close()

    def _begin(self, connection: socket.socket, head: bytes) -> None:
        """Carry one connection on: one request, one answer."""
        if not self._has_room():
            connection.close()
            return
        request = parse(head, self._name) if len(head) <= MOST_BYTES else None
        task = self._loop.create_task(self._reply(connection, request))
        self._answered.add(task)
        task.add_done_callback(self._answered.discard)

    async def _reply(self, connection: socket.socket, request: Request | None) -> None:
        with connection, contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ANSWER_WITHIN):
                status, body = await self._answer(request) if request else (404, b"")
                await self._loop.sock_sendall(connection, _response(status, body))


def _response(status: int, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
