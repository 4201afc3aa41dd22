"""Stories on a real server process: stopping it, losing clients, sharing it over stdio."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.e2e.serving import REPO, Serving, call, environment, serving

pytestmark = pytest.mark.timeout(120)

SLOW_APPLY = """
resource "terraform_data" "slow" {{
  provisioner "local-exec" {{
    command = "sleep {seconds}"
  }}
}}
resource "terraform_data" "after" {{
  input = terraform_data.slow.id
}}
"""
SLOW_PLAN = """
resource "terraform_data" "many" {
  count = 4000
  input = count.index
}
"""
JAPANESE = """
variable "挨拶" {
  default = "こんにちは「世界」🗾"
}
resource "terraform_data" "関所" {
  for_each = toset(["東海道", "中山道"])
  input    = "${each.key}：${var.挨拶}"
}
output "道" {
  value = [for r in terraform_data.関所 : r.output]
}
"""


def planned(server: Serving, text: str, **more: object) -> str:
    with server.api() as api:
        body = {"workspace": "default", "files": {"main.tf": text}, **more}
        return api.post("/runs", json=body).raise_for_status().json()["id"]


def approved(server: Serving, text: str) -> str:
    run_id = planned(server, text)
    server.until(run_id, "awaiting_approval")
    server.approve(run_id)
    with server.api() as api:
        api.post(f"/runs/{run_id}/apply").raise_for_status()
    return run_id


def test_the_demo_tells_its_story_to_the_end(tmp_path: Path):
    command = [sys.executable, str(REPO / "examples" / "demo.py")]
    env = environment(SEKISHO_DATA_DIR=str(tmp_path), PYTHONIOENCODING="utf-8")
    for _ in ("on a fresh machine", "again, on what the first left"):
        done = subprocess.run(
            command, env=env, capture_output=True, timeout=100, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WRONG" not in done.stdout


@pytest.mark.long
def test_a_plan_under_way_at_sigterm_is_planned_again_by_the_next_server(tmp_path: Path):
    with serving(tmp_path) as first:
        run_id = planned(first, SLOW_PLAN)
        first.until(run_id, "planning")
        assert first.stop() == 0
    with serving(tmp_path) as second:
        run = second.until(run_id, "awaiting_approval")
        assert run["plan"]["counts"]["add"] == 4000


@pytest.mark.long
def test_an_apply_under_way_at_sigterm_gets_time_to_end(tmp_path: Path):
    with serving(tmp_path) as first:
        run_id = approved(first, SLOW_APPLY.format(seconds=3))
        first.until(run_id, "applying")
        assert first.stop() == 0
    with serving(tmp_path) as second:
        assert second.run(run_id)["status"] == "applied"


@pytest.mark.long
def test_an_apply_that_outlasts_sigterm_is_stopped_with_its_state_kept(tmp_path: Path):
    with serving(tmp_path, SEKISHO_DRAIN_FOR="1") as first:
        run_id = approved(first, SLOW_APPLY.format(seconds=60))
        first.until(run_id, "applying")
        time.sleep(1)
        assert first.stop() == 0
    with serving(tmp_path) as second:
        run = second.run(run_id)
        assert run["status"] == "canceled", run
        assert run["problem"]["code"] == "apply_stopped"
        again = planned(second, SLOW_APPLY.format(seconds=0))
        plan = second.until(again, "awaiting_approval")["plan"]
        assert plan["counts"]["destroy"] == 1, "what was half made is in the state, tainted"


@pytest.mark.long
def test_the_run_of_a_client_that_vanishes_goes_on(tmp_path: Path):
    with serving(tmp_path) as server:
        arguments = {"workspace": "default", "files": {"main.tf": SLOW_PLAN}, "message": "gone"}
        body = json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": "plan_create", "arguments": arguments},
            }
        )
        head = (
            "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2025-06-18\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall((head + body).encode())
            time.sleep(0.3)
        end = time.monotonic() + 30
        runs: list[dict[str, str]] = []
        while not runs and time.monotonic() < end:
            with server.api() as api:
                runs = api.get("/runs").json()["runs"]
        assert runs[0]["message"] == "gone"
        assert server.settled(runs[0]["id"])["status"] == "awaiting_approval"


@pytest.mark.long
def test_a_long_poll_that_is_dropped_leaves_the_run_alone(tmp_path: Path):
    async def story(server: Serving) -> str:
        async with Client(f"{server.url}/mcp") as client:
            files = {"main.tf": SLOW_PLAN}
            run = await call(client, "plan_create", workspace="default", files=files)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await call(client, "run_get", run_id=run["id"], wait_seconds=20)
            return run["id"]

    with serving(tmp_path) as server:
        run_id = asyncio.run(story(server))
        assert server.settled(run_id)["status"] == "awaiting_approval"


def test_an_ide_on_stdio_plans_and_a_person_approves_in_the_console_of_serve(tmp_path: Path):
    async def story() -> None:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "sekisho", "stdio", "--data-dir", str(tmp_path)],
            env=environment(),
        )
        async with Client(stdio_client(command)) as client:
            files = {"main.tf": JAPANESE}
            run = await call(client, "plan_create", workspace="default", files=files)
            while run["status"] in {"plan_queued", "planning"}:
                run = await call(client, "run_get", run_id=run["id"], wait_seconds=5)
            assert run["status"] == "awaiting_approval", run
            link = await call(client, "approval_request", run_id=run["id"])
            assert "sekisho serve" in json.dumps(link), "it says how to start the console"
            with serving(tmp_path) as server:
                page = f"{server.url}/runs/{run['id']}"
                for _ in range(100):  # the server tells where it is with its worker's first beat
                    link = await call(client, "approval_request", run_id=run["id"])
                    if page in json.dumps(link):
                        break
                    await asyncio.sleep(0.1)
                assert page in json.dumps(link)
                upload = await call(client, "config_upload", workspace="default")
                assert upload["url"].startswith(f"{server.url}/uploads/")
                await asyncio.to_thread(server.approve, run["id"])
                await call(client, "run_apply", run_id=run["id"])
                run = await asyncio.to_thread(server.settled, run["id"])
                assert run["status"] == "applied"
                outputs = await call(client, "output_get", workspace="default")
                assert "東海道：こんにちは「世界」🗾" in json.dumps(outputs, ensure_ascii=False)

    asyncio.run(story())


@pytest.mark.long
def test_a_log_that_is_streamed_does_not_hold_up_a_stop_and_ends_with_the_run(tmp_path: Path):
    accept = {"Accept": "text/event-stream"}
    with serving(tmp_path) as first, first.api() as api:
        run_id = approved(first, SLOW_APPLY.format(seconds=3))
        with api.stream("GET", f"/runs/{run_id}/log", headers=accept) as answer:
            chunks = answer.iter_text()
            next(chunks)
            first.process.send_signal(signal.SIGTERM)
            rest = "".join(chunks)
        assert "event: end" not in rest, "the run goes on; the stream ends with the server"
        assert first.stop() == 0
    with serving(tmp_path) as second, second.api() as api:
        with api.stream("GET", f"/runs/{run_id}/log", headers=accept) as answer:
            text = "".join(answer.iter_text())
        assert "event: line" in text
        assert '"status":"applied"' in text.rpartition("event: end")[2]
