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

    `apart`: between two questions, whoever wants them. `wait`: for a question under way.
    """

    fresh: float = 600.0
    stale: float = 3600.0
    apart: float = 30.0
    again: float = 5.0
    """Between two questions where there is nothing to go by in the meantime."""
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
        self._spans = spans or Spans()
        self._value: T | None = None
        self._since = self._tried = float("-inf")
        self._slow = slow
        self._problem: IdentityProviderAway | None = None
        self._lock = threading.Lock()

    def get(self) -> T:
        """Return it: as it is kept while that is fresh, or while the provider is away.

        Raises:
            IdentityProviderAway: and what is kept is too old, or nothing is.
        """
        value, age = self._standing()
        if value is not None and age < self._spans.fresh:
            return value
        if value is not None and age < self._spans.stale:
            return self._renewed_at_leisure(value)
        return self._renewed(self._spans.again)

    def newer(self) -> T:
        """Return it as it is now; as it is kept, where the last question was a moment ago.

        Raises:
            IdentityProviderAway: it was asked, and did not answer.
        """
        return self._renewed(self._spans.apart)

    def _standing(self) -> tuple[T | None, float]:
        return self._value, self._monotonic() - self._since

    def _renewed_at_leisure(self, value: T) -> T:
        """Ask, unless somebody does already; what is kept will do."""
        if not self._lock.acquire(blocking=False):
            return value
        try:
            return self._asked(self._spans.apart) if self._may_ask(self._spans.apart) else value
        except IdentityProviderAway:
            return value
        finally:
            self._lock.release()

    def _renewed(self, apart: float) -> T:
        if not self._lock.acquire(timeout=self._spans.wait):
            raise _again(self._problem or self._slow)
        try:
            return self._asked(apart)
        finally:
            self._lock.release()

    def _may_ask(self, apart: float) -> bool:
        return self._monotonic() - self._tried >= apart

    def _asked(self, apart: float) -> T:
        value, age = self._standing()
        if not self._may_ask(apart):
            if value is not None and age < self._spans.stale:
                return value
            if self._problem:
                raise _again(self._problem)
        self._tried = self._monotonic()
        try:
            self._value = self._ask()
        except IdentityProviderAway as problem:
            self._problem = problem
            raise
        self._since = self._monotonic()
        self._problem = None
        return self._value


def _again(problem: IdentityProviderAway) -> IdentityProviderAway:
    """Return the same problem for somebody else: an error belongs to whom it is raised for."""
    return IdentityProviderAway(**problem.facts)
