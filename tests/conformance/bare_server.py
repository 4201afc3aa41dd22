"""The least that the MCP SDK serves over HTTP: `python bare_server.py`; prints its address.

It is what the runner is tested against: where this passes and ours does not, it is ours.
"""

import socket
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.resources import TextResource
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Receive, Scope, Send


class TrimmedHeaders:
    """Take the blanks off header values: with httptools, uvicorn leaves those at the end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            trimmed = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
            scope = {**scope, "headers": trimmed}
        await self._app(scope, receive, send)


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def build(host: str) -> ASGIApp:
    """Make the app, for requests to `host` alone."""
    server = MCPServer[Any](
        "bare",
        version="1",
        resources=[TextResource(uri="bare://guide", name="guide", text="Hello.")],
        subscriptions=False,
    )
    server.tool()(add)
    security = TransportSecuritySettings(allowed_hosts=[host], allowed_origins=[f"http://{host}"])
    return TrimmedHeaders(
        server.streamable_http_app(stateless_http=True, transport_security=security)
    )


def main() -> None:
    """Serve on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(build(host), log_level="error")
    print(f"http://{host}/mcp", flush=True)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
