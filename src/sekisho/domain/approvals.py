"""An approval: a person's signed decision about one sealed plan."""

import dataclasses
import json
from collections.abc import Iterable
from datetime import datetime

from sekisho.domain.callers import Caller


@dataclasses.dataclass(frozen=True)
class Approval:
    """Who approved which seal, how they proved it was them, and the server's signature over it."""

    by: Caller
    at: datetime
    run_id: str
    seal: str
    comment: str = ""
    signature: str = ""
    key_id: str = ""

    def canonical(self) -> bytes:
        """Return the bytes that the signature is taken over."""
        body = {
            "by": self.by.record(),
            "at": self.at.isoformat(),
            "run_id": self.run_id,
            "seal": self.seal,
            "comment": self.comment,
        }
        return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@dataclasses.dataclass(frozen=True)
class Rejection:
    """Who said no, and why."""

    by: Caller
    at: datetime
    reason: str


def people(approvals: Iterable[Approval], seal: str) -> frozenset[str]:
    """Return the distinct people who approved this very seal."""
    return frozenset(a.by.person for a in approvals if a.seal == seal)
