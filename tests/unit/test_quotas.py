"""How much may begin: tables of what was begun, and what is said of one more."""

import dataclasses
from datetime import datetime, timedelta

import pytest

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CoolingDown, DestroysSpent, QuotaSpent
from sekisho.domain.plans import PlanCounts
from sekisho.domain.problems import problem
from sekisho.domain.quotas import (
    Begun,
    Cap,
    check_breaker,
    check_destroys,
    check_hour,
    client_of,
    destruction_of,
    same_agent,
)
from sekisho.domain.runs import ApplyRecord, Run, RunStatus
from tests.fakes.clock import START
from tests.fakes.values import a_full_run, a_run

KIRO = Caller("sato", "kiro/0.9")
CURSOR = Caller("sato", "cursor/1.2")
OTHER = Caller("suzuki", "kiro/0.9")
CAPS = (Cap(4, "SEKISHO_PLANS_PER_HOUR"), Cap(2, "SEKISHO_PLANS_PER_HOUR_AGENT"))
REST = timedelta(minutes=10)


def ago(minutes: float) -> datetime:
    return START - timedelta(minutes=minutes)


def begun(*by: Caller) -> list[Begun]:
    """One of each, the first fifty minutes ago, the next a minute later."""
    return [Begun(ago(50 - n), caller) for n, caller in enumerate(by)]


@pytest.mark.parametrize(
    ("via", "client"),
    [
        ("kiro/0.9", "kiro"),
        ("Kiro/1.0 (linux)", "kiro"),
        ("ci: kiro/0.9", "ci: kiro"),
        ("console", "console"),
        ("ＫＩＲＯ/2", "kiro"),
        ("", ""),
        ("/1", ""),
    ],
)
def test_a_client_is_known_by_its_name_without_its_version(via: str, client: str):
    assert client_of(Caller("sato", via)) == client


def test_an_agent_is_a_person_through_a_client():
    assert same_agent(KIRO, Caller("SATO", "kiro/1.0"))
    assert not same_agent(KIRO, CURSOR)
    assert not same_agent(KIRO, OTHER)


def test_who_is_renamed_stays_the_same_person():
    before = Caller("sato", "kiro", subject="https://idp|1")
    after = Caller("tanaka", "kiro", subject="https://idp|1")
    assert same_agent(before, after)
    with pytest.raises(QuotaSpent):
        check_hour("plans", begun(before, before), after, CAPS)
    check_hour("plans", begun(before, before), Caller("x", "kiro", subject="https://idp|2"), CAPS)


PASSES = [
    begun(),
    begun(KIRO),
    begun(KIRO, CURSOR),
    begun(KIRO, CURSOR, CURSOR),
    begun(OTHER, OTHER, OTHER, OTHER, OTHER),
]


@pytest.mark.parametrize("others", PASSES)
def test_below_the_caps_one_more_may_begin(others: list[Begun]):
    check_hour("plans", others, KIRO, CAPS)


REFUSED = [
    # (what was begun, through whom one more, whose cap, when the oldest that counts is an hour old)
    (begun(KIRO, KIRO), KIRO, "SEKISHO_PLANS_PER_HOUR_AGENT", ago(-10)),
    (begun(KIRO, CURSOR, KIRO), KIRO, "SEKISHO_PLANS_PER_HOUR_AGENT", ago(-10)),
    (begun(KIRO, KIRO, KIRO), KIRO, "SEKISHO_PLANS_PER_HOUR_AGENT", ago(-11)),
    (begun(KIRO, CURSOR, CURSOR, KIRO), Caller("Sato", "x"), "SEKISHO_PLANS_PER_HOUR", ago(-10)),
    (begun(OTHER, KIRO, CURSOR, CURSOR, KIRO), KIRO, "SEKISHO_PLANS_PER_HOUR", ago(-11)),
]


@pytest.mark.parametrize(("others", "caller", "setting", "until"), REFUSED)
def test_at_a_cap_it_is_said_when_the_oldest_no_longer_counts(
    others: list[Begun], caller: Caller, setting: str, until: datetime
):
    with pytest.raises(QuotaSpent) as refusal:
        check_hour("plans", others, caller, CAPS)
    facts = refusal.value.facts
    assert (facts["setting"], facts["until"]) == (setting, until.isoformat(timespec="seconds"))
    for language in ("en", "ja"):
        assert caller.person in refusal.value.message(language)
        assert setting in refusal.value.next_step(language)


DESTROYS = [
    # (destroyed so far, wanted, passes, "" or when it is possible)
    ([], 10, True, None),
    ([], 11, False, None),
    ([(KIRO, 6)], 4, True, None),
    ([(KIRO, 6)], 5, False, ago(50) + timedelta(days=1)),
    ([(KIRO, 2), (CURSOR, 8)], 1, False, ago(50) + timedelta(days=1)),
    ([(KIRO, 2), (CURSOR, 8)], 3, False, ago(49) + timedelta(days=1)),
    ([(OTHER, 100)], 10, True, None),
    ([(KIRO, 10), (KIRO, 10)], 0, True, None),
]


