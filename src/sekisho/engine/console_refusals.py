"""Sign-ins and passkeys refused: in the audit too, until it is a flood; the log has all."""

import threading
from collections import deque
from collections.abc import Callable

from sekisho.domain.callers import Caller
from sekisho.domain.errors import SekishoError
from sekisho.engine.parts import Parts
from sekisho.engine.refusals import NOBODY

PER_MINUTE = 30
"""Records a minute: a flood must not fill the disk, nor hide in the audit what matters."""
_SECONDS = 60.0


class ConsoleRefusals:
    """Tells of refusals. Every one is in the log; the audit has as many as fit in a minute."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told, self._at_edge = _Minute(parts.clock.monotonic), _Minute(parts.clock.monotonic)

    def tell(self, action: str, error: SekishoError, caller: Caller = NOBODY) -> None:
        """Tell of one: `action` as in the audit, the error's code, and no word of the request."""
        parts = self._parts
        parts.journal.event(action, person=caller.person, code=error.code)
        if self._told.takes():
            entry = parts.about(parts.clock.now(), action, caller, None, code=error.code)
            parts.store.audit.append(entry)

    def takes_from_edge(self) -> bool:
        """Say whether one more that the edge refused is told of in this minute.

        They cost whoever sends them nothing, and have a count of their own: a flood of them hides
        nothing of what was refused further in.
        """
        return self._at_edge.takes()


class _Minute:
    """Counts what fits in a minute."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._took: deque[float] = deque()
        self._lock = threading.Lock()

    def takes(self) -> bool:
        """Say whether one more fits, and count it then."""
        now = self._monotonic()
        with self._lock:
            while self._took and now - self._took[0] >= _SECONDS:
                self._took.popleft()
            if len(self._took) >= PER_MINUTE:
                return False
            self._took.append(now)
            return True
