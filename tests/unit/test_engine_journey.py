"""A run's journey through the engine: plan, decide, apply, and every honest refusal on the way."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.approvals import Approval
from sekisho.domain.callers import Caller
from sekisho.domain.errors import (
    ApprovalOwn,
    ApprovalRepeated,
    ArgumentsInvalid,
    CodeWrong,
    ConfigurationUnknown,
    GateUnmet,
    MoveIllegal,
    PlanMissing,
    PlanOver,
    SealBroken,
    WorkspaceBusy,
    WorkspaceLocked,
    WorkspaceUnknown,
)
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.rules import Require, Rule
from sekisho.domain.runs import FINAL, MOVES, Run, RunStatus
from sekisho.domain.states import StatePosition
from sekisho.domain.workspaces import Workspace
from sekisho.engine.approvals import Decision
from sekisho.engine.plans import PlanOrder
from sekisho.engine.runs import settled
from sekisho.ports import RunQuery
from tests.fakes.world import AGENT, ALONE, NOBODY, PERSON, S3, TWO, World, between, main

S = RunStatus


def test_a_plan_is_approved_by_a_person_applied_and_its_outputs_can_be_read():
    world = World()

    run = world.asked(main(output="42"), message="first", change_id="CHG-1")
    assert (run.status, run.message, run.change_id) == (S.PLAN_QUEUED, "first", "CHG-1")
    world.worker.turn()
    run = world.run(run)
    assert (run.status, run.problem, run.worker) == (S.AWAITING_APPROVAL, None, None)
    assert run.plan
    assert (run.plan.counts.add, run.plan.counts.outputs, run.plan.risks) == (1, 1, {"safe": 1})
    run = world.approve(run)
    assert (run.status, run.allowed_by) == (S.APPROVED, ("default",))
    run = world.engine.applies.start(run.id, AGENT)
    assert (run.status, settled(run)) == (S.APPLY_QUEUED, False)
    world.worker.turn()

    run = world.run(run)
    assert (run.status, run.problem, settled(run)) == (S.APPLIED, None, True)
    assert run.apply
    assert (run.apply.fence, run.apply.after) == (1, StatePosition("lineage-dev", 1))
    assert world.engine.states.output("dev", "answer").value == "42"
    assert world.engine.states.get("dev", "terraform_data.a").values == {"input": "1"}
    assert world.record().free()
    assert world.audit(run) == [
        "run.create",
        "run.plan_start",
        "run.plan",
        "run.approve",
        "run.apply",
        "run.apply_start",
        "run.applied",
    ]
    assert world.engine.audits.verify().faults == ()
    assert world.terraform.rooms == {}, "every desk is closed"


def test_a_second_journey_starts_from_the_state_of_the_first():
    world = World()
    world.applied(main("1"))

    run = world.planned(main("2"))

    assert run.plan
    assert (run.plan.counts.add, run.plan.counts.change) == (0, 1)
    assert run.plan.position == StatePosition("lineage-dev", 1)
    assert world.apply(world.approve(run)).status is S.APPLIED
    assert world.record().state == dataclasses.replace(
        world.record().state,  # pyright: ignore[reportArgumentType]
        position=StatePosition("lineage-dev", 2),
        run_id=run.id,
    )


def test_a_plan_without_changes_ends_there():
    world = World()
    world.applied()

    run = world.planned()

    assert run.status is S.NO_CHANGES
    assert world.engine.plans.reading(run.id).changes == ()
    with pytest.raises(MoveIllegal):
        world.engine.applies.start(run.id, AGENT)


def test_a_plan_that_terraform_calls_errored_is_blocked_and_says_why():
    world = World()
    world.terraform.script.errored = True

    run = world.planned()

    assert (run.status, run.problem and run.problem.code) == (S.BLOCKED, "plan_not_applyable")


def test_a_plan_of_some_targets_is_incomplete_and_may_be_applied_all_the_same():
    world = World()
    world.terraform.script.complete = False

    run = world.applied(main("1", "a", "b"), options=PlanOptions(targets=("terraform_data.a",)))

    assert run.status is S.APPLIED
    assert not world.engine.plans.reading(run.id).complete


def test_where_no_rule_wants_anybody_a_plan_is_approved_at_once_by_that_rule():
    world = World(Workspace("dev", rules=(NOBODY,)))

    run = world.planned()

    assert (run.status, run.allowed_by, run.approvals) == (S.APPROVED, ("sandbox",), ())
    assert world.apply(run).status is S.APPLIED
    assert world.engine.audits.verify().faults == ()


def test_a_failed_init_or_plan_says_what_terraform_said():
    world = World()
    world.terraform.script.init_error = "no provider"
    failed_init = world.planned()
    world.terraform.script.init_error = ""
    world.terraform.script.plan_error = "no such attribute"
    failed_plan = world.planned(main("2"))
    broken = world.planned({"main.tf": 'resource "x" "y" {'})

    for run, code, said in (
        (failed_init, "init_failed", "no provider"),
        (failed_plan, "plan_failed", "no such attribute"),
        (broken, "init_failed", "Unclosed configuration block (main.tf:1)"),
    ):
        assert (run.status, run.plan) == (S.ERRORED, None)
        assert run.problem
        assert (run.problem.code, run.problem.detail) == (code, said)
    assert world.audit(failed_plan)[-1] == "run.errored"
    assert "no such attribute" in world.engine.runs.log(failed_plan.id).lines[-1].text


def test_a_plan_without_a_terraform_that_the_workspace_wants_says_so():
    world = World(Workspace("dev", terraform="~> 9.0"))

    run = world.planned()

    assert (run.status, run.problem and run.problem.code) == (S.ERRORED, "version_unmet")


def test_what_a_plan_is_asked_with_is_checked():
    world = World()
    digest = world.configuration()

    refused: tuple[tuple[PlanOptions, dict[str, Any]], ...] = (
        (PlanOptions(targets=("-destroy",)), {}),
        (PlanOptions(targets=(" ",)), {}),
        (PlanOptions(replace=("a\x1b[0m",)), {}),
        (PlanOptions(targets=("a.b",) * 101), {}),
        (PlanOptions(PlanMode.DESTROY, replace=("a.b",)), {}),
        (PlanOptions(), {"message": "x" * 501}),
        (PlanOptions(), {"change_id": "x" * 501}),
    )
    for options, more in refused:
        with pytest.raises(ArgumentsInvalid):
            world.engine.plans.create(PlanOrder("dev", digest, options, **more), AGENT)
    with pytest.raises(WorkspaceUnknown):
        world.engine.plans.create(PlanOrder("nowhere", digest), AGENT)
    with pytest.raises(ConfigurationUnknown):
        world.engine.plans.create(PlanOrder("dev", "sha256:0"), AGENT)
    assert world.audit() == ["configuration.create"]


def test_what_callers_write_is_inert_before_it_is_kept():
    world = World()
    nasty = "\x1b[31mred\ud800\u202e"

    run = world.asked(message=nasty, change_id=nasty)
    world.engine.runs.cancel(run.id, AGENT, nasty)
    other = world.planned(main("2"))
    world.reject(other, nasty)
    third = world.planned(main("3"))
    world.engine.runs.discard(third.id, AGENT, nasty)
    world.engine.workspaces.lock("dev", PERSON, nasty)
    world.engine.workspaces.unlock("dev", PERSON, nasty)

    assert (world.run(run).message, world.run(run).change_id) == ("red\ufffd", "red\ufffd")
    for action in ("run.cancel", "run.reject", "run.discard", "workspace.lock", "workspace.unlock"):
        assert world.facts(action)["reason"] == "red\ufffd"


# --- decisions ------------------------------------------------------------------------------------


def test_two_people_are_two_people():
    world = World(Workspace("dev", rules=(TWO,)))
    run = world.planned()

    run = world.approve(run, "suzuki")
    assert run.status is S.AWAITING_APPROVAL
    with pytest.raises(ApprovalRepeated):
        world.approve(run, "suzuki")
    with pytest.raises(GateUnmet):
        world.engine.applies.start(run.id, AGENT)

    assert world.approve(run, "ito").status is S.APPROVED
    assert world.facts("run.approve")["given"] == 2


def test_who_asked_for_a_run_does_not_approve_it():
    world = World()
    run = world.planned()

    with pytest.raises(ApprovalOwn):
        world.approve(run, AGENT.person)

    assert world.run(run).approvals == ()
    assert "run.approve" not in world.audit(run)


def test_who_asked_approves_where_a_rule_lets_them_and_the_audit_agrees():
    world = World(Workspace("dev", rules=(ALONE,)))

    run = world.apply(world.approve(world.planned(), AGENT.person))

    assert run.status is S.APPLIED
    assert world.engine.audits.verify().faults == ()


def test_an_approval_is_about_the_seal_that_the_person_saw():
    world = World()
    run = world.planned()
    world.engine.approvals.begin(run.id, "approve")
    world.step_up.begin(run.id, "sha256:other", "approve")
    world.step_up.begin(run.id, "sha256:other", "reject")

    for decide in (
        lambda: world.engine.approvals.approve(run.id, "sha256:other", world.step_up.shown[1]),
        lambda: world.engine.approvals.reject(run.id, "sha256:other", world.step_up.shown[2], "no"),
    ):
        with pytest.raises(SealBroken):
            decide()
    assert world.run(run) == run


def test_a_code_is_for_one_decision_and_good_once():
    world = World(Workspace("dev", rules=(TWO,)))
    run = world.planned()
    seal = world.engine.approvals.begin(run.id, "approve")
    code = world.step_up.shown[-1]

    with pytest.raises(CodeWrong):
        world.engine.approvals.reject(run.id, seal, code, "no")
    world.engine.approvals.approve(run.id, seal, code)
    with pytest.raises(CodeWrong):
        world.engine.approvals.approve(run.id, seal, code)


def test_a_rejected_plan_is_over_and_a_reason_is_needed():
    world = World()
    run = world.planned()

    with pytest.raises(ArgumentsInvalid):
        world.reject(run, "  ")
    run = world.reject(run, " not in December ")

    assert run.status is S.REJECTED
    assert run.rejection
    assert run.rejection.reason == "not in December"
    for again in (world.approve, world.reject):
        with pytest.raises(MoveIllegal):
            again(run)
    with pytest.raises(MoveIllegal):
        world.engine.applies.start(run.id, AGENT)


def test_nobody_is_asked_to_prove_themselves_for_a_decision_that_is_not_open():
    world = World()
    approved = world.approved(main("2"))
    cases: list[tuple[Callable[[], Run], Decision, type[Exception]]] = [
        (world.asked, "approve", PlanMissing),
        (world.asked, "reject", PlanMissing),
        (lambda: approved, "approve", MoveIllegal),
    ]

    for run, decision, error in cases:
        shown = len(world.step_up.shown)
        with pytest.raises(error):
            world.engine.approvals.begin(run().id, decision)
        assert len(world.step_up.shown) == shown
    assert world.reject(approved).status is S.REJECTED


def test_an_approval_that_the_server_did_not_sign_does_not_count():
    world = World()
    run = world.planned()
    assert run.plan
    seal = run.plan.seal.seal.digest
    genuine = world.approve(world.planned(main("2"))).approvals[0]
    mallory = Caller("mallory", "database", "terminal_code")
    forged = Approval(mallory, world.clock.now(), run.id, seal, "", "f" * 64, world.keys.key_id)
    moved = dataclasses.replace(genuine, seal=seal)
    renamed = dataclasses.replace(moved, run_id=run.id)

    stray = dataclasses.replace(forged, run_id="run_x")
    stray = dataclasses.replace(stray, signature=world.keys.sign(stray.canonical()))

    for bad in (forged, moved, renamed, stray):
        changed = dataclasses.replace(run, status=S.APPROVED, approvals=(bad,))
        world.store.runs._runs[run.id] = changed
        with pytest.raises(GateUnmet):
            world.engine.applies.start(run.id, AGENT)
        world.store.runs._runs[run.id] = world.queued_in(changed)
        world.worker.turn()
        assert world.run(run).status is S.APPLY_QUEUED, "the worker looks again for itself"


def test_a_review_link_leads_to_the_console_and_says_what_is_unmet():
    world = World()
    run = world.planned()

    link = world.engine.approvals.link(run.id)

    assert (link.url, link.running) == (f"http://127.0.0.1:8080/runs/{run.id}", True)
    assert [u.code for u in link.verdict.unmet] == ["approval_missing"]
    with pytest.raises(PlanMissing):
        world.engine.approvals.link(world.asked(main("9")).id)


def test_a_review_link_finds_the_console_of_another_server_while_it_lives():
    world = World()
    run = world.planned()
    server = world.other_worker()
    server.turn()
    here = dataclasses.replace(world.parts, console_url="")
    approvals = type(world.engine.approvals)(here)
    world.store.workers.remove(world.worker._record.id)

    assert approvals.link(run.id).url == f"http://127.0.0.1:8080/runs/{run.id}"
    with pytest.raises(GateUnmet) as caught:
        type(world.engine.applies)(here).start(run.id, AGENT)
    assert f"http://127.0.0.1:8080/runs/{run.id}" in caught.value.next_step()
    world.kill(server)
    assert (approvals.link(run.id).url, approvals.link(run.id).running) == (
        f"/runs/{run.id}",
        False,
    )


# --- asking for the apply -------------------------------------------------------------------------


def test_an_apply_that_is_not_approved_lists_everything_unmet_in_both_languages():
    world = World(Workspace("dev", rules=(*Workspace("x").rules, TWO)))
    run = world.planned()
    world.engine.workspaces.lock("dev", PERSON, "release freeze {now}")

    with pytest.raises(GateUnmet) as caught:
        world.engine.applies.start(run.id, AGENT)

    error = caught.value
    for language in ("en", "ja"):
        said = error.message(language)
        assert said.count("[approval_missing]") == 2
        assert "[workspace_locked]" in said
        assert "suzuki" in said
        assert "release freeze {now}" in said
    assert "必要です" in error.message("ja")
    assert error.next_step().endswith(f"/runs/{run.id}")


def test_an_approved_apply_is_told_who_holds_the_workspace():
    world = World()
    first, second, third = (world.approved(main(v)) for v in "123")
    world.executor.mode = "held"
    world.engine.applies.start(first.id, AGENT)
    world.worker.turn()

    with pytest.raises(WorkspaceBusy) as busy:
        world.engine.applies.start(second.id, AGENT)
    world.executor.last.run()
    world.engine.workspaces.lock("dev", PERSON, "holidays")
    moved = world.run(third)
    with pytest.raises(MoveIllegal):
        world.engine.applies.start(third.id, AGENT)

    assert busy.value.facts["holder"] == first.id
    assert moved.status is S.STALE


def test_an_apply_in_a_locked_workspace_is_told_the_reason_and_where_to_go():
    world = World()
    run = world.approved()
    world.engine.workspaces.lock("dev", PERSON, "holidays")

    with pytest.raises(WorkspaceLocked) as locked:
        world.engine.applies.start(run.id, AGENT)

    facts = locked.value.facts
    assert (facts["owner"], facts["reason"]) == ("suzuki", "holidays")
    assert run.id in str(facts["url"])


def test_a_queued_apply_waits_for_the_lock_and_goes_on_after_it():
    world = World()
    run = world.queued()
    world.engine.workspaces.lock("dev", PERSON, "look first")

    world.pass_time(30)
    assert world.run(run).status is S.APPLY_QUEUED
    world.engine.workspaces.unlock("dev", PERSON)
    world.worker.turn()

    assert world.run(run).status is S.APPLIED


@pytest.mark.parametrize("late", ["apply", "approve"])
def test_a_plan_that_can_never_be_applied_any_more_says_plan_again(late: str):
    world = World()
    run = world.approved() if late == "apply" else world.planned()
    world.move_state(7)

    with pytest.raises(PlanOver) as caught:
        world.engine.applies.start(run.id, AGENT) if late == "apply" else world.approve(run)

    assert "[plan_stale]" in caught.value.message("ja")
    assert "plan_create" in caught.value.next_step()
    assert world.run(run) == run


# --- plans that became too old, stale or lawless --------------------------------------------------


@pytest.mark.parametrize("begin", ["planned", "approved", "queued"])
def test_a_plan_expires_while_it_waits(begin: str):
    world = World()
    waiting = getattr(world, begin)()
    if begin == "queued":
        world.engine.workspaces.lock("dev", PERSON, "freeze")

    world.clock.advance(24 * 3600 - 60)
    world.engine.gate.sweep()
    assert world.run(waiting).status is waiting.status
    world.clock.advance(120)
    assert world.engine.gate.sweep() == 1

    run = world.run(waiting)
    assert (run.status, run.problem and run.problem.code) == (S.EXPIRED, "plan_expired")
    assert world.audit(run)[-1] == "run.expired"
    assert world.engine.gate.sweep() == 0


def test_a_shorter_rule_of_today_makes_an_old_plan_too_old():
    world = World()
    run = world.planned()
    world.clock.advance(7200)
    world.catalog.change("dev", rules=(Rule("hour", Require(plan_age=timedelta(hours=1))),))

    unmet = [u.code for u in world.engine.gate.check(run.id).final]

    assert unmet == ["plan_expired", "rules_changed"]


def test_when_one_apply_ends_the_other_waiting_plans_of_its_workspace_are_stale():
    world = World()
    others = [world.planned(main("2")), world.approved(main("3"))]
    elsewhere = world.planned(main("2"), "other")

    world.applied(main("5"))

    assert [world.run(r).status for r in others] == [S.STALE, S.STALE]
    assert world.run(elsewhere).status is S.AWAITING_APPROVAL
    problem = world.run(others[0]).problem
    assert problem
    assert "lineage-dev#1" in problem.text.en


def test_of_two_queued_applies_one_is_applied_and_the_other_becomes_stale():
    world = World()
    first, second = world.approved(main("1")), world.approved(main("2"))
    for run in (first, second):
        world.engine.applies.start(run.id, AGENT)

    world.worker.turn()

    assert world.run(first).status is S.APPLIED
    assert world.run(second).status is S.STALE
    assert world.record().fence == 1


def test_a_plan_that_was_made_while_another_apply_ended_is_blocked():
    world = World()
    approved = world.approved(main("1"))
    world.executor.mode = "held"
    late = world.asked(main("2"))
    world.worker.turn()
    planning = world.executor.last
    world.twist("plan", close=lambda desk: world.apply(approved) and None)
    world.executor.mode = "inline"
    planning.run()

    run = world.run(late)
    assert world.run(approved).status is S.APPLIED
    assert (run.status, run.problem and run.problem.code) == (S.BLOCKED, "plan_stale")


def test_changed_rules_retire_every_plan_that_was_made_under_the_old_ones():
    world = World()
    run, queued = world.approved(), world.queued(main("2"))
    world.catalog.change("dev", rules=(TWO,))

    with pytest.raises(PlanOver):
        world.engine.applies.start(run.id, AGENT)
    world.pass_time(11)

    assert [world.run(r).status for r in (run, queued)] == [S.STALE, S.STALE]
    assert world.facts("run.stale")["why"] == "rules_changed"
    assert "run.apply_start" not in world.audit()


def test_a_plan_of_a_workspace_that_was_taken_away_only_grows_old():
    world = World()
    run, kept = world.approved(), world.planned(main("2"), "other")
    del world.catalog.workspaces["dev"]

    assert world.engine.gate.sweep() == 0
    world.move_state(3, "other")
    assert world.engine.gate.sweep() == 1, "one lost workspace does not keep the others waiting"
    with pytest.raises(WorkspaceUnknown):
        world.engine.applies.start(run.id, AGENT)
    world.clock.advance(25 * 3600)
    assert world.engine.gate.sweep() == 1

    assert [world.run(r).status for r in (run, kept)] == [S.EXPIRED, S.STALE]


@pytest.mark.parametrize("verb", ["cancel", "discard"])
def test_a_plan_that_somebody_ends_while_the_sweep_looks_at_it_stays_ended(verb: str):
    world = World()
    run = world.planned()
    world.clock.advance(25 * 3600)
    between(world.store.workspaces, "get", lambda: getattr(world.engine.runs, verb)(run.id, AGENT))

    assert world.engine.gate.sweep() == 0

    assert world.audit(run)[-1] == f"run.{verb}"


# --- cancel and discard ---------------------------------------------------------------------------


def in_status(world: World, status: RunStatus) -> str:
    """Bring a run to a status, by force where the road is long."""
    run = world.planned(main(str(status)))
    world.store.runs._runs[run.id] = dataclasses.replace(run, status=status)
    return run.id


@pytest.mark.parametrize("status", RunStatus)
def test_cancel_works_from_every_status_that_is_not_over(status: RunStatus):
    world = World()
    run_id = in_status(world, status)

    if status in FINAL:
        with pytest.raises(MoveIllegal):
            world.engine.runs.cancel(run_id, AGENT)
        assert world.audit()[-1] == "run.plan"
        return
    run = world.engine.runs.cancel(run_id, AGENT, "mistake")
    if status in (S.PLANNING, S.APPLYING):
        assert run.cancel
        assert (run.status, run.cancel.reason, run.cancel.by) == (status, "mistake", AGENT)
        assert world.engine.runs.cancel(run_id, PERSON) == run, "the first request stays"
    else:
        assert run.status is S.CANCELED
    assert world.audit().count("run.cancel") == 1


@pytest.mark.parametrize("status", RunStatus)
def test_discard_throws_a_plan_away_that_waits_and_nothing_else(status: RunStatus):
    world = World()
    run_id = in_status(world, status)

    if S.DISCARDED in MOVES[status]:
        assert world.engine.runs.discard(run_id, AGENT, "old").status is S.DISCARDED
        assert world.facts("run.discard") == {"reason": "old"}
    else:
        with pytest.raises(MoveIllegal):
            world.engine.runs.discard(run_id, AGENT)


def test_runs_are_listed_newest_first_in_a_workspace_that_is_declared():
    world = World()
    runs = [world.asked(main(v)).id for v in "12"]
    world.asked(main("3"), "other")

    found = world.engine.runs.list(RunQuery(workspace="dev"))

    assert [r.id for r in found.items] == runs[::-1]
    with pytest.raises(WorkspaceUnknown):
        world.engine.runs.list(RunQuery(workspace="nowhere"))


def test_a_backend_outside_tells_where_its_state_stands_at_every_plan():
    world = World(Workspace("dev", backend=S3))
    old = world.planned(main("1"))
    assert world.record().state is None
    applied = world.applied(main("2"))
    assert applied.status is S.APPLIED
    assert world.run(old).status is S.STALE
    waiting = world.planned(main("3"))
    key = "bucket/network/terraform.tfstate"
    world.terraform.backends[key] = world.terraform.backends[key].replace(
        b'"serial": 1', b'"serial": 5'
    )

    seen = world.planned(main("4"))

    state = world.record().state
    assert state
    assert (state.position, state.run_id, state.blob) == (
        StatePosition("lineage-dev", 5), seen.id, None,
    )  # fmt: skip
    assert seen.status is S.AWAITING_APPROVAL
    world.engine.gate.sweep()
    assert world.run(waiting).status is S.STALE


def test_a_state_that_was_made_anew_outside_takes_the_place_of_the_old_one():
    world = World(Workspace("dev", backend=S3))
    world.applied(main("1"))
    key = "bucket/network/terraform.tfstate"
    world.terraform.backends[key] = world.terraform.backends[key].replace(b"lineage-dev", b"anew")

    assert world.planned(main("2")).status is S.AWAITING_APPROVAL
    state = world.record().state
    assert state
    assert state.position == StatePosition("anew", 1)


def test_a_plan_that_began_before_another_plan_saw_more_changes_nothing():
    world = World(Workspace("dev", backend=S3))
    world.applied(main("1"))
    late = world.asked(main("2"))
    between(world.store.readings, "put_plan", lambda: world.move_state(9))

    world.worker.turn()

    state = world.record().state
    assert state
    assert state.position == StatePosition("lineage-dev", 9)
    assert world.run(late).status is S.BLOCKED


def test_a_workspace_moves_to_a_backend_outside_with_its_state_or_not_at_all():
    world = World()
    world.applied(main("1"))
    state = world.record().state
    assert state
    assert state.blob
    raw = world.store.blobs.open(state.blob).read()
    world.catalog.change("dev", backend=S3)

    empty = world.planned(main("2"))
    assert (empty.status, empty.problem and empty.problem.code) == (S.BLOCKED, "plan_stale")
    for old in (raw.replace(b'"serial": 1', b'"serial": 0'), raw.replace(b"lineage-dev", b"x")):
        world.terraform.backends["bucket/network/terraform.tfstate"] = old
        assert world.planned(main("2")).status is S.BLOCKED
    world.terraform.backends["bucket/network/terraform.tfstate"] = raw
    moved = world.planned(main("2"))

    assert moved.status is S.AWAITING_APPROVAL
    after = world.record().state
    assert after
    assert (after.position, after.blob) == (state.position, None)
    assert world.apply(world.approve(moved)).status is S.APPLIED
    assert world.store.blobs.has(state.blob), "what was kept here stays"
