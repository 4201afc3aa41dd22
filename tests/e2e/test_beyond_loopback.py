"""A server that others can reach, as the team's guide runs it: behind a load balancer."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.breadth import broad
from tests.e2e.serving import failing, serving
from tests.e2e.test_access import a_key

pytestmark = pytest.mark.timeout(60)

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
CALL |= {"params": {"name": "caller_get", "arguments": {}}}
ACCEPT = {"accept": "application/json, text/event-stream"}


def test_both_health_checks_of_the_guide_pass_and_nothing_else_does(tmp_path: Path):
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        if shutil.which("wget"):
            asked = ["wget", "-q", "-O", "/dev/null", f"http://localhost:{server.port}/mcp"]
            assert subprocess.run(asked, timeout=20, check=False).returncode == 0
        balancer = {"host": "10.0.1.5:8080", "user-agent": "ELB-HealthChecker/2.0"}
        answer = httpx2.get(f"{server.url}/mcp", headers=balancer)
        assert answer.status_code == 200
        assert answer.json()["service"] == "sekisho"
        stream = httpx2.get(f"{server.url}/mcp", headers={"accept": "text/event-stream"})
        assert (stream.status_code, stream.headers["allow"]) == (405, "POST")
        front = httpx2.get(f"{server.url}/", headers=balancer)
        assert front.json()["endpoint"] == "/mcp"
        nowhere = httpx2.get(f"{server.url}/runs", headers=balancer)
        assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "path_unknown")
        page = {**ACCEPT, "origin": "http://10.0.1.5:8080", **balancer}
        assert httpx2.post(f"{server.url}/mcp", json=CALL, headers=page).status_code == 403
        advice = [line for line in server.lines if "edge.any_host" in line]
        assert len(advice) == 1
        assert "SEKISHO_PUBLIC_URL" in advice[0]
        assert any("edge.plain_http" in line for line in server.lines)


def code_in(body: dict[str, Any]) -> str:
    """The code of a refusal: the edge's, or a face's in the protocol's form."""
    error = body["error"]
    return error["data"]["sekisho/error"]["code"] if "data" in error else error["code"]


def test_the_operators_words_about_the_edge_are_kept(tmp_path: Path):
    more = {
        "SEKISHO_PUBLIC_URL": "https://sekisho.example.jp",
        "SEKISHO_ENDPOINT": "/tf/mcp/",
        "SEKISHO_REDIRECT_ROOT": "https://wiki.example.jp/sekisho",
        "SEKISHO_RATE_LIMIT_CALLER": "0.01:2",
        "SEKISHO_REMOTE_IP": "x-forwarded-for",
        "SEKISHO_TRUSTED_HOPS": "1",
    }
    with serving(tmp_path, "--host", "0.0.0.0", **more) as server:
        front = httpx2.get(server.url)
        assert (front.status_code, front.headers["location"]) == (
            303,
            more["SEKISHO_REDIRECT_ROOT"],
        )
        assert front.headers["strict-transport-security"].startswith("max-age=")
        for path in ("/tf/mcp", "/tf/mcp/"):
            answer = httpx2.get(f"{server.url}{path}", headers={"host": "10.0.1.5"})
            assert answer.json()["endpoint"] == "https://sekisho.example.jp/tf/mcp"
        assert httpx2.get(f"{server.url}/health").json()["endpoint"] == "/tf/mcp"
        told = [line for line in server.lines if "MCP https://sekisho.example.jp/tf/mcp" in line]
        assert told
        assert not [line for line in server.lines if "edge." in line]

        a_key(server)  # from here on a credential is wanted

        def codes(address: str, **headers: str) -> list[tuple[int, str]]:
            sent = {**ACCEPT, "x-forwarded-for": f"6.6.6.6, {address}", **headers}
            url = f"{server.url}/tf/mcp/"
            answers = [httpx2.post(url, json=CALL, headers=sent) for _ in range(3)]
            return [(a.status_code, code_in(json.loads(a.text))) for a in answers]

        needed, limited = (401, "credential_needed"), (429, "rate_limited")
        assert codes("1.1.1.1") == [needed, needed, limited]
        assert codes("1.1.1.2") == [needed, needed, limited]
        assert codes("1.1.1.3", host="evil.example") == [(421, "host_refused")] * 3


@pytest.mark.parametrize("endpoint", broad("/health", "/api/v1", "/uploads", "/runs/x", quick=(1,)))
def test_an_endpoint_where_something_else_is_ends_the_start(tmp_path: Path, endpoint: str):
    said = failing(tmp_path, SEKISHO_ENDPOINT=endpoint)
    assert "setting_invalid" in said
    assert "SEKISHO_ENDPOINT" in said
