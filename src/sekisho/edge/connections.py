"""Connections that would hold the server up: heads that come too slowly, or never end.

The HTTP parser under uvicorn has neither a limit on the size of a head nor one on its time.
"""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from sekisho.domain.errors import HeadersTooLarge
from sekisho.edge.crowds import HEAD_BYTES
from sekisho.views.problems import ErrorView

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as HttpProtocol
else:  # on Windows, which has no httptools, it is the one over h11
    from uvicorn.protocols.http.auto import AutoHTTPProtocol as HttpProtocol

HEAD_SECONDS = 30.0
"""From the first byte of a request, or from the connection, to the end of the head."""


class GuardedConnection(HttpProtocol):
    """uvicorn's HTTP protocol, which closes a connection whose next head does not end."""

    head_seconds = HEAD_SECONDS
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; those of a head are counted and timed until it is whole."""
        before: Any = self.cycle  # None before the first request
        between = before is None or before.response_complete
        if between:
            self._head_bytes += len(data)
            if self._head_timer is None:
                self._wait()
        super().data_received(data)
        if self.cycle is not before:
            self._rest()
        elif between and self._head_bytes > HEAD_BYTES:
            self._refuse()

    def _wait(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _rest(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self) -> None:
        if self.transport.is_closing():
            return
        view = ErrorView.of(HeadersTooLarge(cap=HEAD_BYTES)).model_dump()
        body = json.dumps({"error": view}).encode()
        head = (
            "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
