"""A moment as somebody wrote it: a date and a time; without a zone it is Japan's."""

import re
from datetime import datetime, tzinfo

from sekisho.domain.errors import ArgumentsInvalid
from sekisho.views.times import JST
from sekisho.views.view import one_line

FORM = "2026-12-01T23:00+09:00"
"""How a moment is written; seconds may follow, and the zone may be left out."""
_FORM = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)"
    r"((?P<utc>[Zz])|(?P<sign>[+ -])(?P<hours>\d\d):?(?P<minutes>\d\d))?",
    re.ASCII,
)


def moment_of(text: str, zone: tzinfo = JST) -> datetime:
    """Read a moment. In an address a bare `+` arrives as a space: it is read as what was meant.

    Raises:
        ArgumentsInvalid: it is no date with a time.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise _unread(text)
    sign = (found["sign"] or "").replace(" ", "+")
    offset = "+00:00" if found["utc"] else f"{sign}{found['hours']}:{found['minutes']}"
    try:
        at = datetime.fromisoformat(f"{found['day']}T{found['time']}")
        if found["utc"] or sign:
            return datetime.fromisoformat(f"{at.isoformat()}{offset}")
    except ValueError:
        raise _unread(text) from None
    return at.replace(tzinfo=zone)


def _unread(text: str) -> ArgumentsInvalid:
    said = one_line(text, 60)
    problem = f"at: {said!r} is no date with a time, as {FORM} is (without a zone it is JST)"
    return ArgumentsInvalid(problem=problem)
