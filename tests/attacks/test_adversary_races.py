"""An adversary with an agent's key, at an approved run: twice, at once, stale, of another."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator

import pytest

from tests.attacks.adversary import SUZUKI, Fort, a_fort, answered
from tests.e2e.test_sign_in import Person

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def fort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fort]:
    with a_fort(tmp_path_factory.mktemp("fort")) as found:
        yield found


@pytest.fixture(scope="module")
def suzuki(fort: Fort) -> Person:
    return fort.enrolled(SUZUKI)


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
    assert fort.apply(second)[0] == 409
    assert fort.status(second) == "stale"
    assert any(verb == "apply" for verb, _code in fort.refusals(second))
    assert "run.apply" not in {r["action"] for r in fort.records(second)}


def test_an_approval_of_another_workspace_is_worth_nothing(fort: Fort, suzuki: Person):
    fort.approved("same", suzuki, "db")
    mine = fort.planned("same", "net")
    assert fort.apply(mine) == (409, "gate_unmet")
    fort.unapproved(mine)
    fort.told(mine, ("apply", "gate_unmet"))


def test_of_apply_and_discard_at_once_one_wins(fort: Fort, suzuki: Person):
    run = fort.approved("race", suzuki)

    def discard() -> str:
        return answered(fort.agent.post(f"/api/v1/runs/{run.id}/discard", json={}))[1]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(discard) for _ in range(4)]
        asked += [pool.submit(lambda: fort.apply(run)[1]) for _ in range(4)]
        got = [f.result() for f in asked]
    assert got.count("") == 1, got
    fort.server.until(run.id, "applied", "discarded")
    done = [r["action"] for r in fort.records(run)]
    assert done.count("run.apply") + done.count("run.discard") == 1
