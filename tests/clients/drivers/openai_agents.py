"""OpenAI's agents, on the Python SDK 1: how they reach a server, without a model.

Told to wait longer than its own 5 s, which a long poll of 20 s would not fit in.
"""
# pyright: reportMissingImports=false

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from agents.mcp import MCPServerStdio, MCPServerStreamableHttp

from tests.clients.drivers.driving import SECONDS, drive


class OpenaiAgents:
    def __init__(self, server: Any) -> None:
        self._server = server

    async def tools(self) -> dict[str, Any]:
        found = await self._server.list_tools()
        seen = [t.model_dump(by_alias=True, exclude_none=True) for t in found]
        return {"names": [t.name for t in found], "bytes": len(json.dumps(seen))}

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        done = await self._server.call_tool(tool, arguments)
        text = "\n".join(c.text for c in done.content)
        return {"text": text, "structured": done.structuredContent, "error": done.isError}

    async def resource(self, uri: str) -> dict[str, Any]:
        found = await self._server.read_resource(uri)
        return {"text": found.contents[0].text}

    async def prompt(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        found = await self._server.get_prompt(name, arguments)
        return {"text": found.messages[0].content.text}


@contextlib.asynccontextmanager
async def opened(server: dict[str, Any]) -> AsyncIterator[OpenaiAgents]:
    if "url" in server:
        params: Any = {"url": server["url"], "headers": server.get("headers", {})}
        params |= {"timeout": SECONDS}
        made: Any = MCPServerStreamableHttp(params, client_session_timeout_seconds=SECONDS)
    else:
        program, *words = server["command"]
        params = {"command": program, "args": words, "env": server["env"]}
        made = MCPServerStdio(params, client_session_timeout_seconds=SECONDS)
    async with made:
        yield OpenaiAgents(made)


if __name__ == "__main__":
    drive(opened)
