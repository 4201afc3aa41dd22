"""MCP over HTTP: one stateless endpoint for clients of both eras, as a piece of an ASGI app."""

import dataclasses
from contextlib import AbstractAsyncContextManager
from typing import Any

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sekisho.domain.entries import ENTRY
from sekisho.domain.errors import (
    CredentialNeeded,
    HostRefused,
    MethodWrong,
    SekishoError,
)
from sekisho.engine.engine import Engine
from sekisho.mcp_server.call import FaceOptions, ask
from sekisho.mcp_server.explaining import ExplainedApp
from sekisho.views.addresses import reached
from sekisho.views.call_errors import refused_call
from sekisho.views.callers import bearer
from sekisho.views.http_errors import error_answer


@dataclasses.dataclass(frozen=True)
class HttpAccess:
    """Who may reach the endpoint: exact `host:port` values (`host:*` for any port), origins.

    `edge`: the edge judges both, for every face; a request that it has not seen is refused.
    Without one, the SDK's own check lets loopback in alone.
    """

    hosts: tuple[str, ...] = ("127.0.0.1:*", "localhost:*", "[::1]:*")
    origins: tuple[str, ...] = ("http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*")
    body_bytes: int = 1024 * 1024
    edge: bool = False

    def settings(self) -> TransportSecuritySettings:
        """Return the SDK's form."""
        return TransportSecuritySettings(
            enable_dns_rebinding_protection=not self.edge,
            allowed_hosts=list(self.hosts),
            allowed_origins=list(self.origins),
        )


class McpEndpoint:
    """The ASGI app of the endpoint. Enter `running()` in the lifespan of the app that mounts it."""

    def __init__(
        self, server: MCPServer[Any], engine: Engine, options: FaceOptions, access: HttpAccess
    ) -> None:
        security = access.settings()
        # Made for its session manager; its routes are not used. SSE mode: it alone keeps slow
        # answers alive (a comment every 15 s) and sees that a client went away.
        server.streamable_http_app(
            stateless_http=True,
            transport_security=security,
            max_request_body_size=access.body_bytes,
        )
        self._manager = server.session_manager
        self._served = ExplainedApp(self._manager.handle_request, access.body_bytes)
        self._security = TransportSecurityMiddleware(security)
        self._engine = engine
        self._options = options
        self._edge = access.edge

    def running(self) -> AbstractAsyncContextManager[None]:
        """Return what must be entered while requests are served; once per endpoint."""
        return self._manager.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        posted = scope["method"] == "POST"
        if self._edge and ENTRY not in scope:
            await error_answer(HostRefused())(scope, receive, send)
            return
        answer = await (self._unproven(scope) if posted else self._not_posted(scope))
        if answer is None:
            # HTTP excludes white space around header values; not every HTTP parser does.
            headers = [(name, value.strip()) for name, value in scope["headers"]]
            await self._served({**scope, "headers": headers}, receive, send)
        else:
            await answer(scope, receive, send)

    async def _unproven(self, scope: Scope) -> Response | None:
        """Answer a call whose credential is not good."""
        headers, entry = Headers(scope=scope), scope.get(ENTRY)
        callers = self._engine.callers
        try:
            secret, via = bearer(headers.get("authorization")), headers.get("user-agent", "")
            if secret is None and entry and entry.credential_needed:
                raise CredentialNeeded
            if secret is None and callers.auth == "loopback":
                return None  # nothing is to be proven; the tool itself asks who calls
            inline = self._options.inline_reads and not callers.is_slow(secret)
            await ask(inline, callers.identify, secret, via)
            if secret is not None and callers.uses_wait:
                await ask(False, callers.keep_uses)
        except SekishoError as error:
            return refused_call(error)
        return None

    async def _not_posted(self, scope: Scope) -> Response:
        """Answer a browser; a legacy client that asks for a stream is told that there is none."""
        request = Request(scope)
        refused = await self._security.validate_request(request)
        if refused is not None:
            return refused
        wants_stream = "text/event-stream" in request.headers.get("accept", "")
        if request.method not in ("GET", "HEAD") or wants_stream:
            # No call, so nobody waits for a JSON-RPC answer.
            return error_answer(MethodWrong(method=request.method, allowed="POST"), allow="POST")
        base_url = reached(self._options.base_url, request.headers.get("host"))
        return JSONResponse(
            {
                "service": "sekisho",
                "version": self._options.version,
                "transport": "streamable-http",
                "endpoint": f"{base_url}{self._options.endpoint}",
                "next": "Add this address to an MCP client; it is for agents, not for browsers.",
            }
        )
