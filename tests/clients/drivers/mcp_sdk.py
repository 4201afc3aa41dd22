"""The Python SDK 2, of our own environment, as a client; `mode` in its setting is the era."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextContent

from tests.clients.drivers.driving import SECONDS, drive


class Sdk:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def tools(self) -> dict[str, Any]:
        found = await self._client.list_tools()
        seen = found.model_dump_json(by_alias=True, exclude_none=True)
        return {"names": [t.name for t in found.tools], "bytes": len(seen)}

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        done = await self._client.call_tool(tool, arguments)
        text = "\n".join(c.text for c in done.content if isinstance(c, TextContent))
        return {"text": text, "structured": done.structured_content, "error": done.is_error}

    async def resource(self, uri: str) -> dict[str, Any]:
        found = await self._client.read_resource(uri)
        return {"text": json.loads(found.contents[0].model_dump_json())["text"]}

    async def prompt(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        found = await self._client.get_prompt(name, arguments)
        return {"text": found.messages[0].model_dump_json()}


@contextlib.asynccontextmanager
async def opened(server: dict[str, Any]) -> AsyncIterator[Sdk]:
    async with contextlib.AsyncExitStack() as stack:
        if "url" in server:
            headers = server.get("headers", {})
            http = httpx2.AsyncClient(headers=headers, timeout=SECONDS)
            await stack.enter_async_context(http)
            transport = streamable_http_client(server["url"], http_client=http)
        else:
            program, *words = server["command"]
            asked = StdioServerParameters(command=program, args=words, env=server["env"])
            transport = stdio_client(asked)
        yield Sdk(await stack.enter_async_context(Client(transport, mode=server["mode"])))


if __name__ == "__main__":
    drive(opened)