@pytest.mark.parametrize(("before", "more", "passes", "until"), DESTROYS)
def test_a_person_destroys_only_so_much_in_a_day(
    before: list[tuple[Caller, int]], more: int, passes: bool, until: datetime | None
):
    others = [Begun(ago(50 - n), by, count) for n, (by, count) in enumerate(before)]
    cap = Cap(10, "SEKISHO_DESTROYS_PER_DAY")
    if passes:
        check_destroys(others, KIRO, more, cap)
        return
    with pytest.raises(DestroysSpent) as refusal:
        check_destroys(others, KIRO, more, cap)
    step = refusal.value.next_step()
    assert (until.isoformat(timespec="seconds") in step) if until else ("Plan less" in step)
    assert "SEKISHO_DESTROYS_PER_DAY" in refusal.value.next_step("ja")


LATER = START + timedelta(hours=3)
APPLIES = [
    # (status, when it began, until when it waits, how much it counts and when)
    (RunStatus.APPLIED, LATER, None, 3, LATER),
    (RunStatus.ERRORED, LATER, None, 3, LATER),
    (RunStatus.INTERRUPTED, LATER, None, 3, LATER),
    (RunStatus.APPLYING, START, None, 3, START),
    (RunStatus.APPLIED, START, LATER, 3, START),
    (RunStatus.APPLY_QUEUED, None, None, 3, START),
    (RunStatus.APPLY_QUEUED, None, LATER, 3, LATER),
    (RunStatus.CANCELED, None, LATER, 0, LATER),
    (RunStatus.STALE, None, None, 0, START),
    (RunStatus.STALE, START, None, 3, START),
]


@pytest.mark.parametrize(("status", "began", "waits", "destroys", "at"), APPLIES)
def test_an_apply_counts_with_all_that_it_may_have_destroyed(
    status: RunStatus, began: datetime | None, waits: datetime | None, destroys: int, at: datetime
):
    full = a_full_run()
    assert full.plan
    plan = dataclasses.replace(full.plan, counts=PlanCounts(destroy=3))
    apply = ApplyRecord(OTHER, START, not_before=waits, started_at=began)
    run = dataclasses.replace(full, status=status, plan=plan, apply=apply)
    assert destruction_of(run, apply) == Begun(at, OTHER, destroys)


def ended(minutes: float, status: str = "errored", by: Caller = KIRO, code: str = "") -> Run:
    why = problem(code or "plan_failed", attempts=3) if status == "errored" else None
    return a_run(
        f"run_{minutes}",
        requested_by=by,
        status=RunStatus(status),
        updated_at=ago(minutes),
        problem=why,
    )


FAIL = [ended(m) for m in (9, 5, 3)]
BREAKER = [
    # (runs, until when it rests; None: it may go on)
    ([], None),
    (FAIL[:2], None),
    (FAIL, ago(3) + REST),
    (FAIL[::-1], ago(3) + REST),
    ([*FAIL, ended(12, "applied")], ago(3) + REST),
    ([*FAIL, ended(4, "awaiting_approval")], None),
    ([*FAIL, ended(1, "no_changes")], None),
    ([*FAIL, ended(1, "approved")], None),
    ([*FAIL, ended(1, "canceled"), ended(2, "discarded"), ended(0.5, "planning")], ago(3) + REST),
    ([*FAIL, ended(1, "applied", CURSOR), ended(2, "applied", OTHER)], ago(3) + REST),
    ([*FAIL[:2], ended(1, by=CURSOR), ended(2, by=OTHER)], None),
    ([*FAIL[:2], ended(1, code="internal"), ended(2, code="worker_lost")], None),
    ([*FAIL, ended(1, code="internal")], ago(3) + REST),
    ([*FAIL[:2], ended(3, "interrupted")], ago(3) + REST),
    ([ended(m) for m in (30, 20, 10)], None),  # rested already
    ([ended(m) for m in (30, 20, 9.5)], ago(9.5) + REST),
    ([ended(m) for m in (61, 5, 3)], None),  # not within the hour
    ([ended(m) for m in (40, 30, 2)], ago(2) + REST),
]


@pytest.mark.parametrize(("runs", "until"), BREAKER)
def test_an_agent_whose_last_runs_all_failed_rests(runs: list[Run], until: datetime | None):
    if until is None:
        check_breaker(runs, KIRO, START, 3, REST)
        return
    with pytest.raises(CoolingDown) as refusal:
        check_breaker(runs, KIRO, START, 3, REST)
    for language in ("en", "ja"):
        assert until.isoformat(timespec="seconds") in refusal.value.next_step(language)
        assert "kiro/0.9" in refusal.value.message(language)


def test_a_failed_apply_counts_for_whoever_asked_for_it():
    runs = [
        dataclasses.replace(run, requested_by=OTHER, apply=ApplyRecord(KIRO, run.updated_at))
        for run in FAIL
    ]
    check_breaker(runs, OTHER, START, 3, REST)
    with pytest.raises(CoolingDown):
        check_breaker(runs, KIRO, START, 3, REST)
