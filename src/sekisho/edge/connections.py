"""Connections that would hold the server up: too many, heads that come too slowly or never end.

The fast HTTP parser under uvicorn limits neither the size of a head nor its time. (The slow one,
which Windows has, limits the size.)
"""

import asyncio
import importlib.util
import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sekisho.domain.errors import HeadersTooLarge, RequestMalformed, SekishoError
from sekisho.edge.crowds import HEAD_BYTES
from sekisho.views.problems import ErrorView

HEAD_SECONDS = 30.0
"""From the connection, or the first byte of a request, to the end of the head."""
_USUAL = 10_000
_DRAINED = 64 * 1024 * 1024
"""Bytes of a refused body that are read and thrown away, so that its sender sees the answer."""


def at_most() -> int:
    """Return how many connections may be open: half of the files that this process may open.

    The other half stays for the store and for Terraform, whatever stands at the door.
    """
    if importlib.util.find_spec("resource") is None:  # Windows
        return _USUAL
    import resource

    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _USUAL if soft == resource.RLIM_INFINITY else min(soft // 2, _USUAL)


class GuardedConnection(HttpToolsProtocol):
    """uvicorn's HTTP protocol; it closes a connection whose head, or refused body, does not end."""

    head_seconds = HEAD_SECONDS
    most = at_most()
    _bytes = 0
    _in_body = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for the first head; hang up where too many are here already."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; those of a head, and those that nobody wants, are counted and timed."""
        if not self._in_body or self.cycle.response_complete:
            self._wait()
            self._bytes += len(data)
        super().data_received(data)
        if self._in_body:
            if self._bytes > _DRAINED:
                self.transport.close()
        elif self._bytes > HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin to wait for a head: it may have come in one piece with the request before it."""
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Take a head as whole."""
        self._rest()
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Take a request as whole."""
        self._rest()
        self._in_body = False
        super().on_message_complete()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _rest(self) -> None:
        self._bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as everything else is answered: with a code."""
        del msg  # uvicorn's words, for people alone
        self._answer("400 Bad Request", RequestMalformed())

    def _refuse(self) -> None:
        self._answer("431 Request Header Fields Too Large", HeadersTooLarge(cap=HEAD_BYTES))

    def _answer(self, status: str, error: SekishoError) -> None:
        if self.transport.is_closing():
            return
        body = json.dumps({"error": ErrorView.of(error).model_dump()}).encode()
        head = (
            f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
