"""Refused attempts at a decision or an apply: told in the audit too, which nobody can flood."""

import contextlib
import threading
from collections import deque
from collections.abc import Generator
from datetime import datetime, timedelta

from sekisho.domain.callers import Caller
from sekisho.domain.errors import (
    Conflict,
    Refused,
    RunUnknown,
    SekishoError,
    StoreTampered,
    Unavailable,
)
from sekisho.domain.sessions import SignedIn
from sekisho.engine.parts import Parts

_AGAIN = timedelta(minutes=10)
"""Time in which the same attempt is told once."""
_EACH_MINUTE = 30
"""Refusals that are told in a minute about one run: noise about one hides nothing of another."""
_ALL_IN_A_MINUTE = 300
"""The same about all runs, whoever makes them; the log has all of them."""
_KEPT = 3000

NOBODY = Caller("nobody", "console", "none")
"""Who decides, as long as no proof said who it is."""


def attempting(who: SignedIn | None) -> Caller:
    """Return who tries something: who is signed in, else nobody."""
    return who.caller() if who else NOBODY


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


@contextlib.contextmanager
def audited(parts: Parts, told: Told, verb: str, run_id: str, caller: Caller) -> Generator[None]:
    """Do something; where it is refused, write into the audit who tried what, and why it was not.

    The refusal stands whether or not it could be written.
    """
    try:
        yield
    except (Conflict, Refused, StoreTampered) as error:
        tell(parts, told, verb, run_id, caller, error)
        raise


def tell(
    parts: Parts, told: Told, verb: str, run_id: str, caller: Caller, error: SekishoError
) -> None:
    """Write one refusal into the audit, unless the same was written lately.

    Of runs that do not exist nothing is written, and they take nobody's place.
    """
    now = parts.clock.now()
    key = (caller.person, verb, run_id, error.code)
    said = {"person": caller.person, "verb": verb, "run_id": run_id, "code": error.code}
    parts.journal.event("attempt.refused", **said)
    with contextlib.suppress(Unavailable, RunUnknown):
        run = parts.store.runs.get(run_id)
        if not told.is_news(key, now):
            return
        facts = {"verb": verb, "code": error.code}
        parts.store.audit.append(parts.entry(now, "run.refuse", caller, run, **facts))
