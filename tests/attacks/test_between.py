"""Attacks on what lies between the parts: identity, paces, shared threads, quotas."""

from __future__ import annotations

import concurrent.futures
import contextlib
import gzip
import hashlib
import io
import os
import select
import socket
import tarfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import File
from sekisho.domain.errors import AllowanceSpent, PlansWaiting
from sekisho.domain.logs import LogLine
from sekisho.domain.queue import Slots, pick
from sekisho.domain.runs import Run, RunStatus
from sekisho.edge.connections import GuardedConnection
from sekisho.edge.options import Pace
from sekisho.engine.plans import PlanOrder
from sekisho.ports import Limits
from sekisho.web.uploads import BodyReader
from tests.breadth import broad
from tests.e2e.serving import serving as a_server
from tests.faces.house import ONE, House, build
from tests.faces.serving import serving, whole_app
from tests.fakes.world import AGENT, PERSON, World, main

pytestmark = pytest.mark.timeout(120)

CALL: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
ACCEPT = {"accept": "application/json, text/event-stream"}
FILES = {"main.tf": ONE}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build(tmp_path)


@contextlib.contextmanager
def reached(house: House, **edge: Any) -> Iterator[httpx2.Client]:
    with serving(house, **edge) as url, httpx2.Client(base_url=url, timeout=30) as http:
        yield http


def tool(http: httpx2.Client, name: str, headers: Any = None, **arguments: Any) -> httpx2.Response:
    body = CALL | {"params": {"name": name, "arguments": arguments}}
    return http.post("/mcp", json=body, headers=[*ACCEPT.items(), *(headers or ())])


