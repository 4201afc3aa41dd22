"""Every way to fail, on every face, says one of the codes of docs/reference/errors.md."""

import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sekisho.domain import errors
from sekisho.domain.errors import SekishoError
from tests.breadth import broad
from tests.e2e.serving import environment
from tests.faces.house import House, build
from tests.faces.serving import serving, whole_app

SHAPE = {"code", "message", "message_ja", "next", "next_ja"}
MODERN, LEGACY = "2026-07-28", "2025-06-18"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
BOTH = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
SECRET = "hunter2"


def codes() -> frozenset[str]:
    every = [v for v in vars(errors).values() if isinstance(v, type)]
    return frozenset(c.code for c in every if issubclass(c, SekishoError))


CODES = codes()


def the_error(found: Any) -> str:
    """Hold what was found against the one shape, and return its code."""
    assert set(found) - {"kind"} == SHAPE
    assert all(found.values())
    assert found["code"] in CODES
    assert SECRET not in json.dumps(found)
    return found["code"]


def test_the_reference_lists_every_code(repository: Path):
    page = (repository / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) >= CODES - {"internal"}
    assert "`internal`" in page


@pytest.fixture
def http(house: House) -> Iterator[httpx2.Client]:
    with (
        serving(house, make=whole_app) as url,
        httpx2.Client(base_url=url, timeout=30) as client,
    ):
        yield client


# --- HTTP: API, uploads, health, assets -----------------------------------------------------------

BIG = b'{"reason": "' + b"x" * 2**21 + b'"}'
JSON = {"Content-Type": "application/json"}
HTTP = [
    ("GET", "/api/v1/nothing", {}, 404, "path_unknown"),
    ("GET", "/api/v1/runs/r/nothing", {}, 404, "path_unknown"),
    ("DELETE", "/api/v1/runs", {}, 405, "method_wrong"),
    ("PATCH", "/api/v1/runs/r/apply", {}, 405, "method_wrong"),
    ("OPTIONS", "/api/v1/runs", {}, 405, "method_wrong"),
    ("GET", "/api/v1/runs", {"headers": {"Authorization": "Bearer x"}}, 401, "credential_invalid"),
    ("GET", "/api/v1/runs", {"headers": {"Authorization": "Basic x"}}, 401, "credential_invalid"),
    ("GET", "/api/v1/runs", {"headers": {"Authorization": ""}}, 401, "credential_invalid"),
    ("PUT", "/uploads/x", {"content": b"x"}, 404, "upload_unknown"),
    ("POST", "/uploads/x", {"content": b"x"}, 405, "method_wrong"),
    ("PUT", "/uploads/x/y", {"content": b"x"}, 404, "path_unknown"),
    ("PUT", "/uploads/x", {"content": b"x" * 1_000_001}, 413, "upload_too_large"),
    ("GET", "/assets/none.css", {}, 404, "path_unknown"),
]


@pytest.mark.parametrize(("method", "path", "more", "status", "code"), HTTP)
def test_machines_are_told_over_http(
    http: httpx2.Client, method: str, path: str, more: dict[str, Any], status: int, code: str
):
    answer = http.request(method, path, **more)
    assert (answer.status_code, the_error(answer.json()["error"])) == (status, code)
    assert answer.headers["cache-control"] == "no-store"


BODIES = [
    (b"", JSON, 400, "arguments_invalid"),
    (b"{", JSON, 400, "arguments_invalid"),
    (b"\xff\xfe", JSON, 400, "arguments_invalid"),
    (b"[]", JSON, 400, "arguments_invalid"),
    (b"null", JSON, 400, "arguments_invalid"),
    (b"[" * 100_000, JSON, 400, "arguments_invalid"),
    (b'{"workspace": "network", "folder": 1}', JSON, 400, "arguments_invalid"),
    (b'{"workspace": "network", "files": {"\\ud800": "x"}}', JSON, 400, "arguments_invalid"),
    (f'{{"workspace": "network", "mode": "{SECRET}"}}'.encode(), JSON, 400, "arguments_invalid"),
    (b"workspace=network", {"Content-Type": "application/x-www-form-urlencoded"}, 415, ""),
    (b"{}", {"Content-Type": "text/plain"}, 415, ""),
    (BIG, JSON, 413, "body_too_large"),
    (b'{"workspace": "none", "folder": true}', JSON, 404, "workspace_unknown"),
    (b'{"workspace": "own", "files": {"main.tf": ""}}', JSON, 403, "source_refused"),
    (b'{"workspace": "network", "configuration": "sha256:0"}', JSON, 404, "configuration_unknown"),
    (b'{"workspace": "network", "files": {"../main.tf": ""}}', JSON, 400, "configuration_invalid"),
]


