"""The worker: what it takes and in which order, how it beats, stops, and outlives bad minutes."""

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sekisho.domain.errors import MoveIllegal, StoreUnavailable
from sekisho.domain.gate import Verdict
from sekisho.domain.leases import WorkerLease
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.states import StatePosition
from sekisho.domain.workspaces import Workspace
from sekisho.engine.parts import Bell
from sekisho.engine.worker import Worker, _begin_apply
from sekisho.ports import Limits, RunQuery
from tests.fakes.world import AGENT, PERSON, TWO, World, between, failing, main, until

S = RunStatus


def begun(world: World) -> list[str]:
    return [e.name for e in world.executor.started]


# --- taking ---------------------------------------------------------------------------------------


def test_a_worker_takes_as_many_phases_as_it_has_room_for_oldest_first():
    world = World(limits=Limits(plan_slots=2, apply_slots=1), mode="held")
    plans = [world.asked(main(str(i))).id for i in range(3)]

    world.worker.turn()
    assert begun(world) == [f"planning-{i}" for i in plans[:2]]
    world.worker.turn()
    assert (len(begun(world)), world.worker.carrying) == (2, 2)
    world.executor.started[0].run()
    world.worker.turn()

    assert begun(world)[2:] == [f"planning-{plans[2]}"]


def test_the_oldest_is_taken_first_however_many_wait(monkeypatch: pytest.MonkeyPatch):
    world = World(limits=Limits(plan_slots=1), mode="held")
    runs = [world.asked(main(str(i))).id for i in range(7)]
    find = world.store.runs.find

    def small_pages(query: RunQuery) -> Any:
        return find(dataclasses.replace(query, limit=2))

    monkeypatch.setattr(world.store.runs, "find", small_pages)

    world.worker.turn()

    assert begun(world) == [f"planning-{runs[0]}"]


def test_applies_go_first_and_do_not_starve_plans():
    world = World(Workspace("dev"), Workspace("other"), limits=Limits(plan_slots=1, apply_slots=1))
    applies = [world.approved(main(w), w) for w in ("dev", "other")]
    world.executor.mode = "held"
    plan = world.asked(main("2"))
    for run in applies:
        world.engine.applies.start(run.id, AGENT)

    world.worker.turn()

    assert begun(world)[-2:] == [f"applying-{applies[0].id}", f"planning-{plan.id}"]


def test_a_worker_that_may_end_at_any_moment_takes_no_applies():
    world = World(mode="inline")
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)
    weak = world.other_worker(applies=False)
    plan = world.asked(main("2"))

    weak.turn()
    assert world.run(run).status is S.APPLY_QUEUED
    assert world.run(plan).status is S.AWAITING_APPROVAL
    world.worker.turn()

    assert world.run(run).status is S.APPLIED


def test_of_two_workers_that_see_the_same_run_one_takes_it():
    world = World(mode="held")
    plan, other = world.asked(), world.other_worker()
    between(world.store.workspaces, "all", other.turn)

    world.worker.turn()

    assert begun(world) == [f"planning-{plan.id}"]
    lease = world.run(plan).worker
    assert lease
    assert lease.worker_id == other._record.id
    assert (world.worker.carrying, other.carrying) == (0, 1)


def test_of_two_workers_that_see_the_same_apply_one_begins_it():
    world = World()
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)
    other = world.other_worker()
    world.executor.mode = "held"
    between(world.store.workspaces, "all", other.turn)

    world.worker.turn()

    assert world.audit(run).count("run.apply_start") == 1
    assert (world.worker.carrying, other.carrying, world.record().fence) == (0, 1, 1)


def test_of_two_applies_in_one_workspace_that_two_workers_take_at_once_one_waits():
    world = World()
    runs = [world.approved(main(v)) for v in "12"]
    for run in runs:
        world.engine.applies.start(run.id, AGENT)
    other = world.other_worker()
    world.executor.mode = "held"
    between(world.store.workspaces, "all", other.turn)

    world.worker.turn()

    assert [world.run(r).status for r in runs] == [S.APPLYING, S.APPLY_QUEUED]


