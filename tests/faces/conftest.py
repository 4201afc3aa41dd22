"""Fixtures of the faces: a whole server in memory."""

from pathlib import Path

import pytest
from mcp.server import MCPServer

from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.server import build_server
from tests.faces.house import CONSOLE, House, build
from tests.scans.fixtures import installed_data

__all__ = ["installed_data"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build(tmp_path)


@pytest.fixture
def server(house: House) -> MCPServer:
    return build_server(house.engine, FaceOptions(version="1.2.3", base_url=CONSOLE))
