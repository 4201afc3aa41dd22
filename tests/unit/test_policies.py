"""Policies in Rego: what the operator's file says of them, and what they do to a run."""

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from sekisho.catalog import LiveCatalog, parse_operator_file, read_operator_file
from sekisho.domain.changes import Change
from sekisho.domain.errors import OperatorFileInvalid, PolicyFailed, SealBroken
from sekisho.domain.leases import WorkerLease
from sekisho.domain.policies import PolicyOutcome, RegoPolicy
from sekisho.domain.rules import Level, Require, Rule, rules_version
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.engine.planning import PlanPhase, policies
from sekisho.engine.watching import RunWatch
from sekisho.policies.messages import NotSaid, sorted_out
from sekisho.ports import ScanOrder
from sekisho.views.plan_warnings import warnings_of
from sekisho.views.runs import RunView
from tests.fakes.world import World, main

REGO = 'package terraform\ndeny contains "no" if false\n'
PEOPLE = Rule("people", Require(approvals=1, self_approval=True))


# --- the operator's file ------------------------------------------------------------------------

Read = Callable[[str], dict[str, Workspace]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    for name in ("all", "net"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "p.rego").write_text(REGO, encoding="utf-8")

    def read_text(text: str) -> dict[str, Workspace]:
        path = tmp_path / "sekisho.yaml"
        path.write_text(text, encoding="utf-8")
        return {w.name: w for w in read_operator_file(path, {}).workspaces}

    return read_text


DECLARED = """\
version: 1
groups: {ops: [sato]}
policies:
  - {name: everywhere, path: all}
workspaces:
  dev: {}
  net:
    policies:
      - {name: 規則, path: net/, level: soft, override_by: [ops]}
rules:
  - {name: slow, require: {approvals: 2, plan_age: 3d}}
"""


def test_policies_are_for_all_workspaces_or_one_and_come_with_rules_of_their_names(read: Read):
    found = read(DECLARED)
    assert [p.name for p in found["dev"].policies] == ["everywhere"]
    assert [p.name for p in found["net"].policies] == ["everywhere", "規則"]
    rules = {r.name: r for r in found["net"].rules}
    assert list(rules) == ["slow", "everywhere", "規則"]
    soft = rules["規則"]
    assert (soft.level, soft.overriders) == (Level.SOFT, ("ops",))
    assert [g.name for g in soft.members] == ["ops"]
    assert soft.require.policy == found["net"].policies[1].digest
    # A policy neither says who approves nor makes plans too old any sooner.
    assert soft.require.silent
    assert {r.require.plan_age for r in rules.values()} == {rules["slow"].require.plan_age}


def test_another_text_of_a_policy_is_another_version_of_the_rules(read: Read, tmp_path: Path):
    before = rules_version(read(DECLARED)["dev"].rules)
    assert rules_version(read(DECLARED)["dev"].rules) == before
    (tmp_path / "all" / "p.rego").write_text(f"{REGO}# more\n", encoding="utf-8")
    assert rules_version(read(DECLARED)["dev"].rules) != before


def test_tests_of_policies_and_hidden_folders_are_left_out(read: Read, tmp_path: Path):
    (tmp_path / "all" / "p_test.rego").write_text("package terraform\n", encoding="utf-8")
    (tmp_path / "all" / ".git").mkdir()
    (tmp_path / "all" / ".git" / "x.rego").write_text("package main\n", encoding="utf-8")
    (tmp_path / "all" / "lib").mkdir()
    (tmp_path / "all" / "lib" / "l.rego").write_text("package lib\n", encoding="utf-8")
    assert [name for name, _ in read(DECLARED)["dev"].policies[0].files] == ["lib/l.rego", "p.rego"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("path: all", "path: nowhere", "nowhere is no folder"),
        ("path: all", "path: sekisho.yaml", "is no folder"),
        ("path: all", 'path: ""', "a path is needed"),
        ("path: all", "path: [all]", "a path is needed"),
        ("path: all", "path: empty", "has no .rego file of package main or terraform"),
        ("path: all", "path: latin", "is not in UTF-8"),
        ("path: all", "path: large", "are more than"),
        ("path: all", "path: pipe", "is no file"),
        ("name: everywhere", "name: slow", "there is a rule or policy 'slow' already"),
        ("name: 規則", "name: Everywhere", "there is a rule or policy 'Everywhere' already"),
        ("name: everywhere", "name: default", "the server's own rule"),
        ("[ops]}", "[opps]}", "there is no group 'opps'"),
        ("level: soft", "level: hard", "override_by goes with level: soft"),
        ("level: soft", "level: mild", "needed"),
        ("path: all}", "path: all, package: x}", "unknown key"),
    ],
)
def test_what_cannot_be_a_policy_makes_the_file_invalid(
    read: Read, tmp_path: Path, old: str, new: str, problem: str
):
    for name in ("empty", "latin", "large", "pipe"):
        (tmp_path / name).mkdir()
    (tmp_path / "empty" / "o.rego").write_text("package other\n", encoding="utf-8")
    (tmp_path / "latin" / "l.rego").write_bytes(b"package main\n# \xe9\n")
    (tmp_path / "large" / "l.rego").write_text(f"{REGO}#{'x' * 1024**2}", encoding="utf-8")
    os.mkfifo(tmp_path / "pipe" / "p.rego")
    assert old in DECLARED
    with pytest.raises(OperatorFileInvalid) as caught:
        read(DECLARED.replace(old, new))
    assert problem in str(caught.value.facts["problem"])


