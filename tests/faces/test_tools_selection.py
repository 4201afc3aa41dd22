"""Which tools are offered: by the operator's choice, and less where a request asks for less."""

from __future__ import annotations

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.guide import guide, instructions
from sekisho.mcp_server.prompts import PROMPTS
from sekisho.mcp_server.selection import Selection, asked
from sekisho.mcp_server.server import build_server, chosen
from sekisho.mcp_server.tools import TOOLS
from tests.faces.house import House
from tests.faces.serving import serving
from tests.faces.test_tools_metadata import tools_named

pytestmark = pytest.mark.anyio

ALL = {t.name for t in TOOLS}
READS = {t.name for t in TOOLS if t.read_only}


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(), ALL),
        (Selection(("all",)), ALL),
        (Selection(("runs",)), ALL),
        (Selection(("docs", "runs")), ALL),
        (Selection(("docs",)), set[str]()),
        (Selection(("nonsense",)), set[str]()),
        (Selection(()), set[str]()),
        (Selection(tools=("run_get", "run_list")), {"run_get", "run_list"}),
        (Selection(tools=("search_providers",)), set[str]()),
        (Selection(tools=("run_get", "run_apply"), read_only=True), {"run_get"}),
        (Selection(tools=("run_get",), exclude=("run_get",)), set[str]()),
        (Selection(read_only=True), READS),
        (Selection(exclude=("run_apply", "nonsense")), ALL - {"run_apply"}),
    ],
)
def test_the_operator_chooses_and_a_mistake_offers_less(selection: Selection, names: set[str]):
    assert {t.name for t in selection.of(TOOLS)} == names


def test_names_that_choose_nothing_are_told():
    selection = Selection(("runs", "registry"), ("run_get", "nope"), ("gone",))
    assert selection.unknown(TOOLS) == ("nope", "gone", "registry")
    assert Selection().unknown(TOOLS) == ()


@pytest.mark.parametrize(
    "selection",
    [
        Selection(read_only=True),
        Selection(("docs",)),
        *(Selection(exclude=(t.name,)) for t in TOOLS),
        *(Selection(tools=(t.name,)) for t in TOOLS),
    ],
    ids=str,
)
async def test_whatever_is_offered_nothing_names_a_tool_that_is_not(
    selection: Selection, house: House
):
    options = FaceOptions("1", selection=selection)
    names = frozenset(t.name for t in chosen(options))
    assert tools_named(instructions(names)) <= names
    assert tools_named(guide(names)) <= names
    async with Client(build_server(house.engine, options)) as client:
        assert {t.name for t in (await client.list_tools()).tools} == names
        prompts = {p.name for p in (await client.list_prompts()).prompts}
    for function, _title, needed in PROMPTS:
        assert (function.__name__ in prompts) == (needed <= names)
        filled = function(*["x"] * (2 if function.__name__ == "change_plan" else 1))
        assert tools_named(filled) <= needed | {"workspace_list"}


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ({"x-mcp-readonly": "true"}, READS),
        ({"x-mcp-readonly": "false"}, ALL),
        ({"x-mcp-tools": "run_get, RUN_LIST"}, {"run_get", "run_list"}),
        ({"x-mcp-toolsets": "docs"}, set[str]()),
        ({"x-mcp-toolsets": "runs", "x-mcp-readonly": "1"}, READS),
        ({"x-mcp-exclude-tools": "run_apply"}, ALL - {"run_apply"}),
        ({"x-mcp-toolsets": ""}, ALL),
    ],
)
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_request_asks_for_fewer(
    headers: dict[str, str], names: set[str], mode: str, house: House
):
    with serving(house) as url:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
        ):
            assert {t.name for t in (await client.list_tools()).tools} == names
            for tool in ("caller_get", "run_list"):
                result = await client.call_tool(tool, {})
                assert result.is_error is (tool not in names)
                if result.is_error:
                    assert (result.meta or {})["sekisho/error"]["code"] == "tool_hidden"


async def test_a_request_never_gets_more_than_the_operator_offers(house: House):
    server = build_server(house.engine, FaceOptions("1", selection=Selection(read_only=True)))
    wide = asked({"x-mcp-toolsets": "all", "x-mcp-tools": "run_apply", "x-mcp-readonly": "false"})
    assert wide
    assert {t.name for t in wide.of(TOOLS)} == {"run_apply"}
    async with Client(server) as client:
        with pytest.raises(MCPError, match="tool_unknown"):
            await client.call_tool("run_apply", {"run_id": "x"})


def test_headers_that_say_nothing_change_nothing():
    assert asked({"authorization": "Bearer x"}) is None
