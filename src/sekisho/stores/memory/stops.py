"""The switch that stops everything, in memory."""

from sekisho.domain.stops import ServerStop, Turning
from sekisho.stores.memory.audit import MemoryAudit
from sekisho.stores.writes import Turn, settle_stop


class MemoryStops:
    """Keeps the switch."""

    def __init__(self, turn: Turn, audit: MemoryAudit) -> None:
        self._turn = turn
        self._audit = audit
        self.stop: ServerStop | None = None

    def get(self) -> ServerStop | None:
        with self._turn:
            return self.stop

    def turn(self, turning: Turning) -> ServerStop | None:
        with self._turn:
            wanted = turning(self.stop)
            if turning(self.stop) != wanted:
                raise AssertionError("a change gave two answers to one question: it must be pure")
            settled = settle_stop(self.stop, wanted)
            records = self._audit.prepare(settled.audit)
            self.stop = settled.stop
            self._audit.keep(records)
            return self.stop
