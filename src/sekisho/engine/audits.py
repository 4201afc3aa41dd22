"""The audit: reading it, and proving that it is whole and that every apply had its approvals."""

import dataclasses
from collections.abc import Callable, Iterator

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
    needed_of_others: int = 0
    applied: bool = False
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
        """Return the newest record's sequence (0: none) in a few small reads; there are no gaps."""
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

    def verify(self, watch: Callable[[int], None] = lambda _sequence: None) -> AuditReport:
        """Check the chain, and match every apply to the approvals that its rules required.

        `watch` is told how far it came: the sequence of the record last looked at.
        """
        found = list(self._parts.store.audit.verify())
        seen: dict[str, _Seen] = {}
        applies, last = 0, None
        for record in self.all():
            last = record
            watch(record.sequence)
            if record.entry.run_id is None:
                continue
            run = seen.setdefault(record.entry.run_id, _Seen())
            if record.entry.action == "run.apply_start":
                applies += 1
                found += _unapproved(record, run)
                run.applied = True
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
        run.needed_of_others = int(entry.facts.get("needed_of_others") or 0)
    elif entry.action == "run.approve":
        run.approved.setdefault(str(entry.facts.get("seal")), set()).add(entry.caller.person)


def _unapproved(record: AuditRecord, run: _Seen) -> list[AuditFault]:
    """An apply is sound when it applies what was planned, once, with enough people behind it."""
    reasons: list[str] = []
    seal = str(record.entry.facts.get("seal", ""))
    if seal != run.seal:
        reasons.append("applies a seal that no plan of the run had")
    if run.applied:
        reasons.append("applies a run that was applied before")
    given = run.approved.get(seal, set())
    for people, needed, who in (
        (given, run.needed, "approvals"),
        (given - {run.requester}, run.needed_of_others, "approvals by others"),
    ):
        if len(people) < needed:
            reasons.append(f"had {len(people)} of {needed} {who} that its rules required")
    return [AuditFault(record.sequence, reason) for reason in reasons]
