"""The edge over real HTTP: names, pages, paces, sizes, and what every answer carries."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from sekisho.edge.connections import GuardedConnection
from sekisho.edge.crowds import HEAD_BYTES
from sekisho.edge.options import Pace
from sekisho.views.call_errors import META
from tests.faces.house import House, build
from tests.faces.serving import serving

ACCEPT = {"accept": "application/json, text/event-stream"}
CALL: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
CALL["params"] = {"name": "workspace_list", "arguments": {}}
EVIL = "https://evil.example"
HEALTH = ("/health", "/healthz/live", "/healthz/ready", "/mcp")


@contextlib.contextmanager
def reached(house: House, **edge: Any) -> Iterator[httpx2.Client]:
    """Serve, and give a client."""
    with serving(house, **edge) as url, httpx2.Client(base_url=url, timeout=20) as http:
        yield http


def call(http: httpx2.Client, **headers: str) -> httpx2.Response:
    """Call a tool."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.post("/mcp", json=CALL, headers={**ACCEPT, **named})


def code(answer: httpx2.Response) -> str:
    """The code of a refusal; a refused call of MCP is answered as JSON-RPC."""
    body = answer.json()
    if "jsonrpc" in body:
        assert answer.request.url.path == "/mcp"
        return body["error"]["data"][META]["code"]
    assert (answer.request.method, answer.request.url.path) != ("POST", "/mcp")
    return body["error"]["code"]


def preflight(
    http: httpx2.Client, origin: str, path: str = "/mcp", asked: str = "content-type"
) -> httpx2.Response:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
    }
    return http.request("OPTIONS", path, headers=headers)


# --- names ---


@pytest.mark.parametrize("path", HEALTH)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_load_balancer_checks_by_whatever_name_it_knows(house: House, method: str, path: str):
    with reached(house) as http:
        for host in ("10.0.1.5:8080", "evil.example", "a b"):
            assert http.request(method, path, headers={"host": host}).status_code == 200


