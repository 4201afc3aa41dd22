"""The least MCP server there is: what the SDK alone costs."""

import argparse

import uvicorn
from mcp.server import MCPServer
from pydantic import BaseModel

server = MCPServer("bare", subscriptions=False)


class Hello(BaseModel):
    """An answer."""

    text: str


@server.tool()
async def hello(name: str) -> Hello:
    """Say hello."""
    return Hello(text=f"hello {name}")


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
app = server.streamable_http_app(stateless_http=True)
uvicorn.run(app, port=parser.parse_args().port, log_level="error", access_log=False)
