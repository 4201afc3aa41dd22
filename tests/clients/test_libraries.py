"""Client libraries, as agents and IDEs are built on them: each lists tools, calls them, goes on."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.driven import Driven, Drivers, run, stdio_server
from tests.clients.install import Clients
from tests.clients.outside import Outside
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
# They look at the status of a refusal and not into it.
STATUS_ALONE = ("typescript_v2 auto", "openai_agents", "langchain")

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
        planned = _work(client, tool_names)
        _extras(client)
        assert client.call("caller_get")["caller"]["person"] == "sato@example.jp"
    assert server.run(planned["id"])["requested_by"]["person"] == "sato@example.jp"


@pytest.mark.parametrize("name", STARTING_PROGRAMS)
def test_a_client_starts_the_server_itself_and_works_with_it(
    name: str, drivers: Drivers, tmp_path: Path, tool_names: list[str]
):
    with drivers.running(name, stdio_server(tmp_path / "data")) as client:
        _work(client, tool_names)
        _extras(client)


@pytest.mark.parametrize("name", STARTING_PROGRAMS)
def test_a_client_with_a_token_that_is_not_good_says_so(
    name: str, drivers: Drivers, server: Serving
):
    with drivers.running(
        name,
        _at(server, Authorization="Bearer sks_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1nNfvf"),
    ) as client:
        client.begin("tools")
        failed = client.answer()["failed"]
    if name in STATUS_ALONE:
        assert re.search(r"401|Unauthorized", failed), failed
    else:
        assert "sekisho token create" in failed, "what to do about it reaches the user"


def test_mcp_remote_gives_up_on_a_token_that_is_not_good(
    clients: Clients, server: Serving, outside: Outside, home: Path
):
    header = (
        "--header",
        "Authorization:Bearer sks_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1nNfvf",
    )
    command = [*clients.mcp_remote(), f"{server.url}/mcp", "--transport", "http-only", *header]
    done = run(command, home, **outside.environment())
    # Our answer is lost on it: after any 401 it wants to sign in by OAuth, which is not offered.
    assert done.returncode != 0
    assert "Connected" not in done.stderr, done.stderr


class Patience:
    """All clients at once, at a server that plans nothing, is started anew, and lets them wait."""

    def __init__(self, drivers: Drivers, data: Path) -> None:
        self.clients: dict[str, Driven] = {}
        self._drivers, self._data = drivers, data
        self._idle = {"SEKISHO_WORKER": "false"}

    def begin(self) -> Serving:
        """Make a run for each client, start the server anew, have all go on; return the server."""
        runs: dict[str, str] = {}
        with serving(self._data, **self._idle) as before:
            for name in OVER_HTTP:
                self.clients[name] = self._drivers.start(name, _at(before))
            for name, client in self.clients.items():
                runs[name] = client.call("plan_create", workspace="default", files=FILES)["id"]
            assert before.stop() == 0
        after = Serving(self._data, (), self._idle, port=before.port)
        for name, client in self.clients.items():
            client.begin("call", "run_get", {"run_id": runs[name]})
            client.begin("call", "run_get", {"run_id": runs[name], "wait_seconds": 20})
        return after

    def end(self) -> None:
        """End every client."""
        for client in self.clients.values():
            client.end()


@pytest.fixture(scope="module")
def patience(drivers: Drivers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patience]:
    group = Patience(drivers, tmp_path_factory.mktemp("idle"))
    try:
        after = group.begin()
        yield group
    finally:
        group.end()
    assert after.stop() == 0


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_client_goes_on_when_the_server_was_started_anew_and_waits_out_a_long_poll(
    name: str, patience: Patience
):
    for waited in (0, 20):
        found = patience.clients[name].answer()
        assert "failed" not in found, (waited, found["failed"])
        assert found["structured"]["status"] == "plan_queued"
