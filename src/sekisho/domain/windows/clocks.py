"""Clocks on the wall: what a time that an operator wrote means as a moment, through summer time."""

import difflib
import functools
import re
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sekisho.domain.text import plain

HORIZON = timedelta(days=400)
"""How far ahead anything is looked for: more than a year, so that what recurs yearly is found."""
Span = tuple[datetime, datetime]
"""Two moments: from the first, up to but not including the second."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_NOT_OURS = re.compile(r"(posix|right)/.*|posixrules|localtime|Factory")
"""What zone files of a machine have besides places: another count of seconds, its own habits."""
_YEARS = range(1971, 9000)
"""The moments that are judged; others only come from mistakes, and overflow beyond them."""


@functools.lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of this IANA name.

    Raises:
        ValueError: there is none; the message says it to the operator.
    """
    if _NAME.fullmatch(name) and not _NOT_OURS.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            pass
    raise ValueError(f"tz: {plain(name, 60)!r} is no IANA time zone{_meant(name)}")


def _meant(name: str) -> str:
    if name.strip().upper() in {"JST", "TOKYO", "日本", "JAPAN STANDARD TIME"}:
        return "; did you mean Asia/Tokyo?"
    known = {z.casefold(): z for z in zoneinfo.available_timezones() if not _NOT_OURS.fullmatch(z)}
    near = difflib.get_close_matches(plain(name, 60).casefold(), known, n=1)
    return f"; did you mean {known[near[0]]}?" if near else ", as Asia/Tokyo is one"


def day_of(at: datetime, zone: ZoneInfo) -> date | None:
    """Return which day it is in a zone; None: at a moment so far away that nobody judges it.

    Raises:
        ValueError: a time without a zone is no moment.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be judged")
    return at.astimezone(zone).date() if at.year in _YEARS else None


def first(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment at which the clock of a zone shows this time, or a later one.

    What is left out when clocks go forward thus comes down to the moment at which they do.
    """
    early, late = _readings(wall, zone)
    return early if early <= late else _leap(wall, late, early, zone)


def last(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment at which the clock shows this time: what is shown twice ends late."""
    early, late = _readings(wall, zone)
    return late if early <= late else _leap(wall, late, early, zone)


def _readings(wall: datetime, zone: ZoneInfo) -> Span:
    """Read a time with the offset before a change of clocks, and with the one after it."""
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return before, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _leap(wall: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the moment at which clocks leap over this time, to the second."""
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        shown = (before + timedelta(seconds=middle)).astimezone(zone).replace(tzinfo=None)
        low, high = (low, middle) if shown >= wall else (middle, high)
    return before + timedelta(seconds=high)


def holds(spans: Iterable[Span], at: datetime) -> bool:
    """Say whether a moment is in any of the spans."""
    return any(begin <= at < end for begin, end in spans)


def end_of(spans: Iterable[Span], at: datetime) -> datetime | None:
    """Return when what holds at a moment is over; spans that touch go on as one.

    The spans come in the order of their beginnings. None: nothing holds then, or it holds on for
    longer than anybody looks ahead.
    """
    end = at
    for begin, until in spans:
        if begin > end or end - at > HORIZON:
            break
        end = max(end, until)
    return end if at < end <= at + HORIZON else None
