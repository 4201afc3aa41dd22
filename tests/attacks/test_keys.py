"""A key of any kind, carried in any way, to every place where a run could be approved."""

from __future__ import annotations

import base64
import inspect
import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest

from sekisho.app import build
from sekisho.domain.callers import Power
from sekisho.domain.tokens import Token
from sekisho.engine.approvals import Decision
from sekisho.engine.tokens import digest
from sekisho.mcp_server.tools import TOOLS
from sekisho.settings import read_settings
from sekisho.web.console import PAGES
from tests.breadth import broad
from tests.e2e.serving import Serving, serving

pytestmark = pytest.mark.timeout(120)

MAIN = 'resource "terraform_data" "a" {\n  input = "x"\n}\n'
DECIDING = [p for p in PAGES if p.decides]
SHOWN = {p.path for p in PAGES if p.method == "GET"}
GOOD = ("read", "plan", "apply", "all", "first_version", "local")
BAD = ("expired", "revoked")
APPROVED = {"approved", "apply_queued", "applying", "applied", "rejected"}
ACCEPT = {"accept": "application/json, text/event-stream"}


class Gate:
    """A server, a run that waits for an approval there, and keys of every kind."""

    def __init__(self, server: Serving) -> None:
        self.server = server
        self.keys = keys_of(server.data)
        self.run_id = self.planned()
        self.run = server.run(self.run_id)
        self.seal = self.run["plan"]["seal"]
        self.origin = {"origin": server.url, "sec-fetch-site": "same-origin"}

    def planned(self) -> str:
        with self.server.api() as api:
            body = {"workspace": "default", "files": {"main.tf": MAIN}}
            run_id = str(api.post("/runs", json=body).raise_for_status().json()["id"])
        assert self.server.settled(run_id)["status"] == "awaiting_approval"
        return run_id

    def form(self, **more: str) -> dict[str, str]:
        told = {"seal": self.seal, "decision": "approve", "code": "AAAA-AAAA", "reason": "x"}
        return told | more

    def send(self, path: str, **request: Any) -> httpx2.Response:
        headers = httpx2.Headers({**self.origin})
        for name, value in request.pop("headers", ()):
            headers = httpx2.Headers([*headers.multi_items(), (name, value)])
        url = self.server.url + path.replace("{run_id}", self.run_id)
        data = request.pop("data", self.form())
        with httpx2.Client() as http:
            return http.post(url, data=data, headers=headers, timeout=20, **request)

    def refusals(self) -> int:
        told = ("decision.refused", "passkey.refuse")
        return sum(any(name in line for name in told) for line in self.server.lines)

    def refused_since(self, before: int, expected: int) -> int:
        """Return the refusals since, once as many as expected were read: a log line comes late."""
        until = time.monotonic() + 20
        while self.refusals() - before < expected and time.monotonic() < until:
            time.sleep(0.02)
        return self.refusals() - before

    def unapproved(self) -> None:
        run = self.server.run(self.run_id)
        assert run["status"] == "awaiting_approval"
        assert not run.get("approvals")
        assert not any("one-time code" in line for line in self.server.lines)
        shown = "\n".join(self.server.lines)
        assert not [kind for kind, key in self.keys.items() if key[:24] in shown]


def keys_of(data: Path) -> dict[str, str]:
    """Make a key of every kind, and take the one that the server left for its own user."""
    app = build(read_settings(data_dir=data, log_level="error"), serves=False)
    tokens, keys = app.engine.tokens, {}
    scopes: dict[str, tuple[Power, ...]] = {
        "read": ("read",),
        "plan": ("read", "plan"),
        "apply": ("apply",),
        "all": ("read", "plan", "apply"),
        "revoked": ("read", "plan", "apply"),
    }
    for kind, powers in scopes.items():
        token, keys[kind] = tokens.create(f"{kind}@example.jp", "attack", powers=powers)
        if kind == "revoked":
            tokens.revoke(token.id)
    keys["first_version"], keys["expired"] = "sks_" + "f" * 43, "sks_" + "e" * 43
    past = datetime.now(UTC) - timedelta(days=2)
    for kind, end in (("first_version", None), ("expired", past + timedelta(days=1))):
        app.parts.store.tokens.add(Token(f"tok-{kind}", kind, "", digest(keys[kind]), past, end))
    app.close()
    keys["local"] = (data / "local.token").read_text(encoding="utf-8").strip()
    assert set(keys) == {*GOOD, *BAD}
    return keys


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with serving(tmp_path_factory.mktemp("data")) as server:
        yield Gate(server)


def basic(key: str, user: str = "sato") -> str:
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


