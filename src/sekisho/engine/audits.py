"""The audit: reading it, and proving that it is whole and that every apply had its approvals."""

import dataclasses
from collections.abc import Iterator

from sekisho.domain.audit import AuditFault, AuditRecord
from sekisho.engine.parts import Parts

_PAGE = 500


@dataclasses.dataclass(frozen=True)
class AuditReport:
    """What verifying found: how many records and applies were looked at, and every fault."""

    records: int
    applies: int
    faults: tuple[AuditFault, ...]
    head: str


@dataclasses.dataclass
class _Seen:
    """What the audit has told of one run so far."""

    requester: str = ""
    seal: str = ""
    needed: int = 0
    approved: dict[str, set[str]] = dataclasses.field(default_factory=dict[str, set[str]])


class Audits:
    """Reads and verifies the audit."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def list(
        self, after: int = 0, limit: int = 100, run_id: str | None = None
    ) -> tuple[AuditRecord, ...]:
        """Return records above a sequence number, oldest first."""
        return self._parts.store.audit.read(after, limit, run_id)

    def head(self) -> int:
        """Return the newest record's sequence (0: none), which has no gaps, in a few small reads."""
        low, high = 0, 1
        while self._parts.store.audit.read(high - 1, 1):
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            if self._parts.store.audit.read(middle - 1, 1):
                low = middle
            else:
                high = middle
        return low

    def all(self) -> Iterator[AuditRecord]:
        """Walk every record, oldest first."""
        after = 0
        while page := self._parts.store.audit.read(after, _PAGE):
            yield from page
            after = page[-1].sequence

    def verify(self) -> AuditReport:
        """Check the chain, and match every apply to the approvals that its rules required."""
        found = list(self._parts.store.audit.verify())
        seen: dict[str, _Seen] = {}
        applies, last = 0, None
        for record in self.all():
            last = record
            if record.entry.run_id is None:
                continue
            run = seen.setdefault(record.entry.run_id, _Seen())
            if record.entry.action == "run.apply_start":
                applies += 1
                found += _unapproved(record, run)
            else:
                _note(record, run)
        count = last.sequence if last else 0
        return AuditReport(count, applies, tuple(found), last.digest if last else "")


def _note(record: AuditRecord, run: _Seen) -> None:
    entry = record.entry
    if entry.action == "run.create":
        run.requester = entry.caller.person
    elif entry.action == "run.plan":
        run.seal, run.needed = str(entry.facts.get("seal", "")), int(entry.facts.get("needed") or 0)
    elif entry.action == "run.approve":
        run.approved.setdefault(str(entry.facts.get("seal")), set()).add(entry.caller.person)


def _unapproved(record: AuditRecord, run: _Seen) -> list[AuditFault]:
    """An apply is sound when it applies what was planned, with enough other people behind it."""
    faults: list[AuditFault] = []
    seal = str(record.entry.facts.get("seal", ""))
    if seal != run.seal:
        faults.append(AuditFault(record.sequence, "applies a seal that no plan of the run had"))
    others = run.approved.get(seal, set()) - {run.requester}
    if len(others) < run.needed:
        reason = f"had {len(others)} of {run.needed} approvals that its rules required"
        faults.append(AuditFault(record.sequence, reason))
    return faults
