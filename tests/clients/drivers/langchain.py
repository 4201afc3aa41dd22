"""LangChain's adapters, on the Python SDK 1: tools of a server as LangChain's own.

Over HTTP they open a session for every call, so there is nothing to lose in between. Over stdio
that would be a server for every call, so there one session is opened and kept.
"""
# pyright: reportMissingImports=false

import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from langchain_core.tools import ToolException
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.prompts import load_mcp_prompt
from langchain_mcp_adapters.resources import load_mcp_resources
from langchain_mcp_adapters.tools import load_mcp_tools

from tests.clients.drivers.driving import SECONDS, drive


class Langchain:
    def __init__(self, client: Any, session: Any) -> None:
        self._client = client
        self._session = session

    async def _tools(self) -> Any:
        if self._session:
            return await load_mcp_tools(self._session)
        return await self._client.get_tools()

    async def tools(self) -> dict[str, Any]:
        found = await self._tools()
        seen = [{"name": t.name, "description": t.description, "args": t.args} for t in found]
        return {"names": [t.name for t in found], "bytes": len(json.dumps(seen))}

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        (found,) = [t for t in await self._tools() if t.name == tool]
        asked = {"name": tool, "args": arguments, "id": "call-1", "type": "tool_call"}
        try:
            done = await found.ainvoke(asked)
        except ToolException as error:
            return {"text": str(error), "structured": None, "error": True}
        text = "\n".join(c["text"] for c in done.content)
        structured = (done.artifact or {}).get("structured_content")
        return {"text": text, "structured": structured, "error": done.status == "error"}

    async def resource(self, uri: str) -> dict[str, Any]:
        if self._session:
            (found,) = await load_mcp_resources(self._session, uris=uri)
        else:
            (found,) = await self._client.get_resources("sekisho", uris=uri)
        return {"text": found.as_string()}

    async def prompt(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if self._session:
            (found,) = await load_mcp_prompt(self._session, name, arguments=arguments)
        else:
            (found,) = await self._client.get_prompt("sekisho", name, arguments=arguments)
        return {"text": found.content}


@contextlib.asynccontextmanager
async def opened(server: dict[str, Any]) -> AsyncIterator[Langchain]:
    if "url" in server:
        headers = server.get("headers", {})
        how: Any = {"transport": "streamable_http", "url": server["url"], "headers": headers}
        how |= {"timeout": timedelta(seconds=SECONDS)}
        yield Langchain(MultiServerMCPClient({"sekisho": how}), None)
    else:
        program, *words = server["command"]
        how = {"transport": "stdio", "command": program, "args": words, "env": server["env"]}
        client = MultiServerMCPClient({"sekisho": how})
        async with client.session("sekisho") as session:
            yield Langchain(client, session)


if __name__ == "__main__":
    drive(opened)