def carried(gate: Gate, key: str) -> dict[str, dict[str, Any]]:
    """Return the ways in which a key may come with a form."""
    encoded = "".join(f"%{byte:02x}" for byte in key.encode())
    headers = {
        "Authorization": f"Bearer {key}",
        "authorization": f"bearer {key}",
        "AUTHORIZATION": f"BEARER   {key}",
        "AuthOrization": f"Token {key}",
        "authorizatioN": key,
        "Authorization ": "",
        "Proxy-Authorization": f"Bearer {key}",
        "X-Api-Key": key,
        "x-API-key": "anything",
        "Api-Key": key,
        "X-Auth-Token": key,
        "X-Forwarded-User": key,
        "X-Team-Id": key,
        "Referer": f"https://agent.example/?k={key}",
        "User-Agent": f"agent {key}",
        "Cookie": f"session={key}",
    }
    del headers["Authorization "]
    ways: dict[str, dict[str, Any]] = {
        f"header {n}: {v.replace(key, 'KEY')}": {"headers": [(n, v)]} for n, v in headers.items()
    }
    ways["basic, as the password"] = {"headers": [("Authorization", basic(key))]}
    ways["basic, as the user"] = {"headers": [("Authorization", basic("", key))]}
    twice = [("Authorization", ""), ("Authorization", f"Bearer {key}")]
    ways["the header twice"] = {"headers": twice}
    ways["the token cookie"] = {"headers": [("Cookie", f"sekisho_csrf={key}")]}
    ways["a cookie, encoded"] = {"headers": [("Cookie", f"sekisho_session={encoded}")]}
    for name in ("token", "access_token", "key", "code"):
        ways[f"query {name}"] = {"params": {name: key}}
        ways[f"form {name}"] = {"data": gate.form(**{name: key})}
    ways["query, encoded"] = {"params": {"q": encoded}}
    ways["a field's name"] = {"data": gate.form(**{key: "1"})}
    ways["inside a comment"] = {"data": gate.form(comment=f"with {key}.")}
    return ways


@pytest.mark.parametrize("page", DECIDING, ids=lambda p: p.path)
def test_no_way_of_carrying_a_key_decides_at_the_console(gate: Gate, page: Any):
    before = gate.refusals()
    ways = carried(gate, gate.keys["all"])

    for way, request in ways.items():
        answer = gate.send(page.path, **request)
        assert (answer.status_code, "decision_not_here" in answer.text) == (403, True), way

    gate.unapproved()
    assert gate.refused_since(before, len(ways)) == len(ways), "each left its line in the log"


@pytest.mark.parametrize("kind", broad(*GOOD, *BAD, quick=(3, 5, 7)))
def test_no_kind_of_key_decides_at_the_console(gate: Gate, kind: str):
    key, before = gate.keys[kind], gate.refusals()
    ways: tuple[dict[str, Any], ...] = (
        {"headers": [("Authorization", f"Bearer {key}")]},
        {"headers": [("Cookie", f"sekisho={key}")]},
        {"data": gate.form(code=key)},
    )

    for page in DECIDING:
        for request in ways:
            answer = gate.send(page.path, **request)
            assert (answer.status_code, "decision_not_here" in answer.text) == (403, True)

    gate.unapproved()
    expected = len(DECIDING) * len(ways)
    assert gate.refused_since(before, expected) == expected


def test_the_deciding_pages_are_all_that_ask_for_a_proof():
    of_runs = {p.path.rpartition("/")[2] for p in DECIDING if p.path.startswith("/runs/")}
    others = {p.path for p in DECIDING if not p.path.startswith("/runs/")}
    assert of_runs == {"code", "challenge", "fresh", *get_args(Decision)}
    assert others == {
        f"/passkeys{end}" for end in ("", "/ask", "/creation", "/{passkey_id}/remove")
    }
    assert all(p.method == "POST" for p in DECIDING)


@pytest.mark.parametrize("kind", [*GOOD, *BAD])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_no_key_decides_at_the_api(gate: Gate, kind: str, verb: str):
    before, path = gate.refusals(), f"/api/v1/runs/{gate.run_id}/{verb}"
    key = gate.keys[kind]
    wanted = (403, "decision_not_here") if kind in GOOD else (401, "credential_invalid")
    ways: list[tuple[tuple[int, str], dict[str, Any]]] = [
        (wanted, {"headers": {"Authorization": f"Bearer {key}"}}),
        (wanted, {"headers": {"AUTHORIZATION": f"bEaReR {key}"}}),
        ((401, "credential_invalid"), {"headers": {"Authorization": basic(key)}}),
        ((401, "credential_needed"), {"headers": {"X-Api-Key": key}}),
        ((401, "credential_needed"), {"headers": {"Cookie": f"token={key}"}}),
        ((401, "credential_needed"), {"params": {"token": key}}),
    ]

    with httpx2.Client(base_url=gate.server.url) as http:
        for expected, request in ways:
            answer = http.post(path, json={"seal": gate.seal, "code": key}, **request)
            assert (answer.status_code, answer.json()["error"]["code"]) == expected
            assert key not in answer.text

    gate.unapproved()
    assert gate.refused_since(before, len(ways)) == len(ways)


