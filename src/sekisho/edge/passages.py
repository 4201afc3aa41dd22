"""A request on its way through: its id, where it came from, and what its answer carries."""

import dataclasses
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekisho.domain.entries import ENTRY, Entry
from sekisho.domain.errors import SekishoError
from sekisho.edge.addresses import client_address
from sekisho.edge.buckets import Bucket
from sekisho.edge.heads import only
from sekisho.edge.options import EdgeOptions, Pace
from sekisho.edge.paths import Paths
from sekisho.views.call_errors import refused_call
from sekisho.views.http_errors import error_answer

_PASSAGE = "sekisho.passage"
_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_YEAR = 365 * 24 * 3600
_FAILED = 500
_JSON = b"application/json"


class Event(Protocol):
    """Writes one line of the log."""

    def __call__(self, name: str, /, **fields: object) -> None: ...


class Refused(Protocol):
    """Hears of a request that the edge refused."""

    async def __call__(self, method: str, path: str, error: SekishoError) -> None: ...


@dataclasses.dataclass
class Passage:
    """What the parts of the edge tell each other about one request.

    `headers` go on the answer, whoever gives it. `status` is that of the answer, once there is one;
    `refused` the code of the error, where the edge gave it. `call`: it is one of MCP, so a refusal
    is an answer of JSON-RPC. `told` hears of a refusal before whoever asked does.
    """

    headers: list[tuple[bytes, bytes]]
    status: int = 0
    refused: str = ""
    call: bool = False
    told: "Refused | None" = None


def passage_of(scope: Scope) -> Passage:
    """Return the passage of a request."""
    found: Passage = scope[_PASSAGE]
    return found


class Passages:
    """The outermost part: begins the passage, finishes the answer, writes the log."""

    def __init__(
        self, app: ASGIApp, options: EdgeOptions, event: Event, told: Refused | None = None
    ) -> None:
        """Pass requests on to `app`."""
        self._app, self._options, self._event, self._told = app, options, event, told
        self._paths = Paths(options.endpoint)
        secure = options.scheme == "https" and not options.loopback
        hsts = (b"strict-transport-security", f"max-age={_YEAR}".encode())
        # Whoever is refused a thousand times a second fills no log.
        self._lines = Bucket(Pace(10, 100), time.perf_counter())
        self._always = [(b"x-content-type-options", b"nosniff"), *([hsts] if secure else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = only(scope, b"x-request-id") or ""
        request_id = said if _ID.fullmatch(said) else secrets.token_hex(12)
        address = client_address(scope, self._options.remote_ip, self._options.trusted_hops)
        call = scope["method"] == "POST" and self._paths.is_endpoint(scope["path"])
        headers = [*self._always, (b"x-request-id", request_id.encode())]
        passage = Passage(headers, call=call, told=self._told)
        scope[ENTRY], scope[_PASSAGE] = Entry(request_id, address), passage
        began = time.perf_counter()
        try:
            await self._app(scope, receive, _finishing(send, passage))
        finally:
            self._log(scope, passage, time.perf_counter() - began)

    def _log(self, scope: Scope, passage: Passage, seconds: float) -> None:
        entry: Entry = scope[ENTRY]
        self._event(
            self._name(passage),
            method=scope["method"],
            path=self._paths.shown(scope["path"]),
            status=passage.status,
            code=passage.refused or None,
            ms=round(seconds * 1000),
            client=entry.client,
            request_id=entry.request_id,
        )

    def _name(self, passage: Passage) -> str:
        """Name the event; what is named a request is of interest only at level debug."""
        if not passage.refused and passage.status < _FAILED:
            return "http.request"
        if self._lines.take(time.perf_counter()):
            return "http.request"
        return "http.refused" if passage.refused else "http.failed"


def _finishing(send: Send, passage: Passage) -> Callable[[Message], Awaitable[None]]:
    async def finish(message: Message) -> None:
        if message["type"] == "http.response.start":
            passage.status = message["status"]
            given = list(message.get("headers", ()))
            names = dict(given)
            given += [(n, v) for n, v in passage.headers if n not in names or n == b"vary"]
            kind = names.get(b"content-type", b"")
            if kind.startswith(_JSON) and b"cache-control" not in names:
                given.append((b"cache-control", b"no-store"))
            message = {**message, "headers": given}
        await send(message)

    return finish


async def refuse(error: SekishoError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with an error of the edge's own."""
    passage = passage_of(scope)
    passage.refused = error.code
    if passage.told is not None:
        await passage.told(scope["method"], scope["path"], error)
    answer = refused_call(error) if passage.call else error_answer(error)
    await answer(scope, receive, send)
