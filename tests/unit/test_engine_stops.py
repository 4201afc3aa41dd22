"""The stop of everything: nothing begins, what runs ends, what waits is not lost."""

import pytest

from sekisho.domain.errors import ArgumentsInvalid, ServerNotStopped, ServerStopped
from sekisho.domain.runs import RunStatus
from sekisho.domain.stops import ServerStop, StopChange
from sekisho.engine.tokens import HOST
from tests.fakes.values import an_entry
from tests.fakes.world import AGENT, PERSON, World, between

S = RunStatus


@pytest.fixture
def world():
    return World()


def test_a_stop_names_who_turned_it_and_why_and_is_in_the_audit(world: World):
    stop = world.engine.stops.stop(PERSON, " 障害調査\x1b[31m ")

    assert world.engine.stops.get() == stop
    assert (stop.owner, stop.reason) == ("suzuki", "障害調査")
    assert world.facts("server.stop") == {"reason": "障害調査"}

    lifted = world.engine.stops.resume(HOST, "調査完了")

    assert lifted == stop
    assert world.engine.stops.get() is None
    assert world.facts("server.resume") == {
        "reason": "調査完了",
        "owner": "suzuki",
        "was": "障害調査",
    }


def test_a_stop_wants_a_reason(world: World):
    for reason in ("", "  ", "\x1b[31m"):
        with pytest.raises(ArgumentsInvalid):
            world.engine.stops.stop(PERSON, reason)
    assert world.engine.stops.get() is None


def test_a_second_stop_is_told_of_the_first_which_stays(world: World):
    first = world.engine.stops.stop(PERSON, "first")
    with pytest.raises(ServerStopped) as refusal:
        world.engine.stops.stop(HOST, "second")
    assert refusal.value.facts["reason"] == "first"
    assert world.engine.stops.get() == first


def test_what_is_not_stopped_cannot_be_resumed(world: World):
    with pytest.raises(ServerNotStopped):
        world.engine.stops.resume(PERSON)


def test_a_stop_that_came_while_we_looked_is_not_lifted(world: World):
    world.engine.stops.stop(PERSON, "one")
    other = ServerStop("tanaka", "another", world.clock.now())

    def turn(_: ServerStop | None) -> StopChange:
        return StopChange(other, (an_entry("server.stop"),))

    between(world.store.stops, "get", lambda: world.store.stops.turn(turn))
    with pytest.raises(ServerStopped):
        world.engine.stops.resume(PERSON)
    assert world.engine.stops.get() == other


def test_no_plan_and_no_apply_is_taken(world: World):
    approved = world.approved()
    world.engine.stops.stop(PERSON, "maintenance")

    with pytest.raises(ServerStopped) as refusal:
        world.asked()
    assert refusal.value.code == "server_stopped"
    assert "maintenance" in refusal.value.message("ja")
    assert refusal.value.next_step().endswith("http://127.0.0.1:8080/server")
    with pytest.raises(ServerStopped):
        world.engine.applies.start(approved.id, AGENT)
    assert world.run(approved).status is S.APPROVED
    assert [t["code"] for t in world.journal.named("plan.refused")] == ["server_stopped"]
    assert world.facts("run.refuse") == {"verb": "apply", "code": "server_stopped"}
    judged = world.engine.gate.check(approved.id)
    assert [(u.code, u.final) for u in judged.unmet] == [("server_stopped", False)]
    assert "maintenance" in judged.unmet[0].text.ja
    world.engine.stops.resume(PERSON)
    assert world.engine.gate.check(approved.id).open


def test_what_is_queued_waits_and_begins_when_the_stop_is_lifted(world: World):
    apply, plan = world.queued(), world.asked(workspace="other")
    world.engine.stops.stop(PERSON, "maintenance")

    world.pass_time(30)
    assert world.run(plan).status is S.PLAN_QUEUED
    assert world.run(apply).status is S.APPLY_QUEUED

    world.engine.stops.resume(PERSON)
    world.worker.turn()
    assert world.run(plan).status is S.AWAITING_APPROVAL
    assert world.run(apply).status is S.APPLIED


@pytest.mark.parametrize("kind", ["plan", "apply"])
def test_a_stop_between_the_look_and_the_write_still_counts(world: World, kind: str):
    run = world.asked() if kind == "plan" else world.queued()
    between(world.store.stops, "get", lambda: world.engine.stops.stop(PERSON, "now"))

    world.worker.turn()

    assert world.run(run).status is (S.PLAN_QUEUED if kind == "plan" else S.APPLY_QUEUED)
    assert not [name for name, _ in world.journal.events if name == "worker.failed"]
    assert world.record().lease is None

    world.engine.stops.resume(PERSON)
    world.worker.turn()
    assert world.run(run).status is (S.AWAITING_APPROVAL if kind == "plan" else S.APPLIED)


@pytest.mark.parametrize("kind", ["plan", "apply"])
def test_what_is_at_work_comes_to_its_end(world: World, kind: str):
    run = world.asked() if kind == "plan" else world.queued()
    world.executor.mode = "held"
    world.worker.turn()
    assert world.run(run).status is (S.PLANNING if kind == "plan" else S.APPLYING)
    world.engine.stops.stop(PERSON, "maintenance")

    world.worker.turn()
    assert not world.executor.last.stopping.is_set()
    world.executor.last.run()

    assert world.run(run).status is (S.AWAITING_APPROVAL if kind == "plan" else S.APPLIED)


def test_people_may_approve_reject_and_cancel_while_everything_is_stopped(world: World):
    waiting, unwanted, queued = world.planned(), world.planned(workspace="other"), world.asked()
    world.engine.stops.stop(PERSON, "maintenance")

    assert world.approve(waiting).status is S.APPROVED
    assert world.reject(unwanted).status is S.REJECTED
    assert world.engine.runs.cancel(queued.id, AGENT, "over").status is S.CANCELED
    world.pass_time(25 * 3600, step=3600)
    assert world.run(waiting).status is S.EXPIRED, "time goes on for what waits"


def test_a_plan_whose_worker_was_lost_waits_too(world: World):
    other = world.other_worker(pid=300)
    run = world.asked()
    world.executor.mode = "held"
    other.turn()
    assert world.run(run).status is S.PLANNING
    world.engine.stops.stop(PERSON, "maintenance")
    world.kill(other)

    world.pass_time(30)

    assert world.run(run).status is S.PLAN_QUEUED
