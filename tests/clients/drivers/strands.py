"""Strands, AWS's agents, on the Python SDK 2: how they reach a server, without a model."""
# pyright: reportMissingImports=false

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from anyio.to_thread import run_sync
from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from strands.tools.mcp import MCPClient

from tests.clients.drivers.driving import SECONDS, drive


class Strands:
    def __init__(self, client: Any) -> None:
        self._client = client

    async def tools(self) -> dict[str, Any]:
        found = await run_sync(self._client.list_tools_sync)
        seen = [t.tool_spec for t in found]
        return {"names": [t.tool_name for t in found], "bytes": len(json.dumps(seen))}

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        done = await self._client.call_tool_async("call-1", tool, arguments)
        text = "\n".join(c["text"] for c in done["content"])
        structured = done.get("structuredContent")
        return {"text": text, "structured": structured, "error": done["status"] == "error"}

    async def resource(self, uri: str) -> dict[str, Any]:
        found = await run_sync(self._client.read_resource_sync, uri)
        return {"text": found.contents[0].text}

    async def prompt(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        found = await run_sync(self._client.get_prompt_sync, name, arguments)
        return {"text": found.messages[0].content.text}


@contextlib.asynccontextmanager
async def opened(server: dict[str, Any]) -> AsyncIterator[Strands]:
    if "url" in server:
        made: Any = MCPClient(
            url=server["url"], headers=server.get("headers"), startup_timeout=SECONDS
        )
    else:
        program, *words = server["command"]
        asked = StdioServerParameters(command=program, args=words, env=server["env"])
        made = MCPClient(lambda: stdio_client(asked), startup_timeout=SECONDS)
    await run_sync(made.start)
    try:
        yield Strands(made)
    finally:
        await run_sync(made.stop, None, None, None)


if __name__ == "__main__":
    drive(opened)
