"""The least HTTP client there is, so that what is measured is the server and not its client."""

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlsplit

MODERN = "2026-07-28"


def request(url: str, tool: str, arguments: dict[str, Any]) -> bytes:
    """Return the bytes of one stateless `tools/call` of the newest protocol."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    head = (
        f"POST /mcp HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {MODERN}\r\n"
        f"Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """Read one response, with a length or in chunks; return its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return await reader.readexactly(size)
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


async def calls(
    url: str, tool: str, arguments: dict[str, Any], seconds: float, connections: int = 8
) -> list[float]:
    """Call a tool over and over on some connections; return how long each call took."""
    took: list[float] = []
    asked = request(url, tool, arguments)
    where = urlsplit(url)
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        while time.perf_counter() < end:
            began = time.perf_counter()
            writer.write(asked)
            body = await answer(reader)
            if b'"structuredContent"' not in body:
                raise RuntimeError(body.decode())
            took.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took
