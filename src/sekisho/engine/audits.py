"""The audit: reading it, and proving that it is whole and that every apply had its approvals."""

import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator

from sekisho.domain.audit import WORKSPACE_VERSION, AuditFault, AuditRecord, fault
from sekisho.domain.errors import AccessMissing, StoreUnavailable
from sekisho.domain.text import Text
from sekisho.engine.audit_anchors import AnchorCheck
from sekisho.engine.audit_kept import Kept
from sekisho.engine.audit_proofs import Proofs
from sekisho.engine.parts import Parts
from sekisho.ports import Anchored

_PAGE = 500
_LOOKED_AT = 20_000
"""Records looked at in one call where something is kept from whoever asks; they may go on."""


@dataclasses.dataclass(frozen=True)
class AuditPart:
    """Some records, and the sequence number after which it goes on; None where that was all."""

    records: tuple[AuditRecord, ...]
    cursor: int | None = None


@dataclasses.dataclass(frozen=True)
class AuditReport:
    """What verifying found: how much was looked at, and every fault.

    `rows` and `blobs` of the store, `checkpoints` from outside of it. `overdue`: overrides that
    nobody else looked at in time; the audit is whole all the same, and work is due.
    """

    records: int
    applies: int
    faults: tuple[AuditFault, ...]
    head: str
    rows: int = 0
    blobs: int = 0
    checkpoints: int = 0
    overdue: tuple[AuditFault, ...] = ()


class Audits:
    """Reads and verifies the audit."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def list(
        self, after: int = 0, limit: int = 100, run_id: str | None = None
    ) -> tuple[AuditRecord, ...]:
        """Return records above a sequence number, oldest first."""
        return self._parts.store.audit.read(after, limit, run_id)

    def part(self, after: int = 0, limit: int = 100, run_id: str | None = None) -> AuditPart:
        """As `list`, and whether there are more: by a cursor, also after a part without records.

        What is kept from whoever asks is passed over; it ends nothing.
        """
        found: list[AuditRecord] = []
        size, looked = self._size(limit), 0
        while looked < _LOOKED_AT:
            page = self._parts.everything.store.audit.read(after, size, run_id)
            found += filter(self._seen, page)
            if len(found) > limit:
                return AuditPart(tuple(found[:limit]), found[limit - 1].sequence)
            if len(page) < size:
                return AuditPart(tuple(found))
            after, looked = page[-1].sequence, looked + len(page)
        return AuditPart(tuple(found), after)

    def below(self, sequence: int | None = None, limit: int = 100) -> AuditPart:
        """Return records below a sequence number (None: the newest), the newest first."""
        found: list[AuditRecord] = []
        head = self.head()
        top = head if sequence is None else max(0, min(sequence - 1, head))
        least = max(0, top - _LOOKED_AT)
        while top > least:
            after = max(top - self._size(limit), least)
            page = self._parts.everything.store.audit.read(after, top - after)
            found += filter(self._seen, reversed(page))
            if len(found) >= limit:
                more = len(found) > limit or after > 0
                return AuditPart(tuple(found[:limit]), found[limit - 1].sequence if more else None)
            top = after
        return AuditPart(tuple(found), top + 1 if top else None)

    def _size(self, limit: int) -> int:
        return limit + 1 if self._parts.sight.whole else _PAGE

    def _seen(self, record: AuditRecord) -> bool:
        return self._parts.sight.sees(record.entry.workspace)

    def head(self) -> int:
        """Return the newest record's sequence (0: none); there are no gaps."""
        last = self._parts.store.audit.last()
        return last.sequence if last else 0

    def all(self) -> Iterator[AuditRecord]:
        """Walk every record, oldest first."""
        after = 0
        while page := self._parts.store.audit.read(after, _PAGE):
            yield from page
            after = page[-1].sequence

    def verify(
        self,
        watch: Callable[[int], None] = lambda _sequence: None,
        anchors: Iterable[Anchored] = (),
        *,
        contents: bool = True,
    ) -> AuditReport:
        """Prove the audit, all that is stored, and that every apply had what its rules required.

        `watch` is told how far it came: the sequence of the record last looked at. `anchors` are
        checkpoints from elsewhere, besides those of the folder. `contents`: whether to read every
        blob to its end.

        Raises:
            AccessMissing: something is kept from whoever asks, and what does not hold may be that.
        """
        parts, found = self._parts, list[AuditFault]()
        if not parts.sight.whole:
            raise AccessMissing(person=parts.viewer, act="read", name="*", acts="-")
        kept = parts.anchors.all() if parts.anchors else ()
        anchored = AnchorCheck(parts.keys, itertools.chain(kept, anchors))
        with _named(found):
            found += parts.store.audit.verify()
        walk = _Walk(anchored)
        with _named(found):
            for record in self.all():
                watch(record.sequence)
                walk.see(record)
            walk.whole = True
        anchored.end(self.head())
        checked = parts.store.guard.verify(contents=contents)
        anchored.rows(checked.generation)
        found += [*walk.faults, *anchored.faults, *checked.faults]
        if walk.whole and parts.closed is None:
            with _named(found):
                found += Kept(parts, walk.proofs.runs, walk.workspaces).faults()
        return AuditReport(
            records=walk.records,
            applies=walk.proofs.applies,
            faults=tuple(found),
            head=walk.head,
            rows=checked.rows,
            blobs=checked.blobs,
            checkpoints=anchored.count,
            overdue=tuple(walk.proofs.overdue(parts.clock.now())),
        )


class _Walk:
    """One way through the audit, oldest record first. `whole`: it came to the end."""

    def __init__(self, anchored: AnchorCheck) -> None:
        self._anchored = anchored
        self.proofs = Proofs()
        self.workspaces: dict[str, int] = {}
        self.faults: list[AuditFault] = []
        self.records = 0
        self.head = ""
        self.whole = False

    def see(self, record: AuditRecord) -> None:
        """Look at the next record."""
        self.records, self.head = record.sequence, record.digest
        self._anchored.see(record)
        self.faults += self.proofs.see(record)
        name, version = record.entry.workspace, record.entry.facts.get(WORKSPACE_VERSION)
        if name is not None and isinstance(version, int):
            self.workspaces[name] = max(version, self.workspaces.get(name, 0))


_UNREADABLE = Text("cannot be read to its end: {problem}", "最後まで読み取れません: {problem}")


@contextlib.contextmanager
def _named(found: list[AuditFault]) -> Generator[None]:
    """Name what cannot be read, in place of giving up: the rest is looked at all the same."""
    try:
        yield
    except StoreUnavailable as error:
        found.append(fault(0, _UNREADABLE, "store", problem=error.facts.get("problem", "")))
