"""The table of Japanese holidays is what jpholiday says, and knows where it ends."""

from datetime import date, timedelta

import jpholiday
import pytest
from tools import make_holidays

from sekisho.domain.holidays import FIRST_YEAR, LAST_YEAR, YearUnknown, holiday_name, year_unknown


def test_the_table_is_the_one_that_the_tool_writes():
    assert make_holidays.main(["--check"]) == 0


def test_every_day_of_every_year_is_judged_as_jpholiday_does():
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= LAST_YEAR:
        assert bool(holiday_name(day)) is jpholiday.is_holiday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "元日"),
        (date(2026, 5, 6), "憲法記念日 振替休日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 12, 31), ""),
        (date(2035, 11, 23), "勤労感謝の日"),
    ],
)
def test_a_holiday_has_its_name(day: date, name: str):
    assert holiday_name(day) == name


@pytest.mark.parametrize("day", [date(FIRST_YEAR - 1, 12, 31), date(LAST_YEAR + 1, 1, 1)])
def test_of_a_year_that_is_not_in_the_table_nothing_is_said(day: date):
    with pytest.raises(YearUnknown):
        holiday_name(day)
    text = year_unknown(day)
    assert text
    assert str(day.year) in text.en
    assert year_unknown(day.replace(year=LAST_YEAR)) is None


def test_a_table_that_was_edited_by_hand_is_found(tmp_path, monkeypatch):
    edited = tmp_path / "table.py"
    edited.write_text(make_holidays.table().replace("元日", "元旦"), encoding="utf-8")
    monkeypatch.setattr(make_holidays, "TABLE", edited)
    assert make_holidays.main(["--check"]) == 1
    assert make_holidays.main([]) == 0
    assert make_holidays.main(["--check"]) == 0
