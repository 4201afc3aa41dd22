"""Sign-ins and passkeys refused: in the audit too, until it is a flood; the log has all."""

import threading
from collections import deque

from sekisho.domain.callers import Caller
from sekisho.domain.errors import SekishoError
from sekisho.engine.parts import Parts
from sekisho.engine.refusals import NOBODY

PER_MINUTE = 30
"""Records a minute: a flood must not fill the disk, nor hide in the audit what matters."""
_MINUTE = 60.0


class ConsoleRefusals:
    """Tells of refusals. Every one is in the log; the audit has as many as fit in a minute."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told: deque[float] = deque()
        self._lock = threading.Lock()

    def tell(self, action: str, error: SekishoError, caller: Caller = NOBODY) -> None:
        """Tell of one: `action` as in the audit, the error's code, and no word of the request."""
        parts = self._parts
        parts.journal.event(action, person=caller.person, code=error.code)
        if self._fits():
            entry = parts.about(parts.clock.now(), action, caller, None, code=error.code)
            parts.store.audit.append(entry)

    def _fits(self) -> bool:
        now = self._parts.clock.monotonic()
        with self._lock:
            while self._told and now - self._told[0] >= _MINUTE:
                self._told.popleft()
            if len(self._told) >= PER_MINUTE:
                return False
            self._told.append(now)
            return True
