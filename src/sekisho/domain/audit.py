"""The audit: append-only, chained; each record carries a keyed digest over the one before it."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sekisho.domain.callers import Caller
from sekisho.domain.text import Text

Mac = Callable[[bytes], str]

GENESIS = "0" * 64
"""What the first record is chained to."""

Fact = str | int | bool | None

RUN_VERSION = "version"
WORKSPACE_VERSION = "workspace_version"
"""Facts that every store adds: which version of the run, and of the workspace, a write left."""


@dataclasses.dataclass(frozen=True)
class AuditEntry:
    """What happened, before it is chained: `action` is `noun.verb`, e.g. `run.approve`.

    `facts` holds identifiers, digests, counts and reasons: never a secret, never plan content.
    """

    at: datetime
    action: str
    caller: Caller
    workspace: str | None = None
    run_id: str | None = None
    facts: Mapping[str, Fact] = dataclasses.field(default_factory=dict[str, Fact])


@dataclasses.dataclass(frozen=True)
class AuditRecord:
    """An entry in its place: `sequence` from 1 without gaps, `digest` over `previous` and entry."""

    sequence: int
    entry: AuditEntry
    previous: str
    digest: str


def canonical(entry: AuditEntry, sequence: int, previous: str) -> bytes:
    """Return the bytes that a record's digest is taken over: sorted JSON, UTF-8."""
    body = {
        "sequence": sequence,
        "previous": previous,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "caller": entry.caller.record(),
        "workspace": entry.workspace,
        "run_id": entry.run_id,
        "facts": dict(entry.facts),
    }
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def chain(entry: AuditEntry, last: AuditRecord | None, mac: Mac) -> AuditRecord:
    """Put `entry` after `last` (None: the first ever)."""
    sequence = last.sequence + 1 if last else 1
    previous = last.digest if last else GENESIS
    return AuditRecord(sequence, entry, previous, mac(canonical(entry, sequence, previous)))


@dataclasses.dataclass(frozen=True)
class AuditFault:
    """What does not hold, and why: in the record `sequence`, or in what `where` names.

    `where` names what is no record: a stored row (`runs run-01k…`), a blob, a checkpoint, a run.
    """

    sequence: int
    said: Text
    where: str = ""

    @property
    def reason(self) -> str:
        """The reason, in English."""
        return self.said.en


def fault(sequence: int, said: Text, where: str = "", /, **facts: object) -> AuditFault:
    """Make a fault; `facts` are filled into what is said."""
    return AuditFault(sequence, said.fill(facts) if facts else said, where)


_MISSING = Text("record {number} is missing", "記録 {number} がありません")
_LOOSE = Text("does not follow the record before it", "直前の記録とつながっていません")
CHANGED = Text(
    "its content was changed after it was written", "書き込まれた後に内容が変更されています"
)


def faults(records: Iterable[AuditRecord], mac: Mac) -> list[AuditFault]:
    """Walk the chain from its start and return every place where it is broken."""
    found: list[AuditFault] = []
    last: AuditRecord | None = None
    for record in records:
        wanted_sequence = last.sequence + 1 if last else 1
        wanted_previous = last.digest if last else GENESIS
        if record.sequence != wanted_sequence:
            found.append(fault(record.sequence, _MISSING, number=wanted_sequence))
        elif record.previous != wanted_previous:
            found.append(fault(record.sequence, _LOOSE))
        if record.digest != mac(canonical(record.entry, record.sequence, record.previous)):
            found.append(fault(record.sequence, CHANGED))
        last = record
    return found
