"""What a provider publishes, kept for a while: neither it nor we must wait for every request."""

import dataclasses
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from sekisho.domain.errors import IdentityProviderAway

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Spans:
    """Seconds. `fresh`: no question is asked. `stale`: it still counts while nobody answers.

    `apart`: between two questions that are asked before their time, whoever wants them. `again`:
    between two questions where the last one was not answered. `wait`: for a question under way.
    """

    fresh: float = 600.0
    stale: float = 3600.0
    apart: float = 30.0
    again: float = 5.0
    wait: float = 6.0


class Kept(Generic[T]):
    """One published thing. Of many who want it at once, one asks."""

    def __init__(
        self,
        ask: Callable[[], T],
        monotonic: Callable[[], float],
        slow: IdentityProviderAway,
        spans: Spans | None = None,
    ) -> None:
        """Ask with `ask`, which raises IdentityProviderAway; `slow` where others wait too long."""
        self._ask = ask
        self._monotonic = monotonic
        self._slow = slow
        self._spans = spans or Spans()
        self._kept: tuple[T, float] | None = None
        self._early = float("-inf")
        self._failure: tuple[IdentityProviderAway, float] | None = None
        self._lock = threading.Lock()

    def get(self) -> T:
        """Return it: as it is kept while that is fresh, or while the provider is away.

        Raises:
            IdentityProviderAway: and what is kept is too old, or nothing is.
        """
        kept = self._not_older_than(self._spans.fresh)
        if kept:
            return kept[0]
        stale = self._not_older_than(self._spans.stale)
        # Whoever has something to go by does not wait for somebody else's question.
        if not self._lock.acquire(blocking=not stale, timeout=-1 if stale else self._spans.wait):
            if stale:
                return stale[0]
            raise _again(self._slow)
        try:
            kept = self._not_older_than(self._spans.fresh)
            return kept[0] if kept else self._asked()
        except IdentityProviderAway:
            if stale:
                return stale[0]
            raise
        finally:
            self._lock.release()

    def newer(self, than: T) -> T:
        """Return it as it is now: somebody found that something is missing in the one they have.

        The same, where this was asked a moment ago: whoever makes up names makes no questions.

        Raises:
            IdentityProviderAway: it was asked, and did not answer.
        """
        if not self._lock.acquire(timeout=self._spans.wait):
            raise _again(self._slow)
        try:
            if self._kept and self._kept[0] is not than:
                return self._kept[0]
            if self._monotonic() - self._early < self._spans.apart:
                return than
            self._early = self._monotonic()
            return self._asked()
        finally:
            self._lock.release()

    def _not_older_than(self, seconds: float) -> tuple[T, float] | None:
        kept = self._kept
        return kept if kept and self._monotonic() - kept[1] < seconds else None

    def _asked(self) -> T:
        """Ask, unless the last question failed just now. Whoever calls it has the lock."""
        if self._failure and self._monotonic() - self._failure[1] < self._spans.again:
            raise _again(self._failure[0])
        try:
            value = self._ask()
        except IdentityProviderAway as error:
            self._failure = error, self._monotonic()
            raise
        self._kept, self._failure = (value, self._monotonic()), None
        return value


def _again(error: IdentityProviderAway) -> IdentityProviderAway:
    """Return the same error for somebody else: one belongs to whom it is raised for."""
    return IdentityProviderAway(**error.facts)
