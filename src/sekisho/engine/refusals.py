"""What was refused to people at the console: in the audit, until it is a flood; then in the log."""

import threading
from collections import deque

from sekisho.domain.audit import Fact
from sekisho.domain.callers import Caller
from sekisho.domain.errors import SekishoError
from sekisho.engine.parts import Parts

PER_MINUTE = 30
"""Records a minute: a flood must not fill the disk, nor hide in the audit what matters."""
_MINUTE = 60.0
NOBODY = Caller(person="nobody", via="console", proof="none")
"""Who tried to sign in, and could not be told."""


class Refusals:
    """Tells of refusals. Every one is in the log; the audit has as many as fit in a minute."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told: deque[float] = deque()
        self._lock = threading.Lock()

    def tell(
        self, action: str, error: SekishoError, caller: Caller = NOBODY, run_id: str | None = None,
        **facts: Fact,
    ) -> None:  # fmt: skip
        """Tell of one: `action` as in the audit, the error's code, and no word of the request."""
        parts = self._parts
        said: dict[str, Fact] = {"code": error.code, **facts}
        parts.journal.event(action, person=caller.person, run_id=run_id or "", **said)
        if not self._fits():
            return
        now = parts.clock.now()
        if run_id is None:
            parts.store.audit.append(parts.about(now, action, caller, None, **said))
            return
        run = parts.store.runs.get(run_id)
        parts.store.audit.append(parts.entry(now, action, caller, run, **said))

    def _fits(self) -> bool:
        now = self._parts.clock.monotonic()
        with self._lock:
            while self._told and now - self._told[0] >= _MINUTE:
                self._told.popleft()
            if len(self._told) >= PER_MINUTE:
                return False
            self._told.append(now)
            return True
