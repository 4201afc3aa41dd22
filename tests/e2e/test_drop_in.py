"""Who arrives with the guide's task definition, or with HashiCorp's habits, finds the door open."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mcp import Client, StdioServerParameters

from tests.e2e.serving import environment, free_port

pytestmark = pytest.mark.anyio

GUIDE_COMMAND = (
    *("streamable-http", "--transport-port", "{port}"),
    *("--transport-host", "0.0.0.0", "--mcp-endpoint", "/mcp"),
)
GUIDE_ENVIRONMENT = {
    "MCP_TRANSPORT": "streamable-http",
    "MCP_ALLOWED_ORIGINS": "",
    "MCP_STATELESS": "true",
}
"""Seed guide, 5.5: the command and environment of its container, unchanged but for the port."""


@contextlib.contextmanager
def container(data: Path, words: tuple[str, ...], **given: str) -> Iterator[int]:
    """Run what a container would run; yield the port once it is healthy."""
    port = free_port()
    command = [sys.executable, "-m", "sekisho", *(w.format(port=port) for w in words)]
    filled = {name: value.format(port=port) for name, value in given.items()}
    with (data / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            command,
            env=environment(SEKISHO_DATA_DIR=str(data), **filled),
            stdin=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            _wait_healthy(port, process)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                return
        time.sleep(0.02)
    raise AssertionError("the server is not healthy")


def health_check(command: str) -> int:
    """Run a container's health check as ECS does: a shell command, five seconds."""
    return subprocess.run(["sh", "-c", command], check=False, timeout=5).returncode


async def test_the_guides_container_passes_both_its_health_checks_and_a_client_connects(
    tmp_path: Path,
):
    with container(tmp_path, GUIDE_COMMAND, **GUIDE_ENVIRONMENT) as port:
        assert health_check(f"wget -q -O /dev/null http://localhost:{port}/mcp || exit 1") == 0
        balancer = {"Host": "10.0.1.5:8080", "User-Agent": "ELB-HealthChecker/2.0"}
        answer = httpx2.get(f"http://127.0.0.1:{port}/mcp", headers=balancer)
        assert answer.status_code == 200
        assert answer.json()["service"] == "sekisho"
        stream = {**balancer, "Accept": "text/event-stream"}
        answer = httpx2.get(f"http://127.0.0.1:{port}/mcp", headers=stream)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            assert (await client.list_tools()).tools
            assert not (await client.call_tool("caller_get", {})).is_error
            # Nobody set up who may plan: that is said, with what to set.
            refused = await client.call_tool("workspace_list", {})
            assert refused.is_error
            assert (refused.meta or {})["sekisho/error"]["code"] == "identity_missing"


@pytest.mark.long
async def test_inside_ecs_it_is_healthy_takes_no_runs_and_says_what_to_set(tmp_path: Path):
    inside = {"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/x"}
    more = {**GUIDE_ENVIRONMENT, **inside, "SEKISHO_AUTH": "none"}
    with container(tmp_path, GUIDE_COMMAND, **more) as port:
        for path in ("/health", "/healthz/live", "/healthz/ready", "/mcp"):
            answer = httpx2.get(f"http://127.0.0.1:{port}{path}")
            assert answer.status_code == 200, path
        assert httpx2.get(f"http://127.0.0.1:{port}/health").json()["auth"] == "none"
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            refused = await client.call_tool(
                "plan_create", {"workspace": "default", "files": {"main.tf": "# x"}}
            )
            assert refused.is_error
            assert (refused.meta or {})["sekisho/error"]["code"] == "runs_unavailable"


async def test_started_without_a_word_it_speaks_mcp_on_stdio(tmp_path: Path):
    """As `docker run -i IMAGE` does."""
    given = environment(SEKISHO_DATA_DIR=str(tmp_path))
    started = StdioServerParameters(command=sys.executable, args=["-m", "sekisho"], env=given)
    async with Client(started) as client:
        assert (await client.list_tools()).tools
        assert not (await client.call_tool("workspace_list", {})).is_error


async def test_started_without_a_word_it_serves_http_where_the_environment_says_so(tmp_path: Path):
    with container(tmp_path, (), TRANSPORT_MODE="http", TRANSPORT_PORT="{port}") as port:
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            assert (await client.list_tools()).tools


@pytest.mark.long
def test_what_is_set_without_effect_is_said_at_the_start(tmp_path: Path):
    given = {"SEKISHO_PORTS": "1", "TFE_TOKEN": "hunter2", "SEKISHO_TOOLS": "run_gett,run_get"}
    with container(tmp_path, ("serve", "--port", "{port}"), **given):
        pass
    said = (tmp_path / "stderr").read_text(encoding="utf-8")
    assert "SEKISHO_PORTS" in said
    assert "Did you mean SEKISHO_PORT?" in said
    assert "TFE_TOKEN" in said
    assert "run_gett" in said
    assert "hunter2" not in said
