"""Secrets in plans of real Terraform, recorded: read, kept in memory, and asked for on every face.

test_sentinels.py does the same with a real server and Terraform; this one runs on every change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sekisho.domain.scans import Severity
from sekisho.domain.states import MASK, NO_STATE
from sekisho.mcp_server.spec import ToolSpec
from sekisho.mcp_server.tools import TOOLS
from sekisho.terraform.plan_json import open_plan, read_plan
from sekisho.terraform.redaction import Redactor
from sekisho.terraform.state_json import read_state
from sekisho.web.api.registry import OPERATIONS
from sekisho.web.console import PAGES
from sekisho.web.visits import Page
from tests.attacks.asking import (
    PAGES_ASKED,
    Known,
    NoWalkError,
    addresses_of,
    operation_arguments,
    questions,
    tool_arguments,
)
from tests.attacks.planted import KINDS, Garden, Kind, Sentinel
from tests.attacks.searching import Body, Search, forms, told
from tests.attacks.walking import (
    CHANGING,
    COMMANDS,
    SILENT,
    Walker,
    changing,
    command_lines,
    commands,
)
from tests.faces.house import build
from tests.faces.scanned import a_finding, scanned
from tests.faces.serving import serving, whole_app
from tests.fakes.readings import origin
from tests.fakes.scanners import FakeScanner
from tests.plan_fixtures import PLANS, load, names

pytestmark = pytest.mark.timeout(180)

HIMITSU = Sentinel("a fixture", "himitsu", ("himitsu-", "himitsu1", "himitsu2"))
"""What every secret in a fixture begins with."""
TOLD = {
    "case10-checks": "a message that its author wrote, in words",
    "case10-errored": "the same",
    "case10-errored-1-15": "the same",
    "case10-destroy-outputs": "an output that nothing marks",
    "case10-outputs-only": "an output that nothing marks is marked from now on",
}
"""Fixtures in which such a word is honest text."""
NOT_YET = {"case03-sensitivity-on": "marked by the plan, and not yet in the state before it"}
PLANTED = [n for n in names() if "himitsu" in (PLANS / f"{n}.json").read_text("utf-8")]


@pytest.mark.long
def test_no_planted_secret_of_a_fixture_leaves_by_any_face(tmp_path: Path):
    house = build(tmp_path, scanner=FakeScanner())
    house.applied()
    scanned(house, house.planned(), a_finding(), a_finding("CKV_LOW", severity=Severity.LOW))
    search = Search([HIMITSU])
    raw = [Body("", name, (PLANS / f"{name}.json").read_bytes()) for name in PLANTED]
    assert len({leak.what for leak in search.leaks(raw)}) == len(PLANTED)
    for name in PLANTED:
        if name not in TOLD:
            plan = open_plan(PLANS / f"{name}.json")
            house.store.readings.put_plan(
                house.planned("free").id, lambda keep, plan=plan: read_plan(plan, origin(), keep)
            )
    states = [load(name).get("prior_state") for name in PLANTED if name not in NOT_YET | TOLD]
    indexes = [read_state(s, NO_STATE, Redactor()) for s in states if s and s.get("values")]
    largest = max(indexes, key=lambda i: len(i.resources))
    house.store.readings.put_state("network", largest)
    known = Known.of_engine(house.engine, most=2)
    with serving(house, make=whole_app) as url:
        walker = Walker(url, {"Authorization": f"Bearer {house.token()}"}, known)
        walker.walk(wrong="himitsu-argument")
        walker.close()
    kept = [Body("journal", "", repr(house.journal.__dict__).encode())]
    kept += [Body("state index", str(n), repr(i).encode()) for n, i in enumerate(indexes)]
    leaks = search.leaks([*walker.bodies, *kept])
    assert not leaks, told(leaks)
    assert b"".join(b.content for b in walker.bodies).decode("utf-8", "replace").count(MASK) > 300


# --- the walk itself ----------------------------------------------------------------------------

KNOWN = Known(
    runs=("run-1", "run-2"),
    workspaces=("w",),
    of={"run-1": "w", "run-2": "w"},
    addresses={"run-1": ("a_b.c",), "run-2": (), "w": ("a_b.c",)},
    numbers={"run-1": (0,), "run-2": ()},
    outputs={"w": ("o",)},
    configurations=("sha256:0",),
    files=({"main.tf": "a extra\n"},),
)


@pytest.mark.parametrize("spec", TOOLS, ids=lambda spec: spec.name)
def test_every_tool_has_its_walk(spec: ToolSpec):
    changes = spec.name in CHANGING
    found = changing(spec, KNOWN) if changes else questions(KNOWN, tool_arguments(spec))
    assert list(found)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_question_to_the_api_has_its_walk(operation: Any):
    if operation.method == "GET":
        asked = list(questions(KNOWN, operation_arguments(operation)))
        assert asked
        assert all(set(operation.parts) <= arguments.keys() for arguments in asked)


def test_every_page_has_its_walk_and_no_walk_leads_nowhere():
    pages = {p.path: p for p in PAGES if p.method == "GET"}
    assert pages.keys() == PAGES_ASKED.keys()
    assert all(list(addresses_of(KNOWN, page)) for page in pages.values())


def test_every_command_has_its_walk_and_no_walk_leads_nowhere():
    known = {name for name, _ in commands()}
    assert known == COMMANDS.keys() | SILENT.keys()
    assert {"run log", "plan show"} <= {" ".join(words[:2]) for words in command_lines(KNOWN)}


def test_what_nobody_said_how_to_ask_fails_the_walk():
    async def vault_open(call: object, run_id: str, combination: str = "") -> None:
        """Open a vault."""

    spec: Any = ToolSpec(vault_open, "Open a vault")  # pyright: ignore[reportArgumentType]
    with pytest.raises(NoWalkError, match="combination"):
        list(questions(KNOWN, tool_arguments(spec)))
    with pytest.raises(NoWalkError, match="/vaults"):
        list(addresses_of(KNOWN, Page("/vaults", lambda *_: None)))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_finds_each_kind_of_secret_in_each_form_and_half_of_it(kind: Kind):
    garden = Garden(7)
    garden.plant("here", kind)
    garden.plant("elsewhere", "phrase")
    search = Search(garden)
    for piece in garden.planted["here"].pieces:
        for form, written in forms(piece):
            text = f"<p>{written}</p>".encode()
            assert "here" in {leak.place for leak in search.of(Body("", "", text))}, form
        assert not list(search.of(Body("", "", f"<p>{piece[:7]}-{piece[8:14]}</p>".encode())))