def bearing(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def raw(url: str, sent: bytes) -> bytes:
    """Send bytes as they are; return all that comes back."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        line.sendall(sent)
        answer = b""
        with contextlib.suppress(OSError):
            while more := line.recv(65536):
                answer += more
    return answer


# --- who is asking ---


@pytest.mark.parametrize(
    "named",
    broad(
        {"SEKISHO_PUBLIC_URL": "https://sekisho.example.jp"},
        {"SEKISHO_ALLOWED_HOSTS": "sekisho.example.jp:443"},
        {"SEKISHO_REMOTE_IP": "x-forwarded-for", "SEKISHO_TRUSTED_HOPS": "1"},
        quick=(0,),
    ),
)
def test_behind_a_proxy_of_the_same_machine_nobody_is_the_person_of_loopback(
    tmp_path: Path, named: dict[str, str]
):
    with a_server(tmp_path, **named) as server:
        through = {"host": "sekisho.example.jp:443", **ACCEPT}
        asked = CALL | {"params": {"name": "workspace_list", "arguments": {}}}
        answer = httpx2.post(f"{server.url}/mcp", json=asked, headers=through)
        assert "identity_missing" in answer.text
        assert httpx2.get(f"{server.url}/health").json()["auth"] == "keys"
        page = httpx2.get(server.url, headers={"host": "sekisho.example.jp:443"})
        assert "<html" not in page.text, "the console is for this machine alone"


@pytest.mark.long
def test_a_public_address_of_this_machine_is_still_this_machine(tmp_path: Path):
    with a_server(tmp_path, SEKISHO_PUBLIC_URL="http://localhost:9000") as server:
        assert httpx2.get(f"{server.url}/health").json()["auth"] == "loopback"


# --- paces ---


def test_what_is_open_to_everybody_proves_no_credential(house: House):
    path = "/api/v1/openapi.json"
    with reached(house, rate_caller=Pace(0.01, 4)) as http:
        for n in range(2):
            http.get(path, headers=bearing(f"sks_{n}"))
        got = [http.get(path, headers=bearing(f"sks_{n % 2}")).status_code for n in range(6)]
        assert got == [200, 200, 429, 429, 429, 429]


def test_one_key_written_in_many_ways_is_one_caller(house: House):
    key = house.token()
    ways = [{"authorization": f"{how}{key}"} for how in ("Bearer ", "bearer ", "Bearer   ")]
    with reached(house, rate_caller=Pace(0.01, 4)) as http:
        first = [http.get("/api/v1/caller", headers=way).status_code for way in ways]
        got = [http.get("/api/v1/caller", headers=way).status_code for way in ways * 4]
        assert (first, got.count(200)) == ([200] * 3, 2)


# --- what many calls share ---


def test_long_calls_of_one_person_hold_up_nobody(house: House, monkeypatch: pytest.MonkeyPatch):
    held, begun = threading.Event(), threading.Semaphore(0)
    most: list[int] = []
    inside: list[int] = []

    def validate(_workspace: str, _digest: str) -> tuple[LogLine, ...]:
        inside.append(1)
        most.append(len(inside))
        begun.release()
        held.wait(60)
        inside.pop()
        return ()

    monkeypatch.setattr(house.engine.configurations, "validate", validate)
    one, other = (bearing(house.token(name)) for name in ("one@example.jp", "other@example.jp"))
    path, body = "/api/v1/workspaces/network/validate", {"files": FILES}
    with reached(house) as http, concurrent.futures.ThreadPoolExecutor(60) as pool:
        try:
            waiting = [pool.submit(http.post, path, json=body, headers=one) for _ in range(45)]
            for _ in range(3):
                assert begun.acquire(timeout=20)
            assert http.get("/healthz/ready", timeout=10).status_code == 200
            assert http.get("/api/v1/runs", headers=other, timeout=10).status_code == 200
            waiting.append(pool.submit(http.post, path, json=body, headers=other))
            assert begun.acquire(timeout=20), "another person's turn comes"
            assert max(most) == 4
        finally:
            held.set()
        assert {answer.result(60).status_code for answer in waiting} == {200}


def test_one_person_streams_no_more_than_a_share(house: House):
    run = house.engine.plans.create(_order(house), AGENT)  # nobody works on it: it waits
    path = f"/api/v1/runs/{run.id}/log"
    one, other = (bearing(house.token(name)) for name in ("one@example.jp", "other@example.jp"))
    sse = {"accept": "text/event-stream"}
    with contextlib.ExitStack() as stack:
        http = stack.enter_context(reached(house, streams=8))
        for _ in range(2):
            opened = stack.enter_context(http.stream("GET", path, headers=one | sse))
            assert opened.status_code == 200
        with http.stream("GET", path, headers=one | sse) as refused:
            assert refused.status_code == 503
        free = stack.enter_context(http.stream("GET", path, headers=other | sse))
        assert free.status_code == 200


def _order(house: House) -> PlanOrder:
    taken = house.engine.configurations.from_inline("network", FILES, AGENT)
    return PlanOrder("network", taken.digest)


def test_bodies_that_are_half_here_are_bounded_together(house: House):
    with contextlib.ExitStack() as stack:
        http = stack.enter_context(reached(house, waiting_bytes=1_000_000))
        where = urlsplit(str(http.base_url))
        head = f"POST /api/v1/pushes HTTP/1.1\r\nHost: {where.netloc}\r\n"
        lines = [
            stack.enter_context(socket.create_connection((where.hostname, where.port), timeout=10))
            for _ in range(2)
        ]
        for line in lines:
            line.sendall(f"{head}Content-Length: 900000\r\n\r\n".encode() + b"x" * 600_000)
        # Either body may be the one that no longer fits: the server reads both at once.
        refused, _, _ = select.select(lines, [], [], 10)
        assert b"server_busy" in refused[0].recv(65536)


def test_an_upload_that_drips_gives_its_place_up(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(BodyReader.__init__, "__defaults__", (0.5,))
    with reached(house) as http:
        key = bearing(house.token())
        address = http.post("/api/v1/uploads", json={"workspace": "network"}, headers=key).json()
        where = urlsplit(address["url"])
        with socket.create_connection((where.hostname, where.port), timeout=20) as line:
            head = f"PUT {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 5000\r\n"
            line.sendall(f"{head}\r\n".encode() + gzip.compress(b"x")[:3])
            line.settimeout(0.2)
            answer, until = b"", time.monotonic() + 15
            while not answer and time.monotonic() < until:
                line.sendall(b"x")
                with contextlib.suppress(TimeoutError):
                    answer = line.recv(65536)
        assert b"slower" in answer


@pytest.mark.long
def test_connections_leave_files_for_the_store(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(GuardedConnection, "most", 5)
    with reached(house) as http, contextlib.ExitStack() as stack:
        where = urlsplit(str(http.base_url))
        lines = [
            stack.enter_context(socket.create_connection((where.hostname, where.port), timeout=5))
            for _ in range(12)
        ]
        assert sum(map(_closed, lines)) == 7


def _closed(line: socket.socket) -> bool:
    line.settimeout(1)
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


# --- what one person may bring ---


def test_nobody_fills_the_disk_in_a_day():
    world = World(limits=Limits(day_bytes=20_000))
    for n in range(4):
        world.engine.configurations.from_inline("dev", main(str(n)), AGENT)
    with pytest.raises(AllowanceSpent):
        world.engine.configurations.from_inline("dev", main("x" * 4000), AGENT)
    world.engine.configurations.from_inline("dev", main("x" * 4000), PERSON)
    world.clock.advance(timedelta(days=1, hours=1).total_seconds())
    world.engine.configurations.from_inline("dev", main("x" * 4000), AGENT)


def test_packs_count_as_well_as_configurations():
    world = World(limits=Limits(day_bytes=20_000))
    data = os.urandom(30_000)
    tree = {"main.tf": main()["main.tf"].encode(), "a.bin": data}
    files = [File(p, len(c), hashlib.sha256(c).hexdigest()) for p, c in tree.items()]
    push = world.engine.pushes.begin("dev", files, AGENT).push
    with pytest.raises(AllowanceSpent):
        world.engine.pushes.receive(push.id, _pack(data), AGENT)
    assert not world.store.blobs.names("pushed/")


def _pack(data: bytes) -> io.BytesIO:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        member = tarfile.TarInfo(hashlib.sha256(data).hexdigest())
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    whole.seek(0)
    return whole


# --- the queue ---


def ordered(world: World, caller: Caller, value: str) -> Run:
    taken = world.engine.configurations.from_inline("dev", main(value), caller)
    return world.engine.plans.create(PlanOrder("dev", taken.digest), caller)


def test_plans_take_turns_by_person():
    queued = [queued_run(f"run-{n}", AGENT, n) for n in range(5)]
    queued.append(queued_run("run-late", PERSON, 9))
    one, served, order = Slots(1, 0), {AGENT.person: 1}, list[str]()
    for turn in range(2, 5):
        taken = pick(queued, {}, one, served)
        assert taken
        queued.remove(taken)
        served[taken.requested_by.person] = turn
        order.append(taken.id)
    assert order == ["run-late", "run-0", "run-1"]


def queued_run(id: str, caller: Caller, minute: int) -> Run:
    at = datetime(2026, 1, 1, 0, minute, tzinfo=UTC)
    return Run(id, "dev", "sha256:x", "inline", caller, at, at)


def test_a_worker_with_one_slot_comes_to_the_person_who_asked_last():
    world = World(limits=Limits(plan_slots=1))
    mine = [ordered(world, AGENT, str(n)) for n in range(6)]
    theirs = ordered(world, PERSON, "x")
    planned: list[str] = []
    until = time.monotonic() + 20
    while theirs.id not in planned:
        assert time.monotonic() < until
        world.worker.turn()
        seen = [world.run(r) for r in (*mine, theirs)]
        planned = [r.id for r in seen if r.status is not RunStatus.PLAN_QUEUED]
    assert len(planned) <= 3


def test_one_person_queues_so_many_plans_and_no_more():
    world = World(limits=Limits(plans_waiting=3))
    for n in range(3):
        ordered(world, AGENT, str(n))
    with pytest.raises(PlansWaiting):
        ordered(world, AGENT, "4")
    ordered(world, PERSON, "5")


# --- what is no HTTP ---


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01garbage\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x01\r\n b\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        b"CONNECT evil:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_what_is_no_http_is_answered_with_a_code(house: House, sent: bytes):
    with reached(house) as http:
        answer = raw(str(http.base_url), sent)
        assert answer.startswith(b"HTTP/1.1 400")
        assert b'"code": "request_malformed"' in answer


@pytest.mark.long
def test_what_is_no_http_fills_no_log(tmp_path: Path):
    with a_server(tmp_path) as server:
        before = len(server.lines)
        for _ in range(30):
            raw(server.url, b"\x00\r\n\r\n")
        assert httpx2.get(f"{server.url}/health").status_code == 200
        assert len(server.lines) - before < 10


# --- narrowing ---


def test_a_second_header_never_gives_back_what_the_first_or_another_took(house: House):
    with reached(house) as http:
        for headers in (
            [("x-mcp-readonly", "false"), ("x-mcp-readonly", "true")],
            [("x-mcp-exclude-tools", "run_get"), ("x-mcp-exclude-tools", "run_discard")],
        ):
            answer = tool(http, "run_discard", headers, run_id="x")
            assert "tool_hidden" in answer.text, headers


@pytest.mark.parametrize(
    "trace",
    [
        ("x-forwarded-for", "203.0.113.9"),
        ("Forwarded", "for=203.0.113.9"),
        ("VIA", "1.1 proxy"),
        ("x-real-ip", "203.0.113.9"),
        ("x-forwarded-host", "sekisho.example.jp"),
    ],
    ids=lambda trace: trace[0],
)
def test_behind_a_proxy_that_nobody_mentioned_nobody_is_the_person_on_loopback(
    house: House, trace: tuple[str, str]
):
    """As nginx does by default: it names us as it reaches us, so no host name gives it away."""
    with serving(house, make=whole_app) as url, httpx2.Client(base_url=url, timeout=30) as http:
        refused = tool(http, "workspace_list", [trace])
        assert refused.status_code == 403
        assert refused.json()["error"]["data"]["sekisho/error"]["code"] == "proxy_undeclared"
        page = http.get("/", headers=[trace])
        assert (page.status_code, page.json()["error"]["code"]) == (403, "proxy_undeclared")
        key = ("authorization", f"Bearer {house.token()}")
        assert tool(http, "workspace_list", [trace, key]).status_code == 200
        assert http.get("/api/v1/runs", headers=[trace, key]).status_code == 200
        assert http.get("/", headers=[trace, key]).status_code == 403, "keys open no pages"
        for check in ("/health", "/mcp", "/healthz/ready"):
            assert http.get(check, headers=[trace]).status_code == 200
        assert tool(http, "workspace_list").status_code == 200
        assert http.get("/").status_code == 200
