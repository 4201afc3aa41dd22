"""`sekisho config check FILE`, and what it says in words about a workspace."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sekisho.catalog import FileCatalog, read_operator_file
from sekisho.cli import main
from sekisho.views.config_explained import explained, lines_of

FILE = """
version: 1
workspaces:
  core-prod: {labels: {env: prod}}
  core-dev: {}
groups:
  team: [佐藤, {claim: groups, value: infra}]
  leads: [suzuki@example.jp]
access:
  - {group: team, allow: [read, plan, apply]}
  - {group: leads, allow: [read, approve, break_glass], workspaces: ["*-prod"]}
rules:
  - name: 夜間
    match: {labels: {env: prod}}
    require:
      approvals: {count: 2, from: [leads]}
      window: {tz: Asia/Tokyo, days: [mon, tue], hours: "22:00-26:00"}
      freezes: [{name: 年末, from: 12-28, to: 01-04}]
  - name: small
    match: {labels: {env: prod}, risk: irreversible}
    level: soft
    require: {rollback: true}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "other.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def told(file: Path, name: str, at: datetime, language: str = "en") -> str:
    catalog = FileCatalog(read_operator_file(file, {}))
    parts = explained(catalog.get(name), catalog.groups(), catalog.access(), at)
    return "\n".join(lines_of(parts, "ja" if language == "ja" else "en"))


MONDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
"""21:00 in Japan."""


def test_who_may_do_what_is_said_by_group_and_member(file: Path):
    said = told(file, "core-prod", MONDAY)
    assert "plan: team (佐藤, whoever has infra in the claim groups)" in said
    assert re.search(r"^  read: team \(.*\), leads \(suzuki@example.jp\)$", said, re.MULTILINE)
    assert "approve, in the console alone: leads (suzuki@example.jp)" in said
    assert "override a soft rule, in the console alone: nobody" in said
    assert "break glass, in the console alone: leads" in said
    dev = told(file, "core-dev", MONDAY)
    assert "approve, in the console alone: nobody" in dev
    assert "leads" not in dev


def test_rules_come_in_their_order_with_level_and_wants(file: Path):
    said = told(file, "core-prod", MONDAY)
    assert said.index("1. 夜間 (hard)") < said.index("2. small (soft)")
    assert "2 person(s) approve: leads." in said
    assert "the risk is irreversible or worse" in said
    assert "Where none of these" not in said, "the first one speaks of every plan"
    assert "Where none of these" not in told(file, "core-dev", MONDAY)
    soft = FILE.replace("match: {labels: {env: prod}}\n", "match: {risk: review}\n")
    file.write_text(soft, encoding="utf-8")
    assert "Where none of these settles who approves" in told(file, "core-prod", MONDAY)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (MONDAY, "夜間: closed now; it opens at 2026-11-30 22:00 JST."),
        (MONDAY.replace(hour=14), "夜間: open now."),
        (MONDAY.replace(month=12, day=27), "夜間: closed now; it opens at 2027-01-05 00:00 JST."),
    ],
)
def test_the_next_opening_is_said(file: Path, at: datetime, said: str):
    assert said in told(file, "core-prod", at)
    assert "Any time: no window and no freeze." in told(file, "core-dev", at)


def test_it_speaks_japanese(file: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["config", "check", str(file), "--explain", "core-prod", "--lang", "ja"]) == 0
    said = capsys.readouterr().out
    assert "誰が何をできるか" in said
    assert "承認（コンソールのみ）: leads（suzuki@example.jp）" in said
    assert "1. 夜間（必須）" in said


def test_for_programs_it_is_in_both_languages(file: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["config", "check", str(file), "--explain", "core-prod", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["workspace"] == "core-prod"
    assert body["rules_version"].startswith("sha256:")
    assert {"en", "ja"} == set(body["access"][0]) == set(body["rules"][0]) == set(body["times"][0])


def test_an_unknown_workspace_is_answered_with_near_ones(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["config", "check", str(file), "--explain", "core-prd"]) == 1
    said = capsys.readouterr().err
    assert "workspace_unknown" in said
    assert "core-prod" in said


def test_a_file_that_is_named_wins_over_the_environment(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SEKISHO_CONFIG", str(tmp_path / "none.yaml"))
    assert main(["config", "check", str(file)]) == 0
    assert "core-prod" in capsys.readouterr().out
    assert main(["config", "check"]) == 1
    file.write_text("version: 1\nrule: []\n", encoding="utf-8")
    assert main(["config", "check", str(file)]) == 1
    assert "line 2" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
