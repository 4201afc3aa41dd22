"""The gate's table of cases: what is unmet, all of it, and for good or not."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest

from sekisho.domain.approval_places import Asker, fits, wanted, wanted_of_others
from sekisho.domain.approvals import Approval, people
from sekisho.domain.callers import Caller
from sekisho.domain.gate import GateFacts, judge
from sekisho.domain.leases import WorkspaceLease, WorkspaceLock
from sekisho.domain.rules import (
    DEFAULT_RULES,
    Level,
    PlanFacts,
    Require,
    Rule,
    expiry,
    rules_version,
)
from sekisho.domain.states import StatePosition
from tests.fakes.clock import START

SEAL, HERE = "sha256:seal", StatePosition("lineage", 7)
TOO_LATE = START + timedelta(hours=24)
TWO = Rule("two", Require(approvals=2))
ALONE = Rule("alone", Require(self_approval=True))
ASKER = Asker(Caller("sato", "kiro"))
NOBODY = Rule("nobody", Require(approvals=0))


def by(*names: str, seal: str = SEAL) -> tuple[Approval, ...]:
    return tuple(
        Approval(Caller(n, "console", "terminal_code"), START, "run_1", seal) for n in names
    )


def facts(**changes: Any) -> GateFacts:
    ok = GateFacts(
        asker=ASKER,
        plan=PlanFacts("sato", "git"),
        seal=SEAL,
        expires_at=TOO_LATE,
        planned_on=HERE,
        state_now=HERE,
        approvals=by("suzuki"),
        run_id="run_1",
    )
    return dataclasses.replace(ok, **changes)


def codes(
    rules: tuple[Rule, ...] = DEFAULT_RULES, now: datetime = START, **changes: Any
) -> list[str]:
    return [u.code for u in judge(rules, facts(**changes), now).unmet]


LOCK = WorkspaceLock("tanaka", "release freeze", START)
LEASE = WorkspaceLease("run_2", 3, START)
MOVED = StatePosition("lineage", 8)


@pytest.mark.parametrize(
    ("rules", "changes", "unmet"),
    [
        (DEFAULT_RULES, {}, []),
        (DEFAULT_RULES, {"approvals": ()}, ["approval_missing"]),
        (DEFAULT_RULES, {"approvals": by("sato")}, ["approval_missing"]),
        (DEFAULT_RULES, {"approvals": by("sato", "suzuki")}, []),
        (DEFAULT_RULES, {"approvals": by("suzuki", seal="sha256:old")}, ["approval_missing"]),
        ((TWO,), {"approvals": by("suzuki")}, ["approval_missing"]),
        ((TWO,), {"approvals": by("suzuki", "suzuki")}, ["approval_missing"]),
        ((TWO,), {"approvals": by("suzuki", "sato")}, ["approval_missing"]),
        ((TWO,), {"approvals": by("suzuki", "ito")}, []),
        ((ALONE,), {"approvals": ()}, ["approval_missing"]),
        ((ALONE,), {"approvals": by("sato")}, []),
        ((ALONE, TWO), {"approvals": by("sato", "suzuki")}, ["approval_missing"]),
        ((NOBODY,), {"approvals": ()}, []),
        ((), {"approvals": ()}, ["approval_missing"]),
        ((NOBODY, *DEFAULT_RULES), {"approvals": ()}, ["approval_missing"]),
        ((TWO, Rule("three", Require(3))), {"approvals": ()}, ["approval_missing"] * 2),
        (DEFAULT_RULES, {"expires_at": START}, ["plan_expired"]),
        (DEFAULT_RULES, {"state_now": MOVED}, ["plan_stale"]),
        (DEFAULT_RULES, {"state_now": StatePosition("other", 7)}, ["plan_stale"]),
        (DEFAULT_RULES, {"state_now": None}, []),
        (DEFAULT_RULES, {"rules_then": rules_version(DEFAULT_RULES)}, []),
        (DEFAULT_RULES, {"rules_then": rules_version((TWO,))}, ["rules_changed"]),
        (DEFAULT_RULES, {"lock": LOCK}, ["workspace_locked"]),
        (DEFAULT_RULES, {"lease": LEASE}, ["workspace_busy"]),
        (DEFAULT_RULES, {"lease": LEASE, "run_id": "run_2"}, []),
        (
            (TWO,),
            {"expires_at": START, "state_now": MOVED, "lock": LOCK, "lease": LEASE},
            [
                "plan_expired",
                "plan_stale",
                "workspace_locked",
                "workspace_busy",
                "approval_missing",
            ],
        ),
    ],
)
def test_the_gate_names_everything_that_is_unmet_at_once(
    rules: tuple[Rule, ...], changes: dict[str, Any], unmet: list[str]
):
    verdict = judge(rules, facts(**changes), START)

    assert [u.code for u in verdict.unmet] == unmet
    assert verdict.open is not bool(unmet)
    assert verdict.rules == (tuple(r.name for r in rules) or ("default",))


def test_a_plan_expires_at_the_very_moment_and_not_before():
    assert codes(now=TOO_LATE - timedelta(microseconds=1)) == []
    assert codes(now=TOO_LATE) == ["plan_expired"]


def test_only_time_state_and_rules_close_the_gate_for_good():
    changes = {"expires_at": START, "state_now": MOVED, "lock": LOCK, "lease": LEASE}
    changes |= {"rules_then": "sha256:other", "approvals": ()}

    verdict = judge(DEFAULT_RULES, facts(**changes), START)

    assert [u.code for u in verdict.final] == ["plan_expired", "plan_stale", "rules_changed"]


def test_the_gate_says_who_holds_what_how_many_are_missing_and_by_which_rule():
    verdict = judge((TWO,), facts(approvals=(), lock=LOCK, lease=LEASE, state_now=MOVED), START)
    said = " ".join(u.text.en for u in verdict.unmet)

    for fact in ("lineage#7 → lineage#8", "tanaka: release freeze", "run_2", "two wants 2 more"):
        assert fact in said
    assert "sato" in verdict.unmet[-1].text.ja
    assert verdict.unmet[-1].rule == "two"


def test_a_rule_that_lets_people_approve_their_own_does_not_ask_for_somebody_else():
    (missing,) = judge((ALONE,), facts(approvals=()), START).unmet

    assert "other than" not in missing.text.en
    assert "sato" not in missing.text.ja


@pytest.mark.parametrize(
    ("rules", "approvals", "given", "needed"),
    [
        (DEFAULT_RULES, by("sato"), 0, 1),
        (DEFAULT_RULES, by("sato", "suzuki", "suzuki"), 1, 1),
        ((ALONE, TWO), by("sato", "suzuki"), 2, 2),
        ((), (), 0, 1),
        ((NOBODY,), (), 0, 0),
    ],
)
def test_a_verdict_counts_the_people_who_count(
    rules: tuple[Rule, ...], approvals: tuple[Approval, ...], given: int, needed: int
):
    verdict = judge(rules, facts(approvals=approvals), START)

    assert (verdict.approvals_given, verdict.approvals_needed) == (given, needed)


def test_who_asked_counts_only_where_a_rule_says_so():
    sato, suzuki = Caller("sato", "console"), Caller("suzuki", "console")

    assert fits(TWO, suzuki, ASKER)
    assert not fits(TWO, sato, ASKER)
    assert fits(ALONE, sato, ASKER)


def test_the_strictest_rule_decides_how_many_and_how_old():
    hour = Rule("hour", Require(approvals=3, plan_age=timedelta(hours=1), self_approval=True))

    assert wanted((TWO, hour, NOBODY)) == 3
    assert wanted_of_others((TWO, hour, NOBODY)) == 2
    assert (wanted(()), wanted_of_others((hour,))) == (0, 0)
    assert expiry((TWO, hour), START) == START + timedelta(hours=1)
    advised = dataclasses.replace(hour, level=Level.ADVISORY)
    assert expiry((TWO, advised), START) == expiry((TWO,), START), "advice holds nothing up"
    assert expiry((), START) == TOO_LATE


def test_the_rules_version_changes_with_every_word_of_every_rule():
    rule = Rule("one", Require())
    others = [
        (),
        (rule, rule),
        (Rule("uno", Require()),),
        (Rule("one", Require(approvals=2)),),
        (Rule("one", Require(plan_age=timedelta(hours=23))),),
        (Rule("one", Require(self_approval=True)),),
    ]

    versions = {rules_version(rules) for rules in [(rule,), *others]}

    assert len(versions) == len(others) + 1
    assert rules_version((rule,)) == rules_version((Rule("one", Require()),))


def test_people_are_counted_by_name_for_one_seal():
    mixed = by("suzuki", "ito", "suzuki") + by("tanaka", seal="sha256:other")

    assert people(mixed, SEAL) == {"suzuki", "ito"}
