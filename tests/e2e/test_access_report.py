"""`sekisho access report`: everybody who could do something here, and why."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sekisho.cli import main
from sekisho.domain.groups import Group, Member
from sekisho.domain.identities import Verified
from tests.fakes.clock import START
from tests.fakes.world import World

FILE = """
version: 1
workspaces: {prod: {}, dev: {}}
groups:
  team: [sato@example.jp, "=HYPERLINK(1)", {claim: groups, value: infra}]
  leads: [suzuki@example.jp]
access:
  - {group: team, allow: [read, plan], workspaces: [dev]}
  - {group: leads, allow: [read, approve]}
"""

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sekisho.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def ask(tmp_path: Path, file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Ask:
    def asked(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--data-dir", str(tmp_path / "data"), "--config", str(file)])
        shown = capfdbinary.readouterr()
        return code, shown.out.decode(), shown.err.decode()

    return asked


def rows(text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_act_of_each_person_in_each_workspace_is_a_row_with_its_group(ask: Ask):
    code, said, _ = ask("access", "report", "--json")
    assert code == 0
    found = [r for r in json.loads(said) if r["kind"] == "access"]
    mine = {(r["workspace"], r["act"], r["through"]) for r in found if "sato" in r["person"]}
    assert mine == {("dev", "read", "team (name)"), ("dev", "plan", "team (name)")}
    leads = {(r["workspace"], r["act"]) for r in found if "suzuki" in r["person"]}
    assert leads == {(w, a) for w in ("dev", "prod") for a in ("read", "approve")}
    claimed = [r for r in found if r["person"] == "whoever has groups=infra"]
    assert {r["through"] for r in claimed} == {"team (groups=infra)"}


def test_keys_are_rows_of_their_own_and_tell_no_secret(ask: Ask):
    _, secret, _ = ask("token", "create", "Sato@example.jp", "--client", "kiro", "--scope", "read")
    _, other, _ = ask("token", "create", "leaver@example.jp")
    ask("token", "revoke", "--person", "leaver@example.jp")
    _, said, _ = ask("access", "report", "--format", "csv")
    assert secret.strip() not in said
    assert other.strip() not in said
    keys = {r["person"]: r for r in rows(said) if r["kind"] == "key"}
    assert keys["Sato@example.jp"]["client"] == "kiro"
    assert keys["Sato@example.jp"]["powers"] == "read"
    assert keys["Sato@example.jp"]["key_expires"]
    assert keys["leaver@example.jp"]["key_state"] == "revoked"
    acts = {r["person"] for r in rows(said) if r["workspace"] and "sato" in r["person"].lower()}
    assert acts == {"Sato@example.jp"}, "a name is one person, however it is written"
    nothing = [
        r for r in rows(said) if r["person"] == "leaver@example.jp" and r["kind"] == "access"
    ]
    assert [r["act"] for r in nothing] == ["none"], "who may do nothing is listed, too"


def test_csv_is_for_excel_in_japanese_and_computes_nothing(ask: Ask):
    _, said, _ = ask("access", "report", "--format", "csv", "--language", "ja")
    assert said.startswith("\ufeff種別,氏名,")
    assert "'=HYPERLINK(1)" in said
    assert ",=HYPERLINK" not in said
    _, plain, _ = ask("access", "report", "--format", "csv")
    assert plain.startswith("kind,person,")
    assert plain.count("\r\n") == len(rows(plain)) + 1


def test_it_is_written_to_a_file_for_its_owner_alone(ask: Ask, tmp_path: Path):
    path = tmp_path / "access.csv"
    assert ask("access", "report", "--format", "csv", "--output", str(path))[0] == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert rows(path.read_text(encoding="utf-8"))
    code, _, said = ask("access", "report", "--output", str(path))
    assert (code, "arguments_invalid" in said) == (1, True)


def test_in_short_it_is_a_row_for_each_person_and_workspace(ask: Ask):
    _, said, _ = ask("access", "report")
    lines = [line.split() for line in said.splitlines() if line.startswith("suzuki")]
    assert [line[1:4] for line in lines] == [
        ["dev", "read,", "approve"],
        ["prod", "read,", "approve"],
    ]


def test_that_it_was_made_is_on_record(ask: Ask):
    ask("access", "report")
    _, said, _ = ask("audit", "list", "--json")
    record = json.loads(said)[-1]
    assert record["action"] == "access.report"
    assert record["facts"] == {"people": 3, "claims": 1, "keys": 0, "workspaces": 2}
    assert ask("audit", "verify")[0] == 0


def test_without_an_access_section_it_says_that_everybody_may(ask: Ask, file: Path):
    file.write_text("version: 1\nworkspaces: {dev: {}}\n", encoding="utf-8")
    _, said, _ = ask("access", "report", "--json")
    found = json.loads(said)
    assert {r["person"] for r in found} == {"whoever is let in"}
    assert {r["act"] for r in found} == {"read", "plan", "apply", "approve", "operate"}
    assert {r["through"] for r in found} == {"no access section"}


def test_a_zone_that_is_none_is_refused(ask: Ask):
    code, _, said = ask("access", "report", "--zone", "Mars/Base")
    assert (code, "arguments_invalid" in said) == (1, True)


def test_somebody_renamed_is_one_person_and_what_they_last_did_is_told():
    world = World()
    people, sessions = world.engine.people, world.engine.sessions
    world.catalog.declared_groups = (Group("infra", (Member(claim="groups", value="infra"),)),)
    later = START.replace(year=START.year + 1)
    for name in ("sato", "Tanaka"):
        verified = Verified("iss|1", name, {"groups": ("infra",)}, later)
        people.recognise(verified, "kiro")
    sessions.open(verified, "code_flow")
    world.engine.tokens.create("sato", "kiro")
    world.approve(world.planned(), "tanaka")
    review = world.engine.access_reviews.make()
    (person,) = [h for h in review.holders if h.subject]
    assert (person.name, len(person.keys)) == ("Tanaka", 1)
    assert person.last_sign_in_at
    assert person.last_decision_at
    assert person.last_decision_at > person.last_sign_in_at
    assert person.claims["groups"] == ("infra",)
