"""No sequence of calls reaches an apply that the rules of that moment would not let begin."""

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from sekisho.domain.rules import Rule
from sekisho.domain.workspaces import Workspace
from sekisho.engine.parts import Parts
from tests.fakes.world import FakeCatalog
from tests.unit.gate_walk import GateWalk

CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
SETTINGS = settings(deadline=None, stateful_step_count=50, suppress_health_check=CALM)


class Walk(GateWalk):
    """Random, and the same at every run."""


Walk.TestCase.settings = settings(SETTINGS, max_examples=60)
TestWalk = Walk.TestCase


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_long_walk_finds_no_way_either():
    run_state_machine_as_test(
        GateWalk, settings=settings(SETTINGS, max_examples=1000, derandomize=False)
    )


class LaxCatalog(FakeCatalog):
    """Changes the rules of a workspace on their way to the engine."""

    def __init__(self, inner: FakeCatalog, change: Callable[[Rule], Rule]) -> None:
        super().__init__()
        self._inner, self._change = inner, change

    def get(self, name: str) -> Workspace:
        found = self._inner.get(name)
        return dataclasses.replace(found, rules=tuple(map(self._change, found.rules)))


def lax(change: Callable[..., Rule], **require: object) -> Callable[[Parts], Parts]:
    def broken(parts: Parts) -> Parts:
        assert isinstance(parts.catalog, FakeCatalog)
        catalog = LaxCatalog(parts.catalog, lambda rule: change(rule, **require))
        return dataclasses.replace(parts, catalog=catalog)

    return broken


def required(rule: Rule, **require: object) -> Rule:
    return dataclasses.replace(rule, require=dataclasses.replace(rule.require, **require))


PLANTED: dict[str, Callable[[Parts], Parts]] = {
    "windows are forgotten": lax(required, window=None),
    "freezes are forgotten": lax(required, freezes=()),
    "requesters count": lax(required, self_approval=True),
    "groups are forgotten": lax(required, groups=()),
    "nobody is added": lax(required, more=0),
    "change numbers are forgotten": lax(required, change_id=""),
}


@pytest.mark.long
@pytest.mark.parametrize("planted", PLANTED)
def test_the_walk_finds_a_gate_that_is_broken(planted: str):
    broken = type("Broken", (GateWalk,), {"broken": staticmethod(PLANTED[planted])})
    looking = settings(
        SETTINGS, max_examples=400, phases=[Phase.generate], report_multiple_bugs=False
    )

    with pytest.raises(AssertionError):
        run_state_machine_as_test(broken, settings=looking)
