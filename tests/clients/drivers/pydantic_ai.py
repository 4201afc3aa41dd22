"""Pydantic AI, on FastMCP's client and the Python SDK 2: a server as a toolset of an agent.

An error of a tool becomes `ModelRetry`: what its text says is what the model reads.
"""
# pyright: reportMissingImports=false

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from fastmcp.client.transports import StdioTransport
from pydantic_ai import ModelRetry
from pydantic_ai.mcp import MCPToolset

from tests.clients.drivers.driving import SECONDS, drive


class PydanticAi:
    def __init__(self, toolset: Any) -> None:
        self._toolset = toolset

    async def tools(self) -> dict[str, Any]:
        found = await self._toolset.list_tools()
        seen = [t.model_dump(by_alias=True, exclude_none=True) for t in found]
        return {"names": [t.name for t in found], "bytes": len(json.dumps(seen))}

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            done = await self._toolset.direct_call_tool(tool, arguments)
        except ModelRetry as error:
            return {"text": str(error), "structured": None, "error": True}
        return {"text": json.dumps(done), "structured": done, "error": False}

    async def resource(self, uri: str) -> dict[str, Any]:
        return {"text": str(await self._toolset.read_resource(uri))}

    async def prompt(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"text": str(await self._toolset.get_prompt(name, arguments))}


@contextlib.asynccontextmanager
async def opened(server: dict[str, Any]) -> AsyncIterator[PydanticAi]:
    if "url" in server:
        headers = server.get("headers")
        made: Any = MCPToolset(server["url"], headers=headers, read_timeout=SECONDS)
    else:
        program, *words = server["command"]
        transport = StdioTransport(program, words, env=server["env"], keep_alive=False)
        made = MCPToolset(transport, read_timeout=SECONDS)
    async with made:
        yield PydanticAi(made)


if __name__ == "__main__":
    drive(opened)
