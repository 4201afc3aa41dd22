"""The audit, in memory."""

from collections.abc import Sequence

from sekisho.domain.audit import AuditEntry, AuditFault, AuditRecord, Mac, chain, faults
from sekisho.stores.writes import Turn


class MemoryAudit:
    """Keeps the chain in a list; other stores of the same turn add to it with `prepare`, `keep`."""

    def __init__(self, turn: Turn, mac: Mac) -> None:
        self._turn = turn
        self._mac = mac
        self._records: list[AuditRecord] = []

    def append(self, entry: AuditEntry) -> AuditRecord:
        with self._turn:
            records = self.prepare((entry,))
            self.keep(records)
            return records[0]

    def read(
        self, after: int = 0, limit: int = 500, run_id: str | None = None
    ) -> tuple[AuditRecord, ...]:
        with self._turn:
            found = self._records[max(after, 0) :]
        return tuple(r for r in found if run_id in (None, r.entry.run_id))[:limit]

    def last(self) -> AuditRecord | None:
        with self._turn:
            return self._records[-1] if self._records else None

    def verify(self) -> tuple[AuditFault, ...]:
        with self._turn:
            records = tuple(self._records)
        return tuple(faults(records, self._mac))

    def prepare(self, entries: Sequence[AuditEntry]) -> list[AuditRecord]:
        """Chain entries after the last record, without keeping them yet."""
        last = self._records[-1] if self._records else None
        records: list[AuditRecord] = []
        for entry in entries:
            last = chain(entry, last, self._mac)
            records.append(last)
        return records

    def keep(self, records: Sequence[AuditRecord]) -> None:
        """Keep prepared records; cannot fail."""
        self._records.extend(records)