@pytest.mark.parametrize(("body", "headers", "status", "code"), BODIES, ids=range(len(BODIES)))
def test_bodies_that_do_not_fit(
    house: House, http: httpx2.Client, body: bytes, headers: dict[str, str], status: int, code: str
):
    given = {"Authorization": f"Bearer {house.token()}", **headers}
    answer = http.post("/api/v1/runs", content=body, headers=given)
    found = the_error(answer.json()["error"])
    assert (answer.status_code, found) == (status, code or "media_type_wrong"), answer.text


def test_health_says_why_it_is_not_well(house: House):
    with serving(house, lambda: True, whole_app) as url:
        answer = httpx2.get(f"{url}/healthz/ready")
    assert answer.status_code == 503
    assert the_error(answer.json()["error"]) == answer.json()["reason"] == "server_draining"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/runs", "path_unknown"),
        ("GET", "/runs/x", "path_unknown"),
        ("POST", "/health", "method_wrong"),
        ("DELETE", "/healthz/ready", "method_wrong"),
    ],
)
def test_a_server_without_a_console_has_the_same_shape_everywhere(
    house: House, method: str, path: str, code: str
):
    with serving(house, make=functools.partial(whole_app, console=False)) as url:
        answer = httpx2.request(method, f"{url}{path}")
    assert the_error(answer.json()["error"]) == code


# --- MCP ------------------------------------------------------------------------------------------


