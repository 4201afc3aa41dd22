"""What one process remembers between calls, whoever makes them: what was told, whose turn it is.

The nouns of the engine are made anew for each caller from whom something is kept; this is not.
"""

import threading
from collections import deque
from datetime import datetime, timedelta

_AGAIN = timedelta(minutes=10)
"""Time in which the same attempt is told once."""
_EACH_MINUTE = 30
"""Refusals that are told in a minute about one run: noise about one hides nothing of another."""
_ALL_IN_A_MINUTE = 300
"""The same about all runs, whoever makes them; the log has all of them."""
_KEPT = 3000
_APART = 60.0
"""Seconds in which the log hears once that somebody is refused for the same reason."""
_MOST_APART = 1000


class Told:
    """Which refusals were told lately."""

    def __init__(self) -> None:
        self._lately: deque[tuple[datetime, tuple[str, ...]]] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def is_news(self, key: tuple[str, ...], now: datetime) -> bool:
        """Say whether to tell of it, and take note that it was told."""
        with self._lock:
            while self._lately and now - self._lately[0][0] > _AGAIN:
                self._lately.popleft()
            minute = [k for at, k in self._lately if now - at < timedelta(minutes=1)]
            full = len(minute) >= _ALL_IN_A_MINUTE
            if (
                full
                or sum(k[2] == key[2] for k in minute) >= _EACH_MINUTE
                or any(known == key for _, known in self._lately)
            ):
                return False
            self._lately.append((now, key))
            return True


class SeldomTold:
    """Which people the log heard of lately: an agent that does not listen fills no log."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def is_due(self, key: tuple[str, str], now: float) -> bool:
        """Say whether to tell of it, and take note that it was told."""
        with self._lock:
            if now - self._told.get(key, float("-inf")) < _APART:
                return False
            self._told[key] = now
            while len(self._told) > _MOST_APART:
                del self._told[next(iter(self._told))]
            return True


class Memory:
    """All of it. `apply_turn`: of two applies at once the second is counted with the first."""

    def __init__(self) -> None:
        self.applies = Told()
        self.approvals = Told()
        self.overrides = Told()
        self.plans = SeldomTold()
        self.apply_turn = threading.Lock()
