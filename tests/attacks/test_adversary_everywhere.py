"""An agent's key, tried on every tool, every call of the API and every route of the console.

The tables are those that the server itself is made of: what is added is tried here, or fails.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import httpx2
import pytest

from sekisho.mcp_server.spec import ToolSpec
from sekisho.mcp_server.tools import TOOLS
from sekisho.web.api.operations import Operation
from sekisho.web.api.registry import OPERATIONS
from sekisho.web.console import PAGES
from sekisho.web.outside_refusals import STEPS
from sekisho.web.visits import Page
from tests.attacks.adversary import Fort, Planned, answered, main_tf
from tests.attacks.asking import tool_arguments
from tests.attacks.deciding import form
from tests.breadth import broad

pytestmark = pytest.mark.timeout(240)

ENDS = ("cancel", "discard")
"""What ends a run: each of those gets a run of its own."""
FILES = {"main.tf": main_tf("everywhere")}
GIVEN: dict[str, Any] = {"workspace": "net", "name": "net", "address": "terraform_data.a"}
BODIES: dict[str, dict[str, Any]] = {
    "Nothing": {},
    "UploadAsk": {"workspace": "net"},
    "Source": {"files": FILES},
    "FormatAsk": {"files": FILES},
    "PushAsk": {"workspace": "net", "files": [{"path": "a.tf", "size": 1, "sha256": "0" * 64}]},
    "PlanAsk": {"workspace": "net", "files": FILES},
    "ApplyAsk": {},
    "Reason": {"reason": "x"},
}
"""Body of a call → what to send."""
PARTS = {"name": "net", "push_id": "psh-x", "secret": "x" * 43, "passkey_id": "x"}
"""Part of a path → what to put there, besides the run."""

EMPTY = {
    "plan_compare": "nothing_to_compare",
    "output_get": "state_missing",
    "state_list": "state_missing",
    "state_get": "state_missing",
    "config_receive": "upload_unknown",
    "push_receive": "push_unknown",
    "push_finish": "push_unknown",
    "scan_run": "scan_unknown",
    "scan_sarif": "scan_unknown",
}
"""Tool, or call of the same name → how it refuses where nothing was applied, begun or scanned."""


@functools.cache
def _shared(fort: Fort) -> Planned:
    return fort.planned("everywhere")


def target(fort: Fort, name: str) -> Planned:
    """Return the run that everything is tried on; its own one for what ends runs."""
    return fort.planned(name) if name.endswith(ENDS) else _shared(fort)


def survived(fort: Fort, run: Planned, name: str) -> None:
    """Hold a run to not being approved, nor applied; all but what may end it left it waiting."""
    if not name.endswith(ENDS):
        fort.unapproved(run)
        return
    found = fort.server.until(run.id, "awaiting_approval", "discarded", "canceled")
    assert not found.get("approvals")
    assert {"run.approve", "run.apply", "run.apply_start"}.isdisjoint(fort.actions(run))


def arguments(tool: ToolSpec, run: Planned) -> dict[str, Any]:
    """Return what a tool must be given; what nobody thought of here is a KeyError."""
    known = GIVEN | {"run_id": run.id, "files": FILES}
    asked = tool_arguments(tool)
    bare = {a.name for a in asked if a.needed and a.schema.get("type") != "object"}
    return {a.name: known[a.name] for a in asked if a.name in bare | {"files"}}


def told_by(answer: dict[str, Any]) -> str:
    """Return the code of a tool's refusal; empty where it answered."""
    result = answer["result"]
    return result["_meta"]["sekisho/error"]["code"] if result.get("isError") else ""


TOOL_ROWS = [next(t for t in TOOLS if t.name == "run_apply"), *TOOLS]
CALL_ROWS = [
    *(o for o in OPERATIONS if o.name in ("run_approve", "run_apply")),
    *OPERATIONS,
]
PAGE_ROWS = [
    *(p for p in PAGES if p.path in ("/runs/{run_id}/approve", "/runs/{run_id}/apply")),
    *PAGES,
]


@pytest.mark.parametrize("tool", broad(*TOOL_ROWS, quick=(0,)), ids=lambda t: t.name)
def test_no_tool_brings_a_run_any_nearer_to_an_apply(fort: Fort, tool: ToolSpec):
    run = target(fort, tool.name)
    code = told_by(fort.tool(tool.name, **arguments(tool, run)))
    if tool.name == "run_apply":
        assert code == "gate_unmet"
        fort.told(run, ("apply", "gate_unmet"))
    else:
        assert code == EMPTY.get(tool.name, ""), "it was asked as it should be"
    survived(fort, run, tool.name)


def placed(path: str, run: Planned) -> str:
    known = PARTS | {"run_id": run.id}
    return re.sub(r"{(\w+)}", lambda found: known[found[1]], path)


def called(
    fort: Fort, operation: Operation[Any, Any], run: Planned, **more: Any
) -> tuple[int, str]:
    """Have the agent make a call of the API."""
    needed = operation.query.model_json_schema().get("required", ())
    request: dict[str, Any] = {"params": {name: GIVEN[name] for name in needed}}
    if operation.takes == "application/octet-stream":
        request |= {"content": b"x", "headers": {"content-type": operation.takes}}
    elif operation.has_body:
        request["json"] = BODIES[operation.body.__name__] | more
    return answered(fort.agent.request(operation.method, placed(operation.place, run), **request))


