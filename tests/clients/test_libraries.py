"""Client libraries, as agents and IDEs are built on them: each lists tools, calls them, goes on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.driven import Driven, Drivers, stdio_server
from tests.e2e.serving import Serving, serving

pytestmark = pytest.mark.long

STARTING_PROGRAMS = (
    "mcp_sdk legacy",
    "mcp_sdk auto",
    "typescript_v1",
    "typescript_v2 legacy",
    "typescript_v2 auto",
    "openai_agents",
    "langchain",
    "pydantic_ai",
    "strands",
)
OVER_HTTP = (*STARTING_PROGRAMS, "mcp_remote")  # itself a program that others start

FILES = {"main.tf": 'resource "terraform_data" "関所" {}\n'}


def _at(server: Serving, **headers: str) -> dict[str, Any]:
    return {"url": f"{server.url}/mcp", "headers": headers}


def _work(client: Driven, tool_names: list[str]) -> dict[str, Any]:
    """Do what an agent does; return the planned run."""
    listed = client.ask("tools")
    assert listed["names"] == tool_names
    names = [w["name"] for w in client.call("workspace_list")["workspaces"]]
    assert names == ["default"]
    run = client.call("plan_create", workspace="default", files=FILES)
    while run["status"] in ("plan_queued", "planning"):
        run = client.call("run_get", run_id=run["id"], wait_seconds=20)
    assert run["status"] == "awaiting_approval", run
    assert "関所" in json.dumps(client.call("plan_get", run_id=run["id"]), ensure_ascii=False)
    return run


def _extras(client: Driven) -> None:
    """Meet an error, and read what is no tool."""
    wrong = client.ask("call", "run_get", {"run_id": "run-nowhere"})
    assert wrong["error"]
    assert "run_unknown" in wrong["text"]
    assert "run_list" in wrong["text"], "the next step reaches the agent"
    unfit = client.ask("call", "run_get", {"run_id": "run-1", "surprise": 1})
    assert unfit["error"]
    assert "arguments_invalid" in unfit["text"]
    guide = client.ask("resource", "sekisho://guide")
    assert "Working with Sekisho" in guide["text"]
    prompt = client.ask("prompt", "run_explain", {"run_id": "run-1", "language": "ja"})
    assert "状況" in prompt["text"]


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_client_over_http_works_for_the_person_whose_token_it_has(
    name: str, drivers: Drivers, server: Serving, token: str, tool_names: list[str]
):
    with drivers.running(name, _at(server, Authorization=f"Bearer {token}")) as client:
        run = _work(client, tool_names)
        _extras(client)
        assert client.call("caller_get")["caller"]["person"] == "sato@example.jp"
    assert server.run(run["id"])["requested_by"]["person"] == "sato@example.jp"


@pytest.mark.parametrize("name", STARTING_PROGRAMS)
def test_a_client_starts_the_server_itself_and_works_with_it(
    name: str, drivers: Drivers, tmp_path: Path, tool_names: list[str]
):
    with drivers.running(name, stdio_server(tmp_path / "data")) as client:
        _work(client, tool_names)
        _extras(client)


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_client_with_a_token_that_is_not_good_says_so(
    name: str, drivers: Drivers, server: Serving
):
    with drivers.running(name, _at(server, Authorization="Bearer sks_wrong")) as client:
        client.begin("tools")
        failed = client.answer()["failed"]
    assert "401" in failed or "Unauthorized" in failed or "credential_invalid" in failed, failed


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_client_goes_on_after_the_server_was_started_anew(
    name: str, drivers: Drivers, tmp_path: Path
):
    with serving(tmp_path) as before, drivers.running(name, _at(before)) as client:
        run = client.call("plan_create", workspace="default", files=FILES)
        assert before.stop() == 0
        after = Serving(tmp_path, (), {}, port=before.port)
        try:
            found = client.call("run_get", run_id=run["id"], wait_seconds=20)
            assert found["status"] == "awaiting_approval"
        finally:
            assert after.stop() == 0


class Polls:
    """A long poll of every client at the same time, on a run that nobody plans."""

    def __init__(self, drivers: Drivers, server: Serving) -> None:
        self.begun: dict[str, Driven] = {}
        for name in OVER_HTTP:
            client = self.begun[name] = drivers.start(name, _at(server))
            run = client.call("plan_create", workspace="default", files=FILES)
            client.begin("call", "run_get", {"run_id": run["id"], "wait_seconds": 20})


@pytest.fixture(scope="module")
def polls(drivers: Drivers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polls]:
    with serving(tmp_path_factory.mktemp("idle"), SEKISHO_WORKER="false") as idle:
        all_of_them = Polls(drivers, idle)
        yield all_of_them
        for client in all_of_them.begun.values():
            client.end()


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_client_waits_out_a_long_poll_of_20_seconds(name: str, polls: Polls):
    found = polls.begun[name].answer()
    assert "failed" not in found, found["failed"]
    assert found["structured"]["status"] == "plan_queued"
