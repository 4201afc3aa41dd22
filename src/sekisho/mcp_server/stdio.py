"""MCP over stdin and stdout, for an IDE that starts Sekisho itself."""

from typing import Any

import anyio
from mcp.server import MCPServer


def serve_stdio(server: MCPServer[Any]) -> None:
    """Serve until the client closes stdin.

    Stdout carries the protocol alone: the SDK points it at stderr for everything else, and logs
    go to stderr.
    """
    anyio.run(server.run_stdio_async)
