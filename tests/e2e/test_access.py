"""Who may ask: keys, the auth modes, and a server that is healthy and takes no runs."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters

from sekisho.cli import main
from sekisho.mcp_server.tools import TOOLS
from tests.breadth import broad
from tests.e2e.serving import Serving, environment, serving

pytestmark = pytest.mark.timeout(120)

MAIN = 'resource "terraform_data" "a" {\n  input = "x"\n}\n'
ORDER = {"workspace": "default", "files": {"main.tf": MAIN}}
ACCEPT = {"accept": "application/json, text/event-stream"}
EVERYWHERE = ("--host", "0.0.0.0")
KNOWLEDGE = {t.name for t in TOOLS if t.knowledge}
RUN_ARGUMENTS = {
    "workspace_get": {"name": "default"},
    "config_upload": {"workspace": "default"},
    "config_validate": ORDER,
    "config_format": {"files": {"a.tf": "x"}},
    "plan_create": ORDER,
    "output_get": {"workspace": "default"},
    "state_list": {"workspace": "default"},
    "state_get": {"workspace": "default", "address": "a.b"},
}
ECS = {"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/0123"}


@dataclasses.dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def command(server: Serving, *words: str, **more: str) -> Done:
    """Run a command on the server's machine, with its data folder: beside the server's process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"SEKISHO_URL": server.url, **more}.items():
            patch.setenv(name, value)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*words, "--data-dir", str(server.data)])
    return Done(code, out.getvalue(), err.getvalue())


def a_key(server: Serving, *more: str) -> str:
    made = command(server, "token", "create", "sato@example.jp", "--client", "kiro", *more)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def post(server: Serving, key: str | None, body: dict[str, Any], **more: str) -> httpx2.Response:
    given = {**ACCEPT, **more} | ({"Authorization": f"Bearer {key}"} if key else {})
    headers = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
    return httpx2.post(f"{server.url}/mcp", json=body, headers=headers, timeout=30)


def rpc(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    data = next(row for row in answer.text.splitlines() if row.startswith("data: "))
    return json.loads(data.removeprefix("data: "))["result"]


def tool(
    server: Serving, key: str | None, name: str, arguments: dict[str, Any], **more: str
) -> dict[str, Any]:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    body = {**call, "params": {"name": name, "arguments": arguments}}
    return rpc(post(server, key, body, **more))


def code_of(result: dict[str, Any]) -> str:
    return str(result["_meta"]["sekisho/error"]["code"]) if result.get("isError") else "ok"


def api(server: Serving, key: str | None = None, **more: str) -> httpx2.Client:
    headers = {**more} | ({"Authorization": f"Bearer {key}"} if key else {})
    return httpx2.Client(base_url=f"{server.url}/api/v1", headers=headers)


def refused(answer: httpx2.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    ours = error["data"]["sekisho/error"] if "data" in error else error
    return answer.status_code, str(ours["code"])


def every_run_tool(server: Serving, key: str | None) -> dict[str, str]:
    given = {t.name: RUN_ARGUMENTS.get(t.name, {"run_id": "run-x"}) for t in TOOLS}
    given |= {"workspace_list": {}, "run_list": {}, "caller_get": {}}
    return {name: code_of(tool(server, key, name, sent)) for name, sent in given.items()}


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("keyless"), *EVERYWHERE) as server:
        yield server


@pytest.mark.long
def test_beyond_loopback_without_a_key_only_knowledge_answers_and_the_rest_says_what_to_set(
    keyless: Serving,
):
    health = httpx2.get(f"{keyless.url}/health").json()
    assert (health["auth"], health["runs"]) == ("keys", "available")
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {}}
    hello["clientInfo"] = {"name": "t", "version": "1"}
    start = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    assert rpc(post(keyless, None, start))["serverInfo"]["name"] == "sekisho"
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    assert len(rpc(post(keyless, None, listing))["tools"]) == len(TOOLS)

    codes = every_run_tool(keyless, None)
    assert {n for n, code in codes.items() if code == "ok"} == KNOWLEDGE
    assert set(codes.values()) == {"ok", "identity_missing"}
    told = tool(keyless, None, "caller_get", {})["structuredContent"]
    assert told["powers"] == []
    assert "sekisho token create PERSON" in " ".join(told["next"])
    assert "SEKISHO_AUTH=none" in " ".join(told["next"])
    with api(keyless) as http:
        assert refused(http.get("/runs")) == (503, "identity_missing")
        assert refused(http.post("/runs", json=ORDER)) == (503, "identity_missing")
    assert sum("identity.missing" in line for line in keyless.lines) == 1
    with keyless.api() as http:
        assert http.get("/runs").status_code == 200, "the local token is its user's still"


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/openid-configuration",
    ],
)
def test_there_is_no_sign_in_to_be_found(keyless: Serving, path: str):
    assert refused(httpx2.get(keyless.url + path)) == (404, "path_unknown")


