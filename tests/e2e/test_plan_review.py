"""An agent reads a plan of real Terraform through every tool: in short, in full, explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import TextContent

from tests.e2e.serving import Serving, serving
from tests.faces.plan_answers import DETAIL, SUMMARY, agree, leads_on, weighed

pytestmark = [pytest.mark.timeout(180), pytest.mark.anyio]

SECRET = "correct-horse-battery-7731"

BEFORE = f"""
variable "password" {{
  default   = "{SECRET}-old"
  sensitive = true
}}
resource "terraform_data" "moved_from" {{
  input = "moves"
}}
resource "terraform_data" "関所" {{
  input            = {{ text = "line one\\nline two\\nline three\\n", password = var.password }}
  triggers_replace = "1"
}}
resource "terraform_data" "renamed_from" {{
  input = {{ name = "the one", place = "東海道" }}
}}
resource "terraform_data" "many" {{
  count = 30
  input = "a1b2"
}}
resource "terraform_data" "needs" {{
  input = terraform_data.関所.id
}}
output "secret" {{
  value     = var.password
  sensitive = true
}}
output "site" {{
  value = "old"
}}
"""
AFTER = (
    BEFORE.replace(f"{SECRET}-old", f"{SECRET}-new")
    .replace('"moved_from"', '"moved_to"')
    .replace('"renamed_from"', '"renamed_to"')
    .replace("line two", "line 2")
    .replace('triggers_replace = "1"', "triggers_replace = local.version")
    .replace('"a1b2"', '"c3d4"')
    .replace('value = "old"', 'value = "new"')
    + """
locals {
  version = "2"
}
moved {
  from = terraform_data.moved_from
  to   = terraform_data.moved_to
}
resource "terraform_data" "runs" {
  provisioner "local-exec" {
    command = "true"
  }
}
"""
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def planned(server: Serving, text: str) -> str:
    with server.api() as api:
        body = {"workspace": "default", "files": {"main.tf": text}}
        run_id = api.post("/runs", json=body).raise_for_status().json()["id"]
    assert server.settled(run_id)["status"] == "awaiting_approval"
    return run_id


def applied(server: Serving, text: str) -> str:
    run_id = planned(server, text)
    server.approve(run_id)
    with server.api() as api:
        api.post(f"/runs/{run_id}/apply").raise_for_status()
    assert server.settled(run_id)["status"] == "applied"
    return run_id


class Agent:
    """What an agent reads; both forms agree, no budget is broken and no secret is in any."""

    def __init__(self, client: Client, schemas: dict[str, Any]) -> None:
        self.client, self.schemas = client, schemas

    async def read(
        self, tool: str, budget: int = DETAIL, **arguments: Any
    ) -> tuple[str, dict[str, Any]]:
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, result
        assert isinstance(result.content[0], TextContent)
        text, structured = result.content[0].text, result.structured_content
        assert structured
        assert SECRET not in text + json.dumps(structured, ensure_ascii=False)
        agree(text, structured)
        leads_on(structured["next"], self.schemas)
        assert weighed(text, structured) <= budget
        return text, structured


@pytest.mark.long
async def test_a_plan_is_read_through_every_tool(tmp_path: Path):
    with serving(tmp_path) as server:
        first = applied(server, BEFORE)
        second = planned(server, AFTER)
        async with Client(f"{server.url}/mcp") as client:
            tools = (await client.list_tools()).tools
            agent = Agent(client, {t.name: t.input_schema for t in tools})
            await summarised(agent, second)
            await listed(agent, second)
            await shown(agent, second)
            await explained(agent, second)
            await compared(agent, second, first)
            await logged(agent, second)


async def summarised(agent: Agent, run_id: str) -> None:
    text, plan = await agent.read("plan_get", SUMMARY, run_id=run_id)
    assert plan["summary"] == "Plan: 3 to add, 31 to change, 2 to destroy."
    assert plan["counts"]["move"] == 1
    assert plan["code_that_runs"] == ["terraform_data.runs (provisioner local-exec)"]
    assert plan["changes"][0]["risk"] == "dangerous"
    many = next(row for row in plan["changes"] if row.get("count") == 30)
    assert any('"a1b2" -> "c3d4"' in leaf for leaf in many["leaves"])
    assert plan["outputs"][0].startswith("secret") or "secret (sensitive)" in plan["outputs"]
    assert [u["code"] for u in plan["unmet"]] == ["approval_missing"]
    assert "/runs/" in plan["review_url"]
    assert "関所" in text


async def listed(agent: Agent, run_id: str) -> None:
    _, page = await agent.read("plan_changes", run_id=run_id, action=["replace", "delete"])
    assert [row["address"] for row in page["changes"]] == [
        "terraform_data.renamed_from", "terraform_data.関所",
    ]  # fmt: skip
    _, page = await agent.read("plan_changes", run_id=run_id, text="moved_")
    assert page["changes"][0]["moved_from"] == "terraform_data.moved_from"


async def shown(agent: Agent, run_id: str) -> None:
    text, diff = await agent.read("plan_change", run_id=run_id, address="terraform_data.関所")
    leaves = {leaf["path"]: leaf for leaf in diff["leaves"]}
    assert diff["forced_by"] == ["triggers_replace"]
    assert diff["leaves"][0] == {"path": "triggers_replace", "before": "1", "after": "2"}
    assert leaves["input.password"] == {"path": "input.password", "note": "sensitive, changed"}
    assert "-line two" in leaves["input.text"]["diff"]
    assert "+line 2" in leaves["input.text"]["diff"]
    assert "known after apply" in text


async def explained(agent: Agent, run_id: str) -> None:
    _, said = await agent.read("plan_explain", run_id=run_id, address="terraform_data.関所")
    force = said["forced_by"][0]
    assert (force["path"], force["set_from"]) == ("triggers_replace", ["local.version"])
    assert 'Keep triggers_replace as it is: "1".' in said["avoid"]
    assert "terraform_data.needs" in said["needed_by"]
    _, said = await agent.read("plan_explain", run_id=run_id, address="terraform_data.renamed_from")
    assert said["renamed"]["address"] == "terraform_data.renamed_to"
    assert "moved {" in said["avoid"][0]
    _, said = await agent.read("plan_explain", run_id=run_id)
    assert said["rules"][0]["approvals"] >= 1


async def compared(agent: Agent, run_id: str, first: str) -> None:
    text, said = await agent.read("plan_compare", run_id=run_id)
    assert said["with_run"] == first
    assert said["equal"] is False
    assert "terraform_data.renamed_to" in text


async def logged(agent: Agent, run_id: str) -> None:
    _, log = await agent.read("run_log", run_id=run_id, grep="関所", phase="plan")
    assert log["matched"] > 0
    _, end = await agent.read("run_log", run_id=run_id, tail=3)
    assert len(end["lines"]) == 3
