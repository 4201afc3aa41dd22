"""When plans may be applied: windows that are open, freezes in which nothing moves."""

from sekisho.domain.windows.clocks import HORIZON, zone_of
from sekisho.domain.windows.freezes import Freeze, MonthEnds, Period, Yearly, parse_period
from sekisho.domain.windows.hours import ALL_DAY, DAYS, Day, Hours, parse_days, parse_hours
from sekisho.domain.windows.openings import opens
from sekisho.domain.windows.windows import Except, Window

__all__ = [
    "ALL_DAY",
    "DAYS",
    "HORIZON",
    "Day",
    "Except",
    "Freeze",
    "Hours",
    "MonthEnds",
    "Period",
    "Window",
    "Yearly",
    "opens",
    "parse_days",
    "parse_hours",
    "parse_period",
    "zone_of",
]
