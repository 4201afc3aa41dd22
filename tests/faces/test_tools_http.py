"""The MCP endpoint over real HTTP: both eras, other methods, other hosts, credentials, stdio."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.http import HttpAccess, McpEndpoint
from sekisho.mcp_server.server import build_server
from sekisho.mcp_server.tools import TOOLS
from sekisho.stores.cipher import Cipher
from sekisho.stores.sqlite import SqliteStore
from sekisho.views.call_errors import META
from tests.faces.house import House, build
from tests.faces.serving import serving
from tests.fakes.keys import FakeKeys

pytestmark = pytest.mark.anyio

MODES = ["legacy", "2026-07-28", "auto"]
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
CALL["params"] = {"name": "workspace_list", "arguments": {}}
ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture
def url(house: House) -> Iterator[str]:
    with serving(house) as address:
        yield address


@pytest.mark.parametrize("mode", MODES)
async def test_clients_of_both_eras_use_one_endpoint(house: House, url: str, mode: Any):
    async with Client(f"{url}/mcp", mode=mode) as client:
        assert len((await client.list_tools()).tools) == len(TOOLS)
        result = await client.call_tool("caller_get", {})
        assert result.structured_content
        caller = result.structured_content["caller"]
        assert caller["person"] == "loopback"
        # The legacy stateless era says who it is in the User-Agent alone.
        assert caller["via"].startswith("python-httpx2" if mode == "legacy" else "mcp")


async def test_a_bearer_credential_says_who_asks(house: House, url: str):
    headers = {"Authorization": f"Bearer {house.token()}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        result = await client.call_tool("caller_get", {})
        assert result.structured_content
        assert result.structured_content["caller"]["person"] == "sato@example.jp"
        assert result.structured_content["caller"]["proof"] == "token"


@pytest.mark.parametrize("given", ["Bearer wrong", "Basic abc", "Bearer", "Bearer,"])
async def test_a_wrong_credential_never_falls_back_to_nobody(url: str, given: str):
    async with httpx2.AsyncClient() as http:
        answer = await http.post(
            f"{url}/mcp", json=CALL, headers={**ACCEPT, "Authorization": given}
        )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    said = answer.json()["error"]
    assert said["data"][META]["code"] == "credential_invalid"
    assert "sekisho token create" in said["message"], "clients show this, and nothing else"


async def test_a_closed_server_wants_a_credential_for_everything(tmp_path: Path):
    house = build(tmp_path, open_=False)
    house.token()
    with serving(house) as url:
        async with httpx2.AsyncClient() as http:
            answer = await http.post(f"{url}/mcp", json=CALL, headers=ACCEPT)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["data"][META]["code"] == "credential_needed"


async def test_other_methods_are_told_what_to_do(url: str):
    async with httpx2.AsyncClient() as http:
        stream = await http.get(f"{url}/mcp", headers={"accept": "text/event-stream"})
        assert (stream.status_code, stream.headers["allow"]) == (405, "POST")
        ended = await http.delete(f"{url}/mcp")
        assert (ended.status_code, ended.headers["allow"]) == (405, "POST")
        page = await http.get(f"{url}/mcp")
        assert page.status_code == 200
        assert page.json()["endpoint"] == f"{url}/mcp"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"host": "evil.example"}, 421, "host_refused"),
        ({"origin": "https://evil.example"}, 403, "origin_refused"),
    ],
)
async def test_other_hosts_and_origins_are_refused(
    url: str, headers: dict[str, str], status: int, code: str
):
    async with httpx2.AsyncClient() as http:
        answer = await http.post(f"{url}/mcp", json=CALL, headers={**ACCEPT, **headers})
    assert answer.status_code == status
    assert answer.json()["error"]["data"][META]["code"] == code


async def test_without_an_edge_the_endpoint_is_loopbacks_alone_and_with_one_needs_it(house: House):
    for access, status in ((HttpAccess(), 421), (HttpAccess(edge=True), 421)):
        options = FaceOptions(version="1", base_url="http://127.0.0.1")
        endpoint = McpEndpoint(build_server(house.engine, options), house.engine, options, access)
        transport = httpx2.ASGITransport(endpoint)
        async with (
            endpoint.running(),
            httpx2.AsyncClient(transport=transport, base_url="http://evil.example") as http,
        ):
            answer = await http.post("/mcp", json=CALL, headers=ACCEPT)
        assert answer.status_code == status


async def test_white_space_around_a_header_is_no_part_of_it(url: str):
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {**CALL, "params": {"name": "caller_get", "arguments": {}, "_meta": meta}}
    sent = json.dumps(body).encode()
    host, port = url.removeprefix("http://").split(":")
    head = f"POST /mcp HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
    head += f"Accept: {ACCEPT['accept']}\r\nContent-Length: {len(sent)}\r\n"
    head += "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
    head += "Mcp-Name:   caller_get  \r\nConnection: close\r\n\r\n"
    async with await anyio.connect_tcp(host, int(port)) as raw:
        await raw.send(head.encode() + sent)
        answer = await raw.receive()
    assert answer.startswith(b"HTTP/1.1 200"), answer


async def test_a_store_that_is_away_is_said_to_be_away(tmp_path: Path):
    store = SqliteStore(tmp_path / "store", FakeKeys().audit_mac, Cipher(b"k" * 32))
    house = build(tmp_path, store=store)
    token = house.token()
    with serving(house) as url:
        store.close()
        async with httpx2.AsyncClient() as http:
            headers = {**ACCEPT, "Authorization": f"Bearer {token}"}
            answer = await http.post(f"{url}/mcp", json=CALL, headers=headers)
    assert answer.status_code == 503
    assert answer.json()["error"]["data"][META]["code"] == "store_unavailable"


async def test_a_body_over_the_cap_is_refused(url: str):
    big = {**CALL, "params": {"name": "config_format", "arguments": {"files": {"a": "x" * 2**20}}}}
    async with httpx2.AsyncClient() as http:
        answer = await http.post(f"{url}/mcp", json=big, headers=ACCEPT)
    assert answer.status_code == 413


async def test_answers_of_the_legacy_era_stream_so_that_proxies_keep_them(url: str):
    async with httpx2.AsyncClient() as http:
        answer = await http.post(f"{url}/mcp", json=CALL, headers=ACCEPT)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    data = next(r for r in answer.text.splitlines() if r.startswith("data: "))
    assert json.loads(data[6:])["result"]["structuredContent"]["total"] == 3


STDIO = """
import logging, sys
from pathlib import Path
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.server import build_server
from sekisho.mcp_server.stdio import serve_stdio
from tests.faces.house import build

logging.basicConfig(level=logging.INFO)
house = build(Path(sys.argv[1]), console="")
serve_stdio(build_server(house.engine, FaceOptions(version="1")))
"""


async def test_stdio_carries_the_same_tools(tmp_path: Path, repository: Path):
    asked = StdioServerParameters(
        command=sys.executable,
        args=["-c", STDIO, str(tmp_path)],
        cwd=repository,
        env={"PYTHONPATH": f"{repository}:{repository / 'src'}"},
    )
    async with Client(asked) as client:
        assert len((await client.list_tools()).tools) == len(TOOLS)
        result = await client.call_tool("workspace_list", {})
        assert result.structured_content
        assert result.structured_content["total"] == 3
