"""The HTTP API over a real server: what it answers, to whom, and one shape for every refusal."""

import gzip
import io
import json
import re
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest

from sekisho.domain import errors
from sekisho.domain.errors import SekishoError
from sekisho.domain.runs import RunStatus
from sekisho.views.http_errors import http_status
from sekisho.web.api import OPERATIONS
from tests.faces.house import ONE, House, build
from tests.faces.serving import address_of, listening, serving
from tests.fakes.world import until

PLAN = {"workspace": "network", "files": {"main.tf": ONE}, "message": "from a pipeline"}


class Caller:
    """Somebody with a credential (None: without one) in front of the server."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx2.Client(base_url=url, headers=headers, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.http.post(f"/api/v1{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        answer = self.http.request(method, path, **more)
        error = the_error(answer)
        return answer.status_code, error["code"]


def the_error(answer: httpx2.Response) -> dict[str, str]:
    """Hold an answer against the one shape, and return what is in it."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "message_ja", "next", "next_ja"}
    assert all(body["error"].values())
    return body["error"]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listening() as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, listener: socket.socket) -> House:
    return build(tmp_path, console=address_of(listener))


@pytest.fixture
def url(house: House, listener: socket.socket) -> Iterator[str]:
    with serving(house, listener=listener) as address:
        yield address


@pytest.fixture
def sato(house: House, url: str) -> Iterator[Caller]:
    with Caller(url, house.token()) as caller:
        yield caller


@pytest.fixture
def nobody(url: str) -> Iterator[Caller]:
    with Caller(url, None) as caller:
        yield caller


def test_a_pipeline_plans_waits_and_applies(house: House, sato: Caller):
    made = sato.post("/runs", PLAN)
    assert made["requested_by"]["person"] == "sato@example.jp"
    assert made["requested_by"]["via"].startswith("test: python-httpx2")
    house.work()
    run = sato.get(f"/runs/{made['id']}", wait=20)
    assert run["status"] == "awaiting_approval"
    assert run["review_url"] == f"{sato.url}/runs/{run['id']}"
    plan = sato.get(f"/runs/{run['id']}/plan")
    assert plan["summary"] == "Plan: 1 to add, 0 to change, 0 to destroy."
    assert plan["unmet"]
    diff = sato.get(f"/runs/{run['id']}/plan/change", address="terraform_data.a")
    assert diff["change"]["action"] == "create"
    house.approve(run["id"])
    assert sato.post(f"/runs/{run['id']}/apply")["status"] == "apply_queued"
    house.work()
    assert sato.get(f"/runs/{run['id']}")["status"] == "applied"
    assert sato.get(f"/runs/{run['id']}/log")["lines"]
    assert sato.get("/runs", workspace="network", status="applied")["runs"][0]["id"] == run["id"]


def test_runs_are_ended_with_a_reason_or_without(house: House, sato: Caller):
    first, second = house.planned(), house.planned()
    assert sato.post(f"/runs/{first.id}/discard", {"reason": "old"})["status"] == "discarded"
    assert sato.post(f"/runs/{second.id}/cancel")["status"] == "canceled"
    records = sato.get("/audit", run_id=first.id)["records"]
    assert records[-1]["facts"] == {"reason": "old", "version": records[-1]["facts"]["version"]}


def test_workspaces_and_the_audit_are_read(house: House, sato: Caller):
    house.applied()
    assert [w["name"] for w in sato.get("/workspaces")["workspaces"]] == ["free", "network", "own"]
    assert sato.get("/workspaces/network")["state"]
    page = sato.get("/audit", limit=3)
    assert [r["sequence"] for r in page["records"]] == [1, 2, 3]
    assert sato.get("/audit", cursor=page["cursor"], limit=1)["records"][0]["sequence"] == 4
    report = sato.get("/audit/verify")
    assert report["sound"]
    assert report["applies"] == 1


GUARDED = [op for op in OPERATIONS if op.power]
PATHS = [(op.method, re.sub(r"{\w+}", "x", op.path)) for op in GUARDED]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_path_wants_a_credential_on_loopback_too(nobody: Caller, method: str, path: str):
    assert nobody.refused(method, f"/api/v1{path}") == (401, "credential_needed")
    headers = {"Authorization": "Bearer sks_wrong"}
    wrong = nobody.refused(method, f"/api/v1{path}", headers=headers)
    assert wrong == (401, "credential_mistyped")


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_no_credential_decides(house: House, sato: Caller, verb: str):
    run = house.planned()
    answer = sato.http.post(f"/api/v1/runs/{run.id}/{verb}", json={"seal": "x"})
    assert answer.status_code == 403
    error = the_error(answer)
    assert error["code"] == "decision_not_here"
    assert run.id in error["next"]
    assert house.engine.runs.get(run.id).status is RunStatus.AWAITING_APPROVAL


