"""Ways past the gate that were found by reading, each closed: parts of plans, rows, names."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sekisho.domain.access import Access, Grant
from sekisho.domain.actions import Action, Risk
from sekisho.domain.approvals import Approval
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import AccessMissing
from sekisho.domain.intents import Intent, excess
from sekisho.domain.overrides import OverrideKind
from sekisho.domain.plan_changes import ActionCall, ResourceChange
from sekisho.domain.plan_traits import MOST_KINDS, Kind, with_kinds
from sekisho.domain.plans import PlanCounts, PlanReading
from sekisho.domain.rules import Level, Match, PlanFacts, Require, Rule, about
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.states import NO_STATE
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.judging import traits_read
from sekisho.engine.overrides import Overrides
from tests.fakes.world import World
from tests.unit.gate_cases import traits
from tests.unit.gate_walk import WalkStepUp, person

BUCKET = ResourceChange(
    "aws_s3_bucket.a", "aws_s3_bucket", "a", Action.CREATE, ("create",), risk=Risk.SAFE
)
CALL = ActionCall("action.aws_lambda_invoke.x", "aws_lambda_invoke")
FREE_BUCKETS = (Rule("buckets", Require(approvals=0), Match(types=("aws_s3_*",))),)
FREE_CREATES = (Rule("creates", Require(approvals=0), Match(actions=("create",))),)


def reading(**more: Any) -> PlanReading:
    return PlanReading(PlanCounts(), (BUCKET,), (), NO_STATE, "1.14.0", **more)


@pytest.mark.parametrize("rules", [FREE_BUCKETS, FREE_CREATES])
@pytest.mark.parametrize(
    ("beside", "default"),
    [
        ({}, False),
        ({"actions": (CALL,)}, True),
        (
            {"deferred": (dataclasses.replace(BUCKET, type="aws_iam_role", action=Action.DELETE),)},
            True,
        ),
    ],
)
def test_a_type_that_is_freed_frees_no_action_and_nothing_deferred_beside_it(
    rules: tuple[Rule, ...], beside: dict[str, Any], default: bool
):
    plan = PlanFacts("sato", "git", traits=traits_read(reading(**beside)))

    assert ("default" in [r.name for r in about(rules, plan)]) is default


def test_kinds_that_come_later_are_cut_as_all_others_are():
    many = [Kind("t", str(i)) for i in range(MOST_KINDS)]

    assert not with_kinds(traits(), many).kinds_cut
    assert with_kinds(traits("u:create"), many).kinds_cut
    assert with_kinds(traits(kinds_cut=True), ()).kinds_cut


def test_an_intent_that_names_actions_has_no_word_for_calls_and_none_for_what_nobody_knows():
    odd = dataclasses.replace(BUCKET, mode="data", action=Action.UNKNOWN)

    assert excess(Intent(actions=("create",)), (BUCKET,), [CALL.address]).changes
    assert excess(Intent(actions=("create",)), (odd,)).changes
    assert not excess(Intent(max_destroys=0), (BUCKET,), [CALL.address])
    assert not excess(Intent(addresses=("action.*", "aws_*")), (BUCKET,), [CALL.address])


def written(world: World, run: Run, how: Callable[[Run], Run]) -> None:
    now = world.clock.now()

    def change(run: Run, _record: WorkspaceRecord) -> Change:
        after = how(run)
        entry = world.parts.entry(now, "test.forged", after.requested_by, after)
        return Change(run=after, audit=(entry,))

    world.store.runs.update(run.id, change)


def tamer(run: Run) -> Run:
    assert run.plan is not None
    return dataclasses.replace(run, plan=dataclasses.replace(run.plan, traits=traits()))


def of_another(run: Run) -> Run:
    return dataclasses.replace(run, requested_by=Caller("ito", "kiro", "token"))


@pytest.mark.parametrize("how", [tamer, of_another])
def test_who_asked_and_what_rules_saw_in_a_plan_is_sealed(how: Callable[[Run], Run]):
    world = World(Workspace("dev", rules=(Rule("free", Require(0)),)))
    run = world.planned()
    written(world, run, how)

    after = world.apply(run)

    assert after.status is RunStatus.ERRORED
    assert after.problem is not None
    assert after.problem.code == "seal_broken"
    assert "judged" in after.problem.detail + after.problem.text.en


def test_the_audit_names_nobody_whose_approval_the_server_did_not_sign():
    world = World()
    run = world.planned()
    assert run.plan is not None
    by, now = person("mallory"), world.clock.now()
    forged = Approval(by, now, run.id, run.plan.seal.seal.digest, "ok", "0" * 64, world.keys.key_id)
    written(world, run, lambda r: dataclasses.replace(r, approvals=(forged,)))

    world.apply(world.approve(world.run(run), "suzuki"))

    assert world.facts("run.apply_start")["approved_by"] == "suzuki"


def test_of_two_soft_rules_with_one_name_both_say_who_may_override():
    soft = Rule("r", Require(), level=Level.SOFT, overriders=("leads",))
    other = dataclasses.replace(soft, overriders=("security",))
    world = World(Workspace("dev", rules=(soft, other)))
    door = WalkStepUp(world.clock)
    door.by = person("kato", "leads")
    overrides = Overrides(dataclasses.replace(world.parts, step_up=door))
    run = world.planned()
    world.catalog.declared_access = Access((Grant("leads", frozenset({"override"})),))
    assert run.plan is not None
    seal = run.plan.seal.seal.digest
    door.begin(run.id, seal, "override")

    with pytest.raises(AccessMissing):
        overrides.give(run.id, seal, door.shown[-1], OverrideKind.SOFT, "障害対応")
