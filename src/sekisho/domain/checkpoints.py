"""A checkpoint: how far the audit had come, signed, and kept where the store's files are not.

Whoever cuts the audit's tail, or puts a whole database of yesterday back, leaves a checkpoint that
is ahead of it.
"""

import dataclasses
import json
from datetime import datetime
from typing import Any

from sekisho.domain.audit import AuditRecord

SIGNED_AS = b"sekisho audit checkpoint 1\n"
"""What goes before the signed bytes: a signature of something else is none of a checkpoint."""


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """The newest record at a moment; `generation` counts the writes of the store until then."""

    sequence: int
    digest: str
    generation: int
    at: datetime
    key_id: str
    signature: str = ""

    @property
    def count(self) -> int:
        """How many records there were: there are no gaps."""
        return self.sequence

    def canonical(self) -> bytes:
        """Return the bytes that the signature is taken over."""
        return SIGNED_AS + _json(self._body())

    def line(self) -> str:
        """Write it as one line of JSON, as anchors keep it and logs tell it."""
        return _json(self._body() | {"signature": self.signature}).decode()

    def _body(self) -> dict[str, str | int]:
        return {
            "sequence": self.sequence,
            "digest": self.digest,
            "count": self.count,
            "generation": self.generation,
            "at": self.at.isoformat(),
            "key_id": self.key_id,
        }


def checkpoint_of(record: AuditRecord, generation: int, at: datetime, key_id: str) -> Checkpoint:
    """Make a checkpoint of the newest record, not signed yet."""
    return Checkpoint(record.sequence, record.digest, generation, at, key_id)


def read_checkpoint(line: str) -> Checkpoint:
    """Read a line that `line` wrote, or a log line that tells one. Raises ValueError."""
    try:
        found: Any = json.loads(line)
        if "checkpoint" in found:  # a line of our own log, as JSON
            found = json.loads(found["checkpoint"])
        checkpoint = Checkpoint(
            sequence=_number(found["sequence"]),
            digest=str(found["digest"]),
            generation=_number(found["generation"]),
            at=datetime.fromisoformat(found["at"]),
            key_id=str(found["key_id"]),
            signature=str(found["signature"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("not a checkpoint") from error
    if _number(found.get("count")) != checkpoint.count or checkpoint.sequence < 1:
        raise ValueError("not a checkpoint")
    return checkpoint


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _json(body: dict[str, str | int]) -> bytes:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