def test_a_stream_that_is_not_there_is_said_to_be_not_there_by_any_name(house: House):
    with reached(house) as http:
        headers = {"host": "10.0.1.5:8080", "accept": "text/event-stream"}
        answer = http.get("/mcp", headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/mcp", "/api/v1/runs", "/uploads/x", "/nowhere"])
def test_a_foreign_name_reaches_nothing_else(house: House, path: str):
    with reached(house, origins=("https://a.example",)) as http:
        for host in ("10.0.1.5:8080", "evil.example", "127.0.0.1.evil.example", "a b", ""):
            answer = http.post(path, json=CALL, headers={**ACCEPT, "host": host})
            assert (answer.status_code, code(answer)) == (421, "host_refused"), host


def test_two_names_are_none(house: House):
    with reached(house) as http:
        head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nContent-Length: 0\r\n"
        assert said(http, head + "Connection: close\r\n\r\n").startswith(b"HTTP/1.1 421")


def test_beyond_loopback_names_are_checked_once_the_operator_gave_one(house: House):
    token = {"authorization": f"Bearer {house.token()}", "host": "anything.example"}
    with reached(house, loopback=False) as http:
        assert call(http, **token).status_code == 200
        page = http.post(
            "/mcp", json=CALL, headers={**ACCEPT, **token, "origin": "http://anything.example"}
        )
        assert code(page) == "origin_refused", "a rebound name is caught by its origin"
    with reached(house, loopback=False, named=True, hosts=("sekisho.example",)) as http:
        assert code(call(http, **token)) == "host_refused"
        assert call(http, **{**token, "host": "Sekisho.example:443"}).status_code == 200


# --- pages ---


def test_a_page_of_an_allowed_origin_can_read_everything(house: House):
    origin = "https://portal.example.jp"
    with reached(house, origins=(origin,)) as http:
        told = preflight(http, origin, asked="Authorization, content-type,Mcp-Param-Region,x-evil")
        assert told.status_code == 204
        assert told.headers["access-control-allow-origin"] == origin
        assert told.headers["access-control-allow-headers"] == (
            "authorization, content-type, mcp-param-region"
        )
        assert "POST" in told.headers["access-control-allow-methods"]
        assert "Origin" in told.headers.get_list("vary")
        answers = {
            200: call(http, origin=origin),
            401: call(http, origin=origin, authorization="Bearer wrong"),
            405: http.delete("/mcp", headers={"origin": origin}),
            413: http.post("/mcp", content=b"x" * 2**21, headers={"origin": origin}),
            404: http.get("/api/v1/x", headers={"origin": origin}),
        }
        for status, answer in answers.items():
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == origin
            assert "Mcp-Session-Id" in answer.headers["access-control-expose-headers"]
            assert "access-control-allow-credentials" not in answer.headers
            assert "Origin" in answer.headers.get_list("vary")


def test_a_page_of_a_public_address_may_call_a_private_one_where_it_is_allowed(house: House):
    asked = {
        "access-control-request-method": "POST",
        "access-control-request-private-network": "true",
    }
    with reached(house, origins=("https://a.example",)) as http:
        told = http.request("OPTIONS", "/mcp", headers={**asked, "origin": "https://a.example"})
        assert told.headers["access-control-allow-private-network"] == "true"
        told = http.request("OPTIONS", "/mcp", headers={**asked, "origin": EVIL})
        assert told.status_code == 403


@pytest.mark.parametrize("path", ["/mcp", "/api/v1/runs", "/uploads/x"])
@pytest.mark.parametrize("mode", ["strict", "development"])
@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost.evil.example"])
def test_a_foreign_page_is_refused_and_told_nothing(
    house: House, origin: str, mode: str, path: str
):
    with reached(house, cors_mode=mode) as http:
        for answer in (
            preflight(http, origin, path),
            http.post(path, json=CALL, headers={**ACCEPT, "origin": origin}),
            http.get(path, headers={"origin": origin}),
        ):
            assert (answer.status_code, code(answer)) == (403, "origin_refused")
            assert not [h for h in answer.headers if h.startswith("access-control-")]


def test_two_origins_are_refused(house: House):
    with reached(house, cors_mode="disabled") as http:
        head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nOrigin: null\r\n"
        answer = said(http, head + "Content-Length: 0\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 403")


def test_development_lets_pages_of_this_machine_in_as_its_person(house: House):
    with reached(house, cors_mode="development") as http:
        for origin in ("http://localhost:6274", "https://127.0.0.1", "http://[::1]:1"):
            answer = call(http, origin=origin)
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == origin


def test_disabled_lets_any_page_in_but_never_as_the_person_of_loopback(house: House):
    with reached(house, cors_mode="disabled") as http:
        assert call(http).status_code == 200, "no page: the open loopback default"
        for origin in (EVIL, "null", "http://localhost:6274", "vscode-webview://1"):
            assert preflight(http, origin).headers["access-control-allow-origin"] == origin
            nobody = call(http, origin=origin)
            assert (nobody.status_code, code(nobody)) == (401, "credential_needed")
            assert nobody.headers["access-control-allow-origin"] == origin
            for wrong in ("", "Basic x", "Bearer wrong"):
                assert call(http, origin=origin, authorization=wrong).status_code == 401
            somebody = call(http, origin=origin, authorization=f"Bearer {house.token()}")
            assert somebody.status_code == 200
            assert somebody.headers["access-control-allow-origin"] == origin


# --- paces ---


def test_each_caller_has_a_pace_and_hears_when_to_go_on(house: House):
    tokens = [f"Bearer {house.token()}" for _ in range(2)]
    origin = "https://a.example"
    with reached(house, rate_caller=Pace(0.5, 3), origins=(origin,)) as http:
        for token in tokens:  # a credential is its address until it was found good
            assert call(http, authorization=token).status_code == 200
        for token in tokens:
            got = [call(http, authorization=token).status_code for _ in range(4)]
            assert got == [200, 200, 200, 429]
        late = call(http, authorization=tokens[0], origin=origin)
        assert code(late) == "rate_limited"
        assert late.headers["retry-after"] == "2"
        assert late.headers["access-control-allow-origin"] == origin
        assert "Retry-After" in late.headers["access-control-expose-headers"]
        assert [http.get(path).status_code for path in HEALTH * 3] == [200] * 12
        house.clock.advance(2)
        got = [call(http, authorization=tokens[0]).status_code for _ in range(2)]
        assert got == [200, 429]


def test_guessing_credentials_is_no_way_around_the_pace(house: House):
    with reached(house, rate_caller=Pace(0.5, 3)) as http:
        got = [call(http, authorization=f"Bearer {n}").status_code for n in range(6)]
        assert got == [401, 401, 401, 429, 429, 429]


def test_everybody_together_has_a_pace(house: House):
    edge = {"rate": Pace(1, 2), "remote_ip": "x-forwarded-for", "trusted_hops": 1}
    with reached(house, **edge) as http:
        got = [call(http, x_forwarded_for=f"1.1.1.{n}").status_code for n in range(4)]
        assert got == [200, 200, 429, 429]
    refused = [fields for name, fields in house.journal.events if name == "http.refused"]
    assert refused[0]["client"] == "1.1.1.2"
    assert refused[0]["code"] == "rate_limited"


# --- sizes and times ---


def said(http: httpx2.Client, *parts: str | bytes) -> bytes:
    """Send bytes as they are; return all that comes back."""
    where = urlsplit(str(http.base_url))
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        for part in parts:
            with contextlib.suppress(OSError):
                line.sendall(part.encode() if isinstance(part, str) else part)
        answer = b""
        with contextlib.suppress(OSError):
            while chunk := line.recv(65536):
                answer += chunk
        return answer


def test_a_body_over_the_cap_is_refused_announced_or_not(house: House):
    head = "POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    with reached(house, body_bytes=1000) as http:
        assert code(http.post("/api/v1/runs", content=b"x" * 1001)) == "body_too_large"
        assert http.post("/api/v1/runs", content=b"x" * 1000).status_code == 401
        announced = said(http, head + "Content-Length: 999999999999\r\n\r\n")
        assert announced.startswith(b"HTTP/1.1 413")
        chunks = b"".join(b"100\r\n" + b"x" * 256 + b"\r\n" for _ in range(8))
        streamed = said(http, head + "Transfer-Encoding: chunked\r\n\r\n", chunks, "0\r\n\r\n")
        assert streamed.startswith(b"HTTP/1.1 413")
        assert b"body_too_large" in streamed


def test_a_connection_serves_on_after_a_body_that_was_refused(house: House):
    with reached(house) as http:
        for _ in range(3):
            assert http.post("/mcp", content=b"x" * 3_000_000).status_code == 413
            assert call(http).status_code == 200


def test_a_body_that_does_not_come_is_given_up(house: House):
    head = (
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nConnection: close\r\n\r\n"
    )
    with reached(house, body_seconds=0.2) as http:
        for start in ("", "x"):
            answer = said(http, head + start)
            assert answer.startswith(b"HTTP/1.1 408")
            assert b"request_too_slow" in answer


def test_a_head_that_never_ends_is_refused_or_given_up(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(GuardedConnection, "head_seconds", 0.3)
    with reached(house) as http:
        endless = said(http, "GET / HTTP/1.1\r\nX: ", b"x" * (HEAD_BYTES * 2))
        assert endless.startswith(b"HTTP/1.1 431")
        assert b"headers_too_large" in endless
        assert said(http) == b"", "nothing at all"
        assert said(http, "GET /health HTTP/1.1\r\nHost: localhost\r\n") == b"", "half a head"
        whole = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        began = time.monotonic()
        assert said(http, whole + "GET /hea").count(b"HTTP/1.1 200") == 1
        assert time.monotonic() - began < 5, "half a head behind a whole request is given up too"
        until = time.monotonic() + 1
        while time.monotonic() < until:  # an idle connection outlives the limit on heads
            assert call(http).status_code == 200


def test_a_head_with_too_many_headers_is_refused(house: House):
    with reached(house) as http:
        many = {f"x-{n}": "1" for n in range(120)}
        answer = http.get("/api/v1/runs", headers=many)
        assert (answer.status_code, code(answer)) == (431, "headers_too_large")


def test_an_answer_over_the_cap_is_an_error_that_says_so(house: House):
    with reached(house, answer_bytes=50) as http:
        token = {"authorization": f"Bearer {house.token()}"}
        answer = http.get("/api/v1/workspaces", headers=token)
        assert (answer.status_code, code(answer)) == (413, "answer_too_large")
        assert http.get("/api/v1/runs", headers=token).status_code == 200


def test_a_tool_never_answers_with_more_than_the_cap(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sekisho.mcp_server.binding._ANSWER_LENGTH", 100)
    with reached(house) as http:
        assert "answer_too_large" in call(http).text


def test_beyond_what_the_server_carries_it_says_that_it_is_busy(tmp_path: Path):
    house = build(tmp_path)
    with reached(house, at_once=1) as http:
        begun = threading.Event()
        holding = threading.Thread(target=hold, args=(http, begun))
        holding.start()
        assert begun.wait(5)
        until = time.monotonic() + 5
        while (answer := call(http)).status_code == 200:
            assert time.monotonic() < until
        assert (answer.status_code, code(answer)) == (503, "server_busy")
        assert answer.headers["retry-after"] == "1"
        assert http.get("/health").status_code == 200
        holding.join(10)
        assert call(http).status_code == 200


def hold(http: httpx2.Client, begun: threading.Event) -> None:
    """Be a request that takes two seconds to come in whole."""
    where = urlsplit(str(http.base_url))
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        line.sendall(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{")
        begun.set()
        time.sleep(2)
        line.sendall(b"}")
        line.recv(1000)


# --- what every answer carries ---


def test_every_answer_has_an_id_and_is_not_sniffed(house: House):
    with reached(house) as http:
        for path in ("/health", "/mcp", "/api/v1/runs", "/nowhere", "/uploads/x"):
            answer = http.get(path, headers={"x-request-id": "abc-1.2:3"})
            assert answer.headers["x-request-id"] == "abc-1.2:3"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "strict-transport-security" not in answer.headers
            if answer.headers.get("content-type") == "application/json":
                assert answer.headers["cache-control"] == "no-store"
        for odd in ("", "a b", "x" * 129, "é"):
            made = http.get("/health", headers=[(b"x-request-id", odd.encode())]).headers
            assert len(made["x-request-id"]) == 24


def test_browsers_are_told_to_stay_on_https_beyond_loopback_alone(house: House):
    for loopback, told in ((True, False), (False, True)):
        with reached(house, base_url="https://s.example", loopback=loopback) as http:
            found = http.get("/health").headers
            assert ("strict-transport-security" in found) is told


def test_the_log_names_each_request_and_never_an_upload_address(house: House):
    with reached(house) as http:
        http.put("/uploads/SECRET-ADDRESS", content=b"x", headers={"x-request-id": "one"})
        call(http, origin=EVIL, x_request_id="two", authorization="Bearer hunter2")
    events = {f["request_id"]: (name, f) for name, f in house.journal.events if "request_id" in f}
    assert events["one"][0] == "http.request"
    assert events["one"][1]["path"] == "/uploads/…"
    assert events["two"][0] == "http.refused"
    assert events["two"][1]["code"] == "origin_refused"
    assert "SECRET" not in str(events)
    assert "hunter2" not in str(events)


def test_a_flood_of_refusals_does_not_flood_the_log(house: House):
    with reached(house) as http:
        for _ in range(150):
            call(http, origin=EVIL)
    names = [name for name, _ in house.journal.events]
    assert 100 <= names.count("http.refused") < 130