def tool_called(gate: Gate, key: str, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """Call a tool over HTTP, and return the answer as it came."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    body = {**call, "params": {"name": tool, "arguments": arguments}}
    headers = {**ACCEPT, "Authorization": f"Bearer {key}"}
    answer = httpx2.post(f"{gate.server.url}/mcp", json=body, headers=headers, timeout=30)
    if answer.status_code != 200:
        return answer.json()
    data = next(row for row in answer.text.splitlines() if row.startswith("data: "))
    return json.loads(data.removeprefix("data: "))


@pytest.mark.parametrize("kind", broad(*GOOD, *BAD, quick=(3, 5, 7)))
def test_no_tool_approves_whatever_key_calls_it(gate: Gate, kind: str):
    run_id, key = gate.planned(), gate.keys[kind]
    given = {"run_id": run_id, "workspace": "default", "name": "default", "address": "a.b"}
    given |= {"files": {"main.tf": MAIN}}

    for tool in sorted(TOOLS, key=lambda t: t.destructive):
        takes = inspect.signature(tool.function).parameters
        tool_called(gate, key, tool.name, **{k: v for k, v in given.items() if k in takes})
    for name in ("run_approve", "run_reject", "approval_create", "approve", "code_get"):
        answer = tool_called(gate, key, name, run_id=run_id, seal=gate.seal)
        assert "error" in answer or answer["result"]["isError"], name

    run = gate.server.run(run_id)
    assert run["status"] not in APPROVED
    assert not run.get("approvals")
    gate.unapproved()


def test_a_websocket_with_a_key_opens_nowhere(gate: Gate):
    host, port = "127.0.0.1", gate.server.port
    paths = [p.path for p in DECIDING] + ["/api/v1/runs/{run_id}/approve", "/mcp"]
    for path in paths:
        head = f"GET {path.replace('{run_id}', gate.run_id)} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        head += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        head += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        head += f"Authorization: Bearer {gate.keys['all']}\r\n\r\n"
        with socket.create_connection((host, port), timeout=20) as raw:
            raw.sendall(head.encode())
            status = raw.recv(4096).split(b" ", 2)[1]
        allowed = {b"401", b"403", b"404", b"405", b"200"} | ({b"303"} if path in SHOWN else set())
        assert status in allowed, path
        assert status != b"101"
    gate.unapproved()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_no_other_method_decides(gate: Gate, method: str):
    headers = {**gate.origin, "Authorization": f"Bearer {gate.keys['all']}"}
    with httpx2.Client(base_url=gate.server.url) as http:
        for page in DECIDING:
            path = page.path.replace("{run_id}", gate.run_id)
            answer = http.request(method, path, headers=headers, params=gate.form())
            shows = method in ("GET", "HEAD") and page.path in SHOWN
            assert answer.status_code == (303 if shows else 405)
    gate.unapproved()


@pytest.mark.long
def test_who_holds_a_key_can_neither_guess_a_code_nor_use_it_up(tmp_path: Path):
    """Its own server: here a code is shown."""
    with serving(tmp_path) as server:
        gate = Gate(server)
        path = f"/runs/{gate.run_id}"
        assert gate.send(f"{path}/code").status_code == 303
        code = server.code()
        key = [("Authorization", f"Bearer {gate.keys['all']}")]
        for guess in (*(f"AAAA-{n:04}".replace("0", "B") for n in range(40)), code):
            tried = gate.send(f"{path}/approve", data=gate.form(code=guess), headers=key)
            assert "decision_not_here" in tried.text
        assert server.run(gate.run_id)["status"] == "awaiting_approval"
        assert gate.send(f"{path}/approve", data=gate.form(code=code)).status_code == 303
        assert server.run(gate.run_id)["status"] == "approved"


@pytest.mark.long
def test_guessing_a_code_without_a_key_voids_it(tmp_path: Path):
    with serving(tmp_path) as server:
        gate = Gate(server)
        assert gate.send("/runs/{run_id}/code").status_code == 303
        code = server.code()
        for guess in ("ABCD-EFGH", "", "AAAA", "x" * 900, "承認", code):
            tried = gate.send("/runs/{run_id}/approve", data=gate.form(code=guess))
            assert "code_wrong" in tried.text
        assert server.run(gate.run_id)["status"] == "awaiting_approval"


@pytest.mark.long
def test_beyond_loopback_nothing_is_there_that_decides(tmp_path: Path):
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        gate = Gate(server)
        for page in DECIDING:
            for headers in ([], [("Authorization", f"Bearer {gate.keys['all']}")]):
                assert gate.send(page.path, headers=headers).status_code == 404
        gate.unapproved()
