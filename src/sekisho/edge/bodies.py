"""Bodies of requests: whole before a face is asked, never too large, never too slow."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekisho.domain.errors import BodyTooLarge, RequestTooSlow, ServerBusy
from sekisho.edge.heads import only, values
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import refuse
from sekisho.edge.paths import Paths


class Bodies:
    """Reads the body of every request but an upload, whose own route streams it under its own cap.

    What announces too much is refused before a byte is read. Nobody was asked for a credential yet:
    all bodies together that are half here are bounded, too.
    """

    def __init__(self, app: ASGIApp, options: EdgeOptions) -> None:
        """Pass requests on to `app`."""
        self._app, self._cap, self._seconds = app, options.body_bytes, options.body_seconds
        self._paths = Paths(options.endpoint)
        self._most, self._held = options.waiting_bytes, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read one body."""
        if scope["type"] != "http" or self._paths.streams_in(scope["path"]) or not announced(scope):
            await self._app(scope, receive, send)
            return
        try:
            read = await self._read(scope, receive)
        except (BodyTooLarge, RequestTooSlow, ServerBusy) as error:
            await refuse(error, scope, receive, send)
            return
        await self._app(scope, _replaying(read, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> Message:
        """Return the body as one message; or that the client went away."""
        cap = self._paths.cap(scope["path"], self._cap)
        length = only(scope, b"content-length") or ""
        if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > cap):  # noqa: PLR2004 (64 bits)
            raise BodyTooLarge(cap=cap)
        first = await self._next(receive, self._seconds)
        if not first.get("more_body") and len(first.get("body", b"")) <= cap:
            return first  # nearly always
        return await self._rest(cap, first, receive)

    async def _rest(self, cap: int, message: Message, receive: Receive) -> Message:
        body, clock = bytearray(), asyncio.get_running_loop().time
        end = clock() + self._seconds
        try:
            while message["type"] == "http.request":
                more = message.get("body", b"")
                if len(body) + len(more) > cap:
                    raise BodyTooLarge(cap=cap)
                if self._held + len(more) > self._most:
                    raise ServerBusy
                self._held += len(more)
                body += more
                if not message.get("more_body"):
                    return {"type": "http.request", "body": bytes(body), "more_body": False}
                message = await self._next(receive, end - clock())
            return message
        finally:
            self._held -= len(body)

    async def _next(self, receive: Receive, seconds: float) -> Message:
        try:
            async with asyncio.timeout(seconds):
                return await receive()
        except TimeoutError:
            raise RequestTooSlow(seconds=f"{self._seconds:g}") from None


def announced(scope: Scope) -> bool:
    """Say whether a request has a body."""
    if values(scope, b"transfer-encoding"):
        return True
    return any(length != "0" for length in values(scope, b"content-length"))


def _replaying(read: Message, receive: Receive) -> Receive:
    """Give the body once, then whatever comes: that the client went away."""
    waiting = [read]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
