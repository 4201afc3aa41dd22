"""Japanese holidays, with their substitutes, out of a table that ships with the server.

The table has whole years only. Of any other year nothing is known, and asking is an error: whoever
asks decides what a day means that may or may not be a holiday.
"""

from datetime import date

from sekisho.domain.holidays.table import FIRST_YEAR, HOLIDAYS, LAST_YEAR
from sekisho.domain.text import Text

__all__ = ["FIRST_YEAR", "LAST_YEAR", "YearUnknown", "holiday_name", "year_unknown"]


class YearUnknown(LookupError):
    """The table does not have the year of a day."""


def holiday_name(day: date) -> str:
    """Name the holiday on this day in Japanese; empty: it is none.

    Raises:
        YearUnknown: the table does not have that year.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise YearUnknown(day.year)
    return HOLIDAYS.get(day.isoformat(), "")


def year_unknown(day: date) -> Text | None:
    """Say that the holidays of this day's year are not known; None: they are."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    text = Text(
        "The Japanese holidays of {year} are not known to this server (it knows {first} to {last});"
        " a newer version of Sekisho may.",
        "{year} 年の日本の祝日はこのサーバーに登録されていません（登録範囲: {first}〜{last} 年）。"
        "Sekisho を更新してください。",
    )
    return text.fill({"year": day.year, "first": FIRST_YEAR, "last": LAST_YEAR})
