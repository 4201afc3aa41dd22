"""What a grant that was taken away means for what somebody asked for while they had it."""

import pytest

from sekisho.domain.access import Access, Act, Grant
from sekisho.domain.callers import Caller
from sekisho.domain.plans import PlanOptions
from sekisho.domain.runs import Run, RunStatus
from sekisho.engine.plans import PlanOrder
from tests.fakes.world import World

S = RunStatus
SRE = Caller("sato", "kiro", groups=("sre",))


def granted(*acts: Act) -> Access:
    return Access((Grant("sre", frozenset[Act](acts)),))


def waiting(world: World, kind: str) -> Run:
    """A phase that somebody of the group asked for, when whoever is let in may do all."""
    order = PlanOrder("dev", world.configuration(), PlanOptions())
    run = world.engine.plans.create(order, SRE)
    if kind == "plan":
        return run
    world.worker.turn()
    world.approve(run)
    return world.engine.applies.start(run.id, SRE)


@pytest.mark.parametrize("kind", ["plan", "apply"])
def test_what_was_taken_away_while_a_phase_waited_lets_it_not_begin(kind: str):
    world = World()
    run = waiting(world, kind)
    world.catalog.declared_access = granted("read")

    world.worker.turn()

    after = world.run(run)
    assert after.status is S.CANCELED
    assert after.problem
    assert after.problem.code == "access_missing"
    assert kind in after.problem.text.en
    assert world.facts("run.canceled") == {"problem": "access_missing"}
    assert world.record().lease is None


@pytest.mark.parametrize("kind", ["plan", "apply"])
def test_a_phase_begins_by_the_act_that_is_its_own(kind: str):
    world = World()
    run = waiting(world, kind)
    world.catalog.declared_access = granted("plan" if kind == "plan" else "apply")

    world.worker.turn()

    assert world.run(run).status is (S.AWAITING_APPROVAL if kind == "plan" else S.APPLIED)
