"""The stop of everything on every face: who is held up is told by whom and why."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client

from sekisho.cli.main import main
from sekisho.domain.callers import Caller
from sekisho.domain.runs import RunStatus
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.server import build_server
from sekisho.ports import Limits
from tests.faces.consoles import browser
from tests.faces.house import ONE, House, build
from tests.faces.html_pages import Html
from tests.faces.serving import serving, whole_app
from tests.faces.test_console_forms import follow, refused

S = RunStatus
SUZUKI = Caller("suzuki", "console")


# --- people ---------------------------------------------------------------------------------------


def test_a_person_stops_everything_and_lets_it_go_on(house: House):
    with browser(house) as client:
        refused(client, "/server/stop", 400, "reason is needed")
        html = follow(client, "/server/stop", "stopped", reason="障害調査 <b>x</b>")
        assert "障害調査 <b>x</b>" in html.text
        assert html.all("form", action="/server/resume")
        assert not html.all("form", action="/server/stop")
        refused(client, "/server/stop", 409, "server_stopped", reason="me too")
        refused(client, "/server/resume", 400, "reason is needed")
        after = follow(client, "/server/resume", "resumed", reason="調査完了")
        assert after.all("form", action="/server/stop")
        refused(client, "/server/resume", 409, "server_not_stopped", reason="again")
    facts = [r.entry for r in house.engine.audits.all() if r.entry.action.startswith("server.")]
    assert [(e.action, e.caller.via, e.facts["reason"]) for e in facts] == [
        ("server.stop", "console", "障害調査 <b>x</b>"),
        ("server.resume", "console", "調査完了"),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Everything is stopped by suzuki"), ("ja", "全体停止中")],
)
def test_every_page_says_who_stopped_everything_and_why(house: House, language: str, said: str):
    run = house.planned()
    pages = ["/", "/workspaces", "/workspaces/network", "/audit", f"/runs/{run.id}", "/server"]
    with browser(house, language) as client:
        assert not any(said in client.get(page).text for page in pages)
        house.engine.stops.stop(SUZUKI, "maintenance")
        for page in pages:
            (banner,) = Html(client.get(page).text).all("p", role="alert")
            assert banner, page
            assert said in client.get(page).text
            assert "maintenance" in client.get(page).text


def test_an_approval_stands_while_everything_is_stopped(house: House):
    run = house.planned()
    house.engine.stops.stop(SUZUKI, "maintenance")
    with browser(house) as client:
        seal = house.engine.approvals.begin(run.id, "approve")
        fields = {"seal": seal, "code": house.step_up.shown[-1], "then": "apply"}
        html = follow(client, f"/runs/{run.id}/approve", "approved_not_applied", **fields)
        assert "maintenance" in html.text
        refused(client, f"/runs/{run.id}/apply", 409, "server_stopped")
    assert house.engine.runs.get(run.id).status is S.APPROVED


def test_who_may_only_read_neither_stops_nor_resumes(tmp_path: Path):
    house = build(tmp_path, open_=False)
    house.engine.tokens.create("sato", "x", None)
    with browser(house) as client:
        assert client.post("/server/stop", data={"reason": "x"}).status_code == 403
        house.engine.stops.stop(SUZUKI, "maintenance")
        assert client.post("/server/resume", data={"reason": "x"}).status_code == 403
    assert house.engine.stops.get()


# --- agents and programs --------------------------------------------------------------------------


@pytest.mark.anyio
async def test_an_agent_is_told_why_nothing_begins(house: House):
    server = build_server(house.engine, FaceOptions("1.0"))
    files = {"main.tf": ONE}
    async with Client(server) as client:

        async def ask(tool: str, **arguments: Any) -> Any:
            return await client.call_tool(tool, arguments)

        waiting = await ask("plan_create", workspace="network", files=files)
        run_id = waiting.structured_content["id"]
        house.engine.stops.stop(SUZUKI, "maintenance")

        shown = (await ask("run_get", run_id=run_id)).structured_content
        assert shown["status"] == "plan_queued"
        assert "stopped by suzuki" in shown["stopped"]
        assert "maintenance" in shown["stopped"]
        caller = (await ask("caller_get")).structured_content
        assert "maintenance" in caller["stopped"]
        refusal = await ask("plan_create", workspace="network", files=files)
        assert refusal.is_error
        assert refusal.meta["sekisho/error"]["code"] == "server_stopped"
        assert "maintenance" in refusal.content[0].text

        house.engine.stops.resume(SUZUKI)
        assert "stopped" not in (await ask("caller_get")).structured_content
        assert "stopped" not in (await ask("run_get", run_id=run_id)).structured_content


def program(house: House, url: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {house.token()}"}
    return httpx2.Client(base_url=url, headers=headers, timeout=30)


def test_a_program_is_told_in_both_languages(house: House):
    run = house.approved()
    house.engine.stops.stop(SUZUKI, "maintenance")
    with serving(house, make=whole_app) as url, program(house, url) as client:
        for path in ("/api/v1/runs", f"/api/v1/runs/{run.id}/apply"):
            body = {"workspace": "network", "files": {"main.tf": ONE}} if path[-1] == "s" else None
            answer = client.post(path, json=body)
            assert answer.status_code == 409
            error = answer.json()["error"]
            assert error["code"] == "server_stopped"
            assert "maintenance" in error["message"]
            assert "maintenance" in error["message_ja"]
        assert "maintenance" in client.get("/api/v1/caller").json()["stopped"]


def test_nobody_without_a_key_is_told_of_a_stop(tmp_path: Path):
    house = build(tmp_path, open_=False)
    house.engine.stops.stop(SUZUKI, "maintenance")
    with serving(house, make=whole_app) as url, httpx2.Client(base_url=url) as client:
        answer = client.get("/api/v1/caller")
        assert "maintenance" not in answer.text


def test_a_program_that_begins_too_much_is_told_until_when(tmp_path: Path):
    house = build(tmp_path, limits=Limits(plans_per_hour_agent=1))
    body = {"workspace": "network", "files": {"main.tf": ONE}}
    with serving(house, make=whole_app) as url, program(house, url) as client:
        assert client.post("/api/v1/runs", json=body).status_code == 200
        answer = client.post("/api/v1/runs", json=body)
        assert answer.status_code == 409
        error = answer.json()["error"]
        assert error["code"] == "quota_spent"
        until = (house.clock.now() + timedelta(hours=1)).isoformat(timespec="seconds")
        assert until in error["next"]
        assert until in error["next_ja"]


# --- operators ------------------------------------------------------------------------------------


@pytest.fixture
def host(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Call a command of the host; return its code and what it says."""

    def call(*words: str) -> tuple[int, str]:
        code = main([*words, "--data-dir", str(tmp_path / "data")])
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


