"""Who asked for a run, where their name has become somebody's since; and refusals by the edge."""

import dataclasses

import pytest

from sekisho.domain.errors import SessionNeeded
from sekisho.domain.identities import Verified
from sekisho.domain.runs import Run
from sekisho.engine.console_refusals import PER_MINUTE
from sekisho.engine.requesters import requester_of
from tests.fakes.clock import START
from tests.fakes.world import AGENT, World


def known(world: World, subject: str, name: str) -> None:
    world.engine.people.recognise(Verified(subject, name, {}, START), "console")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def run(world: World) -> Run:
    run = world.planned()
    assert (run.requested_by.person, run.requested_by.subject) == (AGENT.person, "")
    return run


def test_a_name_that_nobody_has_says_all_there_is(world: World, run: Run):
    known(world, "idp|2", "somebody else")
    assert requester_of(world.parts, run) == run.requested_by


def test_a_name_is_whose_it_became_also_after_they_were_renamed(world: World, run: Run):
    known(world, "idp|1", AGENT.person)
    known(world, "idp|1", "renamed")
    assert requester_of(world.parts, run) == dataclasses.replace(AGENT, subject="idp|1")


def test_a_subject_that_was_known_then_stays(world: World, run: Run):
    known(world, "idp|1", AGENT.person)
    asked = dataclasses.replace(AGENT, subject="idp|0")
    assert requester_of(world.parts, dataclasses.replace(run, requested_by=asked)) == asked


def test_a_flood_at_the_edge_hides_no_refusal_further_in(world: World):
    refusals = world.engine.refusals
    assert [refusals.takes_from_edge() for _ in range(PER_MINUTE + 2)].count(True) == PER_MINUTE

    refusals.tell("passkey.refuse", SessionNeeded(url=""))

    assert world.audit().count("passkey.refuse") == 1
    world.clock.advance(60)
    assert refusals.takes_from_edge()
