"""sekisho.yaml edited under a running server: it is followed, and a broken one changes nothing."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.serving import Serving, serving
from tests.e2e.test_access import command, tool

pytestmark = pytest.mark.timeout(120)

FILES = {"main.tf": 'resource "terraform_data" "a" {\n  input = "x"\n}\n'}
OTHER = {"main.tf": FILES["main.tf"].replace('"x"', '"y"')}
HEAD = "version: 1\nworkspaces:\n  dev: {}\n  gone: {}\n"
TWO = HEAD + "rules:\n  - {name: two, require: {approvals: 2}}\n"


def replaced(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def told(server: Serving, event: str, times: int = 1) -> list[str]:
    """Wait until an event was told so often."""
    end = time.monotonic() + 20
    while len(lines := [line for line in server.lines if f" {event} " in line]) < times:
        assert time.monotonic() < end, "\n".join(server.lines)
        time.sleep(0.02)
    return lines


def planned(
    server: Serving, workspace: str = "dev", files: dict[str, str] | None = None
) -> dict[str, Any]:
    with server.api() as http:
        order = {"workspace": workspace, "files": files or FILES, "message": "why"}
        made = http.post("/runs", json=order).raise_for_status().json()
    return server.settled(made["id"])


def gate(server: Serving, run_id: str) -> dict[str, Any]:
    answer = tool(server, None, "gate_check", {"run_id": run_id})
    return answer["structuredContent"]


def records(server: Serving) -> list[dict[str, Any]]:
    listed = command(server, "audit", "list", "--limit", "1000", "--json")
    return json.loads(listed.stdout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sekisho.yaml"
    path.write_text(HEAD, encoding="utf-8")
    return path


@pytest.fixture
def server(tmp_path: Path, file: Path) -> Iterator[Serving]:
    with serving(tmp_path / "data", "--config", str(file)) as server:
        yield server


@pytest.mark.long
def test_a_rule_that_is_edited_holds_for_the_next_plan_and_voids_the_last(
    server: Serving, file: Path
):
    before = planned(server)
    server.approve(before["id"])
    assert server.run(before["id"])["status"] == "approved"

    replaced(file, TWO)
    (line,) = told(server, "config.loaded")
    assert "rules=2" in line
    with server.api() as http:
        refused = http.post(f"/runs/{before['id']}/apply")
    assert refused.status_code == 409
    assert "rules_changed" in refused.text
    assert server.until(before["id"], "stale")["status"] == "stale"
    after = planned(server)
    assert gate(server, after["id"])["approvals_needed"] == 2

    replaced(file, TWO + "    requires: 3\n")
    (line,) = told(server, "config.refused")
    assert "code=operator_file_invalid" in line
    assert "line=7" in line
    assert gate(server, after["id"])["approvals_needed"] == 2
    assert planned(server)["status"] == "awaiting_approval"
    kept = [r for r in records(server) if r["action"].startswith("config.")]
    assert [r["action"] for r in kept] == ["config.load", "config.refuse"]
    assert len({r["facts"]["digest"] for r in kept}) == 2
    verified = command(server, "audit", "verify", "--config", str(file.with_name("none.yaml")))
    assert "operator_file_invalid" in verified.stderr, "a command reads the file as it is now"
    replaced(file, TWO)
    assert command(server, "audit", "verify").returncode == 0


def test_a_signal_has_the_file_read_at_once_and_answers_when_nothing_is_new(
    server: Serving, file: Path
):
    server.process.send_signal(signal.SIGHUP)
    told(server, "config.unchanged")
    file.write_text(TWO, encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    told(server, "config.loaded")
    assert gate(server, planned(server)["id"])["approvals_needed"] == 2
    assert server.stop() == 0


@pytest.mark.long
def test_a_server_without_a_file_outlives_the_signal_and_says_why_it_does_nothing(tmp_path: Path):
    with serving(tmp_path) as server:
        server.process.send_signal(signal.SIGHUP)
        told(server, "config.none")
        assert httpx2.get(f"{server.url}/healthz/ready").status_code == 200


@pytest.mark.long
def test_runs_of_a_workspace_that_left_the_file_can_be_looked_at_everywhere(
    server: Serving, file: Path
):
    waiting, done = planned(server, "gone"), planned(server, "gone")
    server.approve(done["id"])
    with server.api() as http:
        http.post(f"/runs/{done['id']}/apply").raise_for_status()
    assert server.settled(done["id"])["status"] == "applied"
    another = planned(server, "gone", OTHER)
    server.approve(another["id"])

    replaced(file, TWO.replace("  gone: {}\n", ""))
    told(server, "config.loaded")
    with server.api() as http:
        assert len(http.get("/runs", params={"workspace": "gone"}).json()["runs"]) == 3
        assert len(http.get("/runs").json()["runs"]) == 3
        for run in (waiting, done, another):
            for part in ("", "/plan", "/changes", "/log", "/gate", "/plan/explain", "/review"):
                answer = http.get(f"/runs/{run['id']}{part}")
                assert answer.status_code < 500, answer.text
            assert http.get(f"/runs/{run['id']}").status_code == 200
        assert http.post("/runs", json={"workspace": "gone", "files": FILES}).status_code == 404
        refused = http.post(f"/runs/{another['id']}/apply")
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "workspace_unknown")
    for run in (waiting, done, another):
        for name in ("run_get", "plan_get", "plan_explain", "gate_check", "plan_changes"):
            answer = tool(server, None, name, {"run_id": run["id"]})
            assert "internal" not in json.dumps(answer), answer
        for page in ("", "/evidence", "/evidence.json", "/log", "/log.txt"):
            answer = httpx2.get(f"{server.url}/runs/{run['id']}{page}")
            assert answer.status_code == 200, (page, answer.text)
    for page in ("/", "/workspaces", "/audit", "/server"):
        assert httpx2.get(server.url + page).status_code == 200
    assert httpx2.get(f"{server.url}/workspaces/gone").status_code == 404
    unmet = gate(server, another["id"])["unmet"]
    assert [u["code"] for u in unmet] == ["workspace_undeclared"]
    assert command(server, "audit", "verify", "--config", str(file)).returncode == 0
    assert not [line for line in server.lines if "worker.failed" in line]

    replaced(file, HEAD)  # it comes back, with the rules that it had: what waited may go on
    told(server, "config.loaded", 2)
    with server.api() as http:
        assert http.get("/workspaces/gone").status_code == 200
    assert gate(server, another["id"])["unmet"] != unmet
