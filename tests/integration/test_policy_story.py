"""A real plan held against real policies on its way to the gate: those of the example."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.app import App, build
from sekisho.domain.callers import Caller
from sekisho.domain.plans import PlanOptions
from sekisho.domain.runs import Run, RunStatus
from sekisho.engine.plans import PlanOrder
from sekisho.settings import read_settings
from sekisho.views.runs import RunView

pytest.importorskip("regopy", reason="the extra rego has no wheel for this platform")

EXAMPLE = Path(__file__).parents[2] / "examples" / "policies"
OWNED = """
resource "terraform_data" "記録" {
  for_each = toset(["a", "b"])
  input    = {owner = "network", purpose = each.key}
}
"""
BARE = OWNED.replace('owner = "network", ', "")
SECRET = """
variable "password" {
  default   = "correct-horse-4711-battery"
  sensitive = true
}
resource "terraform_data" "a" {
  input = {owner = "network", password = var.password}
}
"""
PRINTS = """package main
deny contains sprintf("%v and %s", [change.change.after, input.variables.password.value]) if {
\tsome change in input.resource_changes
}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "operator"))


@pytest.fixture
def app(place: Path, tmp_path: Path) -> Iterator[App]:
    settings = read_settings(
        data_dir=tmp_path / "data",
        config=place / "sekisho.yaml",
        log_format="text",
        log_level="error",
    )
    made = build(settings, serves=False)
    yield made
    made.close()


def planned(app: App, text: str) -> Run:
    engine, caller = app.engine, Caller("loopback", "story")
    digest = engine.configurations.from_inline("demo", {"main.tf": text}, caller).digest
    run = engine.plans.create(PlanOrder("demo", digest, PlanOptions()), caller)
    worker = app.worker()
    worker.run(lambda: engine.runs.get(run.id).status not in _UNDER_WAY)
    return engine.runs.get(run.id)


_UNDER_WAY = {RunStatus.PLAN_QUEUED, RunStatus.PLANNING}


def test_the_example_denies_what_has_no_owner_and_lets_what_has_one_go_on(app: App):
    denied = planned(app, BARE)
    assert denied.status is RunStatus.BLOCKED, denied.problem
    assert denied.problem
    assert denied.problem.code == "policy_denied"
    (view,) = RunView.of(denied).policies
    assert view.denied == [
        f'terraform_data.記録["{key}"] has no owner: set owner in its input' for key in "ab"
    ]
    assert planned(app, OWNED).status is RunStatus.AWAITING_APPROVAL


def test_no_secret_of_a_plan_gets_out_by_what_a_policy_says(app: App, place: Path):
    (place / "owners" / "prints.rego").write_text(PRINTS, encoding="utf-8")
    # As after a reload: the catalog is the one thing of the server that reads the file.
    settings = read_settings(
        data_dir=place / "data",
        config=place / "sekisho.yaml",
        log_format="text",
        log_level="error",
    )
    again = build(settings, serves=False)
    try:
        run = planned(again, SECRET)
        assert run.status is RunStatus.BLOCKED, run.problem
        assert run.plan
        (found,) = run.plan.policies
        assert found.denials == 1
        assert "owner" in found.denied[0]
        log = [line.text for line in again.engine.runs.log(run.id, limit=500).lines]
        assert any("[owners] denies" in line for line in log)
        everything = json.dumps([RunView.of(run).model_dump(mode="json"), log, found.canonical()])
        assert "correct-horse" not in everything
    finally:
        again.close()
