"""Every tool, called through a real client over a real server in memory."""

import json
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp_types import CallToolResult, TextContent

from sekisho.domain.runs import RunStatus
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.selection import Selection
from sekisho.mcp_server.server import build_server
from sekisho.mcp_server.tools import TOOLS
from tests.faces.house import CONSOLE, ONE, SATO, House, build
from tests.fakes.values import a_line

pytestmark = pytest.mark.anyio

FILES = {"main.tf": ONE}


def text_of(result: CallToolResult) -> str:
    content = result.content[0]
    assert isinstance(content, TextContent)
    return content.text


async def ask(server: MCPServer, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that must succeed; the client holds the answer against the output schema."""
    async with Client(server) as client:
        result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    assert text_of(result)
    return result.structured_content


async def refusal(server: MCPServer, tool: str, **arguments: Any) -> dict[str, str]:
    """Call a tool that must refuse; return the machine-readable error."""
    async with Client(server) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error, text_of(result)
    assert result.structured_content is None
    error = (result.meta or {})["sekisho/error"]
    assert text_of(result) == f"{error['code']}: {error['message']} Next: {error['next']}"
    assert error["message_ja"]
    return error


async def test_workspaces_are_listed_and_read(server: MCPServer):
    listed = await ask(server, "workspace_list")
    assert [w["name"] for w in listed["workspaces"]] == ["free", "network", "own"]
    page = await ask(server, "workspace_list", limit=2)
    assert page["cursor"] == "network"
    rest = await ask(server, "workspace_list", cursor=page["cursor"])
    assert [w["name"] for w in rest["workspaces"]] == ["own"]
    one = await ask(server, "workspace_get", name="network")
    assert one["variables"] == ["env"]
    assert "prod" not in str(one)
    assert one["rules"][0]["approvals"] == 1


async def test_an_unknown_workspace_is_refused_with_near_names(server: MCPServer):
    error = await refusal(server, "workspace_get", name="netwrk")
    assert error["code"] == "workspace_unknown"
    assert error["kind"] == "not_found"
    assert "network" in error["next"]


async def test_the_whole_flow_from_plan_to_outputs(house: House, server: MCPServer):
    made = await ask(server, "plan_create", workspace="network", files=FILES, message="wanted")
    run_id = made["id"]
    assert made["status"] == "plan_queued"
    assert f'run_get(run_id="{run_id}"' in made["next"][0]
    house.work()

    run = await ask(server, "run_get", run_id=run_id)
    assert run["status"] == "awaiting_approval"
    assert run["plan"]["summary"] == "Plan: 1 to add, 0 to change, 0 to destroy."
    assert run["review_url"] == f"{CONSOLE}/runs/{run_id}"

    plan = await ask(server, "plan_get", run_id=run_id)
    assert [c["address"] for c in plan["changes"]] == ["terraform_data.a"]
    assert [u["code"] for u in plan["unmet"]] == ["approval_missing"]

    gate = await ask(server, "gate_check", run_id=run_id)
    assert not gate["open"]
    wanted = await ask(server, "approval_request", run_id=run_id, language="ja")
    assert wanted["url"] == f"{CONSOLE}/runs/{run_id}"
    assert "エージェントは承認できません" in wanted["message"]

    early = await refusal(server, "run_apply", run_id=run_id)
    assert early["code"] == "gate_unmet"

    house.approve(run_id)
    assert (await ask(server, "gate_check", run_id=run_id))["open"]
    queued = await ask(server, "run_apply", run_id=run_id)
    assert queued["status"] == "apply_queued"
    house.work()

    done = await ask(server, "run_get", run_id=run_id)
    assert done["status"] == "applied"
    assert done["apply"]["state_after"]
    assert [a["person"] for a in done["approvals"]] == ["terminal"]
    outputs = await ask(server, "output_get", workspace="network")
    assert outputs["outputs"] == [{"name": "site", "value": "x", "sensitive": False}]
    state = await ask(server, "state_list", workspace="network")
    assert [r["address"] for r in state["resources"]] == ["terraform_data.a"]
    resource = await ask(server, "state_get", workspace="network", address="terraform_data.a")
    assert resource["values"] == {"input": "1"}
    log = await ask(server, "run_log", run_id=run_id)
    assert log["lines"]
    assert not log["more"]


async def test_the_log_goes_on_from_its_cursor(house: House, server: MCPServer):
    run = house.applied()
    house.store.logs.append(run.id, [a_line(f"line {n}") for n in range(5)])
    first = await ask(server, "run_log", run_id=run.id, limit=2)
    assert first["more"]
    second = await ask(server, "run_log", run_id=run.id, cursor=first["cursor"])
    whole = await ask(server, "run_log", run_id=run.id)
    assert first["lines"] + second["lines"] == whole["lines"]


async def test_a_page_of_the_log_stays_small_and_loses_no_line(house: House, server: MCPServer):
    run = house.planned()
    house.store.logs.append(run.id, [a_line(f"{n} " + "long line " * 40) for n in range(150)])
    seen, cursor, more = list[str](), 0, True
    while more:
        page = await ask(server, "run_log", run_id=run.id, cursor=cursor, limit=200)
        assert len(json.dumps(page, ensure_ascii=False)) < 10_000
        seen += [row["text"].split()[0] for row in page["lines"]]
        cursor, more = page["cursor"], page["more"]
    assert seen[-150:] == [str(n) for n in range(150)]


async def test_a_folder_is_planned_only_where_the_workspace_has_one(server: MCPServer):
    made = await ask(server, "plan_create", workspace="own", folder=True)
    assert made["source"] == "folder"
    error = await refusal(server, "plan_create", workspace="network", folder=True)
    assert error["code"] == "source_refused"


async def test_exactly_one_source_is_wanted(server: MCPServer):
    none = await refusal(server, "plan_create", workspace="network")
    assert none["code"] == "arguments_invalid"
    two = await refusal(server, "plan_create", workspace="own", files=FILES, folder=True)
    assert "exactly one" in two["message"]


async def test_an_upload_address_works_once_and_leads_to_a_plan(house: House, server: MCPServer):
    address = await ask(server, "config_upload", workspace="network")
    assert address["url"].startswith(f"{CONSOLE}/uploads/")
    assert "tar " in address["command"]
    assert address["url"] in address["command"]
    kept = house.engine.configurations.from_inline("network", FILES, SATO)
    made = await ask(server, "plan_create", workspace="network", configuration=kept.digest)
    assert made["configuration"] == kept.digest
    error = await refusal(
        server, "plan_create", workspace="network", configuration="sha256:" + "0" * 64
    )
    assert error["code"] == "configuration_unknown"


async def test_without_any_http_side_there_is_no_upload_address(tmp_path: Path):
    alone = build(tmp_path, console="")
    server = build_server(alone.engine, FaceOptions(version="1"))
    error = await refusal(server, "config_upload", workspace="network")
    assert error["code"] == "console_away"
    assert error["kind"] == "unavailable"


async def test_over_stdio_the_upload_address_is_that_of_the_server_beside(house: House):
    server = build_server(house.engine, FaceOptions(version="1"))
    answer = await ask(server, "config_upload", workspace="network")
    assert answer["url"].startswith(f"{CONSOLE}/uploads/")


async def test_a_configuration_is_validated_without_a_run(house: House, server: MCPServer):
    good = await ask(server, "config_validate", workspace="network", files=FILES)
    assert good["valid"]
    bad = await ask(server, "config_validate", workspace="network", files={"main.tf": "resource {"})
    assert not bad["valid"]
    assert bad["errors"][0]["file"] == "main.tf"
    assert (await ask(server, "run_list"))["runs"] == []


async def test_files_are_formatted_and_given_back_unharmed(server: MCPServer):
    untidy = {"a.tf": 'password   = "correct horse battery"\n', "b.tf": "x = 1\n"}
    done = await ask(server, "config_format", files=untidy)
    assert done["changed"] == {"a.tf": 'password = "correct horse battery"\n'}
    assert done["unchanged"] == ["b.tf"]
    error = await refusal(server, "config_format", files={"a.tf": "#" * 300_000})
    assert error["code"] == "inline_too_large"


async def test_runs_are_listed_by_workspace_and_status(house: House, server: MCPServer):
    first, second = house.planned(), house.planned("free")
    listed = await ask(server, "run_list")
    assert [r["id"] for r in listed["runs"]] == [second.id, first.id]
    assert listed["runs"][0]["summary"] == "Plan: 1 to add, 0 to change, 0 to destroy."
    some = await ask(server, "run_list", status=["approved"])
    assert [r["id"] for r in some["runs"]] == [second.id]
    page = await ask(server, "run_list", limit=1)
    assert page["cursor"] == second.id
    error = await refusal(server, "run_list", workspace="nowhere")
    assert error["code"] == "workspace_unknown"


async def test_a_run_that_waits_is_canceled_or_discarded(house: House, server: MCPServer):
    first, second = house.planned(), house.planned()
    gone = await ask(server, "run_discard", run_id=first.id, reason="not wanted")
    assert gone["status"] == "discarded"
    over = await ask(server, "run_cancel", run_id=second.id)
    assert over["status"] == "canceled"
    error = await refusal(server, "run_discard", run_id=first.id)
    assert error["code"] == "move_illegal"


async def test_a_plan_that_needs_nobody_says_which_rule_let_it(house: House, server: MCPServer):
    run = await ask(server, "run_get", run_id=house.planned("free").id)
    assert run["status"] == "approved"
    assert run["allowed_by"] == ["none"]


async def test_a_failed_run_says_why_and_what_to_do(house: House, server: MCPServer):
    house.terraform.script.plan_error = "Error: no such thing"
    run = await ask(server, "run_get", run_id=house.planned().id)
    assert run["status"] == "errored"
    assert run["problem"]["code"] == "plan_failed"
    assert "no such thing" in run["problem"]["detail"]
    assert "run_log" in run["next"][0]
    missing = await refusal(server, "plan_get", run_id=run["id"])
    assert missing["code"] == "plan_missing"


async def test_the_caller_is_told_who_it_is_and_that_it_cannot_approve(server: MCPServer):
    me = await ask(server, "caller_get")
    assert me["caller"]["person"] == "loopback"
    assert me["caller"]["via"].startswith("mcp")
    assert any("approve" in row for row in me["may_not"])


async def test_the_client_is_recorded_on_what_it_asks(house: House, server: MCPServer):
    made = await ask(server, "plan_create", workspace="network", files=FILES)
    assert house.engine.runs.get(made["id"]).requested_by.via == made["requested_by"]["via"]
    assert made["requested_by"]["via"].startswith("mcp")


async def test_without_a_console_the_request_says_how_to_start_one(tmp_path: Any):
    house = build(tmp_path, console="")
    server = build_server(house.engine, FaceOptions(version="1"))
    wanted = await ask(server, "approval_request", run_id=house.planned().id)
    assert not wanted["console_running"]
    assert wanted["start"] == "sekisho serve"
    assert "sekisho serve" in wanted["message"]


async def test_waiting_goes_on_while_the_run_is_at_work_and_ends_when_it_settles(
    house: House, server: MCPServer
):
    made = await ask(server, "plan_create", workspace="network", files=FILES)
    house.terraform.script.hang = frozenset({"plan"})
    answers: list[dict[str, Any]] = []

    async def wait() -> None:
        answers.append(await ask(server, "run_get", run_id=made["id"], wait_seconds=20))

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await anyio.sleep(0.3)
            assert not answers
            house.worker.turn()
            await anyio.sleep(0.3)
            assert not answers, "planning is no answer yet"
            house.terraform.script.go.set()
            await anyio.to_thread.run_sync(house.work)
    assert answers[0]["status"] == "awaiting_approval"


async def test_waiting_for_a_settled_run_answers_at_once(house: House, server: MCPServer):
    run = house.planned()
    with anyio.fail_after(5):
        answer = await ask(server, "run_get", run_id=run.id, wait_seconds=20)
    assert answer["status"] == "awaiting_approval"


async def test_giving_up_on_a_call_stops_no_run(house: House, server: MCPServer):
    made = await ask(server, "plan_create", workspace="network", files=FILES)
    async with Client(server) as client:
        with anyio.move_on_after(0.3) as limit:
            await client.call_tool("run_get", {"run_id": made["id"], "wait_seconds": 20})
    assert limit.cancelled_caught
    assert house.engine.runs.get(made["id"]).status is RunStatus.PLAN_QUEUED
    house.work()
    assert house.engine.runs.get(made["id"]).status is RunStatus.AWAITING_APPROVAL


async def test_a_credential_is_wanted_where_the_server_is_closed(tmp_path: Any):
    house = build(tmp_path, open_=False)
    house.token()
    server = build_server(house.engine, FaceOptions(version="1"))
    error = await refusal(server, "workspace_list")
    assert error["code"] == "credential_needed"
    assert error["kind"] == "refused"


async def test_a_read_only_face_offers_no_tool_that_changes_anything(house: House):
    server = build_server(house.engine, FaceOptions("1", selection=Selection(read_only=True)))
    async with Client(server) as client:
        names = {t.name for t in (await client.list_tools()).tools}
    assert names == {t.name for t in TOOLS if t.read_only}
    assert "run_apply" not in names
