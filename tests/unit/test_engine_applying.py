"""How an apply ends: the seal, the state, the lock, Terraform's own word, and doubt."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from sekisho.domain.errors import DiskFull, StoreUnavailable
from sekisho.domain.leases import ProcessMark, WorkerLease
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.states import StatePosition
from sekisho.domain.targets import Target
from sekisho.domain.workspaces import Workspace
from sekisho.engine.applying import ApplyPhase, conclude, init, restore
from sekisho.engine.phases import run_steps
from sekisho.engine.watching import RunWatch
from sekisho.ports import Finished
from tests.fakes.terraform import FakeDesk
from tests.fakes.world import AGENT, PERSON, S3, World, between, failing, main, until

S = RunStatus
KEY = "bucket/network/terraform.tfstate"


def untouched(world: World, run: Run) -> None:
    """Nothing was applied, and the next one may be."""
    assert "started" not in [name for name, _ in world.journal.events]
    assert world.record().free()
    assert run.worker is None
    assert run.apply
    assert run.apply.finished_at
    position = world.record().state.position if world.record().state else None  # pyright: ignore[reportOptionalMemberAccess]
    assert position in (None, run.apply.before)
    assert world.terraform.rooms == {}
    assert world.engine.audits.verify().faults == ()


# --- the seal -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("plan", "sha256:other"),
        ("modules", "sha256:other"),
        ("lock_file", "sha256:other"),
        ("terraform", "sha256:other"),
        ("providers", {"registry.terraform.io/hashicorp/null": "h1:other"}),
    ],
)
def test_what_lies_in_the_working_directory_must_be_what_was_sealed(part: str, other: Any):
    world = World()
    run = world.approved()
    applied: list[str] = []

    def fingerprints(desk: FakeDesk) -> Any:
        return dataclasses.replace(FakeDesk.fingerprints(desk), **{part: other})

    world.twist("apply", fingerprints=fingerprints, apply=lambda *_: applied.append("applied"))

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "seal_broken")
    assert run.problem
    assert run.problem.text.en.endswith(f": {part}.")
    assert applied == []
    untouched(world, run)
    world.terraform.open = type(world.terraform).open.__get__(world.terraform)
    assert world.applied(main("2")).status is S.APPLIED


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"variables": {"size": 3}}, "variables"),
        ({"target": Target("hub", account="111111111111")}, "target"),
        ({"target": Target("local", environment={"TOKEN": "other"})}, "target"),
        ({"backend": S3}, "backend"),
    ],
)
def test_what_the_operator_changed_since_the_approval_voids_it(changes: Any, part: str):
    world = World()
    run = world.approved()
    world.catalog.change("dev", **changes)

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "seal_broken")
    assert run.problem
    assert part in run.problem.text.ja
    untouched(world, run)


@pytest.mark.parametrize(
    ("changes", "part"),
    [({"change_id": "CHG-2"}, "change_id"), ({"configuration": "CONFIGURATION"}, "configuration")],
)
def test_a_run_that_was_changed_in_the_store_is_not_applied(changes: Any, part: str):
    world = World()
    run = world.queued()
    other = world.configuration(main("evil"))
    changes = {k: other if v == "CONFIGURATION" else v for k, v in changes.items()}
    world.store.runs._runs[run.id] = dataclasses.replace(run, **changes)

    world.worker.turn()

    run = world.run(run)
    assert run.problem
    assert (run.status, run.problem.code) == (S.ERRORED, "seal_broken")
    assert part in run.problem.text.en
    untouched(world, run)


def test_a_seal_that_the_server_did_not_sign_is_not_applied():
    world = World()
    run = world.queued()
    assert run.plan
    forged = dataclasses.replace(run.plan.seal, signature="f" * 64)
    plan = dataclasses.replace(run.plan, seal=forged)
    world.store.runs._runs[run.id] = dataclasses.replace(run, plan=plan)

    world.worker.turn()

    problem = world.run(run).problem
    assert problem
    assert (problem.code, "signature" in problem.text.en) == ("seal_broken", True)


@pytest.mark.parametrize("part", ["plan", "bundle", "configuration"])
def test_what_was_kept_and_is_gone_or_tampered_with_voids_the_approval(part: str):
    world = World()
    run = world.queued()
    assert run.plan
    names = {"plan": run.plan.plan_blob, "bundle": run.plan.bundle_blob}
    gone = names.get(part) or world.store.blobs.names("configurations/")[0]
    error: Exception = KeyError(gone)
    if part == "bundle":
        error = ValueError("tampered")
    inner = world.store.blobs.open

    def opened(name: str) -> Any:
        if name == gone:
            raise error
        return inner(name)

    world.store.blobs.open = opened
    world.worker.turn()

    run = world.run(run)
    assert run.problem
    assert (run.status, run.problem.code) == (S.ERRORED, "seal_broken")
    assert part in run.problem.text.en
    untouched(world, run)


# --- the state ------------------------------------------------------------------------------------


def test_a_state_that_moved_outside_since_the_plan_makes_it_stale():
    world = World(Workspace("dev", backend=S3))
    world.applied(main("1"))
    run = world.approved(main("2"))
    world.terraform.backends[KEY] = world.terraform.backends[KEY].replace(
        b'"serial": 1', b'"serial": 2'
    )

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.STALE, "state_moved")
    assert run.problem
    assert "lineage-dev#1 → lineage-dev#2" in run.problem.text.ja
    assert world.record().free()


def test_terraform_itself_may_say_that_the_plan_is_stale():
    world = World()
    said = Finished(code=1, stale=True)
    world.twist("apply", apply=lambda *_: said)

    run = world.applied()

    assert (run.status, run.problem and run.problem.code) == (S.STALE, "state_moved")
    assert world.record().free()


def test_an_outsider_who_holds_the_state_lock_is_named():
    world = World()
    world.terraform.script.lock_holder = "tanaka@laptop"

    run = world.applied()

    assert run.problem
    assert (run.status, run.problem.code) == (S.ERRORED, "state_locked")
    assert "tanaka@laptop" in run.problem.text.ja
    assert world.record().free()


def test_a_failed_apply_keeps_the_state_of_what_was_done():
    world = World()
    waiting = world.planned(main("9"))
    world.terraform.script.apply_error = "quota exceeded"

    run = world.applied(main("1", "a", "b"))

    assert run.problem
    assert (run.status, run.problem.code, run.problem.detail) == (
        S.ERRORED, "apply_failed", "quota exceeded",
    )  # fmt: skip
    assert run.apply
    assert run.apply.after == StatePosition("lineage-dev", 1)
    assert [r.address for r in world.engine.states.list("dev").index.resources] == [
        "terraform_data.a"
    ]
    assert world.record().free()
    assert world.run(waiting).status is S.STALE
    world.terraform.script.apply_error = ""
    again = world.planned(main("1", "a", "b"))
    assert again.plan
    assert again.plan.counts.add == 1, "the new plan shows what is left to do"


def test_a_lock_that_terraform_left_behind_is_told():
    world = World()
    world.terraform.script.lock_left = True

    run = world.applied()

    assert run.apply
    assert (run.status, run.apply.lock_left) == (S.APPLIED, True)


def test_a_state_that_terraform_could_not_write_is_saved_where_the_server_keeps_states():
    world = World()
    world.terraform.script.unsaved = True

    run = world.applied()

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "apply_failed")
    state = world.record().state
    assert state
    assert state.blob
    assert state.position == StatePosition("lineage-dev", 1)
    kept = json.loads(world.store.blobs.open(state.blob).read())
    assert [r["name"] for r in kept["resources"]] == ["a"]
    assert world.record().free()


def test_a_state_that_could_not_reach_its_backend_is_kept_and_the_workspace_locked():
    world = World(Workspace("dev", backend=S3))
    run = world.approved()
    world.terraform.script.unsaved = True

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "state_unsaved")
    assert run.apply
    assert run.apply.rescued_blob == f"rescued/{run.id}/errored.tfstate"
    assert b"terraform_data" in world.store.blobs.open(run.apply.rescued_blob or "").read()
    lock = world.record().lock
    assert lock
    assert (lock.owner, lock.run_id, world.record().lease) == ("sekisho", run.id, None)
    world.engine.workspaces.unlock("dev", PERSON, "pushed it")
    assert world.record().free()


def test_a_backend_that_cannot_be_read_back_after_a_good_apply_loses_nothing():
    world = World(Workspace("dev", backend=S3))

    def away(_desk: FakeDesk) -> None:
        raise StoreUnavailable(problem="the bucket is away")

    world.twist("apply", read_state=away)

    run = world.applied()

    assert run.apply
    assert (run.status, run.apply.after) == (S.APPLIED, None)
    assert any("the bucket is away" in x.text for x in world.engine.runs.log(run.id).lines)
    assert world.record().free()


def test_a_state_that_a_bucket_does_not_show_after_a_good_apply_is_left_to_the_bucket():
    world = World(Workspace("dev", backend=S3))
    world.twist("apply", read_state=lambda _: None)

    run = world.applied()

    assert run.status is S.APPLIED
    assert (world.record().state, world.record().free()) == (None, True)


def test_a_good_apply_whose_state_is_gone_from_our_own_disk_is_in_doubt():
    world = World(Workspace("dev"))
    world.twist("apply", read_state=lambda _: None)

    run = world.applied()

    assert run.status is S.INTERRUPTED
    assert run.problem
    assert run.problem.code == "apply_in_doubt"
    assert world.record().lock


# --- stopping -------------------------------------------------------------------------------------


def under_way(world: World, begin: Callable[[], Run], command: str) -> Run:
    """Begin a phase on a thread and wait until Terraform hangs in its command."""
    begun: list[str] = []
    world.terraform.script.started = lambda name, _run_id: begun.append(name)
    world.terraform.script.hang = frozenset({command})
    world.executor.mode = "threads"
    run = begin()
    world.worker.turn()
    until(lambda: command in begun)
    return world.run(run)


def test_cancel_while_planning_stops_terraform_and_the_run():
    world = World()
    run = under_way(world, world.asked, "plan")
    assert (run.status, settled_by(world)) == (S.PLANNING, 1)

    world.engine.runs.cancel(run.id, AGENT, "typo")
    world.worker.turn()
    world.executor.last.wait()

    run = world.run(run)
    assert (run.status, run.problem, run.cancel) == (S.CANCELED, None, None)
    assert world.audit(run)[-2:] == ["run.cancel", "run.canceled"]
    assert world.terraform.rooms == {}


def settled_by(world: World) -> int:
    return world.worker.carrying


def test_cancel_while_applying_lets_terraform_finish_and_save_what_is_in_flight():
    world = World()
    run = world.approved(main("1", "a", "b"))
    run = under_way(world, lambda: world.engine.applies.start(run.id, AGENT), "apply")

    world.engine.runs.cancel(run.id, AGENT)
    world.worker.turn()
    world.executor.last.wait()

    run = world.run(run)
    assert (run.status, run.problem and run.problem.code) == (S.CANCELED, "apply_stopped")
    assert run.apply
    assert run.apply.after == StatePosition("lineage-dev", 1)
    assert len(world.engine.states.list("dev").index.resources) == 1
    assert world.record().free()


def test_a_terraform_that_had_to_be_killed_leaves_doubt_a_lock_and_its_state():
    world = World()
    world.terraform.script.deaf = True
    run = world.approved(main("1", "a", "b"))
    run = under_way(world, lambda: world.engine.applies.start(run.id, AGENT), "apply")

    world.engine.runs.cancel(run.id, AGENT)
    world.worker.turn()
    world.executor.last.wait()

    run = world.run(run)
    assert (run.status, run.problem and run.problem.code) == (S.INTERRUPTED, "apply_in_doubt")
    lock, state = world.record().lock, world.record().state
    assert lock
    assert state
    assert (lock.run_id, state.position) == (run.id, StatePosition("lineage-dev", 1))
    assert world.record().lease is None
    world.terraform.rooms.clear()
    world.pass_time(4)
    rescued = world.run(run)
    assert rescued.apply
    assert rescued.apply.rescued_blob == "none"
    assert rescued.apply.after == StatePosition("lineage-dev", 1), "what is known stays known"


@pytest.mark.parametrize("ended", [Finished(-9, killed=True), Finished(11), Finished(137)])
def test_a_terraform_that_crashed_or_was_killed_by_others_leaves_doubt_too(ended: Finished):
    world = World()
    run = world.approved()
    world.twist("apply", apply=lambda *_: ended)

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.INTERRUPTED, "apply_in_doubt")
    lock = world.record().lock
    assert lock
    assert lock.run_id == run.id


def test_a_plan_that_had_to_be_killed_without_anybody_asking_says_so():
    world = World()
    killed = Finished(code=-9, killed=True)
    world.twist("plan", plan=lambda *_: killed)

    run = world.planned()

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "plan_killed")


def test_a_plan_that_meets_a_locked_state_names_the_holder():
    world = World()
    locked = Finished(code=1, lock_holder="tanaka")
    world.twist("plan", plan=lambda *_: locked)

    run = world.planned()

    assert run.problem
    assert (run.problem.code, "tanaka" in run.problem.text.en) == ("state_locked", True)


@pytest.mark.parametrize("where", ["init", "apply"])
def test_an_apply_stopped_before_it_began_changed_nothing(where: str):
    world = World()
    run = world.queued()
    world.executor.mode = "held"
    world.worker.turn()
    world.executor.last.stop()
    if where == "init":
        stopped = Finished(code=1, stopped=True)
        world.twist("apply", init=lambda *_: stopped)

    world.executor.last.run()

    run = world.run(run)
    assert (run.status, run.problem and run.problem.code) == (S.CANCELED, "apply_not_begun")
    untouched(world, run)


def test_a_failed_init_of_an_apply_changes_nothing_and_says_why():
    world = World()
    run = world.approved()
    world.terraform.script.init_error = "no provider"

    run = world.apply(run)

    assert run.problem
    assert (run.status, run.problem.code, run.problem.detail) == (
        S.ERRORED, "init_failed", "no provider",
    )  # fmt: skip
    untouched(world, run)


def test_a_plan_that_finished_in_spite_of_a_cancel_is_canceled_all_the_same():
    world = World()
    run = world.asked()
    between(
        world.store.readings, "put_plan", lambda: world.engine.runs.cancel(run.id, AGENT, "stop")
    )

    world.worker.turn()

    run = world.run(run)
    assert (run.status, run.cancel) == (S.CANCELED, None)
    assert run.plan, "what it found may be read"


def test_an_apply_that_finished_in_spite_of_a_cancel_is_applied():
    world = World()
    run = world.queued()
    between(
        world.store.readings, "put_state", lambda: world.engine.runs.cancel(run.id, AGENT, "stop")
    )

    world.worker.turn()

    assert world.run(run).status is S.APPLIED


# --- bugs and failing stores ----------------------------------------------------------------------


def broken(*_: Any) -> Any:
    raise RuntimeError("a bug")


@pytest.mark.parametrize("step", ["init", "fingerprints", "position"])
def test_a_bug_before_the_apply_is_ours_and_lets_the_workspace_go(step: str):
    world = World()
    run = world.approved()
    world.twist("apply", **{step: broken})

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "internal")
    untouched(world, run)
    (failed,) = world.journal.named("step.failed")
    assert isinstance(failed["error"], RuntimeError)


@pytest.mark.parametrize("step", ["apply", "unsaved_state", "read_state"])
def test_a_bug_from_the_moment_of_the_apply_on_leaves_doubt(step: str):
    world = World()
    run = world.approved()
    world.twist("apply", **{step: broken})

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.INTERRUPTED, "apply_in_doubt")
    lock = world.record().lock
    assert lock
    assert (lock.run_id, world.record().lease) == (run.id, None)
    assert world.terraform.rooms, "what lies there is for the rescue"
    assert world.audit(run)[-1] == "run.interrupted"


@pytest.mark.parametrize("step", ["read_plan", "open_plan", "open_bundle", "fingerprints"])
def test_a_bug_while_planning_ends_the_run_as_internal(step: str):
    world = World()
    world.twist("plan", **{step: broken})

    run = world.planned()

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "internal")
    assert world.terraform.rooms == {}


def test_a_state_that_cannot_be_kept_leaves_doubt_and_is_rescued_once_there_is_room():
    world = World()
    run = world.queued()
    mend = failing(world.store.blobs, "put", DiskFull())

    world.worker.turn()
    assert world.run(run).status is S.INTERRUPTED
    world.pass_time(4)
    unrescued = world.run(run).apply
    assert unrescued
    assert unrescued.rescued_blob is None
    assert world.journal.named("recovery.failed")
    mend()
    world.pass_time(4)

    run, state = world.run(run), world.record().state
    assert run.apply
    assert state
    assert run.apply.rescued_blob == state.blob
    assert state.position == StatePosition("lineage-dev", 1)
    assert world.terraform.rooms == {}


def test_a_final_write_that_fails_is_found_by_recovery_and_the_state_is_rescued():
    world = World()
    run = world.queued()
    original = world.store.runs.update
    full: list[Callable[[], None]] = []
    between(
        world.store.readings,
        "put_state",
        lambda: full.append(failing(world.store.runs, "update", DiskFull())),
    )

    world.worker.turn()
    assert world.run(run).status is S.APPLYING, "nobody could write how it ended"
    assert isinstance(world.journal.named("phase.failed")[0]["error"], DiskFull)
    world.store.runs.update = original
    world.pass_time(4)

    run, record = world.run(run), world.record()
    assert run.status is S.INTERRUPTED
    assert record.lock
    assert (record.lock.run_id, record.lease) == (run.id, None)
    world.pass_time(4)
    assert world.record().state
    assert world.run(run).apply.rescued_blob == world.record().state.blob  # pyright: ignore[reportOptionalMemberAccess]


def test_a_final_write_of_a_plan_that_fails_means_planning_again():
    world = World()
    run = world.asked()
    original = world.store.runs.update
    between(
        world.store.readings,
        "put_plan",
        lambda: failing(world.store.runs, "update", DiskFull()),
    )
    world.worker.turn()
    world.store.runs.update = original

    world.pass_time(4)

    run = world.run(run)
    assert (run.status, run.attempts) == (S.AWAITING_APPROVAL, 2)


def test_a_log_that_cannot_be_written_does_not_decide_how_an_apply_ends():
    world = World()
    run = world.approved()
    world.terraform.script.apply_error = "quota exceeded"
    failing(world.store.logs, "append", DiskFull())

    run = world.apply(run)

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "apply_failed")
    assert world.journal.named("log.lost")[0]["lines"] == 1


def test_a_person_who_locked_the_workspace_during_an_apply_in_doubt_does_not_unlock_it_unaware():
    world = World()
    run = world.queued()
    world.executor.mode = "held"
    world.worker.turn()
    world.engine.workspaces.lock("dev", PERSON, "going home")
    mark = world.terraform_lives()
    world.twist("apply", apply=lambda _desk, watch: watch.started(mark) or broken())

    world.executor.last.run()

    lock = world.record().lock
    assert lock
    assert (lock.owner, lock.reason, lock.run_id) == ("suzuki", "going home", run.id)
    with pytest.raises(Exception, match="process_alive"):
        world.engine.workspaces.unlock("dev", PERSON)


def test_a_process_mark_of_a_worker_that_lost_the_run_is_not_kept():
    world = World()
    run = world.queued()
    world.executor.mode = "held"
    world.worker.turn()
    late = ProcessMark("fake", 999, "9")

    def lost(_desk: FakeDesk, watch: Any) -> Finished:
        current = world.run(run)
        world.store.runs._runs[run.id] = dataclasses.replace(current, worker=None)
        watch.started(late)
        return Finished(code=0)

    world.twist("apply", apply=lost)
    world.executor.last.run()

    assert world.run(run).process is None
    assert world.run(run).status is S.APPLYING


def test_a_terraform_that_crashed_leaves_doubt():
    world = World()
    crashed = Finished(code=2)
    world.twist("apply", apply=lambda *_: crashed)

    run = world.applied()

    assert (run.status, run.problem and run.problem.code) == (S.INTERRUPTED, "apply_in_doubt")


def test_steps_of_an_apply_in_the_wrong_order_are_a_bug_of_ours():
    world = World()
    run = world.asked()
    lease = WorkerLease("wrk", 1, world.clock.now())
    watch = RunWatch(world.parts, run, lease, lambda: False)
    phase = ApplyPhase(world.parts, run, lease, Workspace("dev"), watch)

    ends = [run_steps(phase, [(s.__name__, s)]) for s in (restore, init, conclude)]

    assert [(e.status, e.problem and e.problem.code) for e in ends] == [(S.ERRORED, "internal")] * 3
