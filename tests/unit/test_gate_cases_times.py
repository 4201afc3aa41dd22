"""The gate's table, second part: windows, holidays, freezes, clocks that are set, old plans."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sekisho.domain.gate import judge
from sekisho.domain.rules import Rule
from tests.unit.gate_cases import (
    FREE,
    NOON,
    Case,
    at,
    check,
    freeze,
    glass,
    month_end,
    rule,
    soft_pass,
    table,
    told,
    who,
    window,
)

LONDON, YORK = "Europe/London", "America/New_York"


def timed(**require: Any) -> tuple[Rule, ...]:
    """A rule about times alone, in a workspace where nobody needs to approve."""
    return rule("w", **require), FREE


NIGHT = timed(window=window("22:00-26:00", "mon-thu"))
DAY = timed(window=window("09:00-17:00", "mon-fri", holidays=False))
C = "w:window_closed"


@table(
    Case(
        "open from its first minute",
        NIGHT,
        now=at("2026-06-10 22:00"),
        possible=at("2026-06-10 22:00"),
    ),
    Case(
        "closed a second before",
        NIGHT,
        C,
        now=at("2026-06-10 21:59:59"),
        possible=at("2026-06-10 22:00"),
    ),
    Case("open across midnight", NIGHT, now=at("2026-06-11 01:59:59")),
    Case(
        "closed at its end", NIGHT, C, now=at("2026-06-11 02:00"), possible=at("2026-06-11 22:00")
    ),
    Case("Thursday's night is open on Friday", NIGHT, now=at("2026-06-12 01:00")),
    Case(
        "Friday has no night of its own",
        NIGHT,
        C,
        now=at("2026-06-12 22:30"),
        possible=at("2026-06-15 22:00"),
    ),
    Case("nor has Monday at 1 o'clock: Sunday's", NIGHT, C, now=at("2026-06-15 01:00")),
    Case("the moment may be in another zone", NIGHT, now=datetime(2026, 6, 10, 13, 30, tzinfo=UTC)),
    Case("UTC's evening is Tokyo's morning", DAY, now=datetime(2026, 6, 10, 0, 30, tzinfo=UTC)),
    Case("UTC's noon is Tokyo's evening", DAY, C, now=datetime(2026, 6, 10, 12, 0, tzinfo=UTC)),
    Case("a weekend", DAY, C, now=at("2026-06-13 12:00"), possible=at("2026-06-15 09:00")),
    Case("a holiday: 海の日", DAY, C, now=at("2026-07-20 12:00"), possible=at("2026-07-21 09:00")),
    Case(
        "a substitute holiday: 2026-05-06",
        DAY,
        C,
        now=at("2026-05-06 12:00"),
        possible=at("2026-05-07 09:00"),
    ),
    Case(
        "a day between two holidays: 2026-09-22",
        DAY,
        C,
        now=at("2026-09-22 12:00"),
        possible=at("2026-09-24 09:00"),
    ),
    Case(
        "the whole of Golden Week",
        DAY,
        C,
        now=at("2026-05-02 12:00"),
        possible=at("2026-05-07 09:00"),
    ),
    Case("New Year's Day", DAY, C, now=at("2027-01-01 12:00"), possible=at("2027-01-04 09:00")),
    Case(
        "the eve of a holiday is open past midnight",
        timed(window=window("22:00-26:00", holidays=False)),
        now=at("2026-07-20 01:00"),
    ),
    Case(
        "the evening of a holiday is not",
        timed(window=window("22:00-26:00", holidays=False)),
        C,
        now=at("2026-07-20 23:00"),
    ),
    Case(
        "nor the small hours after it",
        timed(window=window("22:00-26:00", holidays=False)),
        C,
        now=at("2026-07-21 01:00"),
        possible=at("2026-07-21 22:00"),
    ),
    Case(
        "a window without days is every day",
        timed(window=window("00:00-24:00")),
        now=at("2026-06-14 03:00"),
    ),
    Case(
        "hours of the next day alone",
        timed(window=window("25:00-27:00", "wed")),
        now=at("2026-06-11 02:00"),
    ),
    Case(
        "hours of the next day: not on the day itself",
        timed(window=window("25:00-27:00", "wed")),
        C,
        now=at("2026-06-10 02:00"),
        possible=at("2026-06-11 01:00"),
    ),
)
def test_windows_open_and_close_by_the_clock_on_the_wall(case: Case):
    check(case)


def test_in_a_year_whose_holidays_nobody_knows_a_window_without_them_stays_closed():
    case = Case("", DAY, now=at("2090-06-14 12:00"))

    verdict = judge(case.rules, case.facts, case.now)

    assert told(verdict.unmet) == f"plan_expires_first {C}"
    assert verdict.possible_at is None


NEW_YEAR = timed(freezes=(freeze("12-28", "01-04"),))
F = "w:frozen"


@table(
    Case("年末年始: the day before", NEW_YEAR, now=at("2026-12-27 23:59")),
    Case(
        "年末年始: its first day",
        NEW_YEAR,
        F,
        now=at("2026-12-28 00:00"),
        possible=at("2027-01-05 00:00"),
    ),
    Case(
        "年末年始: New Year",
        NEW_YEAR,
        F,
        now=at("2027-01-01 00:00"),
        possible=at("2027-01-05 00:00"),
    ),
    Case(
        "年末年始: its last minute",
        NEW_YEAR,
        F,
        now=at("2027-01-04 23:59"),
        possible=at("2027-01-05 00:00"),
    ),
    Case("年末年始: over", NEW_YEAR, now=at("2027-01-05 00:00")),
    Case(
        "年末年始 of Tokyo, seen from UTC",
        NEW_YEAR,
        F,
        now=datetime(2026, 12, 27, 15, 0, tzinfo=UTC),
    ),
    Case(
        "月末: a day of three",
        timed(freezes=(month_end(3),)),
        F,
        now=at("2026-06-28 12:00"),
        possible=at("2026-07-01 00:00"),
    ),
    Case("月末: the day before these", timed(freezes=(month_end(3),)), now=at("2026-06-27 23:59")),
    Case("月末 of February", timed(freezes=(month_end(1),)), F, now=at("2027-02-28 12:00")),
    Case(
        "月末 of a leap year's February", timed(freezes=(month_end(1),)), now=at("2028-02-28 12:00")
    ),
    Case(
        "月末月初",
        timed(freezes=(month_end(1, 2),)),
        F,
        now=at("2026-07-02 12:00"),
        possible=at("2026-07-03 00:00"),
    ),
    Case(
        "月末 of December runs into 年末年始",
        timed(freezes=(month_end(5), freeze("01-01", "01-04"))),
        F,
        now=at("2026-12-27 12:00"),
        possible=at("2027-01-05 00:00"),
    ),
    Case(
        "a freeze of one day, once",
        timed(freezes=(freeze("2026-06-10", "2026-06-10"),)),
        F,
        possible=at("2026-06-11 00:00"),
    ),
    Case(
        "a freeze of hours",
        timed(freezes=(freeze("2026-06-10 09:00", "2026-06-10 12:00"),)),
        now=NOON,
    ),
    Case("a freeze that was", timed(freezes=(freeze("2026-06-01", "2026-06-09"),))),
    Case("a freeze of another year", timed(freezes=(freeze("2027-06-10", "2027-06-10"),))),
    Case(
        "a freeze in an open window",
        timed(window=window("00:00-24:00"), freezes=(freeze("06-10", "06-10"),)),
        F,
    ),
    Case(
        "a freeze outside of a window: both",
        timed(window=window("22:00-26:00"), freezes=(freeze("06-10", "06-10"),)),
        f"{C} {F}",
        possible=at("2026-06-11 00:00"),
    ),
)
def test_freezes_hold_to_the_end_of_their_days(case: Case):
    check(case)


NIGHTLY = timed(window=window("01:30-03:30", zone=LONDON))
GAP = timed(window=window("02:00-03:00", zone=YORK))


@table(
    Case("London in summer", NIGHTLY, now=datetime(2026, 7, 1, 0, 45, tzinfo=UTC)),
    Case("London in winter", NIGHTLY, C, now=datetime(2026, 1, 5, 0, 45, tzinfo=UTC)),
    Case(
        "New York leaps over 02:00-03:00: no window that day",
        GAP,
        C,
        now=at("2026-03-08 01:30", YORK),
        possible=at("2026-03-09 02:00", YORK),
    ),
    Case("New York the day after", GAP, now=at("2026-03-09 02:30", YORK)),
)
def test_summer_time_moves_windows_with_the_wall(case: Case):
    check(case)


@pytest.mark.parametrize(
    ("zone", "hours", "moment", "is_open"),
    [
        (LONDON, "01:30-03:30", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), False),
        (LONDON, "01:30-03:30", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), True),
        (LONDON, "01:00-02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (LONDON, "01:00-01:30", datetime(2026, 10, 25, 1, 15, tzinfo=UTC), False),
        (YORK, "01:00-03:00", at("2026-11-01 01:30", YORK, fold=0), True),
        (YORK, "01:00-03:00", at("2026-11-01 01:30", YORK, fold=1), True),
        (YORK, "01:00-01:45", at("2026-11-01 01:30", YORK, fold=1), False),
        (YORK, "22:00-27:00", at("2026-03-08 03:30", YORK), False),
    ],
)
def test_where_clocks_are_set_a_window_opens_once(zone, hours, moment, is_open):
    found = window(hours, zone=zone)
    assert found.open_at(moment) is is_open


TWO_ZONES = (
    rule("a", window=window("09:00-12:00")),
    rule("b", window=window("02:00-04:00", zone="UTC")),
    FREE,
)
NEVER = (rule("a", window=window("09:00-10:00")), rule("b", window=window("10:00-11:00")), FREE)
B = "b:window_closed"
LEFT = timedelta(hours=24)


@table(
    Case(
        "windows of two rules: the other one",
        TWO_ZONES,
        "a:window_closed",
        possible=at("2026-06-11 11:00"),
    ),
    Case(
        "windows of two rules: one of them",
        TWO_ZONES,
        B,
        now=at("2026-06-10 10:00"),
        possible=at("2026-06-10 11:00"),
    ),
    Case("windows of two rules: both", TWO_ZONES, now=at("2026-06-10 11:30")),
    Case(
        "windows that never meet", NEVER, f"plan_expires_first a:window_closed {B}", possible=None
    ),
    Case(
        "windows that never meet, in one of them",
        NEVER,
        f"plan_expires_first {B}",
        now=at("2026-06-10 09:30"),
        possible=None,
    ),
    Case(
        "a window and another rule's freeze",
        (
            rule("a", window=window("09:00-17:00")),
            rule("b", freezes=(freeze("06-10", "06-12"),)),
            FREE,
        ),
        "b:frozen",
        possible=at("2026-06-13 09:00"),
    ),
    Case(
        "the plan is too old by then",
        NIGHT,
        f"plan_expires_first {C}",
        now=at("2026-06-12 12:00"),
        left=LEFT,
    ),
    Case(
        "the plan is too old at that very moment",
        NIGHT,
        f"plan_expires_first {C}",
        now=at("2026-06-10 12:00"),
        left=timedelta(hours=10),
    ),
    Case(
        "the plan lasts a second longer",
        NIGHT,
        C,
        now=at("2026-06-10 12:00"),
        left=timedelta(hours=10, seconds=1),
    ),
    Case(
        "the plan is too old now", (FREE,), "plan_expired", left=timedelta(), final="plan_expired"
    ),
    Case(
        "an advisory window is said",
        (rule("w", window=window("22:00-26:00"), level="advisory"), FREE),
        advice=C,
        possible=NOON,
    ),
    Case(
        "a soft window that was passed",
        (rule("w", window=window("22:00-26:00"), level="soft"), FREE),
        overrides=(soft_pass("w"),),
        passed=C,
        possible=NOON,
    ),
    Case(
        "a soft window that was not",
        (rule("w", window=window("22:00-26:00"), level="soft"), FREE),
        C,
        possible=at("2026-06-10 22:00"),
    ),
    Case(
        "a broken glass opens hard windows and freezes",
        timed(window=window("22:00-26:00"), freezes=(freeze("06-10", "06-10"),)),
        overrides=(glass(),),
        passed=f"{C} {F}",
        possible=NOON,
    ),
    Case(
        "approvals are missing beside the window",
        (rule("w", 1, window=window("22:00-26:00")),),
        f"w:approval_missing {C}",
    ),
    Case(
        "approved, and the window is closed",
        (rule("w", 1, window=window("22:00-26:00")),),
        C,
        by=(who("ito"),),
    ),
)
def test_times_of_several_rules_meet_or_never_do(case: Case):
    check(case)


def test_only_what_passes_by_itself_is_waited_for():
    soon = Case("", NIGHT, C, now=at("2026-06-10 12:00"))
    late = Case("", NIGHT, f"plan_expires_first {C}", now=at("2026-06-12 12:00"), left=LEFT)
    rules = (*NIGHT, rule("p", 1))
    people = Case("", rules, f"p:approval_missing {C}", now=at("2026-06-10 12:00"))

    assert check(soon).waits
    assert not check(late).waits
    assert not check(people).waits
