"""Who may lock, unlock, stop and resume, where the operator's file says who may do what."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sekisho.domain.access import ACTS, Access, Act, Grant
from sekisho.domain.callers import Caller
from sekisho.domain.errors import AccessMissing
from sekisho.engine.tokens import HOST
from tests.fakes.world import PERSON, World

OPERATOR = dataclasses.replace(PERSON, groups=("ops",))
OF_DEV = dataclasses.replace(PERSON, groups=("dev-ops",))
PLANNER = dataclasses.replace(PERSON, groups=("planners",))
VERBS: dict[str, Callable[[World, Caller], Any]] = {
    "lock": lambda world, caller: world.engine.workspaces.lock("dev", caller, "why"),
    "unlock": lambda world, caller: world.engine.workspaces.unlock("dev", caller, "why"),
    "stop": lambda world, caller: world.engine.stops.stop(caller, "why"),
    "resume": lambda world, caller: world.engine.stops.resume(caller, "why"),
}


@pytest.fixture
def world():
    world = World()
    all_else: frozenset[Act] = frozenset(ACTS) - {"operate"}
    world.catalog.declared_access = Access(
        (
            Grant("ops", frozenset({"operate"})),
            Grant("dev-ops", frozenset({"operate"}), ("dev",)),
            Grant("planners", all_else),
        )
    )
    return world


def prepared(world: World, verb: str) -> None:
    """Let there be something to undo."""
    before = {"unlock": "lock", "resume": "stop"}.get(verb)
    if before:
        VERBS[before](world, HOST)


CASES = [
    *((verb, caller, True) for verb in VERBS for caller in (OPERATOR, HOST)),
    *((verb, caller, False) for verb in VERBS for caller in (PLANNER, PERSON)),
    ("lock", OF_DEV, True),
    ("unlock", OF_DEV, True),
    ("stop", OF_DEV, False),  # everything is more than one workspace
    ("resume", OF_DEV, False),
]


@pytest.mark.parametrize(("verb", "caller", "may"), CASES)
def test_only_who_may_operate_does(world: World, verb: str, caller: Caller, may: bool):
    prepared(world, verb)
    before = world.record().lock, world.engine.stops.get(), len(world.audit())
    if may:
        VERBS[verb](world, caller)
        assert (world.record().lock, world.engine.stops.get()) != before[:2]
        return
    with pytest.raises(AccessMissing):
        VERBS[verb](world, caller)
    assert (world.record().lock, world.engine.stops.get(), len(world.audit())) == before
    (told,) = world.journal.named("operate.refused")
    assert (told["person"], told["code"]) == (caller.person, "access_missing")


def test_a_person_who_calls_themselves_host_is_not(world: World):
    with pytest.raises(AccessMissing):
        world.engine.stops.stop(Caller("host", "sekisho cli", "token"), "why")
