"""Plans are compared, raise alarms, and where much would be lost the name is typed."""

from __future__ import annotations

import dataclasses

import pytest

from sekisho.domain.errors import NameNeeded, PlanMissing, RunsApart, RunUnknown, WorkspaceUnknown
from sekisho.domain.plans import DESTROYS_TYPED
from sekisho.domain.runs import RunStatus
from sekisho.domain.workspaces import Workspace
from tests.fakes.world import S3, World, main


def test_a_state_that_lost_its_resources_raises_an_alarm():
    world = World(Workspace("dev", backend=S3), Workspace("other"))
    first = world.applied(main("1", "a", "b"))
    assert first.status is RunStatus.APPLIED
    assert first.plan
    assert first.plan.alarms == ()

    world.terraform.backends.clear()
    lost = world.planned(main("2", "a", "b"))

    assert lost.plan
    assert lost.plan.alarms == ("state_lost",)
    (alarm,) = world.engine.plans.reading(lost.id).alarms
    assert dict(alarm.facts)["had"] == "2"


def test_what_was_destroyed_on_purpose_raises_none():
    world = World()
    world.applied(main("1", "a"))
    world.applied({"main.tf": "# nothing\n"})
    again = world.planned(main("1", "a"))
    assert again.plan
    assert again.plan.alarms == ()


def many(count: int) -> dict[str, str]:
    return main("1", *(f"r{n}" for n in range(count)))


@pytest.mark.parametrize("count", [DESTROYS_TYPED, DESTROYS_TYPED + 1])
def test_beyond_a_number_of_destroys_the_name_is_typed(count: int):
    world = World()
    world.applied(many(count))
    run = world.planned({"main.tf": "# nothing\n"})
    seal = world.engine.approvals.begin(run.id, "approve")
    code = world.step_up.shown[-1]
    approve = world.engine.approvals.approve
    if count <= DESTROYS_TYPED:
        assert approve(run.id, seal, code).status is RunStatus.APPROVED
        return
    for typed in ("", "de", "DEV", "other"):
        with pytest.raises(NameNeeded):
            approve(run.id, seal, code, typed=typed)
    assert world.run(run).approvals == ()
    assert approve(run.id, seal, code, typed=" dev ").status is RunStatus.APPROVED


def test_a_plan_is_compared_with_the_last_one_that_a_person_decided_about():
    world = World()
    first = world.approved(main("1", "a", "b"))
    assert world.engine.plans.reviewed_before(first.id) is None
    second = world.planned(main("2", "b", "c"))
    third = world.planned(main("2", "b", "c"))
    assert (world.engine.plans.reviewed_before(third.id) or third).id == first.id
    found = world.engine.plans.compare(third.id, first.id)
    assert [c.name for c in found.new] == ["c"]
    assert [c.name for c in found.gone] == ["a"]
    assert [new.name for _, new in found.different] == ["b"]
    assert world.engine.plans.compare(third.id, second.id).equal
    world.reject(world.run(second))
    assert (world.engine.plans.reviewed_before(third.id) or third).id == second.id


def test_what_cannot_be_compared_says_so():
    world = World()
    here, there = world.planned(main("1")), world.planned(main("1"), "other")
    with pytest.raises(RunsApart):
        world.engine.plans.compare(here.id, there.id)
    with pytest.raises(RunUnknown):
        world.engine.plans.compare(here.id, "run_none")
    with pytest.raises(PlanMissing):
        world.engine.plans.compare(world.asked(main("1")).id, here.id)


def test_changes_come_whole_by_number():
    world = World()
    run = world.planned(main("1", "a", "b"))
    row = world.engine.plans.reading(run.id).changes[1]
    (whole,) = world.engine.plans.changes(run.id, [row.number])
    assert row == dataclasses.replace(whole, values=())
    assert whole.values[0].after == "1"
    with pytest.raises(PlanMissing):
        world.engine.plans.changes(run.id, [2])
    with pytest.raises(PlanMissing):
        world.engine.plans.changes(world.asked(main("1")).id, [0])


def test_a_plan_can_be_read_after_its_workspace_was_taken_out():
    world = World()
    run = world.planned(main("1"))
    del world.catalog.workspaces["dev"]
    judged = world.engine.gate.check(run.id)
    assert [u.code for u in judged.unmet] == ["workspace_undeclared"]
    assert not judged.open
    assert "dev" in judged.unmet[0].text.ja
    assert world.engine.plans.reading(run.id).changes
    assert world.engine.approvals.link(run.id).verdict == judged
    with pytest.raises(WorkspaceUnknown):
        world.approve(run)
