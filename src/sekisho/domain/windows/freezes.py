"""Freezes: periods in which nothing is applied."""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sekisho.domain.text import Text, plain
from sekisho.domain.windows.clocks import HORIZON, Span, day_of, end_of, first, holds, last, zone_of

_A_DAY = timedelta(days=1)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)", re.ASCII)
_MONTH_DAY = re.compile(r"(\d\d?)-(\d\d?)", re.ASCII)
_MOST_DAYS = 28
"""As many days as every month has."""
_YEARS = range(1971, 9000)
_LEAP_YEAR = 2024


@dataclasses.dataclass(frozen=True)
class Period:
    """One time only: from a date and time up to, not including, another."""

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        """Refuse a period that never is."""
        if self.begins.tzinfo or self.ends.tzinfo:
            raise ValueError("from, to: dates are those of tz, so they carry no zone of their own")
        if self.begins >= self.ends:
            raise ValueError("to: it must not be before from")

    def walls(self, _since: date, _until: date) -> Iterator[Span]:
        """Give it, whenever it is."""
        yield self.begins, self.ends

    def describe(self) -> Text:
        """Say from when to when; whole days by their dates, the last one included."""
        if self.begins.time() == self.ends.time() == time():
            through = (self.ends - _A_DAY).date()
            days = {"one": self.begins.date(), "other": through}
            return Text("{one} through {other}", "{one}〜{other}").fill(days)
        minutes = [f"{at:%Y-%m-%d %H:%M}" for at in (self.begins, self.ends)]
        return Text(" to ".join(minutes), "〜".join(minutes))


@dataclasses.dataclass(frozen=True)
class Yearly:
    """Every year from a day of a month through another, across the end of the year if need be.

    29 February is the last of February where there is none: as the first day it begins with March,
    as the last it ends with 28 February.
    """

    begins: tuple[int, int]
    through: tuple[int, int]

    def __post_init__(self) -> None:
        """Refuse days that no year has."""
        for month, day in (self.begins, self.through):
            try:
                date(_LEAP_YEAR, month, day)
            except ValueError:
                raise ValueError(f"from, to: {month:02}-{day:02} is no day of a year") from None

    def walls(self, since: date, until: date) -> Iterator[Span]:
        """Give those that may touch these days."""
        over = int(self.through < self.begins)
        for year in range(since.year - 1, until.year + 1):
            begins, end = _midnight(year, *self.begins), _midnight(year + over, *self._end())
            if begins < end:
                yield begins, end

    def describe(self) -> Text:
        """Say which days of a year."""
        one, other = (f"{month:02}-{day:02}" for month, day in (self.begins, self.through))
        return Text(f"every year {one} through {other}", f"毎年 {one}〜{other}")

    def _end(self) -> tuple[int, int]:
        """Return the first day that is free again; a month's 32nd is the next one's first."""
        return (3, 1) if self.through == (2, 29) else (self.through[0], self.through[1] + 1)


