"""Fixtures of the faces: a whole server in memory."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mcp.server import MCPServer

from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.server import build_server
from tests.faces.house import CONSOLE, House, build
from tests.faces.serving import serving
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


@pytest.fixture
def api(house: House) -> Iterator[httpx2.Client]:
    """A program that asks the API of that house, over HTTP, with a key."""
    with serving(house) as url:
        headers = {"Authorization": f"Bearer {house.token()}"}
        with httpx2.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30) as client:
            yield client
