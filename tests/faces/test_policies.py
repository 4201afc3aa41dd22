"""What policies said, on every face: tools, API, console and Markdown."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.server import MCPServer

from sekisho.domain.policies import RegoPolicy
from sekisho.domain.rules import DAY, DEFAULT_RULES, Level
from sekisho.domain.runs import RunStatus
from sekisho.domain.workspaces import Workspace
from tests.faces.house import FewWorkspaces, House, build
from tests.faces.plan_answers import Json, asked
from tests.faces.test_console import BOTH, page
from tests.fakes.policies import FakePolicyEngine

pytestmark = pytest.mark.anyio

REGO = (("p.rego", 'package main\ndeny contains "no" if false\n'),)
POLICIES = (RegoPolicy("owners", REGO), RegoPolicy("names", REGO, Level.ADVISORY))
HOSTILE = "<script>alert(1)</script> `x` | \x1b[31m\u202e削除"


@pytest.fixture
def engine() -> FakePolicyEngine:
    return FakePolicyEngine()


@pytest.fixture
def house(tmp_path: Path, engine: FakePolicyEngine) -> House:
    rules = (*DEFAULT_RULES, *(policy.rule(DAY) for policy in POLICIES))
    workspace = Workspace("network", rules=rules, policies=POLICIES)
    return build(tmp_path, policies=engine, catalog=FewWorkspaces(workspace))


async def test_an_agent_is_told_what_denies_its_plan_and_the_api_says_the_same(
    house: House, engine: FakePolicyEngine, server: MCPServer, api: httpx2.Client
):
    engine.denies = {"owners": [f"terraform_data.a{i} has no owner" for i in range(40)]}
    engine.warns = {"names": ["名前が短い"]}
    run = house.planned()
    async with Client(server) as client:
        result = await client.call_tool("run_get", {"run_id": run.id})
    told: Json = result.structured_content or {}
    text = str(getattr(result.content[0], "text", ""))
    assert told["status"] == "blocked"
    assert told["problem"]["code"] == "policy_denied"
    owners, names = told["policies"]
    assert (owners["name"], owners["level"], owners["denials"]) == ("owners", "hard", 40)
    assert len(owners["denied"]) == 6
    assert (names["warnings"], names["denials"]) == (1, 0)
    assert "Policy names (advisory): 1 warned: 名前が短い" in text
    assert "Policy owners (hard): 40 denied: terraform_data.a0 has no owner" in text

    answer = api.get(f"/runs/{run.id}").json()
    assert answer["policies"][0]["denied"] == owners["denied"]

    text, _ = await asked(server, "plan_get", run_id=run.id)
    assert "Policies that deny this plan: owners (hard, 40); run_get says why." in text
    assert "Policies that warn: names (1); run_get says why." in text


@BOTH
def test_a_person_reads_it_on_the_page_and_hostile_text_is_text(
    house: House, engine: FakePolicyEngine, language: str
):
    engine.denies = {"owners": [HOSTILE]}
    engine.warns = {"names": ["名前が短い"]}
    run = house.planned()
    html = page(house, f"/runs/{run.id}", language)
    assert "名前が短い" in html.text
    assert "alert(1)" in html.text
    assert not [tag for tag in html.all("script") if not tag.get("src")]
    assert "\x1b" not in html.text
    assert "\u202e" not in html.text


def test_what_was_not_evaluated_is_told_with_the_way_out(
    house: House, engine: FakePolicyEngine, api: httpx2.Client
):
    engine.installed = ""
    run = house.planned()
    assert run.status is RunStatus.BLOCKED
    answer = api.get(f"/runs/{run.id}").json()
    assert answer["problem"]["code"] == "policy_engine_missing"
    assert "sekisho[rego]" in answer["problem"]["next"]
    assert [p["code"] for p in answer["policies"]] == ["policy_engine_missing"] * 2