def message(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


def sent(http: httpx2.Client, era: str, body: Any, **headers: str) -> httpx2.Response:
    given = {**BOTH, "MCP-Protocol-Version": era, **headers}
    if era == MODERN and isinstance(body, dict):
        body = {**body, "params": {**body.get("params", {}), "_meta": META}}
        given |= {"Mcp-Method": body["method"]}
        name = body["params"].get("name") or body["params"].get("uri")
        given |= {"Mcp-Name": name} if isinstance(name, str) else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http.post("/mcp", content=content, headers=given)


def rpc_error(answer: httpx2.Response) -> dict[str, Any]:
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        text = next(r[6:] for r in text.splitlines() if r.startswith("data: "))
    assert SECRET not in text
    return json.loads(text)["error"]


PROTOCOL = [
    (message("tools/call", name="run_aply", arguments={}), -32602, "tool_unknown"),
    (message("tools/call", name=SECRET, arguments={"x": SECRET}), -32602, "tool_unknown"),
    (message("tools/call", arguments={}), -32602, "message_invalid"),
    (message("tools/call", name=["x"]), None, "message_invalid"),
    (message("tools/call", name="run_get", arguments=[SECRET]), -32602, "message_invalid"),
    (message("prompts/get", name="nothing"), -32602, "prompt_unknown"),
    (message("prompts/get", name="change_plan"), -32602, "arguments_invalid"),
    (message("prompts/get", name="run_explain", arguments={"x": SECRET}), -32602, None),
    (message("resources/read", uri="sekisho://nothing"), -32602, "resource_unknown"),
    (message("runs/approve"), -32601, "rpc_method_unknown"),
    (message("completion/complete"), None, None),
]


@pytest.mark.parametrize("era", [LEGACY, MODERN])
@pytest.mark.parametrize(("body", "number", "code"), PROTOCOL, ids=range(len(PROTOCOL)))
def test_errors_of_the_protocol_carry_our_code(
    http: httpx2.Client, era: str, body: dict[str, Any], number: int | None, code: str | None
):
    if SECRET in (body["params"].get("name"), "") and body["method"] == "tools/call":
        body = {**body, "params": {**body["params"], "name": "no_such_tool"}}
    error = rpc_error(sent(http, era, body))
    found = the_error(error["data"]["sekisho/error"])
    assert error["message"].startswith(f"{found}: ")
    assert number in (None, error["code"])
    assert code in (None, found)


RAW = [
    (b"{", {}, {400}, "message_invalid"),
    (b"", {}, {400}, "message_invalid"),
    (b"[]", {}, {400}, "message_invalid"),
    (b'"hunter2"', {}, {400}, "message_invalid"),
    (b'{"jsonrpc": "1.0", "id": 1, "method": "hunter2"}', {}, {400}, "message_invalid"),
    (b"[" * 100_000, {}, {400}, "message_invalid"),
    (b"{}", {"Accept": "application/json"}, {406}, "accept_wrong"),
    (b"{}", {"Accept": "text/html"}, {406}, "accept_wrong"),
    (b"{}", {"Content-Type": "text/plain"}, {400, 415}, "media_type_wrong"),
    (b"{}", {"Content-Type": "application/jsonx"}, {400, 415}, None),
    (b"x" * (2**20 + 1), {}, {413}, "body_too_large"),
    (b"{}", {"Authorization": "Bearer wrong"}, {401}, "credential_invalid"),
]


@pytest.mark.parametrize("era", [LEGACY, MODERN])
@pytest.mark.parametrize(("body", "headers", "status", "code"), RAW, ids=range(len(RAW)))
def test_what_is_no_message_is_refused_with_our_code(
    http: httpx2.Client,
    era: str,
    body: bytes,
    headers: dict[str, str],
    status: set[int],
    code: str | None,
):
    answer = sent(http, era, body, **headers)
    assert answer.status_code in status, answer.text
    error = rpc_error(answer)
    found = the_error(error["data"]["sekisho/error"] if "data" in error else error)
    assert code in (None, found)


def test_a_version_that_is_not_spoken_names_those_that_are(http: httpx2.Client):
    meta = {**META, "io.modelcontextprotocol/protocolVersion": "2099-01-01"}
    body = {**message("tools/list", _meta=meta)}
    headers = {**BOTH, "MCP-Protocol-Version": "2099-01-01", "Mcp-Method": "tools/list"}
    answer = http.post("/mcp", json=body, headers=headers)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert the_error(error["data"]["sekisho/error"]) == "protocol_unsupported"
    assert MODERN in error["data"]["supported"], "what the protocol puts there stays"
    assert MODERN in error["data"]["sekisho/error"]["next"]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "GET"])
