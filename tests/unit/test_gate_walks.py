"""No sequence of calls reaches an apply that the rules of that moment would not let begin."""

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from sekisho.domain.access import Access
from sekisho.domain.callers import Caller
from sekisho.domain.rules import Rule
from sekisho.domain.sessions import SignedIn
from sekisho.domain.workspaces import Workspace
from sekisho.engine.parts import Parts
from tests.breadth import broad
from tests.fakes.keys import FakeKeys
from tests.fakes.world import FakeCatalog
from tests.unit.gate_walk import GateWalk, WalkStepUp

SETTINGS = settings(
    deadline=None,
    stateful_step_count=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Walk(GateWalk):
    """Random, and the same at every run."""


Walk.TestCase.settings = settings(SETTINGS, max_examples=80)
TestWalk = Walk.TestCase


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_long_walk_finds_no_way_either():
    run_state_machine_as_test(
        GateWalk, settings=settings(SETTINGS, max_examples=800, derandomize=False)
    )


class CredulousKeys(FakeKeys):
    """Takes every signature for its own."""

    def verify(self, message: bytes, signature: str, key_id: str) -> bool:
        return True


class CredulousDoor(WalkStepUp):
    """Takes every proof that it ever gave."""

    def finish(
        self, run_id: str, seal: str, decision: str, proof: str, who: SignedIn | None = None
    ) -> Caller:
        return self.by


class LaxCatalog(FakeCatalog):
    """Changes the rules of a workspace on their way to the engine."""

    def __init__(self, inner: FakeCatalog, change: Callable[[Rule], Rule]) -> None:
        super().__init__()
        self._inner, self._change = inner, change

    def get(self, name: str) -> Workspace:
        found = self._inner.get(name)
        return dataclasses.replace(found, rules=tuple(map(self._change, found.rules)))

    def access(self) -> Access:
        return self._inner.access()


def lax(change: Callable[..., Rule], **require: object) -> Callable[[Parts], Parts]:
    def broken(parts: Parts) -> Parts:
        assert isinstance(parts.catalog, FakeCatalog)
        catalog = LaxCatalog(parts.catalog, lambda rule: change(rule, **require))
        return dataclasses.replace(parts, catalog=catalog)

    return broken


def required(rule: Rule, **require: object) -> Rule:
    return dataclasses.replace(rule, require=dataclasses.replace(rule.require, **require))


def door(parts: Parts) -> Parts:
    assert isinstance(parts.step_up, WalkStepUp)
    # The walk goes on to say who stands before the console, to the door that it knows.
    parts.step_up.__class__ = CredulousDoor
    return parts


PLANTED: dict[str, tuple[Callable[[Parts], Parts], str, tuple[str, ...]]] = {
    "signatures are not looked at": (
        lambda p: dataclasses.replace(p, keys=CredulousKeys()),
        "people:",
        ("one",),
    ),
    "old proofs are taken": (door, "people:", ("one",)),
    "windows are forgotten": (lax(required, window=None), ":window_closed", ("night",)),
    "freezes are forgotten": (lax(required, freezes=()), ":frozen", ("frozen",)),
    "requesters count": (lax(required, self_approval=True), "people:", ("one",)),
    "groups are forgotten": (lax(required, groups=()), "people:", ("dba",)),
    "nobody is added": (lax(required, more=0), "people:", ("owner",)),
    "change numbers are forgotten": (lax(required, change_id=""), "change:change_id_", ("change",)),
}


@pytest.mark.parametrize("planted", broad(*PLANTED, quick=(4, 5, 6)))
def test_the_walk_finds_a_gate_that_is_broken(planted: str):
    plant, found, sets = PLANTED[planted]
    said = {"broken": staticmethod(plant), "looked_for": found, "sets": sets}
    broken = type("Broken", (GateWalk,), said)
    looking = settings(
        SETTINGS, max_examples=1500, phases=[Phase.generate], report_multiple_bugs=False
    )

    with pytest.raises(AssertionError, match=found):
        run_state_machine_as_test(broken, settings=looking)