@pytest.mark.parametrize(
    ("method", "path", "more", "wanted"),
    [
        ("GET", "/api/v1/runs/none", {}, (404, "run_unknown")),
        ("GET", "/api/v1/workspaces/none", {}, (404, "workspace_unknown")),
        ("GET", "/api/v1/nothing", {}, (404, "path_unknown")),
        ("GET", "/api/v1/", {}, (404, "path_unknown")),
        ("GET", "/uploads/", {}, (404, "path_unknown")),
        ("DELETE", "/api/v1/runs", {}, (405, "method_wrong")),
        ("TRACE", "/api/v1/runs", {}, (405, "method_wrong")),
        ("PURGE", "/api/v1/runs/r", {}, (405, "method_wrong")),
        ("POST", "/api/v1/openapi.json", {}, (405, "method_wrong")),
        ("GET", "/uploads/x", {}, (405, "method_wrong")),
        ("GET", "/api/v1", {}, (404, "path_unknown")),
        ("GET", "/api/v1/runs/", {}, (404, "path_unknown")),
        ("PUT", "/uploads/x", {"content": b"x"}, (404, "upload_unknown")),
        ("GET", "/api/v1/runs?limit=1&limit=2", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs?limit=1.0", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs?limit=%201", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs?workpace=x", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs/r/plan?details=true", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs?limit=x", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs?limit=201", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs?status=no", {}, (400, "arguments_invalid")),
        ("GET", "/api/v1/runs/r?wait=21", {}, (400, "arguments_invalid")),
        ("POST", "/api/v1/runs", {}, (400, "arguments_invalid")),
        ("POST", "/api/v1/runs", {"content": b"{"}, (400, "arguments_invalid")),
        ("POST", "/api/v1/runs", {"json": PLAN | {"extra": 1}}, (400, "arguments_invalid")),
        ("POST", "/api/v1/runs", {"content": b"x" * 2**21}, (413, "body_too_large")),
        ("POST", "/api/v1/runs/none/apply", {}, (404, "run_unknown")),
    ],
)
def test_every_refusal_has_the_one_shape(
    sato: Caller, method: str, path: str, more: dict[str, Any], wanted: tuple[int, str]
):
    assert sato.refused(method, path, **more) == wanted


def test_a_wrong_method_is_told_which_are_right(sato: Caller):
    answer = sato.http.delete("/api/v1/runs")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert "GET, HEAD, POST" in the_error(answer)["next"]


def test_what_is_sent_is_never_repeated(sato: Caller):
    body = {"workspace": "network", "files": {"a.tf": ["hunter2"]}, "mode": "hunter2"}
    answer = sato.http.post("/api/v1/runs", json=body)
    assert answer.status_code == 400
    assert "hunter2" not in answer.text


def test_an_unmet_gate_is_a_conflict(house: House, sato: Caller):
    run = house.planned()
    path = f"/api/v1/runs/{run.id}/apply"
    assert sato.refused("POST", path) == (409, "gate_unmet")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotFound, {404}),
        (errors.Invalid, {400, 405, 406, 408, 415}),
        (errors.TooLarge, {413, 431}),
        (errors.Conflict, {409, 412, 429}),
        (errors.Refused, {401, 403, 421, 429}),
        (errors.Unavailable, {503}),
    ],
)
def test_the_status_of_an_error_is_that_of_its_kind(kind: type[SekishoError], status: set[int]):
    for error in (kind, *kind.__subclasses__()):
        assert http_status(error()) in status
    assert http_status(SekishoError()) == 500


class Broken:
    def get(self, name: str) -> Any:
        raise RuntimeError("hunter2")

    def all(self) -> Any:
        raise RuntimeError("hunter2")


def test_nothing_of_an_unexpected_exception_leaves(tmp_path: Path):
    house = build(tmp_path, catalog=Broken())
    with serving(house) as url, Caller(url, house.token()) as caller:
        answer = caller.http.get("/api/v1/workspaces")
    assert answer.status_code == 500
    assert the_error(answer)["code"] == "internal"
    assert "hunter2" not in answer.text


# --- uploads ------------------------------------------------------------------------------------


