"""An adversary with an agent's key, at an approved run: twice, at once, stale, of another."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable

import pytest

from tests.attacks.adversary import Fort, Planned, answered
from tests.attacks.deciding import decide, proof_of
from tests.e2e.test_sign_in import Person

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


def at_once(*asked: Callable[[], str]) -> list[str]:
    """Do several things at once; return the code of each, empty where it went through."""
    with concurrent.futures.ThreadPoolExecutor(len(asked)) as pool:
        return [f.result() for f in [pool.submit(one) for one in asked]]


def test_no_tool_and_no_call_applies_without_an_approval(fort: Fort):
    run = fort.planned("unapproved")
    assert fort.apply(run) == (409, "gate_unmet")
    told = fort.tool("run_apply", run_id=run.id)["result"]["_meta"]["sekisho/error"]
    assert told["code"] == "gate_unmet"
    for verb in ("approve", "reject"):
        asked = fort.agent.post(f"/api/v1/runs/{run.id}/{verb}", json={"seal": run.seal})
        assert answered(asked) == (403, "decision_not_here")
    fort.unapproved(run)
    fort.told(run, ("apply", "gate_unmet"), ("approve", "decision_not_here"))


def test_an_approval_is_used_once_however_many_ask_at_once(fort: Fort, suzuki: Person):
    run = fort.approved("once", suzuki)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        got = [f.result()[1] for f in [pool.submit(fort.apply, run) for _ in range(8)]]
    assert got.count("") == 1, got
    assert fort.server.until(run.id, "applied", "errored", "stale")["status"] == "applied"
    assert fort.apply(run) == (409, "move_illegal")
    done = [r["action"] for r in fort.records(run)]
    assert done.count("run.apply") == 1
    fort.told(run, ("apply", "move_illegal"))


def test_a_plan_of_a_state_that_moved_on_is_stale(fort: Fort, suzuki: Person):
    first, second = fort.approved("first", suzuki), fort.approved("second", suzuki)
    fort.applied(first)
    status, code = fort.apply(second)
    assert (status, code) in {(409, "plan_over"), (409, "move_illegal")}
    fort.told(second, ("apply", code))
    fort.server.until(second.id, "stale")
    assert fort.apply(second) == (409, "move_illegal")
    fort.told(second, ("apply", "move_illegal"))
    (ended,) = [r for r in fort.records(second) if r["action"] == "run.stale"]
    assert ended["facts"]["why"] == "plan_stale"
    assert "run.apply" not in fort.actions(second)


def test_an_approval_of_another_workspace_is_worth_nothing(fort: Fort, suzuki: Person):
    fort.approved("same", suzuki, "db")
    mine = fort.planned("same", "net")
    assert fort.apply(mine) == (409, "gate_unmet")
    fort.unapproved(mine)
    fort.told(mine, ("apply", "gate_unmet"))


def discarding(fort: Fort, run: Planned) -> Callable[[], str]:
    return lambda: answered(fort.agent.post(f"/api/v1/runs/{run.id}/discard", json={}))[1]


def applying(fort: Fort, run: Planned) -> Callable[[], str]:
    return lambda: fort.apply(run)[1]


def deciding(person: Person, run: Planned, proof: str, verb: str) -> Callable[[], str]:
    return lambda: decide(person, run, proof, verb)[1]


def test_of_apply_and_discard_at_once_one_wins(fort: Fort, suzuki: Person):
    run = fort.approved("race", suzuki)
    got = at_once(*[discarding(fort, run)] * 4, *[applying(fort, run)] * 4)
    discarded, applied = got[:4].count(""), got[4:].count("")
    assert discarded + applied in (1, 2), got
    ended = fort.server.until(run.id, "applied", "discarded")["status"]
    done = fort.actions(run)
    assert (done.count("run.apply"), done.count("run.discard")) == (applied, discarded)
    assert set(got) <= {"", "move_illegal"}
    if ended == "discarded":
        assert "run.apply_start" not in done, "it was queued at most"
    assert ("apply", "move_illegal") in fort.refusals(run)


@pytest.mark.parametrize("time", range(3))
def test_of_approve_and_discard_at_once_the_discard_stays(fort: Fort, suzuki: Person, time: int):
    run = fort.planned(f"approve or discard {time}")
    proof = proof_of(suzuki, run)
    got = at_once(deciding(suzuki, run, proof, "approve"), *[discarding(fort, run)] * 3)
    assert got[1:].count("") == 1, got
    assert set(got) <= {"", "move_illegal"}
    assert fort.status(run) == "discarded"
    assert fort.apply(run) == (409, "move_illegal")
    done = fort.actions(run)
    assert done.count("run.discard") == 1
    assert done.count("run.approve") == (got[0] == "")
    assert {"run.apply", "run.apply_start"}.isdisjoint(done)
    fort.told(run, ("apply", "move_illegal"))
    if got[0]:
        fort.told(run, ("approve", "move_illegal"))


@pytest.mark.parametrize("time", range(3))
def test_of_approve_and_reject_at_once_nothing_is_applied_that_was_rejected(
    fort: Fort, suzuki: Person, tanaka: Person, time: int
):
    run = fort.planned(f"approve or reject {time}")
    yes, no = proof_of(suzuki, run), proof_of(tanaka, run, "reject")
    got = at_once(deciding(suzuki, run, yes, "approve"), deciding(tanaka, run, no, "reject"))
    done = fort.actions(run)
    assert set(got) <= {"", "move_illegal"}
    assert [done.count("run.approve"), done.count("run.reject")] == [g == "" for g in got]
    if got[1] == "":
        assert fort.status(run) == "rejected"
        assert fort.apply(run) == (409, "move_illegal")
        fort.told(run, ("apply", "move_illegal"))
        assert "run.apply" not in done
    else:
        assert fort.status(run) == "approved"
        fort.told(run, ("reject", "move_illegal"))
    if got[0]:
        fort.told(run, ("approve", "move_illegal"))


def test_one_proof_that_is_sent_many_times_at_once_is_one_approval(fort: Fort, suzuki: Person):
    run = fort.planned("one proof")
    proof = proof_of(suzuki, run)
    got = at_once(*[deciding(suzuki, run, proof, "approve")] * 6)
    assert got.count("") == 1, got
    assert set(got) == {"", "passkey_wrong"}
    assert len(fort.server.run(run.id)["approvals"]) == 1
    assert fort.actions(run).count("run.approve") == 1
    fort.told(run, ("approve", "passkey_wrong"))


def test_noise_about_runs_that_are_not_there_hides_nothing(fort: Fort):
    """An adversary fills what the audit tells in a minute, and then tries the real one."""
    thief = fort.browser()
    for number in range(320):
        thief.http.post(f"/runs/run-none{number}/approve", data={"seal": "x"})
    run = fort.planned("behind noise")
    refused = thief.http.post(f"/runs/{run.id}/approve", data={"seal": run.seal})
    assert answered(refused) == (401, "session_needed")
    fort.unapproved(run)
    fort.told(run, ("approve", "session_needed"))