def test_the_operator_stops_everything_from_the_command_line(host: Any):
    assert host("server", "status") == (0, "Nothing is stopped: plans and applies may begin.\n")
    code, said = host("server", "stop-all", "--reason", "障害調査")
    assert code == 0
    assert "stopped by host" in said
    assert "障害調査" in said
    code, said = host("server", "stop-all", "--reason", "again")
    assert code == 1
    assert "server_stopped" in said
    code, said = host("server", "status", "--json")
    stopped = json.loads(said)["stopped"]
    assert (stopped["owner"], stopped["reason"]) == ("host", "障害調査")
    assert host("server", "resume", "--reason", "調査完了")[0] == 0
    code, said = host("server", "resume")
    assert code == 1
    assert "server_not_stopped" in said
    assert json.loads(host("server", "status", "--json")[1]) == {"stopped": None}
    code, said = host("audit", "list", "--json")
    told = json.loads(said)
    assert [(r["action"], r["person"]) for r in told] == [
        ("server.stop", "host"),
        ("server.resume", "host"),
    ]
    assert told[0]["facts"] == {"reason": "障害調査"}
    assert host("audit", "verify")[0] == 0


def test_a_stop_without_a_reason_is_refused_on_the_command_line(host: Any):
    assert host("server", "stop-all")[0] == 2
    assert host("server", "stop-all", "--reason", " ")[0] == 1


def test_a_workspace_is_locked_from_the_command_line_by_either_name(host: Any):
    assert host("workspace", "lock", "default", "--reason", "棚卸し")[0] == 0
    code, said = host("lock", "default", "--reason", "again")
    assert code == 1
    assert "workspace_locked" in said
    assert "棚卸し" in said
    assert host("workspace", "unlock", "default", "--reason", "done")[0] == 0
