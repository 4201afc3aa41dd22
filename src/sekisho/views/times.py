"""Times as people read them: stored in UTC, shown in JST, always with the zone's name."""

from datetime import UTC, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Japan has one zone and no summer time."""


def date_time(at: datetime) -> str:
    """Write `2026-04-01 18:00:05 JST`."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S JST")


def minute(at: datetime) -> str:
    """Write `2026-04-01 18:00 JST`."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M JST")


def clock_time(at: datetime) -> str:
    """Write `18:00:05`, where the zone is told beside it."""
    return at.astimezone(JST).strftime("%H:%M:%S")


def machine(at: datetime) -> str:
    """Write UTC for `<time datetime>`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(at: datetime) -> str:
    """Write `2026-04-01 09:00:05 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
