"""What is true of every tool, held over the one list; and one snapshot of each."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp_types import Tool

from sekisho.domain import errors_ja
from sekisho.domain.callers import POWERS
from sekisho.domain.errors import SekishoError
from sekisho.domain.problems import PROBLEMS
from sekisho.domain.runs import RunStatus
from sekisho.mcp_server.guide import guide, instructions
from sekisho.mcp_server.prompts import change_plan, run_explain
from sekisho.mcp_server.review_app import REVIEW_URI
from sekisho.mcp_server.spec import ToolSpec
from sekisho.mcp_server.tools import TOOLS
from sekisho.views.next_steps import next_steps
from tests.fakes.values import a_run

NAMES = {t.name for t in TOOLS}
NOUNS = "workspace|config|plan|run|output|state|approval|gate|caller|scan"
LOOKS_LIKE_A_TOOL = re.compile(
    rf"\b(?:{NOUNS})_(?!id\b|seconds\b|by\b|url\b|age\b|queued\b)[a-z]+\b"
)
FIELDS = {"plan_queued", "change_id"}
SNAPSHOTS = Path(__file__).parent / "snapshots"


def tools_named(text: str) -> set[str]:
    return set(LOOKS_LIKE_A_TOOL.findall(text)) - FIELDS


async def listed(server: MCPServer) -> list[Tool]:
    async with Client(server) as client:
        return (await client.list_tools()).tools


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_a_tool_is_named_noun_verb_and_described(tool: ToolSpec):
    assert re.fullmatch(rf"(?:{NOUNS})_[a-z]+", tool.name)
    text = tool.function.__doc__ or ""
    assert 40 < len(text) < 700
    assert tools_named(text) <= NAMES
    assert tool.title
    assert not (tool.read_only and tool.destructive)
    assert tool.power in POWERS
    assert tool.read_only is (tool.power == "read"), "what only reads takes the power to read"
    assert tool.read_only or not tool.knowledge


@pytest.mark.anyio
async def test_every_structured_result_names_the_next_call(server: MCPServer):
    # Claude Code and Pydantic AI show the model the structured content, and not the text.
    without = [t.name for t in await listed(server) if "next" not in output_fields(t)]
    assert without == []


def output_fields(tool: Tool) -> set[str]:
    return set((tool.output_schema or {})["properties"])


def test_names_are_unique_and_are_the_ones_of_the_design():
    assert len(NAMES) == len(TOOLS)
    wanted = "workspace_list workspace_get config_upload config_validate config_format plan_create"
    wanted += " plan_get plan_changes plan_change plan_explain plan_compare"
    wanted += " run_get run_list run_log run_apply run_cancel run_discard output_get"
    wanted += " state_list state_get approval_request gate_check caller_get scan_run"
    assert set(wanted.split()) == NAMES
    assert not any("approve" in n or "reject" in n or "unlock" in n for n in NAMES)


@pytest.mark.anyio
async def test_every_tool_on_the_wire_has_all_four_hints_and_both_schemas(server: MCPServer):
    for tool in await listed(server):
        hints = tool.annotations
        assert hints
        assert None not in (
            hints.read_only_hint,
            hints.destructive_hint,
            hints.idempotent_hint,
            hints.open_world_hint,
        )
        assert tool.title == hints.title
        assert tool.input_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert not {"anyOf", "oneOf", "allOf", "$ref"} & set(tool.input_schema)
        assert tool.output_schema
        assert tool.output_schema["type"] == "object"
        assert not {"anyOf", "oneOf", "allOf", "$ref"} & set(tool.output_schema)


@pytest.mark.anyio
async def test_inputs_are_plain_enough_for_every_model(server: MCPServer):
    """No null, no references: some models take no schema that has them."""
    for tool in await listed(server):
        text = json.dumps(tool.input_schema)
        assert "$ref" not in text, tool.name
        assert '"null"' not in text, tool.name
        assert "anyOf" not in text, tool.name


@pytest.mark.anyio
async def test_the_list_is_in_the_same_order_every_time(server: MCPServer):
    names = [t.name for t in await listed(server)]
    assert names == [t.name for t in await listed(server)] == [t.name for t in TOOLS]


@pytest.mark.anyio
async def test_what_models_read_of_all_tools_stays_small(server: MCPServer):
    read = [
        {"name": t.name, "description": t.description, "input": t.input_schema}
        for t in await listed(server)
    ]
    assert len(json.dumps(read)) < 16_500


@pytest.mark.anyio
async def test_every_tool_is_as_its_snapshot_says(server: MCPServer):
    """Regenerate with: python tools/generate_docs.py --snapshots."""
    for tool in await listed(server):
        path = SNAPSHOTS / f"{tool.name}.json"
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        assert tool.model_dump(mode="json", by_alias=True, exclude_none=True) == kept, tool.name
    assert {p.stem for p in SNAPSHOTS.glob("*.json")} == NAMES


def test_whatever_an_agent_reads_names_only_tools_that_exist():
    texts = [instructions(frozenset(NAMES)), guide(frozenset(NAMES))]
    for language in ("en", "ja"):
        texts += [change_plan("w", "c", language), run_explain("r", language)]
    texts += [step.en for _, step in PROBLEMS.values()] + [s.ja for _, s in PROBLEMS.values()]
    texts += [s for rows in errors_ja.JAPANESE.values() for s in rows]
    texts += [c.step for c in _subclasses(SekishoError)]
    for status in RunStatus:
        texts += next_steps(a_run(status=status))
    for text in texts:
        assert tools_named(text) <= NAMES, text


def test_every_status_has_a_next_step():
    for status in RunStatus:
        assert next_steps(a_run(status=status))


def _subclasses(kind: type[SekishoError]) -> list[type[SekishoError]]:
    below = kind.__subclasses__()
    return below + [c for b in below for c in _subclasses(b)]


@pytest.mark.anyio
async def test_prompts_come_in_both_languages_and_the_guide_can_be_read(server: MCPServer):
    async with Client(server) as client:
        prompts = (await client.list_prompts()).prompts
        assert [p.name for p in prompts] == ["change_plan", "run_explain"]
        english = await client.get_prompt("run_explain", {"run_id": "run_1"})
        japanese = await client.get_prompt("run_explain", {"run_id": "run_1", "language": "ja"})
        assert english != japanese
        resources = (await client.list_resources()).resources
        assert [str(r.uri) for r in resources] == ["sekisho://guide", REVIEW_URI]
        read = await client.read_resource("sekisho://guide")
        assert "run_get" in read.model_dump_json()