def test_a_reload_that_is_asked_for_takes_up_a_changed_policy(read: Read, tmp_path: Path):
    read(DECLARED)
    path = tmp_path / "sekisho.yaml"
    catalog = LiveCatalog(path, lambda raw: parse_operator_file(raw, path, {}))
    before = rules_version(catalog.get("dev").rules)
    same = catalog.look(asked=True)
    assert same
    assert same[0].outcome == "unchanged"

    (tmp_path / "all" / "p.rego").write_text(f"{REGO}# more\n", encoding="utf-8")
    found = catalog.look(asked=True)
    assert found
    assert (found[0].outcome, found[0].changes["rules"]) == ("loaded", 2)
    found[1]()
    assert rules_version(catalog.get("dev").rules) != before

    (tmp_path / "all" / "p.rego").unlink()
    refused = catalog.look(asked=True)
    assert refused
    assert refused[0].outcome == "refused"


# --- messages -----------------------------------------------------------------------------------


def test_messages_are_taken_from_sets_of_text_and_objects():
    main = {"deny": ["a", {"msg": "b", "x": 1}, {"x": 1}, 3, ""], "warn_x": ["w"], "deny2": ["no"]}
    denied, warned = sorted_out([main, {"violation": {"old": True}}, None])
    assert denied == ["a", "b", 'deny: {"x": 1}', "deny: 3", "deny (it says no more)", "old"]
    assert warned == ["w"]


@pytest.mark.parametrize(
    "said", [[], [None], [{}], [{"allow": ["x"]}], [{"deny": True}], [{"deny": {"a": 1}}]]
)
def test_what_is_no_set_of_messages_is_no_silence(said: list[Any]):
    with pytest.raises(NotSaid):
        sorted_out(said)


# --- the engine ---------------------------------------------------------------------------------


def policy(level: Level = Level.HARD, name: str = "tags", text: str = REGO) -> RegoPolicy:
    return RegoPolicy(name, (("p.rego", text),), level)


def workspace(*policies: RegoPolicy) -> Workspace:
    rules = (PEOPLE, *(p.rule(PEOPLE.require.plan_age) for p in policies))
    return Workspace("dev", rules=rules, policies=policies)


def outcome(run: Run) -> PolicyOutcome:
    assert run.plan
    return run.plan.policies[0]


def test_a_plan_that_a_hard_policy_denies_is_blocked_and_everybody_is_told_why():
    world = World(workspace(policy()))
    world.policies.denies = {"tags": ["terraform_data.a has no owner", "更に"]}
    world.policies.warns = {"tags": ["beware"]}
    run = world.planned()
    assert run.status is RunStatus.BLOCKED
    assert run.problem
    assert run.problem.code == "policy_denied"
    for language in ("en", "ja"):
        assert "terraform_data.a has no owner" in run.problem.text.render(language)
    shown = RunView.of(run)
    assert shown.policies[0].denied == ["terraform_data.a has no owner", "更に"]
    assert "terraform_data.a has no owner" in shown.words()
    reading = world.engine.plans.reading(run.id)
    said = [text.render("en") for text in warnings_of(run, reading, declared=True)]
    assert any("Policy tags (hard) denies this plan, 2 times" in each for each in said)
    log = [line.text for line in world.store.logs.read(run.id, 0, 500).lines]
    assert "[tags] denies: terraform_data.a has no owner" in log
    assert "[tags] warns: beware" in log


def test_a_plan_that_no_policy_denies_goes_its_way():
    world = World(workspace(policy(), policy(name="other")))
    world.policies.warns = {"tags": ["beware"]}
    assert world.applied().status is RunStatus.APPLIED


def test_an_advisory_policy_is_said_and_holds_nothing_up():
    world = World(workspace(policy(Level.ADVISORY)))
    world.policies.denies = {"tags": ["no"]}
    run = world.planned()
    assert run.status is RunStatus.AWAITING_APPROVAL
    assert [u.code for u in world.engine.gate.check(run.id).advice] == ["policy_denied"]
    assert world.apply(world.approve(run)).status is RunStatus.APPLIED


def test_a_soft_policy_waits_for_somebody_who_overrides_it():
    world = World(workspace(policy(Level.SOFT)))
    world.policies.denies = {"tags": ["no"]}
    run = world.approve(world.planned())
    verdict = world.engine.gate.check(run.id)
    assert [(u.code, u.level) for u in verdict.unmet] == [("policy_denied", Level.SOFT)]


