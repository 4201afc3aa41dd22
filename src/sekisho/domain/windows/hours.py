"""Days and hours as an operator writes them: `mon`, `22:00-26:00`."""

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from sekisho.domain.text import Text, plain

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
"""In the order of a week, as `date.weekday()` counts."""
EVERY_DAY: frozenset[Day] = frozenset(DAYS)
_KANJI = "月火水木金土日"
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPELLINGS: dict[str, Day] = {
    **dict(zip(DAYS, DAYS, strict=True)),
    **dict(zip(_FULL, DAYS, strict=True)),
    **dict(zip(_KANJI, DAYS, strict=True)),
    **{
        f"{kanji}曜{end}": day
        for kanji, day in zip(_KANJI, DAYS, strict=True)
        for end in ("", "日")
    },
}
_TO = "-‐–—~〜"
_HOURS = re.compile(rf"\s*(\d{{1,2}}):(\d\d)\s*[{_TO}]\s*(\d{{1,2}}):(\d\d)\s*", re.ASCII)
_DAY = 24 * 60
_LATEST = 2 * _DAY
_A_ROW = 3
_LAST_MINUTE = 59


@dataclasses.dataclass(frozen=True, order=True)
class Hours:
    """From when to when, in minutes since the midnight that a day begins with.

    The end, and even the beginning, may lie on the next day: 26:00 is 2 o'clock then.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        """Refuse hours that never are."""
        if not 0 <= self.opens < self.closes <= _LATEST:
            raise ValueError(f"hours: {_no_hours(self.opens, self.closes)}")

    def __str__(self) -> str:
        """Write them as the operator does."""
        return f"{_clock(self.opens)}-{_clock(self.closes)}"

    def describe(self) -> Text:
        """Say them: in English with the day, in Japanese in the notation known there."""
        if (self.opens, self.closes) == (0, _DAY):
            return Text("all day", "終日")
        english = f"{_english(self.opens)} to {_english(self.closes)}"
        return Text(english, f"{_clock(self.opens)}〜{_clock(self.closes)}")


ALL_DAY = Hours(0, _DAY)


def parse_hours(text: str) -> Hours:
    """Read `22:00-26:00`.

    Raises:
        ValueError: it is not that, or it ends before it begins; the message is for the operator.
    """
    found = _HOURS.fullmatch(unicodedata.normalize("NFKC", text))
    if not found:
        raise ValueError(f'hours: {plain(text, 60)!r} is not of the form "22:00-26:00"')
    hour, minute, until_hour, until_minute = (int(part) for part in found.groups())
    if max(minute, until_minute) > _LAST_MINUTE:
        raise ValueError(f"hours: {plain(text, 60)!r} has more than 59 minutes in an hour")
    return Hours(hour * 60 + minute, until_hour * 60 + until_minute)


def parse_days(words: str | Iterable[str]) -> frozenset[Day]:
    """Read days of the week: a list of them, or one text: `mon, tue`, `mon-thu`, `月〜木`.

    Raises:
        ValueError: a word is no day, or there is none; the message is for the operator.
    """
    given = (words,) if isinstance(words, str) else words
    parts = [
        p for w in given for p in re.split(r"[\s,、・]+", unicodedata.normalize("NFKC", w)) if p
    ]
    found: frozenset[Day] = frozenset(day for part in parts for day in _days(part))
    if not found:
        raise ValueError("days: there must be one at least, as in [mon, tue]")
    return found


def describe_days(days: frozenset[Day]) -> Text:
    """Say which days, those in a row shortly: `Mon–Thu`."""
    if days == EVERY_DAY:
        return Text("every day", "毎日")
    english = _runs(days, [day.capitalize() for day in DAYS], "–")
    return Text(", ".join(english), "・".join(_runs(days, _KANJI, "〜")))


def _days(part: str) -> tuple[Day, ...]:
    ends = [_SPELLINGS.get(word.casefold()) for word in re.split(f"[{_TO}]", part, maxsplit=1)]
    one, other = ends[0], ends[-1]
    if one is None or other is None:
        known = ", ".join(DAYS)
        raise ValueError(f"days: {plain(part, 60)!r} is no day of the week; known are {known}")
    start, count = DAYS.index(one), (DAYS.index(other) - DAYS.index(one)) % 7 + 1
    return tuple(DAYS[(start + step) % 7] for step in range(count))


def _runs(days: frozenset[Day], names: Sequence[str], to: str) -> list[str]:
    """Name days, three or more in a row by the first and the last of them."""
    rows: list[list[int]] = []
    for index in (i for i, day in enumerate(DAYS) if day in days):
        if rows and rows[-1][-1] == index - 1:
            rows[-1].append(index)
        else:
            rows.append([index])
    said: list[str] = []
    for row in rows:
        told = [names[index] for index in row]
        said += [f"{told[0]}{to}{told[-1]}"] if len(row) >= _A_ROW else told
    return said


def _no_hours(opens: int, closes: int) -> str:
    if closes > _LATEST:
        return f"{_clock(closes)} is past 48:00, the end of the next day"
    beyond = closes + _DAY
    hint = f"; across midnight write {_clock(opens)}-{_clock(beyond)}" if beyond <= _LATEST else ""
    return f"{_clock(closes)} is not after {_clock(opens)}{hint}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _english(minutes: int) -> str:
    over = minutes > _DAY
    return f"{_clock(minutes - _DAY)} the next day" if over else _clock(minutes)