def packed(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return whole.getvalue()


def an_address(house: House) -> str:
    from tests.faces.house import SATO

    return house.engine.configurations.open_upload("network", SATO)[1]


def test_an_upload_answers_with_a_digest_that_can_be_planned(
    house: House, nobody: Caller, sato: Caller
):
    body = packed({"main.tf": ONE.encode()})
    secret = an_address(house)
    answer = nobody.http.put(f"/uploads/{secret}", content=body)
    assert answer.status_code == 200, answer.text
    kept = answer.json()
    assert kept["files"] == 1
    assert kept["digest"] in kept["next"][0]
    made = sato.post("/runs", {"workspace": "network", "configuration": kept["digest"]})
    assert made["source"] == "upload"
    again = nobody.refused("PUT", f"/uploads/{secret}", content=body)
    assert again == (404, "upload_unknown")


def test_an_upload_without_a_length_is_streamed(house: House, nobody: Caller):
    noise = bytes(range(256)) * 1500
    body = packed({"main.tf": ONE.encode(), "data.bin": noise})

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    answer = nobody.http.put(f"/uploads/{an_address(house)}", content=chunks())
    assert answer.status_code == 200, answer.text
    assert answer.json()["files"] == 2


def test_an_announced_length_over_the_cap_is_refused_before_the_address_is_used(
    house: House, nobody: Caller, url: str
):
    secret = an_address(house)
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        head = f"PUT /uploads/{secret} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2000000\r\n\r\n"
        raw.sendall(head.encode())
        answer = raw.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 413")
    assert json.loads(answer.split("\r\n\r\n", 1)[1])["error"]["code"] == "upload_too_large"
    done = nobody.http.put(f"/uploads/{secret}", content=packed({"main.tf": ONE.encode()}))
    assert done.status_code == 200


def test_an_upload_that_grows_over_the_cap_is_refused(house: House, nobody: Caller):
    def endless() -> Iterator[bytes]:
        yield gzip.compress(b"")
        for _ in range(40):
            yield b"\x00" * 65536

    path = f"/uploads/{an_address(house)}"
    status, code = nobody.refused("PUT", path, content=endless())
    assert (status, code) in {(413, "upload_too_large"), (400, "archive_invalid")}


def test_an_upload_that_breaks_off_keeps_nothing(house: House, url: str):
    secret = an_address(house)
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        head = f"PUT /uploads/{secret} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5000\r\n\r\n"
        raw.sendall(head.encode() + packed({"main.tf": ONE.encode()})[:50])
        until(lambda: house.store.uploads._taken)  # it was begun, however busy the machine is
    with Caller(url, None) as caller:
        again = caller.refused("PUT", f"/uploads/{secret}", content=b"x")
    assert again == (404, "upload_unknown")
    assert house.store.configurations.all() == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "archive_invalid"),
        (b"not an archive", "archive_invalid"),
        (packed({"readme.md": b"x"}), "configuration_empty"),
        (packed({"../main.tf": b"x"}), "archive_invalid"),
    ],
    ids=["empty", "no archive", "no Terraform", "a path that leads out"],
)
def test_what_is_no_configuration_is_refused(house: House, nobody: Caller, body: bytes, code: str):
    answer = nobody.refused("PUT", f"/uploads/{an_address(house)}", content=body)
    assert answer == (400, code)


# --- health -------------------------------------------------------------------------------------


def test_health_tells_what_runs_here(nobody: Caller):
    assert nobody.http.get("/health").json() == {
        "status": "ok",
        "service": "sekisho",
        "transport": "streamable-http",
        "endpoint": "/mcp",
        "version": "1.2.3",
        "auth": "loopback",
        "runs": "available",
    }
    assert nobody.http.get("/healthz/live").status_code == 200
    assert nobody.http.get("/healthz/ready").status_code == 200


def test_a_draining_server_is_alive_and_not_ready(house: House):
    with serving(house, draining=lambda: True) as url, Caller(url, None) as caller:
        assert caller.http.get("/healthz/live").status_code == 200
        ready = caller.http.get("/healthz/ready")
    assert (ready.status_code, ready.json()["reason"]) == (503, "server_draining")


def test_a_server_without_its_store_is_not_ready(tmp_path: Path):
    from sekisho.stores.cipher import Cipher
    from sekisho.stores.sqlite import SqliteStore
    from tests.fakes.keys import FakeKeys

    store = SqliteStore(tmp_path / "store", FakeKeys().audit_mac, Cipher(b"k" * 32))
    house = build(tmp_path, store=store)
    with serving(house) as url, Caller(url, None) as caller:
        assert caller.http.get("/healthz/ready").status_code == 200
        store.close()
        ready = caller.http.get("/healthz/ready")
    assert (ready.status_code, ready.json()["reason"]) == (503, "store_unavailable")
