"""A run moves by the table, and by nothing else."""

import dataclasses
import itertools

import pytest

from sekisho.domain.approvals import Approval, Rejection
from sekisho.domain.errors import MoveIllegal
from sekisho.domain.leases import ProcessMark, WorkerLease
from sekisho.domain.problems import problem
from sekisho.domain.runs import (
    AT_WORK,
    FINAL,
    MOVES,
    WAITING,
    CancelRequest,
    RunStatus,
    approve,
    claim,
    end_phase,
    held_by,
    may,
    move,
    queue_apply,
    reject,
    request_cancel,
    verbs,
)
from tests.fakes.clock import START
from tests.fakes.values import SATO, SUZUKI, a_full_run, a_run

S = RunStatus
LATER = a_full_run().updated_at
PAIRS = list(itertools.product(RunStatus, RunStatus))
LEASE = WorkerLease("worker_1", 3, LATER)

# The design's picture of a run's life, drawn a second time on purpose.
LIFE = {
    S.PLAN_QUEUED: "planning canceled errored",
    S.PLANNING: "plan_queued awaiting_approval approved no_changes blocked errored canceled",
    S.AWAITING_APPROVAL: "approved rejected discarded canceled expired stale",
    S.APPROVED: "apply_queued rejected discarded canceled expired stale",
    S.APPLY_QUEUED: "applying discarded canceled expired stale",
    S.APPLYING: "applied errored canceled stale interrupted",
}


def test_the_table_is_the_life_of_a_run_in_the_design():
    assert {s: set(to) for s, to in MOVES.items()} == {
        s: {S(word) for word in LIFE.get(s, "").split()} for s in RunStatus
    }


@pytest.mark.parametrize(("before", "after"), [p for p in PAIRS if p[1] in MOVES[p[0]]])
def test_a_legal_move_changes_the_status_and_the_time_alone(before: RunStatus, after: RunStatus):
    run = a_full_run()
    run = dataclasses.replace(run, status=before)

    moved = move(run, after, START)

    assert may(run, after)
    assert moved == dataclasses.replace(run, status=after, updated_at=START)


@pytest.mark.parametrize(("before", "after"), [p for p in PAIRS if p[1] not in MOVES[p[0]]])
def test_an_illegal_move_names_what_is_legal(before: RunStatus, after: RunStatus):
    run = a_run(status=before)

    assert not may(run, after)
    with pytest.raises(MoveIllegal) as caught:
        move(run, after, START, "do that")

    facts = {"run_id": run.id, "status": before, "verb": "do that", "legal": ", ".join(verbs(run))}
    assert caught.value.facts == facts
    assert verbs(run), "there is always something to do next"


def test_an_illegal_move_without_a_verb_names_the_status_wanted():
    with pytest.raises(MoveIllegal) as caught:
        move(a_run(status=S.APPLIED), S.PLANNING, START)

    assert caught.value.facts["verb"] == S.PLANNING


def test_every_status_is_waiting_at_work_queued_or_final_and_only_one_of_them():
    kinds = [WAITING, AT_WORK, FINAL, {S.PLAN_QUEUED}]

    assert [sum(s in kind for kind in kinds) for s in RunStatus] == [1] * len(RunStatus)


def test_every_final_status_can_be_reached():
    reached, new = set[RunStatus](), {S.PLAN_QUEUED}
    while new:
        reached |= new
        new = {to for s in new for to in MOVES[s]} - reached

    assert reached == set(RunStatus)


@pytest.mark.parametrize(
    ("before", "after"), [(S.PLAN_QUEUED, S.PLANNING), (S.APPLY_QUEUED, S.APPLYING)]
)
def test_a_worker_claims_a_queued_phase_and_starts_without_a_process(
    before: RunStatus, after: RunStatus
):
    run = dataclasses.replace(a_full_run(), status=before)

    claimed = claim(run, LEASE)

    assert (claimed.status, claimed.worker, claimed.process) == (after, LEASE, None)
    assert (claimed.attempts, claimed.updated_at) == (3, LEASE.since)
    assert held_by(claimed, LEASE)


