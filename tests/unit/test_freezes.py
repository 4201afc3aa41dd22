"""When nothing is applied: periods, the turn of the year, ends of months."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sekisho.domain.windows import Freeze, MonthEnds, Period, Yearly, parse_period

TOKYO, LONDON = "Asia/Tokyo", "Europe/London"
YEAR_END = Freeze("年末年始", TOKYO, parse_period("12-28", "01-04"))
MONTH_END = Freeze("月末", TOKYO, MonthEnds(last=2, first=1))
SALE = Freeze("sale", TOKYO, parse_period("2026-11-25 18:00", "2026-11-30"))


def wall(text: str, zone: str = TOKYO, *, second_time: bool = False) -> datetime:
    shown = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=int(second_time))
    return shown.astimezone(UTC)


# (freeze, a moment, when it is over then; "": it does not hold)
CASES = [
    # across the end of the year
    (YEAR_END, "2026-12-27T23:59:59", ""),
    (YEAR_END, "2026-12-28T00:00:00", "2027-01-05T00:00"),
    (YEAR_END, "2026-12-31T23:59:59", "2027-01-05T00:00"),
    (YEAR_END, "2027-01-01T00:00:00", "2027-01-05T00:00"),
    (YEAR_END, "2027-01-04T23:59:59", "2027-01-05T00:00"),
    (YEAR_END, "2027-01-05T00:00:00", ""),
    (YEAR_END, "2026-01-02T12:00:00", "2026-01-05T00:00"),
    (YEAR_END, "2026-06-15T12:00:00", ""),
    # within one year, and one that takes all of it but a day
    (Freeze("お盆", TOKYO, parse_period("8-13", "8-16")), "2026-08-12T23:59:59", ""),
    (Freeze("お盆", TOKYO, parse_period("8-13", "8-16")), "2026-08-13T00:00", "2026-08-17T00:00"),
    (Freeze("お盆", TOKYO, parse_period("8-13", "8-16")), "2027-08-16T23:59", "2027-08-17T00:00"),
    (
        Freeze("one day", TOKYO, parse_period("04-01", "04-01")),
        "2026-04-01T12:00",
        "2026-04-02T00:00",
    ),
    (
        Freeze("nearly all", TOKYO, parse_period("04-02", "03-31")),
        "2026-06-01T00:00",
        "2027-04-01T00:00",
    ),
    (Freeze("nearly all", TOKYO, parse_period("04-02", "03-31")), "2026-04-01T00:00", ""),
    # 29 February, in leap years and others
    (Freeze("leap", TOKYO, parse_period("02-29", "03-02")), "2026-02-28T23:59", ""),
    (Freeze("leap", TOKYO, parse_period("02-29", "03-02")), "2026-03-01T00:00", "2026-03-03T00:00"),
    (Freeze("leap", TOKYO, parse_period("02-29", "03-02")), "2028-02-29T00:00", "2028-03-03T00:00"),
    (Freeze("leap", TOKYO, parse_period("02-27", "02-29")), "2026-02-27T00:00", "2026-03-01T00:00"),
    (Freeze("leap", TOKYO, parse_period("02-27", "02-29")), "2028-02-27T00:00", "2028-03-01T00:00"),
    (Freeze("leap", TOKYO, parse_period("02-27", "02-28")), "2028-02-28T00:00", "2028-02-29T00:00"),
    (Freeze("leap", TOKYO, parse_period("02-29", "02-29")), "2026-03-01T00:00", ""),
    (Freeze("leap", TOKYO, parse_period("02-29", "02-29")), "2028-02-29T12:00", "2028-03-01T00:00"),
    # ends of months, of every length
    (MONTH_END, "2026-11-28T23:59:59", ""),
    (MONTH_END, "2026-11-29T00:00", "2026-12-02T00:00"),
    (MONTH_END, "2026-12-01T23:59", "2026-12-02T00:00"),
    (MONTH_END, "2026-12-02T00:00", ""),
    (MONTH_END, "2026-12-30T00:00", "2027-01-02T00:00"),
    (MONTH_END, "2026-02-26T23:59", ""),
    (MONTH_END, "2026-02-27T00:00", "2026-03-02T00:00"),
    (MONTH_END, "2028-02-28T00:00", "2028-03-02T00:00"),
    (Freeze("月末", TOKYO, MonthEnds(last=1)), "2026-10-31T00:00", "2026-11-01T00:00"),
    (Freeze("月末", TOKYO, MonthEnds(last=1)), "2026-11-01T00:00", ""),
    (Freeze("月初", TOKYO, MonthEnds(first=3)), "2026-11-03T23:59", "2026-11-04T00:00"),
    (Freeze("月初", TOKYO, MonthEnds(first=3)), "2026-10-31T23:59", ""),
    (Freeze("most", TOKYO, MonthEnds(last=28)), "2026-02-01T00:00", "2026-03-01T00:00"),
    (Freeze("most", TOKYO, MonthEnds(last=28)), "2026-03-01T00:00", ""),
    # once
    (SALE, "2026-11-25T17:59:59", ""),
    (SALE, "2026-11-25T18:00", "2026-12-01T00:00"),
    (SALE, "2026-11-30T23:59:59", "2026-12-01T00:00"),
    (SALE, "2026-12-01T00:00", ""),
    (SALE, "2027-11-26T00:00", ""),
    (Freeze("move", TOKYO, parse_period("2026-11-25", "2026-11-25T18:00")), "2026-11-25T18:00", ""),
]


@pytest.mark.parametrize(("freeze", "at", "until"), CASES)
def test_a_freeze_holds_on_its_days_and_says_until_when(freeze: Freeze, at: str, until: str):
    assert freeze.frozen_at(wall(at)) is bool(until)
    assert freeze.ends_at(wall(at)) == (wall(until) if until else None)


def test_where_clocks_are_set_a_freeze_is_rather_longer():
    autumn = Freeze("autumn", LONDON, parse_period("2026-10-25 01:15", "2026-10-25 01:45"))
    assert autumn.frozen_at(wall("2026-10-25T01:15", LONDON))
    assert autumn.frozen_at(wall("2026-10-25T01:50", LONDON))
    assert autumn.frozen_at(wall("2026-10-25T01:44", LONDON, second_time=True))
    end = wall("2026-10-25T01:45", LONDON, second_time=True)
    assert autumn.ends_at(wall("2026-10-25T01:15", LONDON)) == end
    assert not autumn.frozen_at(end)

    spring = Freeze("spring", LONDON, parse_period("2026-03-29 00:30", "2026-03-29 01:30"))
    assert spring.ends_at(wall("2026-03-29T00:30", LONDON)) == wall("2026-03-29T02:00", LONDON)


def test_the_zone_says_which_day_it_is():
    here, there = (Freeze("x", zone, parse_period("12-28", "12-28")) for zone in (TOKYO, LONDON))
    at = datetime(2026, 12, 27, 15, 0, tzinfo=UTC)
    assert here.frozen_at(at)
    assert not there.frozen_at(at)
    assert not here.frozen_at(at + timedelta(days=1))
    assert there.frozen_at(at + timedelta(days=1))


@pytest.mark.parametrize("when", [Yearly((1, 1), (12, 31)), MonthEnds(last=28, first=28)])
def test_a_freeze_without_an_end_in_sight_has_none(when: Yearly | MonthEnds):
    freeze = Freeze("for good", TOKYO, when)
    assert freeze.frozen_at(wall("2026-06-15T12:00"))
    assert freeze.ends_at(wall("2026-06-15T12:00")) is None


@pytest.mark.parametrize("year", [1, 1970, 9000, 9999])
@pytest.mark.parametrize("freeze", [YEAR_END, MONTH_END, SALE])
def test_moments_beyond_all_calendars_are_frozen(freeze: Freeze, year: int):
    at = datetime(year, 6, 1, tzinfo=UTC)
    assert freeze.frozen_at(at)
    assert freeze.ends_at(at) is None


def test_a_time_without_a_zone_is_not_judged():
    with pytest.raises(ValueError):
        YEAR_END.frozen_at(datetime.fromisoformat("2026-12-28"))


def period(begins: str, ends: str) -> Period:
    return Period(datetime.fromisoformat(begins), datetime.fromisoformat(ends))


READ = [
    (("12-28", "01-04"), Yearly((12, 28), (1, 4))),
    ((" 8-1", "8-16 "), Yearly((8, 1), (8, 16))),
    (("１２-２８", "01-04"), Yearly((12, 28), (1, 4))),
    (("2026-12-28", "2026-12-28"), period("2026-12-28", "2026-12-29")),
    (("2026-12-28T09:00", "2026-12-28 18:30"), period("2026-12-28 09:00", "2026-12-28 18:30")),
]


@pytest.mark.parametrize(("words", "wanted"), READ)
def test_both_ends_are_read_in_each_of_their_forms(words: tuple[str, str], wanted: Period | Yearly):
    assert parse_period(*words) == wanted


REFUSED = [
    ("2026-12-28", "2026-12-27", "not be before"),
    ("2026-12-28 18:00", "2026-12-28 18:00", "not be before"),
    ("2026-12-28", "01-04", "either both have a year"),
    ("12-28", "2027-01-04", "either both have a year"),
    ("02-30", "03-01", "02-30 is no day of a year"),
    ("13-01", "01-04", "13-01 is no day of a year"),
    ("2026-02-29", "2026-03-01", "from: '2026-02-29' is no date"),
    ("2026-02-01", "2026-13-01", "to: '2026-13-01' is no date"),
    ("2026-02-01 25:00", "2026-03-01", "is no date"),
    ("2026-02-01T10:00+09:00", "2026-03-01", "is no date"),
    ("1970-01-01", "2026-01-01", "is no date"),
    ("9999-12-31", "9999-12-31", "is no date"),
    ("", "", "from: '' is no date"),
    ("tomorrow", "2026-01-01", "is no date"),
    ("2026/12/28", "2026/12/29", "is no date"),
    pytest.param("1" * 100_000, "2026-01-01", "is no date", id="huge"),
]


@pytest.mark.parametrize(("begins", "through", "wanted"), REFUSED)
def test_ends_that_are_none_are_refused_with_what_to_write(begins: str, through: str, wanted: str):
    with pytest.raises(ValueError) as caught:
        parse_period(begins, through)
    assert wanted in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(("last", "first"), [(0, 0), (-1, 2), (29, 0), (0, 29)])
def test_a_number_of_days_that_not_every_month_has_is_refused(last: int, first: int):
    with pytest.raises(ValueError):
        MonthEnds(last, first)


def test_a_freeze_that_cannot_be_judged_cannot_be_made():
    with pytest.raises(ValueError):
        Freeze(" ", TOKYO, MonthEnds(1))
    with pytest.raises(ValueError):
        Freeze("x", "Asia/Tokio", MonthEnds(1))
    with pytest.raises(ValueError):
        Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


SENTENCES = [
    (
        YEAR_END,
        "年末年始: every year 12-28 through 01-04 (Asia/Tokyo)",
        "年末年始: 毎年 12-28〜01-04（Asia/Tokyo）",
    ),
    (
        SALE,
        "sale: 2026-11-25 18:00 to 2026-12-01 00:00 (Asia/Tokyo)",
        "sale: 2026-11-25 18:00〜2026-12-01 00:00（Asia/Tokyo）",
    ),
    (
        Freeze("move", LONDON, parse_period("2026-12-28", "2027-01-04")),
        "move: 2026-12-28 through 2027-01-04 (Europe/London)",
        "move: 2026-12-28〜2027-01-04（Europe/London）",
    ),
    (
        MONTH_END,
        "月末: the last 2 day(s) and the first 1 day(s) of every month (Asia/Tokyo)",
        "月末: 毎月の月末 2 日間と月初 1 日間（Asia/Tokyo）",
    ),
    (
        Freeze("月末", TOKYO, MonthEnds(3)),
        "月末: the last 3 day(s) of every month (Asia/Tokyo)",
        "月末: 毎月の月末 3 日間（Asia/Tokyo）",
    ),
]


@pytest.mark.parametrize(("freeze", "english", "japanese"), SENTENCES)
def test_a_freeze_is_said_in_both_languages(freeze: Freeze, english: str, japanese: str):
    assert (freeze.describe().en, freeze.describe().ja) == (english, japanese)


def test_a_hostile_name_is_said_without_its_controls():
    freeze = Freeze("\x1b[31mred\u202e {zone}", TOKYO, MonthEnds(1))
    assert freeze.describe().en.startswith("red {zone}: ")


def test_what_the_version_of_rules_is_taken_over_differs_wherever_freezes_do():
    freezes = [
        YEAR_END,
        MONTH_END,
        SALE,
        Freeze("other", TOKYO, YEAR_END.when),
        Freeze("年末年始", LONDON, YEAR_END.when),
        Freeze("年末年始", TOKYO, parse_period("12-28", "01-05")),
        Freeze("月末", TOKYO, MonthEnds(last=1, first=2)),
    ]
    assert len({json.dumps(f.canonical()) for f in freezes}) == len(freezes)