def test_as_soon_as_there_is_a_key_one_is_wanted(tmp_path: Path):
    with serving(tmp_path, *EVERYWHERE) as server:
        assert code_of(tool(server, None, "run_list", {})) == "identity_missing"
        key = a_key(server)
        answer = post(server, None, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert refused(answer) == (401, "credential_needed")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert code_of(tool(server, key, "run_list", {})) == "ok"
        mistyped = post(server, key[:-1], {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert refused(mistyped) == (401, "credential_mistyped")
        with api(server) as http:
            assert refused(http.get("/runs")) == (401, "credential_needed")
        assert not any(key[:20] in line for line in server.lines)


def test_a_key_does_what_its_scope_says_on_every_face(tmp_path: Path):
    with serving(tmp_path, SEKISHO_AUTH="keys") as server:
        reads, plans = a_key(server, "--scope", "read"), a_key(server, "--scope", "read,plan")
        everything = a_key(server)
        assert refused(post(server, None, {})) == (401, "credential_needed")
        assert code_of(tool(server, reads, "plan_create", ORDER)) == "power_missing"
        run = tool(server, plans, "plan_create", ORDER)["structuredContent"]
        assert code_of(tool(server, reads, "run_get", {"run_id": run["id"]})) == "ok"
        for name in ("run_cancel", "run_discard", "run_apply"):
            assert code_of(tool(server, reads, name, {"run_id": run["id"]})) == "power_missing"
        server.settled(run["id"])
        server.approve(run["id"])
        assert code_of(tool(server, plans, "run_apply", {"run_id": run["id"]})) == "power_missing"
        with api(server, reads) as http:
            assert http.get("/runs").status_code == 200
            assert refused(http.post("/runs", json=ORDER)) == (403, "power_missing")
            for verb in ("cancel", "discard", "apply"):
                answer = http.post(f"/runs/{run['id']}/{verb}")
                assert refused(answer) == (403, "power_missing")
        with api(server, plans) as http:
            answer = http.post(f"/runs/{run['id']}/apply")
            assert refused(answer) == (403, "power_missing")
        assert server.run(run["id"])["status"] == "approved"
        assert code_of(tool(server, everything, "run_apply", {"run_id": run["id"]})) == "ok"
        assert server.settled(run["id"])["status"] == "applied"
        told = tool(server, plans, "caller_get", {})["structuredContent"]
        assert told["powers"] == ["read", "plan"]
        assert any("--scope read,plan,apply" in step for step in told["next"])
        listed = command(server, "token", "list", "--json")
        rows = {tuple(r["scope"]): r for r in json.loads(listed.stdout) if not r["local"]}
        assert rows["read",]["last_used_at"] is not None
        assert {r["state"] for r in rows.values()} == {"good"}
        assert "digest" not in listed.stdout
        assert reads not in listed.stdout


def test_without_keys_everybody_reads_and_plans_and_health_and_log_say_so(tmp_path: Path):
    with serving(tmp_path, *EVERYWHERE, SEKISHO_AUTH="none") as server:
        health = httpx2.get(f"{server.url}/health").json()
        assert health["auth"] == "none"
        assert "without a key" in health["auth_note"]
        assert "キー" in health["auth_note_ja"]
        assert [line for line in server.lines if "auth.none" in line and "warning" in line]
        run = tool(server, None, "plan_create", ORDER)["structuredContent"]
        assert run["requested_by"] == {
            "person": "anybody",
            "via": run["requested_by"]["via"],
            "proof": "none",
        }
        assert server.settled(run["id"])["status"] == "awaiting_approval"
        assert code_of(tool(server, None, "run_apply", {"run_id": run["id"]})) == "power_missing"
        told = tool(server, None, "caller_get", {})["structuredContent"]
        assert told["powers"] == ["read", "plan"]
        assert told["auth"].startswith("none:")
        path = f"/runs/{run['id']}"
        with api(server) as http:
            assert http.get(path).status_code == 200
            assert refused(http.post(f"{path}/apply")) == (403, "power_missing")
            assert refused(http.post(f"{path}/approve")) == (403, "decision_not_here")
        for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-origin"}):
            with api(server, **header) as http:
                assert refused(http.get(path)) == (403, "origin_refused")
        with api(server, Host="rebound.example") as http:
            assert refused(http.get(path)) == (403, "origin_refused")


@pytest.mark.long
def test_a_claimed_team_is_shown_with_the_run_and_in_the_audit_and_gives_nothing(tmp_path: Path):
    with serving(tmp_path, *EVERYWHERE) as server:
        key = a_key(server, "--scope", "read,plan")
        team = ("基盤\u202e<b> " + "x" * 500).encode().decode("latin-1")
        made = tool(server, key, "plan_create", ORDER, **{"X-Team-Id": team})["structuredContent"]
        claim = made["requested_by"]["claimed_team"]
        assert claim.startswith("基盤<b> x"), "inert, and in its own script"
        assert len(claim) <= 64
        assert made["requested_by"]["person"] == "sato@example.jp"
        with server.api() as http:
            records = http.get("/audit", params={"run_id": made["id"]}).json()["records"]
            assert records[0]["caller"]["claimed_team"] == claim
        with api(server, key, **{"X-Team-Id": "infra"}) as http:
            order = {**ORDER, "message": "again"}
            again = http.post("/runs", json=order).json()
            assert again["requested_by"]["claimed_team"] == "infra"
        verified = command(server, "audit", "verify")
        assert verified.returncode == 0, verified.stderr


@pytest.mark.long
def test_all_keys_of_a_person_end_at_once(tmp_path: Path):
    with serving(tmp_path, *EVERYWHERE) as server:
        keys = [a_key(server), a_key(server, "--scope", "read", "--scope", "plan", "--days", "7")]
        soon = command(server, "token", "list")
        assert "ends soon" in soon.stdout
        assert "warning" in soon.stderr
        assert [code_of(tool(server, k, "run_list", {})) for k in keys] == ["ok", "ok"]
        ended = command(server, "token", "revoke", "--person", "sato@example.jp")
        assert (ended.returncode, ended.stdout.split()[0]) == (0, "2")
        for key in keys:
            answer = post(server, key, {})
            assert refused(answer) == (401, "credential_invalid")
        again = command(server, "token", "revoke", "--person", "sato@example.jp")
        assert (again.returncode, "token_unknown" in again.stderr) == (1, True)
        for wrong in (("--scope", "approve"), ("--scope", ""), ("--days", "0"), ("--days", "367")):
            made = command(server, "token", "create", "ito", *wrong)
            assert (made.returncode, made.stdout) == (1, "")
            assert "arguments_invalid" in made.stderr


def test_inside_ecs_the_server_is_healthy_takes_no_runs_and_says_what_to_set(tmp_path: Path):
    with serving(tmp_path, *EVERYWHERE, **ECS) as server:
        health = httpx2.get(f"{server.url}/health").json()
        assert (health["status"], health["runs"]) == ("ok", "unavailable")
        for words in (health["runs_note"], health["runs_note_ja"]):
            assert "ECS" in words
            assert "DynamoDB" in words
        assert httpx2.get(f"{server.url}/healthz/ready").status_code == 200
        assert not any("worker.start" in line for line in server.lines)
        assert sum("runs.unavailable" in line for line in server.lines) == 1
        local = (server.data / "local.token").read_text(encoding="utf-8").strip()
        for key in (None, local):
            codes = every_run_tool(server, key)
            assert {n for n, code in codes.items() if code == "ok"} == KNOWLEDGE
            assert set(codes.values()) == {"ok", "runs_unavailable"}
        with api(server, local) as http:
            for path in ("/runs", "/runs/r", "/runs/r/log", "/workspaces", "/workspaces/default"):
                assert refused(http.get(path)) == (503, "runs_unavailable")
            assert refused(http.post("/runs", json=ORDER)) == (503, "runs_unavailable")
            assert refused(http.post("/runs/r/apply")) == (503, "runs_unavailable")
        upload = httpx2.put(f"{server.url}/uploads/secret", content=b"x")
        assert refused(upload) == (503, "runs_unavailable")
        for words in (
            ("lock", "default", "--reason", "x"),
            ("unlock", "default"),
            ("store", "prune"),
            ("worker",),
        ):
            done = command(server, *words, **ECS)
            assert (done.returncode, "runs_unavailable" in done.stderr) == (1, True), words
        asked = command(server, "run", "list", **ECS)
        assert (asked.returncode, "runs_unavailable" in asked.stderr) == (1, True)
        assert command(server, "token", "list", **ECS).returncode == 0
        assert command(server, "audit", "verify", **ECS).returncode == 0


@pytest.mark.long
def test_inside_ecs_the_console_of_loopback_takes_no_runs_either(tmp_path: Path):
    with serving(tmp_path, **ECS) as server:
        for path in ("/", "/runs/r", "/workspaces"):
            page = httpx2.get(server.url + path)
            assert (page.status_code, "runs_unavailable" in page.text) == (503, True)


@pytest.mark.long
@pytest.mark.anyio
async def test_inside_ecs_stdio_answers_with_what_to_set(tmp_path: Path):
    asked = StdioServerParameters(
        command=sys.executable,
        args=["-m", "sekisho", "stdio", "--data-dir", str(tmp_path)],
        env=environment(**ECS),
    )
    async with Client(asked) as client:
        assert not (await client.call_tool("caller_get", {})).is_error
        result = await client.call_tool("plan_create", ORDER)
        assert result.is_error
        assert "runs_unavailable" in str(result.content)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("given", "powers"),
    broad(
        ({"SEKISHO_HOST": "0.0.0.0"}, ["read", "plan", "apply"]),
        ({"SEKISHO_AUTH": "keys"}, ["read", "plan", "apply"]),
        ({"SEKISHO_AUTH": "none"}, ["read", "plan"]),
        quick=(2,),
    ),
)
async def test_who_starts_stdio_is_on_this_machine(
    tmp_path: Path, given: dict[str, str], powers: list[str]
):
    asked = StdioServerParameters(
        command=sys.executable,
        args=["-m", "sekisho", "stdio", "--data-dir", str(tmp_path)],
        env=environment(**given),
    )
    async with Client(asked) as client:
        answer = await client.call_tool("caller_get", {})
        assert answer.structured_content
        assert answer.structured_content["powers"] == powers
        assert not (await client.call_tool("run_list", {})).is_error


@pytest.mark.long
def test_a_local_token_that_others_could_read_is_replaced(tmp_path: Path):
    with serving(tmp_path) as server:
        kept = (tmp_path / "local.token").read_text(encoding="utf-8")
        assert (tmp_path / "local.token").stat().st_mode & 0o777 == 0o600
        server.stop()
    with serving(tmp_path):
        assert (tmp_path / "local.token").read_text(encoding="utf-8") == kept
    (tmp_path / "local.token").chmod(0o644)
    with serving(tmp_path) as server:
        fresh = (tmp_path / "local.token").read_text(encoding="utf-8").strip()
        assert fresh != kept.strip()
        assert (tmp_path / "local.token").stat().st_mode & 0o777 == 0o600
        with api(server, kept.strip()) as http:
            assert refused(http.get("/runs")) == (401, "credential_invalid")
        with api(server, fresh) as http:
            assert http.get("/runs").status_code == 200
