"""The three looks at a configuration: before init, after it, and at the plan."""

from __future__ import annotations

import pytest

from sekisho.domain.inspections import Finding, FindingKind, Policy
from sekisho.domain.runs import RunStatus
from tests.fakes.world import World

S, K = RunStatus, FindingKind
FILE = Finding("main.tf", 3, K.FILE_OUTSIDE, "local.a", "file(/x)")
MODULE = Finding("modules.json", 0, K.MODULE_SOURCE, "module.m", "git::https://x/y")
BACKEND = Finding("main.tf", 1, K.BACKEND, "backend.s3")


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("look", ["found", "found_installed"])
def test_what_either_look_refuses_is_blocked_and_kept(world: World, look: str):
    setattr(world.terraform.script, look, (FILE, BACKEND))
    run = world.planned()

    assert run.status is S.BLOCKED
    assert run.problem
    assert run.problem.code == "inspection_refused"
    assert "main.tf:3" in run.problem.text.ja
    assert (run.inspection.refused, run.inspection.warned) == ((FILE,), (BACKEND,))
    assert run.plan is None


def test_what_is_only_warned_of_is_kept_with_the_plan(world: World):
    world.terraform.script.found = (BACKEND,)
    run = world.planned()
    assert run.status is S.AWAITING_APPROVAL
    assert run.inspection.warned == (BACKEND,)


def test_what_the_operator_allows_is_planned(world: World):
    world.catalog.change("dev", inspection=Policy(modules=("git::https://x/*",)))
    world.terraform.script.found_installed = (MODULE,)
    run = world.planned()
    assert (run.status, run.inspection.refused) == (S.AWAITING_APPROVAL, ())


def test_another_policy_is_another_version_of_the_rules(world: World):
    run = world.approved()
    world.catalog.change("dev", inspection=Policy(kinds={K.PROVISIONER: "allow"}))
    world.engine.gate.sweep()
    assert world.run(run).status is S.STALE
    assert getattr(world.run(run).problem, "code", "") == "rules_changed"


def test_what_a_plan_says_it_would_run_is_held_against_the_policy_too(world: World):
    hidden = {"main.tf": 'resource "r" "a" {\n  provisioner "local-exec" {\n  }\n}\n'}
    run = world.planned(hidden)
    assert run.status is S.BLOCKED
    assert [f.kind for f in run.inspection.refused] == [K.PROVISIONER]
    assert run.plan, "the plan was made, and can be looked at"

    world.catalog.change("dev", inspection=Policy(kinds={K.PROVISIONER: "allow"}))
    assert world.planned(hidden).status is S.AWAITING_APPROVAL