@pytest.mark.parametrize(
    "operation", broad(*CALL_ROWS, quick=(0, 1)), ids=lambda o: f"{o.method} {o.path}"
)
def test_no_call_of_the_api_brings_a_run_any_nearer_to_an_apply(
    fort: Fort, operation: Operation[Any, Any]
):
    run, verb = target(fort, operation.path), operation.path.rpartition("/")[2]
    status, code = called(fort, operation, run)
    if operation.answers is None:
        assert (status, code) == (403, "decision_not_here")
        fort.told(run, (verb, "decision_not_here"))
    elif operation.name == "run_apply":
        assert (status, code) == (409, "gate_unmet")
        fort.told(run, ("apply", "gate_unmet"))
    else:
        assert status < 500
        assert code == EMPTY.get(operation.name, ""), "it was asked as it should be"
    survived(fort, run, operation.path)


@pytest.mark.parametrize(
    "page", broad(*PAGE_ROWS, quick=(0, 1)), ids=lambda p: f"{p.method} {p.path}"
)
def test_no_route_of_the_console_lets_an_agents_key_in(fort: Fort, page: Page):
    run, verb = target(fort, page.path), page.path.rpartition("/")[2]
    there, thief = placed(page.path, run), fort.browser()
    ways: list[dict[str, Any]] = [
        {"headers": {"authorization": f"Bearer {fort.key}"}},
        {"headers": {"cookie": f"sekisho_session={fort.key}"}},
        {"params": {"token": fort.key}},
    ]
    for way in ways:
        sent = {"data": form(run)} if page.method == "POST" else {}
        answer = thief.http.request(page.method, there, **sent, **way)
        got = answered(answer)
        if page.decides:
            assert got == (403, "decision_not_here")
        elif page.open:
            assert "sekisho_session" not in answer.cookies, "nobody was signed in"
            assert answer.status_code < 500
        elif page.method == "POST" or page.data:
            assert got == (401, "session_needed")
        else:
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in")
    survived(fort, run, "")
    if page.decides and "{run_id}" in page.path:
        fort.told(run, (verb, "decision_not_here"))
    elif page.decides:
        assert fort.told_of("passkey.refuse", "decision_not_here")
    elif page.applies:
        fort.told(run, (verb, "session_needed"))


SMUGGLED: list[dict[str, Any]] = [
    {"approvals": [{"person": "suzuki@example.jp"}]},
    {"status": "approved"},
    {"allowed_by": ["default"]},
    {"force": True},
    {"approve": True},
    {"requested_by": {"person": "tanaka@example.jp"}},
]


@pytest.mark.long
@pytest.mark.parametrize("more", SMUGGLED, ids=lambda m: next(iter(m)))
def test_nothing_that_is_smuggled_into_a_call_approves(fort: Fort, more: dict[str, Any]):
    run = _shared(fort)
    for operation in OPERATIONS:
        if operation.name in ("run_apply", "plan_create"):
            assert called(fort, operation, run, **more)[1] == "arguments_invalid"
    told = fort.tool("run_apply", run_id=run.id, **more)
    assert told_by(told) == "arguments_invalid"
    fort.unapproved(run)


def test_a_key_that_may_not_apply_is_told_of_by_the_tool_too(fort: Fort):
    run = fort.planned("weak key")
    key = fort.host("token", "create", "sato@example.jp", "--scope", "read,plan")
    headers = {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=fort.url, headers=headers) as weak:
        assert told_by(fort.tool_as(weak, "run_apply", run_id=run.id)) == "power_missing"
    fort.unapproved(run)
    fort.told(run, ("apply", "power_missing"))


@pytest.mark.long
def test_a_key_that_may_not_apply_is_told_of(fort: Fort):
    run = _shared(fort)
    key = fort.host("token", "create", "sato@example.jp", "--scope", "read,plan")
    headers = {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=fort.url, headers=headers) as weak:
        assert answered(weak.post(f"/api/v1/runs/{run.id}/apply")) == (403, "power_missing")
    with httpx2.Client(base_url=fort.url) as bare:
        assert answered(bare.post(f"/api/v1/runs/{run.id}/apply")) == (401, "credential_needed")
    fort.unapproved(run)
    fort.told(run, ("apply", "power_missing"), ("apply", "credential_needed"))


@pytest.mark.long
def test_a_name_of_others_and_a_proxy_at_a_decision_are_told_of(fort: Fort):
    """The edge refuses these before any page sees them."""
    run, thief = fort.planned("edge"), fort.browser()
    evil = {"host": "evil.example", "origin": "http://evil.example"}
    proxied = {"x-forwarded-for": "127.0.0.1"}
    places = [f"/runs/{run.id}/{step}" for step in STEPS]
    for place in places:
        refused = thief.http.post(place, data=form(run), headers=evil)
        assert answered(refused) == (421, "host_refused")
    for place in places:
        refused = thief.http.post(place, data=form(run), headers=proxied)
        assert answered(refused) == (403, "proxy_undeclared")
    fort.unapproved(run)
    fort.told(run, *((step, "host_refused") for step in STEPS))
    fort.told(run, *((step, "proxy_undeclared") for step in STEPS))
    assert answered(thief.http.post("/passkeys", headers=evil)) == (421, "host_refused")
    assert fort.told_of("passkey.refuse", "host_refused")


def test_the_edge_tells_of_every_place_where_a_run_is_decided_or_applied():
    of_runs = {p.path for p in PAGES if (p.decides and "{run_id}" in p.path) or p.applies}
    assert of_runs == {f"/runs/{{run_id}}/{step}" for step in STEPS}
    calls = {o.path for o in OPERATIONS if o.answers is None or o.power == "apply"}
    assert calls <= of_runs
