"""What browsers are told about who may call: preflights, and the headers of every answer."""

import dataclasses
import re

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sekisho.domain.entries import ENTRY
from sekisho.domain.errors import CredentialNeeded, OriginRefused
from sekisho.edge.heads import only, values
from sekisho.edge.options import EdgeOptions
from sekisho.edge.origins import Origins
from sekisho.edge.passages import passage_of, refuse
from sekisho.edge.paths import Paths

METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
ALLOWED = frozenset(
    {
        *("accept", "accept-language", "authorization", "baggage", "cache-control"),
        *("content-type", "idempotency-key", "if-match", "if-none-match", "last-event-id"),
        *("traceparent", "tracestate", "x-request-id", "x-requested-with", "x-team-id"),
        *("x-mcp-toolsets", "x-mcp-tools", "x-mcp-exclude-tools", "x-mcp-readonly"),
    }
)
"""Headers that a page may send; besides them every `Mcp-…` one, which tools may define."""
_MCP = re.compile(r"mcp-[a-z0-9-]{1,100}")
EXPOSED = (
    "Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate, Retry-After, X-Request-Id, ETag,"
    " Location, Link"
)
"""Headers that a page may read."""
_MOST_ASKED = 100
_MAX_AGE = 7200
"""Seconds that a preflight counts: as long as Chromium keeps one."""
_VARY = (b"vary", b"Origin")


class Cors:
    """Judges pages, tells their browsers, and remembers which must show a credential.

    Cookies never count here, so `Access-Control-Allow-Credentials` is never sent.
    """

    def __init__(self, app: ASGIApp, options: EdgeOptions) -> None:
        """Pass requests on to `app`."""
        self._app, self._origins = app, Origins(options)
        self._paths = Paths(options.endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] != "http" or not self._paths.for_programs(scope["path"]):
            await self._app(scope, receive, send)
            return
        passage_of(scope).headers.append(_VARY)
        if origins := values(scope, b"origin"):
            await self._from_page(origins, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _from_page(
        self, origins: list[str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        host = only(scope, b"host")
        standing = self._origins.judge(origins[0], host) if len(origins) == 1 else "refused"
        if standing == "refused":
            await refuse(OriginRefused(), scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await preflight(origins[0], headers)(scope, receive, send)
            return
        passage_of(scope).headers += [
            (b"access-control-allow-origin", origins[0].encode("latin-1")),
            (b"access-control-expose-headers", EXPOSED.encode()),
        ]
        path = scope["path"]
        free = self._paths.is_upload(path) or self._paths.is_public(path)
        if standing == "foreign" and not free:
            scope[ENTRY] = dataclasses.replace(scope[ENTRY], credential_needed=True)
            if "authorization" not in headers:
                await refuse(CredentialNeeded(), scope, receive, send)
                return
        await self._app(scope, receive, send)


def preflight(origin: str, asked: Headers) -> Response:
    """Tell a browser what a page of this origin may send; it asks before it sends anything."""
    names = asked.get("access-control-request-headers", "").lower().split(",")[:_MOST_ASKED]
    wanted = [n for name in names if (n := name.strip()) in ALLOWED or _MCP.fullmatch(n)]
    told = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": ", ".join(wanted or sorted(ALLOWED)),
        "Access-Control-Max-Age": str(_MAX_AGE),
        "Vary": "Access-Control-Request-Headers, Access-Control-Request-Private-Network",
    }
    if asked.get("access-control-request-private-network") == "true":
        # A page of a public address may call one of a private network: the operator allowed it.
        told["Access-Control-Allow-Private-Network"] = "true"
    return Response(status_code=204, headers=told)