@pytest.mark.parametrize("first", ["cancel", "discard", "lock"])
def test_what_a_person_does_just_before_the_claim_wins(first: str):
    world = World()
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)

    def act() -> None:
        if first == "lock":
            world.engine.workspaces.lock("dev", PERSON, "stop")
        else:
            getattr(world.engine.runs, first)(run.id, PERSON)

    between(world.store.workspaces, "all", act)
    world.worker.turn()

    assert "run.apply_start" not in world.audit(run)
    assert world.run(run).status is not S.APPLIED
    assert world.record().lease is None


def test_a_cancel_between_the_claim_and_the_first_step_stops_the_apply():
    world = World()
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)
    world.executor.mode = "held"
    world.worker.turn()

    world.engine.runs.cancel(run.id, AGENT)
    world.worker.turn()
    world.executor.last.run()

    run = world.run(run)
    assert (run.status, run.problem and run.problem.code) == (S.CANCELED, "apply_not_begun")


def test_a_sweep_during_an_apply_leaves_it_alone():
    world = World()
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)
    world.executor.mode = "held"
    world.worker.turn()
    world.clock.advance(48 * 3600)

    assert world.engine.gate.sweep() == 0
    world.executor.last.run()

    assert world.run(run).status is S.APPLIED


def test_an_approval_and_a_sweep_that_cross_leave_one_of_both_and_never_an_apply():
    world = World()
    run = world.planned()
    seal = world.engine.approvals.begin(run.id, "approve")

    def expire() -> None:
        world.clock.advance(25 * 3600)
        world.engine.gate.sweep()

    between(world.step_up, "finish", expire)
    with pytest.raises(MoveIllegal):
        world.engine.approvals.approve(run.id, seal, world.step_up.shown[-1])

    assert (world.run(run).status, world.run(run).approvals) == (S.EXPIRED, ())


def test_a_queued_apply_is_not_begun_once_its_plan_is_too_old():
    world = World()
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)
    world.worker._due["sweep"] = float("inf")
    world.clock.advance(25 * 3600)

    world.worker.turn()
    assert world.run(run).status is S.APPLY_QUEUED
    world.worker._due["sweep"] = 0
    world.worker.turn()

    assert world.run(run).status is S.EXPIRED


def test_an_apply_never_begins_without_a_plan():
    world = World()
    run = dataclasses.replace(world.asked(), status=S.APPLY_QUEUED)
    lease = WorkerLease("wrk", 1, world.clock.now())

    with pytest.raises(RuntimeError):
        _begin_apply(world.parts, run, world.record(), lease, Verdict((), (), 0, 0))


def test_a_plan_in_a_workspace_that_was_taken_away_ends_and_others_go_on():
    world = World()
    gone, apply = world.asked(), world.approved(main("2"))
    world.store.runs._runs[gone.id] = dataclasses.replace(world.run(gone), status=S.PLAN_QUEUED)
    world.engine.applies.start(apply.id, AGENT)
    other = world.asked(main("3"), "other")
    declared = world.catalog.workspaces.pop("dev")

    world.worker.turn()

    gone = world.run(gone)
    assert (gone.status, gone.problem and gone.problem.code) == (S.ERRORED, "workspace_unknown")
    assert world.audit(gone)[-1] == "run.errored"
    assert world.run(other).status is S.AWAITING_APPROVAL
    assert world.run(apply).status is S.APPLY_QUEUED, "it may come back"
    world.catalog.workspaces["dev"] = declared
    world.worker.turn()
    assert world.run(apply).status is S.APPLIED


# --- beating, chores, bad minutes -----------------------------------------------------------------


def beat(world: World, worker: Worker) -> int:
    return next(w.beat for w in world.store.workers.all() if w.id == worker._record.id)


def test_a_worker_beats_every_two_seconds():
    world = World()
    world.worker.turn()
    first = beat(world, world.worker)

    world.worker.turn()
    assert beat(world, world.worker) == first
    world.pass_time(10)

    assert beat(world, world.worker) == first + 5


def test_chores_are_done_each_at_its_time():
    world = World()
    run = world.asked()
    world.engine.runs.cancel(run.id, AGENT)
    world.worker.turn()
    world.clock.jump(91 * 24 * 3600)

    world.pass_time(3500, step=100)
    assert world.run(run).status is S.CANCELED
    world.pass_time(200, step=100)

    assert world.engine.runs.list(RunQuery()).items == ()


