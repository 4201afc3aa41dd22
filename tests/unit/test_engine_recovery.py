"""Lost workers: a plan is planned again, an apply never, and nothing is lost silently."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from sekisho.domain.changes import Change
from sekisho.domain.errors import ProcessAlive, RunUnknown, WorkspaceLocked, WorkspaceNotLocked
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.states import StatePosition
from sekisho.domain.workspaces import Workspace
from sekisho.engine.recovery import NOTHING_RESCUED, Recovery
from sekisho.engine.worker import Worker
from sekisho.ports import Limits
from tests.fakes.terraform import PROCESS, FakeDesk
from tests.fakes.world import AGENT, PERSON, S3, World, between, main

S = RunStatus
DAY = 24 * 3600


def carried(world: World, begin: Callable[[], Run], worker: Worker | None = None) -> Run:
    """A run that another worker carries and does not get on with."""
    run = begin()
    world.executor.mode = "held"
    (worker or world.other_worker()).turn()
    world.executor.mode = "inline"
    assert world.run(run).worker
    return world.run(run)


def lost_apply(world: World, files: dict[str, str] | None = None, workspace: str = "dev") -> Run:
    """An apply whose worker was killed after Terraform had written a state."""
    run = world.approved(files, workspace)
    worker = world.other_worker()

    def cut_off(desk: FakeDesk, watch: Any) -> Any:
        FakeDesk.apply(desk, watch)
        raise KeyboardInterrupt  # the process ends here: nothing after it happens

    untwisted = world.terraform.open
    world.twist("apply", apply=cut_off)
    world.engine.applies.start(run.id, AGENT)
    world.executor.mode = "held"
    worker.turn()
    world.executor.mode = "inline"
    with pytest.raises(KeyboardInterrupt):
        world.executor.last.run()
    world.terraform.open = untwisted
    world.kill(worker)
    return world.run(run)


# --- plans ----------------------------------------------------------------------------------------


def test_a_lost_worker_while_planning_means_planning_again():
    world = World()
    worker = world.other_worker()
    run = carried(world, world.asked, worker)
    world.terraform.rooms[run.id, "plan"] = None  # pyright: ignore[reportArgumentType]

    world.kill(worker)
    world.pass_time(4)

    run = world.run(run)
    assert (run.status, run.attempts) == (S.AWAITING_APPROVAL, 2)
    assert world.audit(run)[2] == "run.lost"
    assert [w.id for w in world.store.workers.all()] == [world.worker._record.id]
    assert world.terraform.rooms == {}


def test_a_plan_that_loses_three_workers_is_given_up():
    world = World()
    run = world.asked()
    for attempt in (1, 2, 3):
        worker = world.other_worker(200 + attempt)
        world.executor.mode = "held"
        worker.turn()
        assert (world.run(run).status, world.run(run).attempts) == (S.PLANNING, attempt)
        world.kill(worker)
        recovery = Recovery(world.parts)
        recovery.sweep("wrk_x", frozenset())

    run = world.run(run)
    assert run.problem
    assert (run.status, run.problem.code) == (S.ERRORED, "worker_lost")
    assert "3" in run.problem.text.ja


def test_a_canceled_plan_whose_worker_is_lost_is_canceled():
    world = World()
    worker = world.other_worker()
    run = carried(world, world.asked, worker)
    world.engine.runs.cancel(run.id, AGENT)
    world.terraform.rooms[run.id, "plan"] = None  # pyright: ignore[reportArgumentType]

    world.kill(worker)
    world.pass_time(4)

    assert world.run(run).status is S.CANCELED
    assert world.terraform.rooms == {}, "what it left on disk is removed"


def test_the_terraform_of_a_lost_plan_is_asked_to_end():
    world = World()
    worker = world.other_worker()
    run = carried(world, world.asked, worker)
    mark = world.terraform_lives()
    world.store.runs._runs[run.id] = dataclasses.replace(run, process=mark)

    world.kill(worker)
    Recovery(world.parts).sweep("wrk_x", frozenset())

    assert world.processes.alive(mark) is False


def test_the_next_attempt_cleans_up_and_lays_a_desk_of_its_own():
    world = World()
    worker = world.other_worker()
    run = carried(world, world.asked, worker)
    late = world.executor.last
    world.terraform.rooms[run.id, "plan"] = None  # pyright: ignore[reportArgumentType]
    world.kill(worker)
    # The worker was only thought lost: it goes on while the next attempt is at its desk.
    between(world.store.readings, "put_plan", late.run)

    world.pass_time(4)

    assert [(o.run_id, o.phase) for o in world.terraform.opened] == [
        (run.id, "plan-2"),
        (run.id, "plan"),
    ]
    assert world.run(run).status is S.AWAITING_APPROVAL
    assert world.audit(run).count("run.plan") == 1, "the late one wrote nothing"
    assert world.terraform.rooms == {}


def test_a_late_write_of_a_lost_worker_does_nothing():
    world = World()
    worker = world.other_worker()
    run = carried(world, world.asked, worker)
    late = world.executor.last
    world.kill(worker)
    world.pass_time(4)
    after, records = world.run(run), len(world.audit())

    late.run()

    assert world.run(run) == after
    assert len(world.audit()) == records


# --- applies --------------------------------------------------------------------------------------


def test_a_lost_apply_is_interrupted_locked_rescued_and_never_applied_again():
    world = World()
    run = lost_apply(world, main("1", "a", "b"))
    before = run

    world.pass_time(8)

    run, record = world.run(run), world.record()
    assert before.status is S.APPLYING
    assert (run.status, run.problem and run.problem.code) == (S.INTERRUPTED, "apply_in_doubt")
    assert record.lock
    assert (record.lock.owner, record.lock.run_id, record.lease) == ("sekisho", run.id, None)
    assert run.apply
    assert record.state
    assert run.apply.rescued_blob == record.state.blob
    assert run.apply.after == record.state.position == StatePosition("lineage-dev", 1)
    kept = json.loads(world.store.blobs.open(record.state.blob or "").read())
    assert len(kept["resources"]) == 2
    assert world.audit(run)[-2:] == ["run.lost", "run.rescue"]
    assert world.terraform.rooms == {}

    world.engine.workspaces.unlock("dev", PERSON, "looked at it")
    world.pass_time(60)
    assert world.run(run) == run
    assert world.audit(run).count("run.apply_start") == 1
    again = world.planned(main("1", "a", "b"))
    assert again.status is S.NO_CHANGES, "the rescued state is what is planned from"


def test_a_late_write_of_a_lost_apply_does_nothing_and_keeps_its_desk_for_the_rescue():
    world = World()
    run = carried(world, world.queued, worker := world.other_worker())
    late = world.executor.last
    mark = world.terraform_lives()
    world.store.runs._runs[run.id] = dataclasses.replace(run, process=mark)
    world.kill(worker)
    world.pass_time(4)
    assert world.run(run).status is S.INTERRUPTED
    records = len(world.audit())

    late.run()

    interrupted = world.run(run)
    assert interrupted.status is S.INTERRUPTED
    assert len(world.audit()) == records
    assert (run.id, "apply") in world.terraform.rooms
    assert world.record().state is None
    world.processes.end(mark)
    world.pass_time(4)
    state = world.record().state
    assert state
    assert state.position == StatePosition("lineage-dev", 1)


def test_unlock_is_refused_while_the_process_lives_and_rescues_before_it_unlocks():
    world = World()
    run = lost_apply(world)
    mark = world.terraform_lives()
    world.pass_time(8)
    assert world.run(run).apply.rescued_blob is None  # pyright: ignore[reportOptionalMemberAccess]

    with pytest.raises(ProcessAlive) as caught:
        world.engine.workspaces.unlock("dev", PERSON)
    assert caught.value.facts == {"run_id": run.id, "pid": PROCESS.pid}
    assert world.engine.runs.process_alive(world.run(run)) is True
    world.processes.end(mark)
    world.engine.workspaces.unlock("dev", PERSON, "it ended")

    record = world.record()
    assert record.free()
    assert record.state
    assert record.state.position == StatePosition("lineage-dev", 1)
    assert world.audit()[-2:] == ["run.rescue", "workspace.unlock"]


def test_an_orphan_whose_number_nobody_wrote_down_is_seen_all_the_same():
    """The server died between the start of Terraform and the note of its process."""
    world = World()
    run = lost_apply(world)
    unmarked = dataclasses.replace(world.run(run), process=None)
    world.store.runs.update(run.id, lambda _run, _record: Change(run=unmarked))
    world.terraform.orphans.add(run.id)
    world.pass_time(8)
    assert world.run(run).apply.rescued_blob is None  # pyright: ignore[reportOptionalMemberAccess]
    assert world.engine.runs.process_alive(world.run(run)) is True

    with pytest.raises(ProcessAlive) as caught:
        world.engine.workspaces.unlock("dev", PERSON)
    assert caught.value.facts["pid"] == "unknown"
    world.terraform.orphans.clear()
    world.engine.workspaces.unlock("dev", PERSON, "it ended")
    assert world.record().free()


def test_an_apply_lost_before_terraform_began_leaves_nothing_to_rescue():
    world = World()
    run = carried(world, world.queued, worker := world.other_worker())
    world.kill(worker)

    world.pass_time(8)

    run = world.run(run)
    assert run.apply
    assert (run.status, run.apply.rescued_blob, run.apply.after) == (
        S.INTERRUPTED, NOTHING_RESCUED, None,
    )  # fmt: skip
    assert world.engine.runs.process_alive(run) is None
    assert world.audit(run).count("run.rescue") == 1


@pytest.mark.parametrize("raw", [b"{not a state", b'{"serial": null}'])
def test_a_state_that_cannot_be_read_is_kept_for_people_and_becomes_no_state(raw: bytes):
    world = World()
    run = lost_apply(world)
    world.terraform.rooms[run.id, "apply"].unsaved = raw

    world.pass_time(8)

    apply = world.run(run).apply
    assert apply
    assert apply.rescued_blob == f"rescued/{run.id}/errored.tfstate"
    assert world.store.blobs.open(apply.rescued_blob or "").read() == raw
    assert world.record().state is None


def test_a_rescued_state_of_a_backend_outside_is_kept_aside():
    world = World(Workspace("dev", backend=S3))
    run = lost_apply(world)
    world.terraform.rooms[run.id, "apply"].unsaved = b'{"serial": 9, "lineage": "x"}'

    world.pass_time(8)

    apply = world.run(run).apply
    assert apply
    assert apply.rescued_blob == f"rescued/{run.id}/errored.tfstate"
    assert apply.after == StatePosition("x", 9)
    assert world.record().state is None


def test_a_workspace_that_was_taken_away_does_not_keep_its_state_from_being_rescued():
    world = World()
    run = lost_apply(world)
    del world.catalog.workspaces["dev"]

    world.pass_time(8)

    apply = world.run(run).apply
    assert apply
    assert apply.rescued_blob == f"rescued/{run.id}/errored.tfstate"


def test_trouble_with_one_lost_run_does_not_keep_the_others_waiting():
    world = World()
    good, bad = lost_apply(world), lost_apply(world, main("2"), "other")
    inner = world.terraform.rescue

    def rescue(run_id: str) -> bytes | None:
        if run_id == bad.id:
            raise OSError("a bad disk")
        return inner(run_id)

    world.terraform.rescue = rescue
    world.pass_time(8)

    rescued = world.run(good).apply
    assert rescued
    assert rescued.rescued_blob, "the newest is looked at first, and failed"
    assert world.journal.named("recovery.failed")[0]["run_id"] == bad.id
    assert world.record("other").state is None
    world.terraform.rescue = inner
    world.pass_time(4)
    assert world.record("other").state


def test_two_workers_that_rescue_at_once_do_not_forget_what_was_found():
    world = World()
    run = lost_apply(world)
    recovery = Recovery(world.parts)
    recovery.sweep("wrk_x", frozenset())
    interrupted = dataclasses.replace(run, status=S.INTERRUPTED)
    rescued = world.run(run).apply
    assert rescued

    recovery.rescue(interrupted)

    assert world.run(run).apply == rescued
    assert rescued.rescued_blob != NOTHING_RESCUED
    assert world.audit(run).count("run.rescue") == 1


def test_a_state_found_after_the_workspace_was_unlocked_is_kept_but_is_not_the_newest():
    world = World()
    run = lost_apply(world)
    world.terraform_lives()
    world.pass_time(4)
    world.processes._living.discard(PROCESS)
    between(world.terraform, "rescue", lambda: force_unlock(world))

    world.pass_time(4)

    apply = world.run(run).apply
    assert apply
    assert apply.rescued_blob
    assert world.store.blobs.has(apply.rescued_blob)
    assert world.record().state is None


def force_unlock(world: World) -> None:
    record = world.store.workspaces.records["dev"]
    world.store.workspaces.records["dev"] = dataclasses.replace(record, lock=None)


# --- who is lost ----------------------------------------------------------------------------------


def test_a_worker_elsewhere_that_does_not_beat_is_lost_after_the_stall_time():
    world = World(limits=Limits(stall_after=15))
    run = carried(world, world.asked, world.other_worker(host="elsewhere"))

    world.pass_time(14)
    assert world.run(run).status is S.PLANNING
    world.pass_time(8)

    assert world.run(run).attempts == 2


def test_a_live_process_that_does_not_beat_gets_more_time_and_is_lost_at_last():
    world = World(limits=Limits(stall_after=15))
    run = carried(world, world.asked, world.other_worker())

    world.pass_time(58)
    assert world.run(run).status is S.PLANNING
    world.pass_time(10)

    assert world.run(run).attempts == 2


def test_a_worker_that_beats_is_never_lost():
    world = World()
    other = world.other_worker(host="elsewhere")
    run = carried(world, world.queued, other)

    world.pass_time(300, world.worker, other)

    assert world.run(run) == run


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_jump_of_the_wall_clock_loses_nobody(jump: int):
    world = World()
    other = world.other_worker(host="elsewhere")
    run = carried(world, world.asked, other)
    applying = carried(world, lambda: world.queued(main("2"), "other"), other)

    world.pass_time(10, world.worker, other)
    world.clock.jump(jump)
    world.pass_time(10, world.worker, other)

    assert (world.run(run), world.run(applying)) == (run, applying)
    for execution in world.executor.started[-3:]:
        if not execution.done():
            execution.run()
    assert world.run(run).status is S.AWAITING_APPROVAL
    assert world.run(applying).status is S.APPLIED


def test_a_machine_that_was_paused_loses_nobody():
    world = World()
    other = world.other_worker(host="elsewhere")
    run = carried(world, world.queued, other)
    world.pass_time(6, other, world.worker)  # in this order: the last beat was seen

    world.clock.advance(3600)
    world.worker.turn()

    assert world.run(run) == run
    world.pass_time(10, world.worker, other)
    assert world.run(run) == run
    world.pass_time(30)
    assert world.run(run).status is S.INTERRUPTED, "whoever stays silent is lost after all"


def test_a_run_at_work_that_no_worker_has_is_lost():
    world = World()
    run = carried(world, world.asked)
    world.store.runs._runs[run.id] = dataclasses.replace(run, worker=None)

    world.pass_time(4)

    assert world.run(run).status is S.AWAITING_APPROVAL


def test_a_run_that_ended_while_its_worker_was_being_lost_stays_ended():
    world = World()
    run = carried(world, world.asked, worker := world.other_worker())
    late = world.executor.last
    world.kill(worker)
    between(world.store.runs, "find", late.run)

    Recovery(world.parts).sweep("wrk_x", frozenset())

    assert world.run(run).status is S.AWAITING_APPROVAL
    assert "run.lost" not in world.audit(run)


# --- unlocking ------------------------------------------------------------------------------------


def test_an_interrupted_apply_elsewhere_is_for_a_person_to_judge():
    world = World()
    run = lost_apply(world)
    world.store.runs._runs[run.id] = dataclasses.replace(
        world.run(run), process=dataclasses.replace(PROCESS, host="elsewhere")
    )
    world.pass_time(8)
    assert world.run(run).apply.rescued_blob is None  # pyright: ignore[reportOptionalMemberAccess]

    world.engine.workspaces.unlock("dev", PERSON, "I looked there")

    assert world.record().free()


def test_an_unlock_ends_the_lock_that_was_seen_and_no_other():
    world = World()
    world.engine.workspaces.lock("dev", PERSON, "first")

    def relocked() -> None:
        world.engine.workspaces.unlock("dev", PERSON)
        world.clock.advance(1)
        world.engine.workspaces.lock("dev", AGENT, "second")

    between(world.store.workspaces, "get", relocked)
    with pytest.raises(WorkspaceLocked) as caught:
        world.engine.workspaces.unlock("dev", PERSON)

    assert caught.value.facts["reason"] == "second"
    assert world.record().lock


def test_an_unlock_of_what_nobody_holds_is_refused_even_if_somebody_locks_it_just_then():
    world = World()
    with pytest.raises(WorkspaceNotLocked):
        world.engine.workspaces.unlock("dev", PERSON)

    between(
        world.store.workspaces, "get", lambda: world.engine.workspaces.lock("dev", AGENT, "mine")
    )
    with pytest.raises(WorkspaceLocked):
        world.engine.workspaces.unlock("dev", PERSON)


def test_a_lock_of_a_run_that_is_forgotten_can_still_be_ended():
    world = World()
    run = lost_apply(world)
    world.pass_time(8)
    world.store.runs.remove(run.id)
    with pytest.raises(RunUnknown):
        world.run(run)

    assert world.engine.workspaces.unlock("dev", PERSON).free()
