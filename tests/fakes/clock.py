"""A clock that moves when it is told to."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


class FakeClock:
    """`advance` moves time on; `jump` moves the wall clock alone, as NTP or a person does."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._monotonic = 1000.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
