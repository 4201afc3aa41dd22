"""An adversary who waits, and one who has the operator's file changed in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.sessions import IDLE, LASTS
from tests.attacks.adversary import SUZUKI, Fort, Planned, answered
from tests.attacks.deciding import decide, form, proof_of
from tests.e2e.test_sign_in import Person

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

A_DAY = timedelta(days=1)
A_MINUTE = timedelta(minutes=1)
Rule = dict[str, Any]
ONE: Rule = {"name": "one", "require": {"approvals": 1}}
TWO: Rule = {"name": "two", "require": {"approvals": 2}}
NOBODY: Rule = {"name": "nobody", "require": {"approvals": 0}}
SOON: Rule = {"name": "soon", "require": {"approvals": 1, "plan_age": "10m"}}
CHANGE: Rule = {"name": "change", "require": {"approvals": 1, "change_id": "CHG-[0-9]{4}"}}


@pytest.fixture
def suzuki(fort: Fort) -> Iterator[Person]:
    """Sign suzuki in, with a device of theirs; today, and by the rules as they were, again."""
    yield fort.enrolled(SUZUKI)
    with fort.away():
        fort.write_config()
    fort.host("person", "forget-passkeys", "suzuki@example.jp")


def over(fort: Fort, run: Planned, status: str, why: str) -> None:
    """Hold a run to being over: not applied, and the audit says why, and who tried.

    Whichever comes first: this, or the server's own look at what is too old or stale.
    """
    got = fort.apply(run)
    assert got in {(409, "plan_over"), (409, "move_illegal")}
    fort.told(run, ("apply", got[1]))
    fort.server.until(run.id, status)
    assert fort.apply(run) == (409, "move_illegal")
    fort.told(run, ("apply", "move_illegal"))
    (ended,) = [r for r in fort.records(run) if r["action"] == f"run.{status}"]
    assert ended["facts"]["why"] == why
    assert "run.apply" not in fort.actions(run)


@pytest.mark.parametrize(
    ("rules", "age"), [((), A_DAY), ((SOON,), timedelta(minutes=10))], ids=["default", "rule"]
)
def test_an_approval_grows_too_old_with_its_plan(
    fort: Fort, suzuki: Person, rules: tuple[Rule, ...], age: timedelta
):
    with fort.away():
        fort.write_config(rules)
    run, waiting = fort.approved(f"old {age}", suzuki), fort.planned(f"waits {age}", "db")
    with fort.away(age - A_MINUTE):
        pass
    assert fort.status(run) == "approved"
    with fort.away(age + A_MINUTE):
        pass

    over(fort, run, "expired", "plan_expired")
    over(fort, waiting, "expired", "plan_expired")


@pytest.mark.parametrize("later", [IDLE + A_MINUTE, LASTS + A_MINUTE], ids=["idle", "ended"])
def test_a_session_that_is_over_decides_nothing(fort: Fort, suzuki: Person, later: timedelta):
    run = fort.planned(f"late session {later}")
    proof = proof_of(suzuki, run)
    with fort.away(later):
        pass
    assert answered(suzuki.http.post(f"/runs/{run.id}/challenge", data=form(run))) == (
        401,
        "session_needed",
    )
    assert decide(suzuki, run, proof) == (401, "session_needed")
    assert decide(suzuki, run, proof, "reject") == (401, "session_needed")
    fort.unapproved(run)
    fort.told(run, *((v, "session_needed") for v in ("challenge", "approve", "reject")))


def test_a_proof_that_is_late_decides_nothing(fort: Fort, suzuki: Person):
    run = fort.planned("late proof")
    proof = proof_of(suzuki, run)
    with fort.away(timedelta(minutes=20)):
        pass
    assert decide(suzuki, run, proof) == (403, "passkey_wrong")
    fort.unapproved(run)
    fort.told(run, ("approve", "passkey_wrong"))


@pytest.mark.parametrize("rule", [TWO, NOBODY, SOON, CHANGE], ids=lambda r: r["name"])
def test_a_rules_file_that_was_changed_in_between_voids_plans_and_approvals(
    fort: Fort, suzuki: Person, rule: Rule
):
    """A laxer one, too: an approval was about the rules that it was given under."""
    with fort.away():
        fort.write_config((ONE,))
    approved = fort.approved(f"before {rule['name']}", suzuki)
    waiting = fort.planned(f"before {rule['name']}", "db")
    proof = proof_of(suzuki, waiting)
    with fort.away():
        fort.write_config((rule,))

    over(fort, approved, "stale", "rules_changed")
    got = decide(suzuki, waiting, proof)
    wanted = {(409, "plan_over"), (409, "move_illegal")}
    assert got in wanted | ({(409, "approval_uncounted")} if rule is NOBODY else set())
    fort.told(waiting, ("approve", got[1]))
    over(fort, waiting, "stale", "rules_changed")
    assert "run.approve" not in fort.actions(waiting)


def test_a_rules_file_that_was_changed_and_changed_back_makes_nobody_an_approver(
    fort: Fort, suzuki: Person
):
    """While the server was away and nobody asked, nothing was decided by the other file."""
    with fort.away():
        fort.write_config((TWO,))
    run = fort.planned("there and back")
    assert decide(suzuki, run, proof_of(suzuki, run))[0] == 303
    assert fort.status(run) == "awaiting_approval"
    with fort.away():
        fort.write_config((NOBODY,))
    with fort.away():
        fort.write_config((TWO,))
    status, code = fort.apply(run)
    assert (status, code) in {(409, "gate_unmet"), (409, "plan_over"), (409, "move_illegal")}
    fort.told(run, ("apply", code))
    assert "run.apply" not in fort.actions(run)
