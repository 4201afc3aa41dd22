"""When a window is open: a table of moments, in Japan and where clocks are set twice a year."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from sekisho.domain.windows import ALL_DAY, HORIZON, Hours, Window, parse_days, parse_hours
from sekisho.domain.windows.windows import Except

TOKYO, LONDON, NEW_YORK = "Asia/Tokyo", "Europe/London", "America/New_York"


def window(zone: str, days: str, hours: str, except_: Except = "") -> Window:
    return Window(zone, parse_days(days), parse_hours(hours), except_)


def wall(zone: str, text: str, *, second_time: bool = False) -> datetime:
    """A time on the clock of a zone; `second_time` where it is shown twice."""
    shown = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=int(second_time))
    return shown.astimezone(UTC)


NIGHT = window(TOKYO, "mon-thu", "22:00-26:00", "jp_holidays")
# 2026-11-23 (Mon) is 勤労感謝の日; 2026-09-21 (Mon) 敬老の日, the 22nd lies between two holidays.
IN_JAPAN = [
    # an evening, and past midnight
    (NIGHT, "2026-11-24T21:59:59", False),
    (NIGHT, "2026-11-24T22:00:00", True),
    (NIGHT, "2026-11-24T23:59:59", True),
    (NIGHT, "2026-11-25T00:00:00", True),
    (NIGHT, "2026-11-25T01:59:59", True),
    (NIGHT, "2026-11-25T02:00:00", False),
    (NIGHT, "2026-11-25T12:00:00", False),
    # judged by the day it opens: the night of Thursday is Friday's too, Sunday's is nobody's
    (NIGHT, "2026-11-27T01:30:00", True),
    (NIGHT, "2026-11-27T22:30:00", False),
    (NIGHT, "2026-11-28T01:30:00", False),
    (NIGHT, "2026-11-30T01:00:00", False),
    (NIGHT, "2026-11-30T23:00:00", True),
    # month and year end
    (NIGHT, "2026-12-01T01:00:00", True),
    (NIGHT, "2026-12-31T23:00:00", True),
    (NIGHT, "2027-01-01T01:00:00", True),
    # holidays: the day it opens counts, not the one it reaches into
    (NIGHT, "2026-11-23T22:30:00", False),
    (NIGHT, "2026-11-24T01:00:00", False),
    (NIGHT, "2025-12-31T23:00:00", True),
    (NIGHT, "2026-01-01T23:00:00", False),
    (NIGHT, "2026-02-10T23:00:00", True),
    (NIGHT, "2026-02-11T00:30:00", True),
    (NIGHT, "2026-02-11T23:00:00", False),
    (NIGHT, "2026-05-06T23:00:00", False),  # 振替休日
    (NIGHT, "2026-09-22T23:00:00", False),  # 国民の休日
    (NIGHT, "2026-09-24T23:00:00", True),
    # a year that the table does not have, and the last night before it
    (NIGHT, "2035-12-31T23:00:00", True),
    (NIGHT, "2036-01-01T01:00:00", True),
    (NIGHT, "2036-01-07T23:00:00", False),
    (window(TOKYO, "mon-thu", "22:00-26:00"), "2036-01-07T23:00:00", True),
    # all day, several days, hours that begin past midnight
    (window(TOKYO, "wed", "00:00-24:00"), "2026-11-25T00:00:00", True),
    (window(TOKYO, "wed", "00:00-24:00"), "2026-11-25T23:59:59", True),
    (window(TOKYO, "wed", "00:00-24:00"), "2026-11-26T00:00:00", False),
    (window(TOKYO, "sat", "10:00-48:00"), "2026-11-29T23:59:59", True),
    (window(TOKYO, "sat", "10:00-48:00"), "2026-11-30T00:00:00", False),
    (window(TOKYO, "sat", "25:00-29:00"), "2026-11-28T01:00:00", False),
    (window(TOKYO, "sat", "25:00-29:00"), "2026-11-29T00:59:59", False),
    (window(TOKYO, "sat", "25:00-29:00"), "2026-11-29T01:00:00", True),
    (window(TOKYO, "sat", "25:00-29:00"), "2026-11-29T05:00:00", False),
    # the leap day
    (window(TOKYO, "tue", "22:00-26:00"), "2028-02-29T23:00:00", True),
    (window(TOKYO, "tue", "22:00-26:00"), "2028-03-01T01:00:00", True),
]


@pytest.mark.parametrize(("judged", "at", "is_open"), IN_JAPAN)
def test_a_window_in_japan_is_open_as_its_clock_says(judged: Window, at: str, is_open: bool):
    assert judged.open_at(wall(TOKYO, at)) is is_open


def test_the_zone_of_the_question_does_not_matter():
    at = datetime(2026, 11, 24, 8, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert NIGHT.open_at(at)
    assert not NIGHT.open_at(at - timedelta(minutes=31))


LONDON_SPRING = "2026-03-29"  # 01:00 GMT is 02:00 BST
LONDON_AUTUMN = "2026-10-25"  # 02:00 BST is 01:00 GMT again
# (window, when it opens and when it closes on that day, in UTC); None: it does not open.
CLOCKS_ARE_SET = [
    # forward: 01:00 … 01:59 do not exist
    (LONDON, "00:30-01:00", LONDON_SPRING, ("00:30", "01:00")),
    (LONDON, "00:30-01:30", LONDON_SPRING, ("00:30", "01:00")),
    (LONDON, "01:30-03:00", LONDON_SPRING, ("01:00", "02:00")),
    (LONDON, "02:00-03:00", LONDON_SPRING, ("01:00", "02:00")),
    (LONDON, "01:15-01:45", LONDON_SPRING, None),
    (LONDON, "00:00-24:00", LONDON_SPRING, ("00:00", "23:00")),
    # back: 01:00 … 01:59 are there twice
    (LONDON, "00:30-01:30", LONDON_AUTUMN, ("23:30-", "00:30")),
    (LONDON, "01:15-01:45", LONDON_AUTUMN, ("00:15", "00:45")),
    (LONDON, "01:30-03:00", LONDON_AUTUMN, ("00:30", "03:00")),
    (LONDON, "00:30-02:00", LONDON_AUTUMN, ("23:30-", "02:00")),
    (LONDON, "02:00-03:00", LONDON_AUTUMN, ("02:00", "03:00")),
    (LONDON, "00:00-24:00", LONDON_AUTUMN, ("23:00-", "00:00+")),
    # the same in New York: 2026-03-08 02:00 EST is 03:00 EDT, 2026-11-01 02:00 EDT is 01:00 EST
    (NEW_YORK, "02:30-04:00", "2026-03-08", ("07:00", "08:00")),
    (NEW_YORK, "01:00-02:30", "2026-03-08", ("06:00", "07:00")),
    (NEW_YORK, "02:10-02:50", "2026-03-08", None),
    (NEW_YORK, "01:00-01:30", "2026-11-01", ("05:00", "05:30")),
    (NEW_YORK, "01:30-02:30", "2026-11-01", ("05:30", "07:30")),
    # clocks that are set at midnight: Havana 2026-03-08 00:00 is 01:00, 2026-11-01 01:00 is 00:00
    ("America/Havana", "00:00-02:00", "2026-03-08", ("05:00", "06:00")),
    ("America/Havana", "00:00-01:00", "2026-03-08", None),
    ("America/Havana", "00:30-02:00", "2026-11-01", ("04:30", "07:00")),
    # by half an hour, and a day that was left out altogether
    ("Australia/Lord_Howe", "02:15-03:00", "2026-10-04", ("15:30-", "16:00-")),
    ("Pacific/Apia", "10:00-12:00", "2011-12-30", None),
    ("Pacific/Apia", "10:00-34:00", "2011-12-30", ("10:00", "20:00")),
]


def utc(day: str, text: str) -> datetime:
    number = {"-": -1, "+": 1}.get(text[-1], 0)
    return datetime.fromisoformat(f"{day}T{text[:5]}+00:00") + timedelta(days=number)


@pytest.mark.parametrize(("zone", "hours", "day", "wanted"), CLOCKS_ARE_SET)
def test_a_window_is_open_once_on_a_day_when_clocks_are_set(
    zone: str, hours: str, day: str, wanted: tuple[str, str] | None
):
    weekday = datetime.fromisoformat(day).strftime("%a")
    judged = window(zone, weekday, hours)
    start = utc(day, "00:00") - timedelta(days=1)
    minutes = [start + timedelta(minutes=m) for m in range(3 * 24 * 60)]
    found = [at for at in minutes if judged.open_at(at)]

    if wanted is None:
        assert found == []
        return
    opens, closes = (utc(day, text) for text in wanted)
    assert found == [at for at in minutes if opens <= at < closes]
    assert judged.next_open(start) == opens
    assert judged.closes_at(opens) == closes
    assert judged.closes_at(closes - timedelta(microseconds=1)) == closes


def test_what_the_clock_shows_twice_is_not_open_twice():
    judged = window(LONDON, "sun", "01:15-01:45")
    assert judged.open_at(wall(LONDON, "2026-10-25T01:30"))
    assert not judged.open_at(wall(LONDON, "2026-10-25T01:30", second_time=True))
    next_time = judged.next_open(wall(LONDON, "2026-10-25T01:45"))
    assert next_time == wall(LONDON, "2026-11-01T01:15")


NEXT = [
    (NIGHT, "2026-11-24T12:00", "2026-11-24T22:00"),
    (NIGHT, "2026-11-24T22:00", "2026-11-24T22:00"),
    (NIGHT, "2026-11-25T01:59", "2026-11-25T01:59"),
    (NIGHT, "2026-11-25T02:00", "2026-11-25T22:00"),
    (NIGHT, "2026-11-27T02:00", "2026-11-30T22:00"),
    (NIGHT, "2026-11-20T02:00", "2026-11-24T22:00"),  # the weekend, and Monday's holiday
    (NIGHT, "2026-05-01T12:00", "2026-05-07T22:00"),  # ゴールデンウィーク
    (NIGHT, "2025-12-31T12:00", "2025-12-31T22:00"),
    (NIGHT, "2026-01-01T02:00", "2026-01-05T22:00"),
    (window(TOKYO, "sun", "00:00-00:01"), "2026-11-29T00:01", "2026-12-06T00:00"),
    (window(TOKYO, "sat", "25:00-29:00"), "2026-11-29T00:30", "2026-11-29T01:00"),
]


@pytest.mark.parametrize(("judged", "at", "wanted"), NEXT)
def test_the_next_opening_is_found(judged: Window, at: str, wanted: str):
    assert judged.next_open(wall(TOKYO, at)) == wall(TOKYO, wanted)


CLOSES = [
    (NIGHT, "2026-11-24T22:00", "2026-11-25T02:00"),
    (NIGHT, "2026-11-25T01:59", "2026-11-25T02:00"),
    (NIGHT, "2026-11-25T02:00", None),
    (NIGHT, "2026-11-25T12:00", None),
    # those of two days that touch or overlap are one opening
    (window(TOKYO, "tue, wed", "00:00-24:00"), "2026-11-24T10:00", "2026-11-26T00:00"),
    (window(TOKYO, "tue, wed", "20:00-45:00"), "2026-11-24T20:00", "2026-11-26T21:00"),
    (window(TOKYO, "tue, thu", "00:00-48:00"), "2026-11-24T00:00", "2026-11-28T00:00"),
    # one that has no end within sight
    (Window(TOKYO), "2026-11-24T10:00", None),
    # whatever comes after the table of holidays is not open
    (
        window(TOKYO, "mon-sun", "00:00-24:00", "jp_holidays"),
        "2035-12-30T10:00",
        "2036-01-01T00:00",
    ),
]


@pytest.mark.parametrize(("judged", "at", "wanted"), CLOSES)
def test_the_end_of_an_opening_is_found(judged: Window, at: str, wanted: str | None):
    assert judged.closes_at(wall(TOKYO, at)) == (wanted and wall(TOKYO, wanted))


def test_a_year_whose_holidays_nobody_knows_opens_nothing_and_says_so():
    at = wall(TOKYO, "2036-01-07T12:00")
    assert NIGHT.next_open(at) is None
    doubt = NIGHT.doubt(at)
    assert doubt
    assert "2036" in doubt.en
    assert "2036" in doubt.ja
    assert NIGHT.doubt(wall(TOKYO, "2035-12-31T23:59")) is None
    assert window(TOKYO, "mon", "22:00-26:00").doubt(at) is None
    assert NIGHT.doubt(wall(TOKYO, "2023-06-01T12:00"))


def test_only_what_opens_within_the_bound_is_found():
    year_off = window(TOKYO, "mon-sun", "00:00-24:00", "jp_holidays")
    first = wall(TOKYO, "2024-01-02T00:00")
    assert year_off.next_open(first - HORIZON) == first
    assert year_off.next_open(first - HORIZON - timedelta(minutes=1)) is None


@pytest.mark.parametrize("year", [1, 1970, 9000, 9999])
def test_moments_beyond_all_calendars_are_in_no_window(year: int):
    at = datetime(year, 1, 1, tzinfo=UTC)
    assert not Window(TOKYO).open_at(at)
    assert Window(TOKYO).next_open(at) is None
    assert Window(TOKYO).closes_at(at) is None


def test_a_time_without_a_zone_is_not_judged():
    with pytest.raises(ValueError):
        NIGHT.open_at(datetime.fromisoformat("2026-11-24T22:00"))


NO_WINDOWS = [
    ("Asia/Tokio", "did you mean Asia/Tokyo?"),
    ("JST", "did you mean Asia/Tokyo?"),
    ("asia/tokyo ", "did you mean Asia/Tokyo?"),
    ("", "Asia/Tokyo"),
    ("../../etc/passwd", "no IANA time zone"),
    ("/etc/localtime", "no IANA time zone"),
    ("right/Asia/Tokyo", "no IANA time zone"),
    ("localtime", "no IANA time zone"),
    ("Asia", "no IANA time zone"),
    pytest.param("Asia/Tokyo\0", "no IANA time zone", id="nul"),
    ("東京", "no IANA time zone"),
    pytest.param("A" * 100_000, "no IANA time zone", id="huge"),
]


@pytest.mark.parametrize(("zone", "wanted"), NO_WINDOWS)
def test_a_zone_that_is_none_is_refused_with_a_hint(zone: str, wanted: str):
    with pytest.raises(ValueError) as caught:
        Window(zone)
    assert wanted in str(caught.value)
    assert str(caught.value).startswith("tz: ")
    assert len(str(caught.value)) < 200


def test_a_window_that_is_never_open_cannot_be_made():
    with pytest.raises(ValueError):
        Window(TOKYO, days=frozenset())
    with pytest.raises(ValueError):
        Window(TOKYO, except_="holidays")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError):
        Hours(60, 60)


HOURS = [
    ("22:00-26:00", (1320, 1560)),
    ("0:00-24:00", (0, 1440)),
    (" 9:30 - 17:00 ", (570, 1020)),
    ("22:00〜26:00", (1320, 1560)),
    ("２２：００～２６：００", (1320, 1560)),
    ("00:00–48:00", (0, 2880)),
    ("25:00-29:30", (1500, 1770)),
]


@pytest.mark.parametrize(("text", "wanted"), HOURS)
def test_hours_are_read_as_japan_writes_them(text: str, wanted: tuple[int, int]):
    assert parse_hours(text) == Hours(*wanted)


NO_HOURS = [
    ("22:00-02:00", "write 22:00-26:00"),
    ("22:00-22:00", "write 22:00-46:00"),
    ("30:00-26:00", "26:00 is not after 30:00"),
    ("00:00-48:01", "past 48:00"),
    ("00:00-99:00", "past 48:00"),
    ("22:60-26:00", "59 minutes"),
    ("22-26", "22:00-26:00"),
    ("22:00", "22:00-26:00"),
    ("", "22:00-26:00"),
    ("-1:00-26:00", "22:00-26:00"),
    ("22:00-26:00-28:00", "22:00-26:00"),
    ("٢٢:٠٠-٢٦:٠٠", "22:00-26:00"),
    pytest.param("9" * 100_000, "22:00-26:00", id="huge"),
    pytest.param("22:00-26:00\x1b[31m", "22:00-26:00", id="coloured"),
]


@pytest.mark.parametrize(("text", "wanted"), NO_HOURS)
def test_hours_that_are_none_are_refused_with_what_to_write(text: str, wanted: str):
    with pytest.raises(ValueError) as caught:
        parse_hours(text)
    assert wanted in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 200


WEEKDAYS = [
    ("mon", "mon"),
    (["mon", "tue"], "mon tue"),
    ("Mon, TUE", "mon tue"),
    ("monday", "mon"),
    ("mon-thu", "mon tue wed thu"),
    ("sat-mon", "sat sun mon"),
    ("wed-wed", "wed"),
    ("月、火", "mon tue"),
    ("月〜木", "mon tue wed thu"),
    (["月曜日", "火曜"], "mon tue"),
    (["fri", "fri"], "fri"),
]


@pytest.mark.parametrize(("words", "wanted"), WEEKDAYS)
def test_days_are_read_in_both_languages(words: str | list[str], wanted: str):
    assert parse_days(words) == frozenset(wanted.split())


NO_DAYS = ["", [], " , ", "mo", "mon-", "mon-tue-wed", "-", pytest.param("x" * 99_999, id="huge")]


@pytest.mark.parametrize("words", NO_DAYS)
def test_words_that_are_no_days_are_refused(words: str | list[str]):
    with pytest.raises(ValueError) as caught:
        parse_days(words)
    assert str(caught.value).startswith("days: ")
    assert len(str(caught.value)) < 200


SENTENCES = [
    (
        NIGHT,
        "Mon–Thu 22:00 to 02:00 the next day (Asia/Tokyo), not on Japanese holidays",
        "月〜木 22:00〜26:00（Asia/Tokyo）、日本の祝日を除く",
    ),
    (Window(LONDON), "every day all day (Europe/London)", "毎日 終日（Europe/London）"),
    (
        window(TOKYO, "mon tue thu-sat", "09:00-24:00"),
        "Mon, Tue, Thu–Sat 09:00 to 24:00 (Asia/Tokyo)",
        "月・火・木〜土 09:00〜24:00（Asia/Tokyo）",
    ),
    (
        window(TOKYO, "sun", "25:00-48:00"),
        "Sun 01:00 the next day to 24:00 the next day (Asia/Tokyo)",
        "日 25:00〜48:00（Asia/Tokyo）",
    ),
]


@pytest.mark.parametrize(("judged", "english", "japanese"), SENTENCES)
def test_a_window_is_said_in_both_languages(judged: Window, english: str, japanese: str):
    assert (judged.describe().en, judged.describe().ja) == (english, japanese)


def test_what_the_version_of_rules_is_taken_over_differs_wherever_windows_do():
    windows = [
        Window(TOKYO),
        Window(LONDON),
        Window(TOKYO, parse_days("mon")),
        Window(TOKYO, hours=Hours(0, 1)),
        Window(TOKYO, except_="jp_holidays"),
    ]
    written = {json.dumps(w.canonical()) for w in windows}
    assert len(written) == len(windows)
    assert Window(TOKYO, parse_days("tue mon")).canonical() == (
        Window(TOKYO, parse_days("mon tue"), ALL_DAY).canonical()
    )