@pytest.mark.parametrize("level", [Level.HARD, Level.SOFT])
def test_without_the_engine_a_plan_is_blocked_and_says_how_to_get_it(level: Level):
    world = World(workspace(policy(level)))
    world.policies.installed = ""
    run = world.planned()
    assert run.status is RunStatus.BLOCKED
    assert run.problem
    assert run.problem.code == "policy_engine_missing"
    for language in ("en", "ja"):
        assert "sekisho[rego]" in run.problem.step.render(language)
    assert outcome(run).code == "policy_engine_missing"


@pytest.mark.parametrize("level", [Level.HARD, Level.SOFT])
def test_a_policy_that_fails_blocks_the_plan(level: Level):
    world = World(workspace(policy(level)))
    world.policies.error = PolicyFailed(policy="tags", problem="it took longer than 60 seconds")
    run = world.planned()
    assert run.status is RunStatus.BLOCKED
    assert run.problem
    assert run.problem.code == "policy_failed"
    assert "longer than 60 seconds" in run.problem.text.render("ja")
    assert any(name == "policy.failed" for name, _ in world.journal.events)


def test_an_advisory_policy_that_was_not_evaluated_is_told_and_holds_nothing_up():
    world = World(workspace(policy(Level.ADVISORY)))
    world.policies.installed = ""
    run = world.planned()
    assert run.status is RunStatus.AWAITING_APPROVAL
    assert [u.code for u in world.engine.gate.check(run.id).advice] == ["policy_unchecked"]
    assert "not evaluated" in RunView.of(run).words()


def test_a_policy_that_is_not_advisory_is_never_passed_for_want_of_an_outcome():
    """As if the step had been left out: the gate asks for what the policy of today said."""
    world = World(workspace(policy()))
    run = world.approved()
    plan = run.plan
    assert plan
    bare = dataclasses.replace(run, plan=dataclasses.replace(plan, policies=()))
    world.store.runs.update(run.id, lambda _run, _record: Change(run=bare))
    codes = [u.code for u in world.engine.gate.check(run.id).unmet]
    assert "policy_unchecked" in codes


def test_an_outcome_that_is_changed_in_the_store_breaks_the_seal():
    world = World(workspace(policy(Level.ADVISORY)))
    world.policies.denies = {"tags": ["no"]}
    run = world.queued()
    plan = run.plan
    assert plan
    better = dataclasses.replace(plan.policies[0], denied=(), denials=0)
    forged = dataclasses.replace(run, plan=dataclasses.replace(plan, policies=(better,)))
    world.store.runs.update(run.id, lambda _run, _record: Change(run=forged))
    world.worker.turn()
    ended = world.run(run)
    assert ended.status is RunStatus.ERRORED
    assert ended.problem
    assert ended.problem.code == SealBroken.code


def test_a_changed_policy_makes_a_waiting_plan_final():
    world = World(workspace(policy()))
    run = world.approved()
    other = workspace(policy(text=f"{REGO}# more\n"))
    world.catalog.change("dev", rules=other.rules, policies=other.policies)
    codes = [u.code for u in world.engine.gate.check(run.id).unmet]
    assert "rules_changed" in codes
    assert "policy_unchecked" in codes


def test_a_run_shows_so_many_messages_of_all_policies_and_counts_the_rest():
    policies = tuple(policy(Level.ADVISORY, name=f"p{i}") for i in range(10))
    world = World(workspace(*policies))
    world.policies.denies = {p.name: [f"{i} " + "x" * 900 for i in range(99)] for p in policies}
    run = world.planned()
    shown = RunView.of(run)
    assert [view.denials for view in shown.policies] == [99] * 10
    assert [len(view.denied) for view in shown.policies] == [1] * 10
    assert run.plan
    assert len(json.dumps([o.canonical() for o in run.plan.policies])) < 70_000


def test_who_asks_is_not_who_decides_about_a_policy():
    """Configurations carry no policies: files of that kind in one change nothing."""
    world = World(workspace(policy()))
    world.policies.denies = {"tags": ["no"]}
    files = {**main(), "policies/p.rego": "package terraform\n"}
    assert world.planned(files).status is RunStatus.BLOCKED


class _Laid:
    """A desk of which only the plan is asked for."""

    def to_scan(self) -> ScanOrder:
        return ScanOrder("", "plan.json")


def test_a_stop_between_two_policies_ends_the_phase_as_stopped_not_as_blocked():
    """So that a worker that is told to end leaves the run to the next one, to be planned again."""
    both = workspace(policy(), policy(name="other"))
    world, asked = World(both), list[str]()
    run = world.asked()
    world.policies.happens = lambda: asked.append("one")
    lease = WorkerLease("worker", 1, world.clock.now())
    watch = RunWatch(world.parts, run, lease, lambda: bool(asked))
    phase = PlanPhase(world.parts, run, lease, both, watch, desk=cast("Any", _Laid()))
    end = policies(phase)
    assert end
    assert end.status is RunStatus.CANCELED
    assert [o.name for o in phase.policies] == ["tags"]
