"""What holds up new work: quotas, the budget of destroys and the breaker, over a whole server."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CoolingDown, DestroysSpent, QuotaSpent, SekishoError
from sekisho.domain.rules import Require, Rule
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.windows import Window, parse_days, parse_hours
from sekisho.domain.workspaces import Workspace
from sekisho.engine.plans import PlanOrder
from sekisho.ports import Limits
from tests.fakes.world import AGENT, World, main

S = RunStatus
HOUR = 3600.0


def plan(world: World, caller: Caller = AGENT) -> Run:
    return world.engine.plans.create(PlanOrder("dev", world.configuration()), caller)


def broken(world: World) -> None:
    """Let every plan fail from now on."""
    world.planned({"main.tf": "resource {"})


def test_plans_of_an_hour_are_counted_for_the_person_and_for_each_agent():
    world = World(limits=Limits(plans_per_hour=3, plans_per_hour_agent=2))
    kiro, cursor, tanaka = (
        Caller("sato", "kiro/0.9"),
        Caller("sato", "cursor"),
        Caller("tanaka", "kiro/0.9"),
    )
    plan(world, kiro)
    plan(world, Caller("sato", "kiro/1.0"))
    with pytest.raises(QuotaSpent) as refusal:
        plan(world, kiro)
    assert refusal.value.facts["cap"] == 2
    plan(world, cursor)
    with pytest.raises(QuotaSpent) as refusal:
        plan(world, cursor)
    assert refusal.value.facts["cap"] == 3
    plan(world, tanaka)

    world.clock.advance(HOUR)

    plan(world, kiro)
    assert world.audit().count("run.create") == 5, "what is refused leaves no run"


def test_a_restart_forgives_nothing():
    world = World(limits=Limits(plans_per_hour_agent=1))
    plan(world)
    again = World(limits=Limits(plans_per_hour_agent=1))
    object.__setattr__(again.parts, "store", world.store)
    with pytest.raises(QuotaSpent):
        plan(again)


def test_who_does_not_listen_fills_no_log():
    world = World(limits=Limits(plans_per_hour_agent=1))
    plan(world)
    for _ in range(50):
        with pytest.raises(QuotaSpent):
            plan(world)
    told = world.journal.named("plan.refused")
    assert told == [{"person": "sato", "via": "kiro/0.9", "code": "quota_spent"}]

    world.clock.advance(61)
    with pytest.raises(QuotaSpent):
        plan(world)
    assert len(world.journal.named("plan.refused")) == 2


def test_applies_of_an_hour_are_counted_by_when_they_were_asked_for():
    world = World(limits=Limits(applies_per_hour_agent=2))
    runs = [world.approved(main(str(n))) for n in range(1)]
    assert world.apply(runs[0]).status is S.APPLIED
    assert world.applied(main("2")).status is S.APPLIED
    third = world.approved(main("3"))
    with pytest.raises(QuotaSpent) as refusal:
        world.engine.applies.start(third.id, AGENT)
    assert refusal.value.facts["setting"] == "SEKISHO_APPLIES_PER_HOUR_AGENT"
    assert world.run(third).status is S.APPROVED

    world.engine.applies.start(third.id, Caller("suzuki", "console"))
    world.worker.turn()
    assert world.run(third).status is S.APPLIED


def destroying(world: World, before: int, after: int, workspace: str = "dev") -> Run:
    """An approved plan that destroys what is left of `before` resources."""
    names = [f"r{n}" for n in range(before)]
    world.applied(main("1", *names), workspace)
    kept = main("1", *names[:after]) if after else {"main.tf": "# nothing\n"}
    return world.approved(kept, workspace)


def test_what_one_person_destroys_in_a_day_is_kept_to_a_budget():
    world = World(limits=Limits(destroys_per_day=4))
    run = destroying(world, 6, 3)
    assert run.plan
    assert run.plan.counts.destroy == 3
    assert world.apply(run).status is S.APPLIED

    second = destroying(world, 3, 1, "other")
    with pytest.raises(DestroysSpent) as refusal:
        world.engine.applies.start(second.id, AGENT)
    assert (refusal.value.facts["spent"], refusal.value.facts["more"]) == (3, 2)
    assert world.run(second).status is S.APPROVED
    assert world.facts("run.refuse") == {"verb": "apply", "code": "destroys_spent"}
    with pytest.raises(DestroysSpent):
        world.engine.applies.start(second.id, Caller("SATO", "another/1"))

    other = Caller("suzuki", "console")
    world.engine.applies.start(second.id, other)
    world.worker.turn()
    assert world.run(second).status is S.APPLIED


def test_the_budget_is_whole_again_after_a_day():
    world = World(limits=Limits(destroys_per_day=3))
    assert world.apply(destroying(world, 3, 0)).status is S.APPLIED
    assert world.applied(main("1", "x", "y", "z")).status is S.APPLIED, "nothing is destroyed"
    world.clock.advance(24 * HOUR)
    last = world.approved({"main.tf": "# nothing\n"})
    assert last.plan
    assert last.plan.counts.destroy == 3
    assert world.apply(last).status is S.APPLIED


def test_of_two_applies_at_once_that_are_too_much_together_one_is_refused():
    world = World(limits=Limits(destroys_per_day=3))
    runs = [destroying(world, 3, 1, "dev"), destroying(world, 3, 1, "other")]
    ready, told = threading.Barrier(2), list[str]()

    def start(run: Run) -> None:
        ready.wait(10)
        try:
            world.engine.applies.start(run.id, AGENT)
            told.append("queued")
        except SekishoError as error:
            told.append(error.code)

    threads = [threading.Thread(target=start, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(told) == ["destroys_spent", "queued"]


def test_an_agent_whose_plans_all_fail_rests_and_then_may_try_again():
    world = World(limits=Limits(failures_in_a_row=3))
    for _ in range(3):
        broken(world)
    with pytest.raises(CoolingDown) as refusal:
        broken(world)
    assert refusal.value.facts["count"] == 3
    plan(world, Caller("sato", "cursor"))  # another agent of theirs has done nothing wrong

    world.clock.advance(600)

    broken(world)
    with pytest.raises(CoolingDown):
        broken(world)
    world.clock.advance(600)
    assert world.planned().status is S.AWAITING_APPROVAL
    broken(world)


def test_an_agent_whose_plans_fail_applies_nothing_while_it_rests():
    world = World(limits=Limits(failures_in_a_row=2))
    run = world.approved()
    for _ in range(2):
        broken(world)
    with pytest.raises(CoolingDown):
        world.engine.applies.start(run.id, AGENT)
    world.clock.advance(600)
    assert world.apply(run).status is S.APPLIED


def test_failed_applies_make_an_agent_rest_too():
    world = World(limits=Limits(failures_in_a_row=2))

    def fails(_desk: Any, *_: Any) -> Any:
        raise DestroysSpent(person="x", more=1, spent=1, cap=1, when="", setting="")

    runs = [world.approved(main(str(n)), name) for n, name in enumerate(["dev", "other"])]
    last = world.approved(main("9"))
    world.twist("apply", init=fails)
    for run in runs:
        assert world.apply(run).status is S.ERRORED
    with pytest.raises(CoolingDown):
        world.engine.applies.start(last.id, AGENT)


def test_what_is_not_approved_is_told_so_whatever_was_spent():
    world = World(limits=Limits(applies_per_hour_agent=1))
    world.applied()
    run = world.planned(main("2"))
    with pytest.raises(SekishoError) as refusal:
        world.engine.applies.start(run.id, AGENT)
    assert refusal.value.code == "gate_unmet"


def test_what_waits_for_its_window_counts_however_long_it_waits():
    friday = Window("Asia/Tokyo", parse_days("fri"), parse_hours("22:00-26:00"))
    week = timedelta(days=7)
    late = Rule("friday night", Require(window=friday, plan_age=week))
    world = World(
        Workspace("dev", rules=(Rule("any", Require(plan_age=week)),)),
        Workspace("other", rules=(Rule("any", Require(plan_age=week)),)),
        limits=Limits(destroys_per_day=3),
    )
    world.applied(main("1", "a", "b"), "other")
    world.catalog.change("other", rules=(late,))  # it is Wednesday
    waiting = world.approved({"main.tf": "# nothing\n"}, "other")
    world.engine.applies.start(waiting.id, AGENT, wait=True)
    run = destroying(world, 2, 0)

    for _ in range(2):
        with pytest.raises(DestroysSpent) as refusal:
            world.engine.applies.start(run.id, AGENT)
        assert (refusal.value.facts["spent"], refusal.value.facts["more"]) == (2, 2)
        assert world.run(waiting).status is S.APPLY_QUEUED
        world.clock.advance(30 * HOUR)

    world.engine.runs.discard(waiting.id, AGENT, "not this week")
    assert world.apply(run).status is S.APPLIED
