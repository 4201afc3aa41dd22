"""The stop of everything: who turns it on and off, and what asks whether it is on."""

from sekisho.domain.callers import Caller
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.stops import ServerStop, StopChange, check_going, resumed, stopped
from sekisho.domain.text import plain
from sekisho.engine.operating import check_operator
from sekisho.engine.parts import Parts


class Stops:
    """Stops everything, and lets it go on.

    A stop is about what begins: no new plan or apply is taken, those queued wait, and those at work
    end. The store itself holds every worker to it, in the write by which a phase begins.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def get(self) -> ServerStop | None:
        """Return who stopped everything, when and why; None where nobody did."""
        return self._parts.store.stops.get()

    def check(self) -> None:
        """Let through what would begin. Raises ServerStopped."""
        stop = self.get()
        if stop:
            check_going(stop, f"{self._parts.console()}/server")

    def stop(self, caller: Caller, reason: str) -> ServerStop:
        """Stop everything, with a reason that everybody sees.

        Raises:
            AccessMissing: the caller may not operate everywhere.
            ArgumentsInvalid: no reason is given.
            ServerStopped: it is stopped already; that stop stays.
        """
        check_operator(self._parts, caller)
        if not plain(reason).strip():
            raise ArgumentsInvalid(problem="reason is needed")
        at = self._parts.clock.now()
        wanted = ServerStop(plain(caller.person), plain(reason).strip(), at)

        def turn(now: ServerStop | None) -> StopChange:
            after = stopped(now, wanted)
            entry = self._parts.about(at, "server.stop", caller, None, reason=wanted.reason)
            return StopChange(after, (entry,))

        self._parts.store.stops.turn(turn)
        return wanted

    def resume(self, caller: Caller, reason: str = "") -> ServerStop:
        """Let work go on; return the stop that was lifted.

        Raises:
            AccessMissing: the caller may not operate everywhere.
            ServerNotStopped: nothing was stopped.
            ServerStopped: while we looked, somebody else stopped it anew.
        """
        check_operator(self._parts, caller)
        at, held = self._parts.clock.now(), resumed(self.get())

        def turn(now: ServerStop | None) -> StopChange:
            if resumed(now) != held:
                check_going(now, f"{self._parts.console_url}/server")
            facts = {"reason": plain(reason).strip(), "owner": held.owner, "was": held.reason}
            entry = self._parts.about(at, "server.resume", caller, None, **facts)
            return StopChange(None, (entry,))

        self._parts.store.stops.turn(turn)
        self._parts.bell.ring()
        return held
