"""Times as people read them: stored in UTC, shown in JST, always with the zone's name."""

from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Japan has one zone and no summer time."""


def minute(at: datetime) -> str:
    """Write `2026-04-01 18:00 JST`."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M JST")
