"""Windows: the hours in which a rule lets plans be applied."""

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from sekisho.domain.holidays import YearUnknown, holiday_name, year_unknown
from sekisho.domain.text import Text
from sekisho.domain.windows.clocks import HORIZON, Span, day_of, end_of, first, holds, zone_of
from sekisho.domain.windows.hours import ALL_DAY, DAYS, EVERY_DAY, Day, Hours, describe_days

Except = Literal["", "jp_holidays"]
"""Days on which a window does not open: none, or Japanese holidays."""


@dataclasses.dataclass(frozen=True)
class Window:
    """Hours that recur in a time zone, on the days on which they open.

    What is decided:

    - A window belongs to the day that its hours count from, also past midnight: `22:00-26:00` on a
      Thursday is open on Friday at 1 o'clock, whatever Friday is. That day alone is looked at for
      `except_` as well; which date it is, the window's own zone says.
    - It is open from its first minute up to, not including, its end. Windows of two days that touch
      or overlap are one opening.
    - Hours are those that the clock on the wall shows. A time that clocks leap over (they go
      forward) is the moment of the leap: the window opens or closes then, and one that lies wholly
      inside does not open on that day. A time that clocks show twice (they go back) means the first
      time: a window opens once, at the first, and closes at the first; a longer one lasts through.
    - In years whose holidays the table does not have, a window with `except_` does not open:
      `doubt` says so.
    - Nothing is looked for further ahead than 400 days. A moment before 1971 or after the year 8999
      is in no window.

    Moments that are found are in UTC. A moment without a zone is a ValueError.
    """

    zone: str
    days: frozenset[Day] = EVERY_DAY
    hours: Hours = ALL_DAY
    except_: Except = ""

    def __post_init__(self) -> None:
        """Refuse what could never be judged."""
        zone_of(self.zone)
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError("days: there must be one at least, as in [mon, tue]")
        if self.except_ not in get_args(Except):
            raise ValueError("except: only jp_holidays is known")

    def open_at(self, at: datetime) -> bool:
        """Say whether it is open at a moment."""
        return holds(self._openings(at, timedelta()), at)

    def next_open(self, at: datetime) -> datetime | None:
        """Return the moment itself if it is open, else when it opens next; None: nowhere near."""
        for opens, closes in self._openings(at, HORIZON):
            if closes > at:
                found = max(opens, at)
                return found if found - at <= HORIZON else None
        return None

    def closes_at(self, at: datetime) -> datetime | None:
        """Return when the opening of a moment ends; None: it is closed, or stays open for long."""
        spans = (span for span in self._openings(at, HORIZON) if span[1] > at)
        return end_of(spans, at)

    def doubt(self, at: datetime) -> Text | None:
        """Say why nobody knows whether it opens on this day: its year's holidays are not known."""
        day = day_of(at, zone_of(self.zone))
        return year_unknown(day) if self.except_ and day else None

    def describe(self) -> Text:
        """Say it in a sentence's part, in both languages."""
        text = Text("{days} {hours} ({zone}){but}", "{days} {hours}（{zone}）{but}")
        but = Text(", not on Japanese holidays", "、日本の祝日を除く")
        return text.fill(
            {
                "days": describe_days(self.days),
                "hours": self.hours.describe(),
                "zone": self.zone,
                "but": but if self.except_ else "",
            }
        )

    def canonical(self) -> tuple[object, ...]:
        """Return what the version of rules is taken over."""
        days = [day for day in DAYS if day in self.days]
        return "window", self.zone, days, self.hours.opens, self.hours.closes, self.except_

    def _openings(self, at: datetime, ahead: timedelta) -> Iterator[Span]:
        """Find what may be open at a moment or opens within a time from it, in order."""
        zone = zone_of(self.zone)
        today = day_of(at, zone)
        if today is None:
            return
        # Hours reach into the day after next at most; a day more on either side is for clocks
        # that are set by up to a day.
        for number in range(-3, ahead.days + 2):
            day = today + timedelta(days=number)
            if self._opens_on(day):
                midnight = datetime.combine(day, time())
                opens = first(midnight + timedelta(minutes=self.hours.opens), zone)
                closes = first(midnight + timedelta(minutes=self.hours.closes), zone)
                if opens < closes:
                    yield opens, closes

    def _opens_on(self, day: date) -> bool:
        if DAYS[day.weekday()] not in self.days:
            return False
        try:
            return not (self.except_ and holiday_name(day))
        except YearUnknown:
            return False
