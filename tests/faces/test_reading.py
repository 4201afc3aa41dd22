"""What a caller may not read is unknown, at every tool, call and page: by the words of what is not.

Everything is listed from the code, so whoever adds a tool, a call or a page is asked here too.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from starlette.testclient import TestClient

from sekisho.domain.access import EVERYTHING
from sekisho.mcp_server.spec import ToolSpec
from sekisho.mcp_server.tools import TOOLS
from sekisho.web.api.operations import Nothing, Operation
from sekisho.web.api.registry import OPERATIONS
from sekisho.web.console import PAGES
from sekisho.web.visits import Page
from tests.attacks.asking import PAGES_ASKED, operation_arguments, tool_arguments
from tests.faces.consoles import browser
from tests.faces.house import ONE
from tests.faces.serving import serving
from tests.faces.vaults import (
    ADDRESS,
    HIDDEN,
    KEEPER,
    NO_RUN,
    NOWHERE,
    OPEN,
    STRANGER,
    Vault,
    a_vault,
    leaks,
)
from tests.fakes.clock import START

RUN, WORKSPACE = "a run", "a workspace"
Fill = Callable[[Vault], Any]

OTHERS: dict[str, Fill] = {
    "address": lambda _: ADDRESS,
    "files": lambda _: {"main.tf": ONE},
    "reason": lambda _: "it is over",
    "intent": lambda _: {},
}
"""What is said beside what a question is about, where something must be."""
BODIES: dict[str, Fill] = {
    "UploadAsk": lambda _: {},
    "Source": lambda _: {"files": {"main.tf": ONE}},
    "FormatAsk": lambda _: {"files": {"main.tf": ONE}},
    "PlanAsk": lambda _: {"files": {"main.tf": ONE}},
    "PushAsk": lambda _: {"files": [{"path": "main.tf", "size": 1, "sha256": "a" * 64}]},
    "ApplyAsk": lambda _: {},
    "Reason": lambda _: {},
    "Nothing": lambda _: None,
}
"""Body of a call → what is sent, beside its workspace."""
OF_THEIR_OWN = {"push_receive", "push_finish", "config_receive"}
"""Calls about what the caller began: they have tests of their own below."""
FORM = {
    "reason": "it is over",
    "decision": "approve",
    "seal": "sha256:x",
    "code": "x",
    "purpose": "add",
}
UNKNOWN = re.compile("(run|workspace)_unknown")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return a_vault(tmp_path)


class Asker:
    """Somebody with a key in front of a server."""

    def __init__(self, vault: Vault, url: str, person: str) -> None:
        secret = vault.house.engine.tokens.create(person, "test", None)[1]
        headers = {"authorization": f"Bearer {secret}"}
        self.http = httpx2.Client(base_url=url, headers=headers, timeout=30)

    def call(self, tool: str, **arguments: Any) -> str:
        """Call a tool; return all that came."""
        params = {"name": tool, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        accept = {"accept": "application/json, text/event-stream"}
        text = self.http.post("/mcp", json=body, headers=accept).text
        (data,) = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
        return json.dumps(json.loads(data), ensure_ascii=False)

    def ask(
        self, operation: Operation[Any, Any], given: dict[str, Any], body: Any, accept: str
    ) -> tuple[int, str]:
        """Make a call of the API; return its status and all that came."""
        parts = {p: quote(str(given[p]), safe="") for p in operation.parts}
        query = {k: v for k, v in given.items() if k not in parts}
        answer = self.http.request(
            operation.method,
            operation.place.format(**parts),
            params=query,
            json=body,
            headers={"accept": accept},
        )
        return answer.status_code, answer.text

    def close(self) -> None:
        self.http.close()


@dataclasses.dataclass
class Hall:
    """A running server, with somebody who may read everything and somebody who may not."""

    vault: Vault
    keeper: Asker
    stranger: Asker


@pytest.fixture
def hall(vault: Vault) -> Iterator[Hall]:
    with serving(vault.house) as url:
        keeper, stranger = Asker(vault, url, KEEPER), Asker(vault, url, STRANGER)
        yield Hall(vault, keeper, stranger)
        keeper.close()
        stranger.close()


def about(names: list[str]) -> dict[str, str]:
    """Say which arguments name a run or a workspace; whoever adds one is found by its name."""
    found = {n: RUN for n in names if "run" in n.split("_")}
    found |= {n: WORKSPACE for n in names if "workspace" in n and "workspace" not in found}
    if not found and "name" in names:
        found["name"] = WORKSPACE
    return found


def hidden(vault: Vault, kind: str) -> str:
    return vault.run.id if kind == RUN else HIDDEN


def absent(kind: str) -> str:
    return NO_RUN if kind == RUN else NOWHERE


def seen(vault: Vault, kind: str) -> str:
    return vault.open.id if kind == RUN else OPEN


def alike(answer: str, name: str) -> str:
    """Return an answer without the name that was asked for, and without moments and numbers."""
    return answer.replace(name, "…").replace(quote(name, safe=""), "…")


# --- agents --------------------------------------------------------------------------------------


def tool_cases() -> list[Any]:
    found: list[Any] = []
    for spec in TOOLS:
        asked = tool_arguments(spec)
        for name, kind in about([a.name for a in asked]).items():
            found.append(pytest.param(spec, name, kind, id=f"{spec.name}-{name}"))
    return found


def tool_question(spec: ToolSpec, vault: Vault, name: str, value: str) -> dict[str, Any]:
    """Ask of `value`, and whatever else must be said of what everybody may read."""
    asked = tool_arguments(spec)
    kinds = about([a.name for a in asked])
    given: dict[str, Any] = {name: value}
    for argument in asked:
        takes_files = argument.name == "files" and spec.power == "plan"
        if argument.name not in given and (argument.needed or takes_files):
            kind = kinds.get(argument.name)
            given[argument.name] = seen(vault, kind) if kind else OTHERS[argument.name](vault)
    return given


@pytest.mark.parametrize(("spec", "name", "kind"), tool_cases())
def test_a_tool_knows_nothing_of_what_its_caller_may_not_read(
    hall: Hall, spec: ToolSpec, name: str, kind: str
):
    vault, theirs = hall.vault, hidden(hall.vault, kind)
    kept = hall.stranger.call(spec.name, **tool_question(spec, vault, name, theirs))
    never = hall.stranger.call(spec.name, **tool_question(spec, vault, name, absent(kind)))
    assert alike(kept, theirs) == alike(never, absent(kind))
    assert UNKNOWN.search(kept), kept
    assert leaks(vault, alike(kept, theirs)) == []
    # The question is a good one: whoever may read gets an answer, or another refusal.
    shown = hall.keeper.call(spec.name, **tool_question(spec, vault, name, theirs))
    assert not UNKNOWN.search(shown), shown


ABOUT_NOTHING = [spec for spec in TOOLS if not about([a.name for a in tool_arguments(spec)])]
LISTS = [spec for spec in TOOLS if not any(a.needed for a in tool_arguments(spec))]


@pytest.mark.parametrize("spec", [*ABOUT_NOTHING, *LISTS], ids=lambda spec: spec.name)
def test_a_tool_that_names_nothing_tells_nothing_of_what_its_caller_may_not_read(
    hall: Hall, spec: ToolSpec
):
    given = {a.name: OTHERS[a.name](hall.vault) for a in tool_arguments(spec) if a.needed}
    answer = hall.stranger.call(spec.name, **given)
    assert '"isError": true' not in answer
    assert leaks(hall.vault, answer) == []


def test_what_mcp_has_beside_tools_tells_nothing_of_what_is_run_here(hall: Hall):
    accept = {"accept": "application/json, text/event-stream"}
    for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
        body: Any = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {}}
        text = hall.stranger.http.post("/mcp", json=body, headers=accept).text
        assert leaks(hall.vault, text) == []
        for uri in re.findall(r'"uri":"([^"]+)"', text):
            body |= {"method": "resources/read", "params": {"uri": uri}}
            page = hall.stranger.http.post("/mcp", json=body, headers=accept).text
            assert '"contents"' in page
            assert leaks(hall.vault, page) == []


# --- programs ------------------------------------------------------------------------------------


def names_of(operation: Operation[Any, Any]) -> list[str]:
    query = [a.name for a in operation_arguments(operation)]
    return list(dict.fromkeys([*query, *operation.body.model_fields]))


def api_cases() -> list[Any]:
    found: list[Any] = []
    for operation in OPERATIONS:
        for name, kind in about(names_of(operation)).items():
            accepts = ["application/json", *["text/event-stream"] * operation.streams]
            for accept in accepts:
                id_ = f"{operation.name}-{name}-{accept.rpartition('/')[2]}"
                found.append(pytest.param(operation, name, kind, accept, id=id_))
    return found


def api_question(
    operation: Operation[Any, Any], vault: Vault, name: str, value: str
) -> tuple[dict[str, Any], Any]:
    kinds = about(names_of(operation))
    given: dict[str, Any] = {}
    for argument in operation_arguments(operation):
        kind = kinds.get(argument.name)
        if argument.name == name:
            given[name] = value
        elif argument.needed:
            given[argument.name] = seen(vault, kind) if kind else OTHERS[argument.name](vault)
    body = BODIES[operation.body.__name__](vault)
    if "workspace" in operation.body.model_fields:
        body = {**body, "workspace": value if name == "workspace" else OPEN}
    return given, body


@pytest.mark.parametrize(("operation", "name", "kind", "accept"), api_cases())
def test_a_call_knows_nothing_of_what_its_caller_may_not_read(
    hall: Hall, operation: Operation[Any, Any], name: str, kind: str, accept: str
):
    vault, theirs, never = hall.vault, hidden(hall.vault, kind), absent(kind)
    question = api_question(operation, vault, name, theirs)
    status, kept = hall.stranger.ask(operation, *question, accept)
    unknown = api_question(operation, vault, name, never)
    assert (status, alike(kept, theirs)) == (
        (answer := hall.stranger.ask(operation, *unknown, accept))[0],
        alike(answer[1], never),
    )
    assert leaks(vault, alike(kept, theirs)) == []
    if operation.answers is None:
        assert "decision_not_here" in kept  # whoever asks, whatever for
        return
    # A filter that fits nothing is no mistake; whatever is asked for by its name is.
    assert UNKNOWN.search(kept) or (operation.name == "audit_list" and status == 200), kept
    shown = hall.keeper.ask(operation, *question, accept)
    assert not UNKNOWN.search(shown[1]), shown
    assert (status, kept) != shown


def bare_operations() -> list[Operation[Any, Any]]:
    """List the calls that need no run and no workspace to be named."""
    return [
        operation
        for operation in OPERATIONS
        if not operation.parts and "workspace" not in operation.body.model_fields
    ]


@pytest.mark.parametrize("operation", bare_operations(), ids=lambda o: o.name)
def test_a_call_that_names_nothing_tells_nothing_of_what_its_caller_may_not_read(
    hall: Hall, operation: Operation[Any, Any]
):
    given, body = api_question(operation, hall.vault, "", "")
    _status, answer = hall.stranger.ask(operation, given, body, "application/json")
    assert leaks(hall.vault, answer) == []


def test_every_call_is_asked():
    asked = {case.values[0].name for case in api_cases()} | {o.name for o in bare_operations()}
    assert {o.name for o in OPERATIONS} - asked == OF_THEIR_OWN
    assert {o.body.__name__ for o in OPERATIONS} <= BODIES.keys()
    assert Nothing.__name__ in BODIES


# --- people --------------------------------------------------------------------------------------

BARE = [page for page in PAGES if not re.search(r"{(run_id|name)}", page.path)]
NAMED = [page for page in PAGES if page not in BARE]


def visited(client: TestClient, page: Page, path: str) -> tuple[int, str, str]:
    """Visit a page, or send its form, and return status, text and where it leads."""
    answer = client.get(path) if page.method == "GET" else client.post(path, data=FORM)
    return answer.status_code, answer.text, answer.headers.get("location", "")


@pytest.mark.parametrize("page", NAMED, ids=lambda p: f"{p.method} {p.path}")
def test_a_page_knows_nothing_of_what_its_reader_may_not_read(vault: Vault, page: Page):
    # The person of the loopback default is in no group: they may read nothing.
    kind = RUN if "{run_id}" in page.path else WORKSPACE
    theirs, never = hidden(vault, kind), absent(kind)
    part = "{run_id}" if kind == RUN else "{name}"
    with browser(vault.house) as client:
        client.get("/setup")  # for the token of forms
        kept = visited(client, page, page.path.replace(part, theirs))
        unknown = visited(client, page, page.path.replace(part, never))
        assert [alike(x, theirs) for x in kept[1:]] == [alike(x, never) for x in unknown[1:]]
        assert kept[0] == unknown[0] == 404, kept
        assert UNKNOWN.search(kept[1])
        assert leaks(vault, alike(kept[1], theirs)) == []
        everybody: Any = vault.house.parts.catalog
        everybody.declared_access = EVERYTHING
        shown = visited(client, page, page.path.replace(part, theirs))
        assert shown[0] != 404, shown


@pytest.mark.parametrize("page", BARE, ids=lambda p: f"{p.method} {p.path}")
def test_a_page_that_names_nothing_tells_nothing_of_what_its_reader_may_not_read(
    vault: Vault, page: Page
):
    path = page.path.replace("{passkey_id}", "pk-1")
    asked = {"workspace": [HIDDEN, NOWHERE], "run": [vault.run.id, NO_RUN], "verify": ["1"]}
    asked["month"] = [f"{START:%Y-%m}"]
    with browser(vault.house) as client:
        _, bare, _ = visited(client, page, path)
        assert leaks(vault, bare) == []
        for name in PAGES_ASKED.get(page.path, ()) if page.method == "GET" else ():
            for value in asked.get(name, ()):
                _, text, _ = visited(client, page, f"{path}?{urlencode({name: value})}")
                assert leaks(vault, alike(text, value)) == []
