"""How much one person may bring in a day: whoever may plan can fill no disk.

Kept in memory, to the hour: a restart forgives, and nothing that is vital hangs on it.
"""

import threading
from collections import defaultdict
from datetime import datetime, timedelta

from sekisho.domain.callers import Caller
from sekisho.domain.errors import AllowanceSpent

_HOUR, _HOURS = timedelta(hours=1), 24
_EACH = 4096
"""Bytes that everything costs: a record of the audit, and a block of the disk."""


class Allowances:
    """Counts the bytes that people bring."""

    def __init__(self) -> None:
        self._hours = defaultdict[str, dict[int, int]](dict)
        self._lock = threading.Lock()

    def take(self, caller: Caller, size: int, now: datetime, cap: int) -> None:
        """Count what somebody brings, before it is kept.

        Raises:
            AllowanceSpent: it would be more than `cap` within a day.
        """
        hour = int(now.timestamp() // _HOUR.total_seconds())
        with self._lock:
            kept = {h: n for h, n in self._hours[caller.person].items() if h > hour - _HOURS}
            self._hours[caller.person] = kept
            sent = sum(kept.values())
            if sent + size > cap:
                raise AllowanceSpent(sent=sent, cap=cap)
            kept[hour] = kept.get(hour, 0) + size + _EACH