@dataclasses.dataclass(frozen=True)
class MonthEnds:
    """The last days of every month, and the first ones of the next if wanted."""

    last: int = 0
    first: int = 0

    def __post_init__(self) -> None:
        """Refuse a number of days that not every month has."""
        if not (0 <= self.last <= _MOST_DAYS and 0 <= self.first <= _MOST_DAYS):
            raise ValueError(f"last_days, first_days: from 0 to {_MOST_DAYS}, not more")
        if not self.last + self.first:
            raise ValueError("last_days, first_days: one of them must be at least 1")

    def walls(self, since: date, until: date) -> Iterator[Span]:
        """Give those that may touch these days."""
        for number in range(since.year * 12 + since.month - 1, until.year * 12 + until.month + 1):
            begin = _midnight(number // 12, number % 12 + 1, 1)
            end = _midnight((number + 1) // 12, (number + 1) % 12 + 1, 1)
            if self.first:
                yield begin, begin + timedelta(days=self.first)
            if self.last:
                yield end - timedelta(days=self.last), end

    def describe(self) -> Text:
        """Say which days of a month."""
        parts = [
            (self.last, f"the last {self.last} day(s)", f"月末 {self.last} 日間"),
            (self.first, f"the first {self.first} day(s)", f"月初 {self.first} 日間"),
        ]
        english = " and ".join(en for days, en, _ in parts if days)
        japanese = "と".join(ja for days, _, ja in parts if days)
        return Text(f"{english} of every month", f"毎月の{japanese}")


@dataclasses.dataclass(frozen=True)
class Freeze:
    """A named period in which nothing is applied, by the clock of its zone.

    It begins the first time that the clock shows its beginning and ends the last time that it shows
    its end: where clocks are set it is rather longer than shorter. A moment before 1971 or after
    the year 8999 is frozen by whatever recurs.
    """

    name: str
    zone: str
    when: Period | Yearly | MonthEnds

    def __post_init__(self) -> None:
        """Refuse what could never be judged."""
        zone_of(self.zone)
        if not self.name.strip():
            raise ValueError("name: a freeze has one, so that people know what it is for")

    def frozen_at(self, at: datetime) -> bool:
        """Say whether it holds at a moment."""
        return self._unjudged(at) or holds(self._spans(at, timedelta()), at)

    def ends_at(self, at: datetime) -> datetime | None:
        """Return when it is over; None: it does not hold then, or for longer than 400 days."""
        if self._unjudged(at):
            return None
        spans = (span for span in self._spans(at, HORIZON) if span[1] > at)
        return end_of(spans, at)

    def describe(self) -> Text:
        """Say what it is called and when it is, in both languages."""
        text = Text("{name}: {when} ({zone})", "{name}: {when}（{zone}）")
        return text.fill({"name": self.name, "when": self.when.describe(), "zone": self.zone})

    def canonical(self) -> tuple[object, ...]:
        """Return what the version of rules is taken over."""
        kept = [str(value) for value in dataclasses.astuple(self.when)]
        return "freeze", self.name, self.zone, type(self.when).__name__, kept

    def _unjudged(self, at: datetime) -> bool:
        return day_of(at, zone_of(self.zone)) is None

    def _spans(self, at: datetime, ahead: timedelta) -> Iterator[Span]:
        zone = zone_of(self.zone)
        today = day_of(at, zone)
        if today is None:
            return
        around = today - 2 * _A_DAY, today + ahead + 2 * _A_DAY
        for begins, ends in self.when.walls(*around):
            yield first(begins, zone), last(ends, zone)


def parse_period(begins: str, through: str) -> Period | Yearly:
    """Read `from` and `to`: both dates, dates with a time, or days of any year (`12-28`).

    A date alone is the whole day, also as the end; a date with a time ends at that time.

    Raises:
        ValueError: they are not that; the message is for the operator.
    """
    one, other = (unicodedata.normalize("NFKC", text).strip() for text in (begins, through))
    yearly = _MONTH_DAY.fullmatch(one), _MONTH_DAY.fullmatch(other)
    if yearly[0] and yearly[1]:
        (month, day), (end_month, end_day) = (map(int, found.groups()) for found in yearly if found)
        return Yearly((month, day), (end_month, end_day))
    if any(yearly):
        raise ValueError("from, to: either both have a year (2026-12-28) or neither has (12-28)")
    since, until = _moment("from", one), _moment("to", other)
    return Period(since, until + _A_DAY if _DATE.fullmatch(other) else until)


def _moment(key: str, text: str) -> datetime:
    found = _DATE_TIME.fullmatch(text)
    written = f"{found[1]}T{found[2]}" if found else f"{text}T00:00"
    try:
        read = datetime.fromisoformat(written) if found or _DATE.fullmatch(text) else None
    except ValueError:
        read = None
    if read is None or read.year not in _YEARS:
        forms = '"2026-12-28", "2026-12-28 18:00" or "12-28" (every year)'
        raise ValueError(f"{key}: {plain(text, 60)!r} is no date; write {forms}")
    return read


def _midnight(year: int, month: int, day: int) -> datetime:
    """Return when a day begins; one that the month does not have is the first of the next."""
    return datetime(year, month, 1) + timedelta(days=day - 1)  # noqa: DTZ001 - a clock on a wall