def test_other_methods_on_mcp_say_which_is_right(http: httpx2.Client, method: str):
    answer = http.request(method, "/mcp", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert the_error(answer.json()["error"]) == "method_wrong"


def test_headers_that_contradict_the_body_are_refused(http: httpx2.Client):
    body = message("tools/list", _meta=META)
    headers = {**BOTH, "MCP-Protocol-Version": MODERN, "Mcp-Method": "prompts/list"}
    answer = http.post("/mcp", json=body, headers=headers)
    assert answer.status_code == 400
    assert the_error(answer.json()["error"]["data"]["sekisho/error"]) == "message_invalid"


@pytest.mark.parametrize("era", [LEGACY, MODERN])
def test_errors_of_tools_carry_their_code_in_meta(http: httpx2.Client, era: str):
    answer = sent(http, era, message("tools/call", name="run_get", arguments={"run_id": "none"}))
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        text = next(r[6:] for r in text.splitlines() if r.startswith("data: "))
    assert the_error(json.loads(text)["result"]["_meta"]["sekisho/error"]) == "run_unknown"


# --- the console ----------------------------------------------------------------------------------

SAME = {"Sec-Fetch-Site": "same-origin"}
FORM = {**SAME, "Content-Type": "application/x-www-form-urlencoded"}
PAGES = [
    ("GET", "/nothing", {}, 404, "path_unknown"),
    ("DELETE", "/runs/r", {}, 405, "method_wrong"),
    ("GET", "/runs/none", {}, 404, "run_unknown"),
    ("GET", "/workspaces/none", {}, 404, "workspace_unknown"),
    ("POST", "/runs/r/approve", {"headers": {"Authorization": "Bearer x"}}, 403, None),
    ("POST", "/runs/r/discard", {"headers": {"Sec-Fetch-Site": "cross-site"}}, 403, None),
    ("POST", "/runs/r/discard", {"headers": SAME, "json": {}}, 415, "media_type_wrong"),
    ("POST", "/runs/r/discard", {"headers": FORM, "content": b"a" * 2**17}, 413, "body_too_large"),
    ("POST", "/runs/r/discard", {"headers": FORM, "content": b"a=1&a=2"}, 400, None),
]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("method", "path", "more", "status", "code"), PAGES)
def test_pages_show_the_code(  # noqa: PLR0917 (a table)
    http: httpx2.Client,
    language: str,
    method: str,
    path: str,
    more: dict[str, Any],
    status: int,
    code: str | None,
):
    headers = {"Accept-Language": language, **more.get("headers", {})}
    answer = http.request(method, path, **{**more, "headers": headers})
    assert answer.status_code == status
    shown = re.search(r"<code>(\w+)</code>", answer.text)
    assert shown, answer.text
    assert shown[1] in CODES
    assert code in (None, shown[1])


def test_what_pages_read_by_script_fails_in_the_one_shape(http: httpx2.Client):
    answer = http.get("/runs/none/log")
    assert the_error(answer.json()["error"]) == "run_unknown"


class Broken:
    """A catalog with a bug."""

    def get(self, name: str) -> Any:
        raise RuntimeError(SECRET)

    def all(self) -> Any:
        raise RuntimeError(SECRET)


def test_a_bug_is_internal_on_every_face(tmp_path: Path):
    house = build(tmp_path, catalog=Broken())
    with serving(house, make=whole_app) as url, httpx2.Client(base_url=url, timeout=30) as http:
        token = {"Authorization": f"Bearer {house.token()}"}
        api = http.get("/api/v1/workspaces", headers=token)
        page = httpx2.get(f"{url}/workspaces")
        called = message("tools/call", name="workspace_list", arguments={})
        tool = sent(http, MODERN, called)
    assert the_error(api.json()["error"]) == "internal"
    assert "<code>internal</code>" in page.text
    assert the_error(tool.json()["result"]["_meta"]["sekisho/error"]) == "internal"
    assert SECRET not in api.text + page.text + tool.text


# --- the command line -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    broad(
        (["nothing"], 2, "command_unknown"),
        (["run"], 2, "arguments_missing"),
        (["run", "get"], 2, "arguments_missing"),
        (["run", "list", "--limit", "x"], 2, "choice_invalid"),
        (["run", "list", "--limmit", "1"], 2, "option_unknown"),
        (["run", "list", "--server", "http://127.0.0.1:9"], 1, "server_unreachable"),
        (["config", "check", "--config", "none.yaml"], 1, None),
        (["lock", "none", "--reason", "x", "--data-dir", "DATA"], 1, "workspace_unknown"),
        quick=(0, 5),
    ),
)
def test_the_command_line_says_its_code_and_leaves_with_another(
    tmp_path: Path, words: list[str], exit_code: int, code: str | None
):
    words = [str(tmp_path) if w == "DATA" else w for w in words]
    done = subprocess.run(
        [sys.executable, "-m", "sekisho", *words],
        env=environment(SEKISHO_DATA_DIR=str(tmp_path), LANG="C.UTF-8"),
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == exit_code, done.stderr
    shown = re.search(r"^error \[(\w+)\]: ", done.stderr, re.MULTILINE)
    assert shown, done.stderr
    assert shown[1] in CODES | {"server_unreachable"}
    assert code in (None, shown[1])
    assert "Traceback" not in done.stderr
