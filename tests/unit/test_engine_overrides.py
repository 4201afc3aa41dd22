"""Overrides: soft rules passed by a role, the glass broken, and what somebody else does later."""

import dataclasses
from datetime import timedelta

import pytest

from sekisho.domain.access import ACTS, Access, Grant
from sekisho.domain.errors import (
    AccessMissing,
    ApprovalOwn,
    ArgumentsInvalid,
    CodeWrong,
    FollowUpNotDue,
    MoveIllegal,
    OverrideNotNeeded,
    SealBroken,
    SekishoError,
)
from sekisho.domain.overrides import OverrideKind
from sekisho.domain.rules import Level, Require, Rule
from sekisho.domain.runs import Run, RunStatus
from sekisho.engine.approvals import Decision
from sekisho.engine.overrides import Overrides
from tests.fakes.world import AGENT, World

SOFT, GLASS = OverrideKind.SOFT, OverrideKind.GLASS
S = RunStatus
TWO = Rule("two", Require(approvals=2), level=Level.SOFT)
HARD = Rule("hard", Require(approvals=1))


class Scene:
    """A plan that waits in a workspace with rules, where everybody has every role."""

    def __init__(self, *rules: Rule, granted: bool = True) -> None:
        self.world = World()
        self.world.catalog.change("dev", rules=rules)
        if granted:
            everything = Grant("all", frozenset(ACTS))
            self.world.catalog.declared_access = Access((everything,))
        self.overrides = Overrides(self.world.parts)
        self.run = self.world.planned() if not granted else self._planned()

    def _planned(self) -> Run:
        """Ask as somebody who may plan: groups come with the caller."""
        kept, self.world.catalog.declared_access = self.world.catalog.declared_access, Access()
        run = self.world.planned()
        self.world.catalog.declared_access = kept
        return run

    @property
    def seal(self) -> str:
        plan = self.world.run(self.run).plan
        assert plan
        return plan.seal.seal.digest

    def code(self, decision: Decision, person: str) -> str:
        """Have a code shown for a decision, to be typed by this person."""
        self.world.step_up.person = person
        self.world.step_up.groups = ("all",)
        self.world.engine.approvals.begin(self.run.id, decision)
        return self.world.step_up.shown[-1]

    def give(self, kind: OverrideKind, person: str = "suzuki", reason: str = "障害対応") -> Run:
        code = self.code(kind.value, person)
        return self.overrides.give(self.run.id, self.seal, code, kind, reason)

    def follow_up(self, person: str) -> Run:
        code = self.code("follow_up", person)
        return self.overrides.follow_up(self.run.id, self.seal, code, "確認済み")


def test_a_soft_rule_is_passed_with_a_reason_and_the_plan_may_be_applied():
    scene = Scene(TWO)

    after = scene.give(SOFT)

    assert after.status is S.APPROVED
    (given,) = after.overrides
    assert (given.by.person, given.rules, given.reason) == ("suzuki", ("two",), "障害対応")
    assert scene.world.engine.gate.check(after.id).open
    facts = scene.world.facts("run.override")
    assert (facts["reason"], facts["needed"]) == ("障害対応", 0)


def test_a_hard_rule_stays_whatever_soft_ones_are_passed():
    scene = Scene(TWO, HARD)

    after = scene.give(SOFT)

    assert after.status is S.AWAITING_APPROVAL
    verdict = scene.world.engine.gate.check(after.id)
    assert [u.rule for u in verdict.unmet] == ["hard"]
    assert [u.rule for u in verdict.passed] == ["two"]
    with pytest.raises(OverrideNotNeeded):
        scene.give(SOFT, "tanaka")


def test_broken_glass_passes_every_rule_and_sets_off_an_alarm():
    scene = Scene(TWO, HARD)

    after = scene.give(GLASS)

    assert after.status is S.APPROVED
    assert after.overrides[0].rules == ("hard", "two")
    assert scene.world.journal.named("run.break_glass")


def test_who_has_no_such_role_passes_nothing():
    scene = Scene(TWO, granted=False)

    for kind in (SOFT, GLASS):
        with pytest.raises(AccessMissing):
            scene.give(kind)

    assert scene.world.run(scene.run).overrides == ()
    assert scene.world.facts("run.refuse")["code"] == "access_missing"


def test_only_those_whom_a_rule_names_override_it():
    scene = Scene(dataclasses.replace(TWO, overriders=("leads",)))

    with pytest.raises(AccessMissing):
        scene.give(SOFT)


def test_who_asked_overrides_nothing_and_may_break_the_glass():
    scene = Scene(TWO)

    with pytest.raises(ApprovalOwn):
        scene.give(SOFT, AGENT.person)

    assert scene.give(GLASS, AGENT.person).status is S.APPROVED


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_override_needs_a_reason(reason: str):
    scene = Scene(TWO)
    code = scene.code("override", "suzuki")

    with pytest.raises(ArgumentsInvalid):
        scene.overrides.give(scene.run.id, scene.seal, code, SOFT, reason)


def test_a_proof_is_for_one_decision_and_one_seal():
    scene = Scene(TWO)
    code = scene.code("override", "suzuki")

    with pytest.raises(CodeWrong):
        scene.overrides.give(scene.run.id, scene.seal, code, GLASS, "x")
    with pytest.raises((CodeWrong, SealBroken)):
        scene.overrides.give(scene.run.id, "sha256:other", code, SOFT, "x")

    assert scene.world.run(scene.run).overrides == ()


def test_another_looks_at_it_afterwards_and_late_is_told():
    scene = Scene(TWO)
    scene.give(SOFT)
    run = scene.world.run(scene.run)
    assert not scene.overrides.late(run)
    scene.world.clock.advance(timedelta(days=4).total_seconds())
    assert scene.overrides.late(run)

    for person in ("suzuki", AGENT.person):
        with pytest.raises(ApprovalOwn):
            scene.follow_up(person)
    after = scene.follow_up("tanaka")

    assert (after.overrides[0].followed, scene.overrides.late(after)) == ("tanaka", False)
    assert scene.world.facts("run.follow_up")["late"] is True
    with pytest.raises(FollowUpNotDue):
        scene.code("follow_up", "tanaka")


def test_nothing_is_passed_once_a_run_is_over():
    scene = Scene(TWO)
    scene.world.engine.runs.discard(scene.run.id, AGENT)

    with pytest.raises(MoveIllegal):
        scene.code("break_glass", "suzuki")


def test_an_override_that_the_server_did_not_sign_counts_for_nothing():
    scene = Scene(TWO)
    scene.give(SOFT)
    run = scene.world.run(scene.run)
    forged = dataclasses.replace(run.overrides[0], signature="forged")
    scene.world.store.runs._runs[run.id] = dataclasses.replace(run, overrides=(forged,))

    assert not scene.world.engine.gate.check(run.id).open


def test_what_nobody_may_do_is_left_out_of_the_page():
    scene = Scene(TWO)
    names = frozenset({"approve", "override", "break_glass", "follow_up"})

    assert scene.overrides.only(names, ("all",), scene.run) == names
    assert scene.overrides.only(names, (), scene.run) == {"approve"}


def test_refusals_say_what_to_do_next():
    scene = Scene(TWO, granted=False)

    with pytest.raises(SekishoError) as caught:
        scene.give(SOFT)

    assert "sekisho.yaml" in caught.value.next_step("en")
