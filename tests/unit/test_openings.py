"""When all windows are open and no freeze holds: a table, and properties over every combination."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.domain.windows import (
    DAYS,
    HORIZON,
    Day,
    Freeze,
    Hours,
    MonthEnds,
    Period,
    Window,
    Yearly,
    opens,
    parse_days,
    parse_hours,
    parse_period,
)

TOKYO, LONDON, NEW_YORK = "Asia/Tokyo", "Europe/London", "America/New_York"
ZONES = (TOKYO, LONDON, NEW_YORK, "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata")
MINUTE = timedelta(minutes=1)
YEARS = datetime.fromisoformat("2024-01-10"), datetime.fromisoformat("2037-01-01")


def wall(text: str, zone: str = TOKYO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def window(zone: str, days: str, hours: str) -> Window:
    return Window(zone, parse_days(days), parse_hours(hours))


NIGHT = Window(TOKYO, parse_days("mon-thu"), parse_hours("22:00-26:00"), "jp_holidays")
NINE_TO_FIVE = window(LONDON, "mon-fri", "09:00-17:00")
YEAR_END = Freeze("年末年始", TOKYO, parse_period("12-28", "01-04"))
MONTH_END = Freeze("月末", TOKYO, MonthEnds(last=3, first=1))
SALE = Freeze("sale", TOKYO, parse_period("2026-11-24 23:00", "2026-11-25 00:30"))
DEAD_OF_NIGHT = Freeze("batch", TOKYO, parse_period("2026-11-25 00:00", "2026-11-27 23:00"))

CASES = [
    ((), (), "2026-11-24T12:34:56", "2026-11-24T12:34:56"),
    ((NIGHT,), (), "2026-11-24T12:00", "2026-11-24T22:00"),
    ((NIGHT,), (), "2026-11-24T22:00:01", "2026-11-24T22:00:01"),
    # two rules: the night of Tokyo and the office hours of London overlap from 22:00 to 26:00
    ((NIGHT, NINE_TO_FIVE), (), "2026-11-24T12:00", "2026-11-24T22:00"),
    ((NIGHT, NINE_TO_FIVE), (), "2026-11-25T02:00", "2026-11-25T22:00"),
    ((window(TOKYO, "mon-fri", "09:00-17:00"), NINE_TO_FIVE), (), "2026-11-24T12:00", None),
    ((window(TOKYO, "fri", "20:00-48:00"), window(TOKYO, "sat", "00:00-24:00")), (),
     "2026-11-23T12:00", "2026-11-28T00:00"),
    ((window(TOKYO, "mon", "00:00-24:00"), window(TOKYO, "tue", "00:00-24:00")), (),
     "2026-11-23T12:00", None),
    # the two meet for one minute
    ((window(TOKYO, "wed", "10:00-12:00"), window(TOKYO, "wed", "11:59-13:00")), (),
     "2026-11-24T12:00", "2026-11-25T11:59"),
    # they meet only while London has summer time: from 2027-03-28 on
    ((window(TOKYO, "sun-sat", "16:30-17:00"), window(LONDON, "sun-sat", "08:30-09:00")), (),
     "2026-11-24T12:00", "2027-03-28T16:30"),
    # freezes; the night of Monday 2027-01-04 is still open when that of the year's end is over
    ((), (YEAR_END,), "2026-12-27T12:00", "2026-12-27T12:00"),
    ((), (YEAR_END,), "2026-12-28T00:00", "2027-01-05T00:00"),
    ((NIGHT,), (YEAR_END,), "2026-12-28T12:00", "2027-01-05T00:00"),
    ((NIGHT,), (YEAR_END,), "2026-12-25T12:00", "2027-01-05T00:00"),
    ((NIGHT,), (MONTH_END,), "2026-11-26T12:00", "2026-11-26T22:00"),
    ((NIGHT,), (MONTH_END,), "2026-11-28T00:00", "2026-12-02T00:00"),
    ((NIGHT,), (MONTH_END, YEAR_END), "2026-12-25T12:00", "2027-01-05T00:00"),
    # a freeze in the middle of a window, one that ends in the middle, one that takes all of some
    ((NIGHT,), (SALE,), "2026-11-24T12:00", "2026-11-24T22:00"),
    ((NIGHT,), (SALE,), "2026-11-24T23:00", "2026-11-25T00:30"),
    ((NIGHT,), (DEAD_OF_NIGHT,), "2026-11-25T00:00", "2026-11-30T22:00"),
    ((NIGHT, NINE_TO_FIVE), (SALE, MONTH_END), "2026-11-24T23:30", "2026-11-25T00:30"),
    # freezes that leave nothing
    ((), (Freeze("a", TOKYO, parse_period("01-01", "06-30")),
          Freeze("b", TOKYO, parse_period("07-01", "12-31"))), "2026-11-24T12:00", None),
    ((window(TOKYO, "mon-sun", "00:00-24:00"),), (Freeze("a", TOKYO, MonthEnds(28, 28)),),
     "2026-11-24T12:00", None),
    ((window(TOKYO, "mon", "10:00-11:00"),), (YEAR_END, Freeze("a", TOKYO, MonthEnds(24))),
     "2026-11-24T12:00", "2026-12-07T10:00"),
    # nobody knows the holidays of 2036
    ((NIGHT,), (), "2035-12-31T12:00", "2035-12-31T22:00"),
    ((NIGHT,), (), "2036-01-01T02:00", None),
]  # fmt: skip


@pytest.mark.parametrize(("windows", "freezes", "at", "wanted"), CASES)
def test_the_first_moment_that_everything_allows(
    windows: Sequence[Window], freezes: Sequence[Freeze], at: str, wanted: str | None
):
    assert opens(windows, freezes, wall(at)) == (wall(wanted) if wanted else None)


def test_windows_that_open_one_after_the_other_all_day_are_given_up_at_the_bound():
    hours = [Hours(hour * 60, hour * 60 + 1) for hour in range(24)]
    assert opens([Window(TOKYO, hours=h) for h in hours], [], wall("2026-11-24T12:00")) is None


def test_a_hostile_heap_of_rules_that_never_meet_is_given_up_soon():
    windows = [
        Window(zone, frozenset({day}), Hours(start, start + 1))
        for zone in ZONES
        for day in DAYS
        for start in (0, 719, 1439)
    ]
    freezes = [Freeze(str(n), TOKYO, MonthEnds(n % 28 + 1)) for n in range(50)]
    assert opens(windows, freezes, wall("2026-11-24T12:00")) is None


AROUND = st.one_of(
    st.sampled_from(
        [
            wall("2026-03-08T01:00", NEW_YORK),
            wall("2026-11-01T00:30", NEW_YORK),
            wall("2026-03-29T00:30", LONDON),
            wall("2026-10-25T00:30", LONDON),
            wall("2025-12-31T23:00"),
            wall("2028-02-28T23:00"),
            wall("2035-12-31T20:00"),
        ]
    ),
    st.datetimes(*YEARS, timezones=st.just(UTC)),
)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(st.integers(0, 1500))
    hours = Hours(start, min(2880, start + draw(st.integers(1, 1500))))
    days: frozenset[Day] = draw(st.frozensets(st.sampled_from(DAYS), min_size=1))
    return Window(
        draw(st.sampled_from(ZONES)), days, hours, draw(st.sampled_from(["", "jp_holidays"]))
    )


MONTH_DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda d: (d.month, d.day))
MOMENTS = st.datetimes(*YEARS)
PERIODS = st.builds(
    lambda begins, minutes: Period(begins, begins + minutes * MINUTE),
    MOMENTS.map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, 100_000),
)
FREEZES = st.builds(
    Freeze,
    st.just("x"),
    st.sampled_from(ZONES),
    st.one_of(
        PERIODS,
        st.builds(Yearly, MONTH_DAYS, MONTH_DAYS),
        st.builds(MonthEnds, st.integers(1, 28), st.integers(0, 28)),
    ),
)


def clock_without_repeats(zone: str, at: datetime) -> datetime:
    """What the clock of a zone shows, standing still while it shows an hour again."""
    steps = range(0, 25 * 60, 15)  # a repeated hour is over in a day; offsets are quarters of hours
    shown = [at - timedelta(minutes=m) for m in steps]
    return max(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in shown)


def is_open(judged: Window, at: datetime) -> bool:
    """Say the same as `open_at` in another way: from the moment, not from the days."""
    shown = clock_without_repeats(judged.zone, at)
    for back in range(3):
        day = (shown - timedelta(days=back)).date()
        since = (shown - datetime.combine(day, time())) / MINUTE
        hours = judged.hours
        if hours.opens <= since < hours.closes and Window(
            judged.zone, judged.days, Hours(0, 1440), judged.except_
        ).open_at(datetime.combine(day, time(12), ZoneInfo(judged.zone))):
            return True
    return False


@settings(max_examples=150)
@given(windows(), AROUND, st.integers(0, 2000))
def test_a_window_is_open_while_a_clock_that_never_goes_back_is_within_its_hours(
    judged: Window, around: datetime, minutes: int
):
    at = around.replace(second=0, microsecond=0) + minutes * MINUTE
    at -= timedelta(minutes=at.minute % 15)
    assert judged.open_at(at) is is_open(judged, at)


@settings(max_examples=150)
@given(windows(), AROUND)
def test_the_next_opening_is_never_past_and_really_one(judged: Window, at: datetime):
    found = judged.next_open(at)
    if found is None:
        assert not judged.open_at(at)
        return
    assert at <= found <= at + HORIZON
    assert judged.open_at(found)
    assert found == at or not judged.open_at(found - timedelta(microseconds=1))
    closes = judged.closes_at(found)
    if closes is not None:
        assert closes > found
        assert not judged.open_at(closes)
        assert judged.open_at(closes - timedelta(microseconds=1))


@settings(max_examples=150)
@given(FREEZES, AROUND)
def test_the_end_of_a_freeze_is_free_and_all_before_it_is_not(freeze: Freeze, at: datetime):
    end = freeze.ends_at(at)
    if not freeze.frozen_at(at):
        assert end is None
    elif end is not None:
        assert at < end <= at + HORIZON
        assert not freeze.frozen_at(end)
        moments = (at + (end - at) * part / 50 for part in range(50))
        assert all(freeze.frozen_at(moment) for moment in moments)


@settings(max_examples=100)
@given(st.lists(windows(), max_size=3), st.lists(FREEZES, max_size=2), AROUND)
def test_what_opens_is_open_and_nothing_before_it_is(
    several: list[Window], freezes: list[Freeze], at: datetime
):
    def allowed(moment: datetime) -> bool:
        open_now = all(w.open_at(moment) for w in several)
        return open_now and not any(f.frozen_at(moment) for f in freezes)

    found = opens(several, freezes, at)

    if found is not None:
        assert at <= found <= at + HORIZON
        assert allowed(found)
    # On a grid of minutes, up to two days on; seldom, since a grid of 400 days takes minutes.
    until = at + timedelta(days=2) if found is None else min(found, at + timedelta(days=2))
    grid = (at + step * MINUTE for step in range(0, 2 * 24 * 60, 7))
    assert not any(allowed(moment) for moment in grid if moment < until)
    if found is not None and found > at:
        assert not allowed(found - timedelta(microseconds=1))
        before = (found - step * MINUTE for step in range(1, 120))
        assert not any(allowed(moment) for moment in before if moment >= at)