def test_a_worker_outlives_a_store_that_is_away():
    world = World()
    run, turns = world.asked(), iter(range(4))
    mend = failing(world.store.workers, "put", StoreUnavailable(problem="away"), times=2)
    stopping = threading.Event()

    def stop() -> bool:
        world.clock.advance(3)
        world.parts.bell.ring()
        return next(turns, None) is None

    world.worker.run(stop)
    mend()

    assert len(world.journal.named("worker.failed")) == 2
    assert world.run(run).status is S.AWAITING_APPROVAL
    assert world.store.workers.all() == ()
    names = [name for name, _ in world.journal.events]
    assert (names[0], names[-1]) == ("worker.start", "worker.stop")
    assert not stopping.is_set()


def test_a_bell_rung_before_anybody_waits_is_heard():
    bell = Bell()
    bell.ring()

    bell.wait(3600)
    bell.wait(0)


# --- stopping -------------------------------------------------------------------------------------


def hanging(world: World, run: Run, command: str) -> Callable[[], None]:
    """Begin a phase that hangs, then drain the worker on a thread; the result joins it."""
    started: list[str] = []
    world.terraform.script.started = lambda name, _run_id: started.append(name)
    world.terraform.script.hang = frozenset({command})
    world.executor.mode = "threads"
    world.worker.turn()
    until(lambda: command in started)
    draining = threading.Thread(target=world.worker.drain, daemon=True)
    draining.start()

    def join() -> None:
        draining.join(20)
        assert not draining.is_alive()
        world.terraform.script.hang = frozenset()

    return join


def test_a_plan_of_a_stopping_worker_is_queued_again_and_the_attempt_does_not_count():
    world = World()
    run = world.asked()

    hanging(world, run, "plan")()

    run = world.run(run)
    assert (run.status, run.attempts, run.worker) == (S.PLAN_QUEUED, 0, None)
    assert world.audit(run)[-1] == "run.requeue"
    assert world.terraform.rooms == {}
    assert world.store.workers.all() == ()
    world.executor.mode = "inline"
    world.other_worker().turn()
    assert world.run(run).status is S.AWAITING_APPROVAL


def test_an_apply_of_a_stopping_worker_is_given_time():
    world = World()
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)
    join = hanging(world, run, "apply")

    world.clock.advance(world.parts.limits.drain_for - 1)
    world.terraform.script.go.set()
    join()

    assert world.run(run).status is S.APPLIED


def test_an_apply_that_takes_too_long_for_a_stopping_worker_is_stopped_with_its_state_kept():
    world = World()
    run = world.approved(main("1", "a", "b"))
    world.engine.applies.start(run.id, AGENT)
    join = hanging(world, run, "apply")

    world.clock.advance(world.parts.limits.drain_for + 1)
    join()

    run = world.run(run)
    assert (run.status, run.problem and run.problem.code) == (S.CANCELED, "apply_stopped")
    assert run.apply
    assert run.apply.after == StatePosition("lineage-dev", 1)
    assert world.record().free()


def test_a_stopping_worker_beats_and_passes_cancels_on_until_its_last_apply_ends():
    world = World(limits=Limits(drain_for=1000))
    run = world.approved()
    world.engine.applies.start(run.id, AGENT)
    failing(world.store.workers, "remove", StoreUnavailable(problem="away"))
    join = hanging(world, run, "apply")
    before = beat(world, world.worker)
    watcher = world.other_worker()

    for turn in range(1, 9):
        world.clock.advance(10)
        until(lambda turn=turn: beat(world, world.worker) >= before + turn)
        watcher.turn()
    assert world.run(run).status is S.APPLYING, "nobody thinks it lost"
    world.engine.runs.cancel(run.id, AGENT)
    join()

    assert world.run(run).status is S.CANCELED
    assert world.journal.named("worker.failed"), "a store that is away at the end is told"


def test_a_phase_that_no_longer_holds_its_run_is_stopped():
    world = World(Workspace("dev", rules=(TWO,)), mode="held")
    run = world.asked()
    world.worker.turn()
    lost = dataclasses.replace(world.run(run), status=S.PLAN_QUEUED, worker=None)
    world.store.runs._runs[run.id] = dataclasses.replace(lost, status=S.CANCELED)

    world.worker.turn()

    assert world.executor.last.stopping.is_set()