@pytest.mark.parametrize("status", sorted(set(RunStatus) - {S.PLAN_QUEUED, S.APPLY_QUEUED}))
def test_only_what_is_queued_can_be_claimed(status: RunStatus):
    with pytest.raises(MoveIllegal):
        claim(a_run(status=status), LEASE)


@pytest.mark.parametrize(
    "other",
    [
        WorkerLease("worker_2", 3, LATER),
        WorkerLease("worker_1", 2, LATER),
        WorkerLease("worker_1", 3, START),
    ],
)
def test_a_run_is_held_by_one_very_lease(other: WorkerLease):
    run = a_run(status=S.PLANNING, worker=LEASE)

    assert held_by(run, LEASE)
    assert not held_by(run, other)
    assert not held_by(dataclasses.replace(run, status=S.APPROVED), LEASE)


def test_the_end_of_a_phase_lets_the_worker_go_and_keeps_the_process():
    mark = ProcessMark("host", 1, "1")
    run = a_run(status=S.APPLYING, worker=LEASE, process=mark)
    run = request_cancel(run, CancelRequest(SATO, START))
    why = problem("apply_failed")

    ended = end_phase(run, S.ERRORED, LATER, why)

    assert (ended.worker, ended.cancel, ended.process, ended.problem) == (None, None, mark, why)
    assert end_phase(dataclasses.replace(run, problem=why), S.APPLIED, LATER).problem == why


@pytest.mark.parametrize("status", RunStatus)
def test_cancel_ends_what_waits_asks_what_is_at_work_and_refuses_what_is_over(status: RunStatus):
    run = a_run(status=status, worker=LEASE if status in AT_WORK else None)
    request = CancelRequest(SUZUKI, LATER, "changed my mind")

    if status in AT_WORK:
        asked = request_cancel(run, request)
        assert (asked.status, asked.cancel, asked.worker) == (status, request, LEASE)
        assert request_cancel(asked, CancelRequest(SATO, START)) == asked, "the first one stays"
    elif status in FINAL:
        with pytest.raises(MoveIllegal):
            request_cancel(run, request)
    else:
        assert request_cancel(run, request).status is S.CANCELED


@pytest.mark.parametrize("status", RunStatus)
def test_only_a_run_that_waits_for_it_takes_an_approval(status: RunStatus):
    run, approval = a_run(status=status), Approval(SUZUKI, LATER, "run_000001", "seal")

    if status is S.AWAITING_APPROVAL:
        approved = approve(run, approval)
        assert (approved.approvals, approved.status) == ((approval,), status)
        assert approved.updated_at == LATER
    else:
        with pytest.raises(MoveIllegal):
            approve(run, approval)


@pytest.mark.parametrize("status", RunStatus)
def test_only_a_plan_that_waits_for_people_can_be_rejected(status: RunStatus):
    run, no = a_run(status=status), Rejection(SUZUKI, LATER, "too risky")

    if status in (S.AWAITING_APPROVAL, S.APPROVED):
        assert (reject(run, no).status, reject(run, no).rejection) == (S.REJECTED, no)
    else:
        with pytest.raises(MoveIllegal):
            reject(run, no)


@pytest.mark.parametrize("status", RunStatus)
def test_only_an_approved_plan_can_be_queued_for_its_apply(status: RunStatus):
    run = a_run(status=status)

    if status is S.APPROVED:
        queued = queue_apply(run, SUZUKI, LATER)
        assert queued.apply
        assert (queued.apply.requested_by, queued.apply.queued_at) == (SUZUKI, LATER)
        assert (queued.apply.started_at, queued.apply.fence) == (None, 0)
    else:
        with pytest.raises(MoveIllegal):
            queue_apply(run, SUZUKI, LATER)
