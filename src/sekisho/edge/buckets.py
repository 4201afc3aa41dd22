"""Token buckets: a rate with a burst, for one or for each of many, in bounded memory."""

import collections
import math
from collections.abc import Callable

from sekisho.edge.options import Pace


class Bucket:
    """Holds `burst` tokens and gains `each` a second; one request takes one."""

    __slots__ = ("_at", "_pace", "_tokens")

    def __init__(self, pace: Pace, now: float) -> None:
        """Begin full."""
        self._pace, self._at, self._tokens = pace, now, float(pace.burst)

    def take(self, now: float) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        each, burst = self._pace
        self._tokens = min(burst, self._tokens + max(0.0, now - self._at) * each)
        self._at = max(self._at, now)
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / each

    def give_back(self) -> None:
        """Return a token that was taken for nothing."""
        self._tokens = min(self._pace.burst, self._tokens + 1)


class Buckets:
    """A bucket for each key; the one that was used longest ago is forgotten first."""

    def __init__(self, pace: Pace, monotonic: Callable[[], float], most: int = 10_000) -> None:
        """Hold at most `most` buckets. A pace of 0 limits nothing."""
        self._pace, self._monotonic, self._most = pace, monotonic, most
        self._held: collections.OrderedDict[str, Bucket] = collections.OrderedDict()

    def __len__(self) -> int:
        """Say how many keys are remembered."""
        return len(self._held)

    def take(self, key: str) -> float:
        """Take a token of `key`; return 0, or the seconds until there is one."""
        if not self._pace.each:
            return 0.0
        now = self._monotonic()
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = Bucket(self._pace, now)
            if len(self._held) > self._most:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(key)
        return found.take(now)

    def give_back(self, key: str) -> None:
        """Return a token of `key` that was taken for nothing."""
        if key in self._held:
            self._held[key].give_back()


def whole_seconds(wait: float) -> str:
    """Write a wait as a Retry-After header does."""
    return str(max(1, math.ceil(wait)))
