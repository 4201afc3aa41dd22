"""`window` and `freezes` of a rule: when plans may be applied, and when nothing moves."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sekisho.catalog.values import Patterns, Section, Words
from sekisho.domain.text import plain
from sekisho.domain.windows import (
    ALL_DAY,
    DAYS,
    Freeze,
    MonthEnds,
    Window,
    parse_days,
    parse_hours,
    parse_period,
    zone_of,
)

_MOST_DAYS = 28


def _said(problem: ValueError, key: str) -> ValueError:
    """Leave the key out of a message: it is told where the line is."""
    return ValueError(str(problem).removeprefix(f"{key}: "))


def _zone(given: str) -> str:
    try:
        zone_of(given)
    except ValueError as error:
        raise _said(error, "tz") from None
    return given


def _days(given: list[str]) -> list[str]:
    try:
        parse_days(given)
    except ValueError as error:
        raise _said(error, "days") from None
    return given


def _hours(given: str) -> str:
    try:
        parse_hours(given)
    except ValueError as error:
        raise _said(error, "hours") from None
    return given


def _label(given: str) -> str:
    if not given.strip() or plain(given) != given:
        raise ValueError("a freeze has a name, so that people know what it is for")
    return given


Zone = Annotated[Words, AfterValidator(_zone)]


class WindowSection(Section):
    """Hours that recur, on the days on which they open."""

    tz: Zone = Field(description="IANA time zone, as in Asia/Tokyo.")
    days: Annotated[Patterns, AfterValidator(_days)] = Field(
        default=list(DAYS),
        description="Days on which it opens: mon, tue, …, or mon-thu. Default: every day.",
    )
    hours: Annotated[Words, AfterValidator(_hours)] | None = Field(
        default=None,
        description='From when to when, as in "22:00-26:00": until 2 o\'clock the next day.'
        " Default: all day.",
    )
    except_: Literal["jp_holidays"] | None = Field(
        default=None, alias="except", description="It does not open on Japanese holidays."
    )

    def meant(self) -> Window:
        """Return what it means."""
        hours = parse_hours(self.hours) if self.hours else ALL_DAY
        return Window(self.tz, parse_days(self.days), hours, self.except_ or "")


class FreezeSection(Section):
    """A period in which nothing is applied: from and to, or the ends of months."""

    name: Annotated[Words, AfterValidator(_label)] = Field(description="What it is for.")
    tz: Zone | None = Field(
        default=None, description="IANA time zone. Default: that of the rule's window."
    )
    from_: Words | None = Field(
        default=None,
        alias="from",
        description='"2026-12-28", "2026-12-28 18:00", or "12-28" for every year.',
    )
    to: Words | None = Field(
        default=None, description="In the same form; a day alone is frozen to its end."
    )
    month_end: Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None = Field(
        default=None, description="The last so many days of every month."
    )
    month_start: Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None = Field(
        default=None, description="The first so many days of every month."
    )

    @model_validator(mode="after")
    def _one(self) -> "FreezeSection":
        period, months = (self.from_, self.to), (self.month_end, self.month_start)
        if any(period) == any(months) or any(period) != all(period):
            raise ValueError("from and to are needed, or month_end and month_start (or one)")
        if self.from_ and self.to:
            parse_period(self.from_, self.to)
        return self

    def meant(self, zone: str) -> Freeze:
        """Return what it means; `zone` is where none is given."""
        if self.from_ and self.to:
            return Freeze(self.name, self.tz or zone, parse_period(self.from_, self.to))
        months = MonthEnds(last=self.month_end or 0, first=self.month_start or 0)
        return Freeze(self.name, self.tz or zone, months)
