"""Overrides: a person with a role passes a rule that is not met, with a reason that stays.

An override of soft rules passes these. Breaking the glass (緊急変更) passes every rule that could
still be met. What this plan can never meet (another state, an age, a change number that it lacks)
nobody passes. Both want to be looked at afterwards by somebody else: the follow-up.
"""

import dataclasses
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.domain.callers import Caller

FOLLOW_UP = timedelta(days=3)
"""Time in which somebody else must have looked at it."""


class OverrideKind(StrEnum):
    """How much is passed."""

    SOFT = "override"
    GLASS = "break_glass"


@dataclasses.dataclass(frozen=True)
class Override:
    """Who passed which rules of which sealed plan, and why; signed by the server.

    `rules` are those that were not met at that moment; of a broken glass, whatever they were.
    `followed` is who looked at it afterwards, empty until then.
    """

    by: Caller
    at: datetime
    run_id: str
    seal: str
    kind: OverrideKind
    rules: tuple[str, ...]
    reason: str
    signature: str = ""
    key_id: str = ""
    followed: str = ""
    followed_at: datetime | None = None

    @property
    def due(self) -> datetime:
        """Until when somebody else must have looked at it."""
        return self.at + FOLLOW_UP

    def passes(self, rule: str, *, soft: bool) -> bool:
        """Say whether a rule that is not met is passed."""
        return self.kind is OverrideKind.GLASS or (soft and rule in self.rules)

    def canonical(self) -> bytes:
        """Return the bytes that the signature is taken over: the decision, not its follow-up."""
        body = {
            "by": self.by.record(),
            "at": self.at.isoformat(),
            "run_id": self.run_id,
            "seal": self.seal,
            "kind": str(self.kind),
            "rules": list(self.rules),
            "reason": self.reason,
        }
        return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def passed(overrides: Iterable[Override], seal: str, rule: str, *, soft: bool) -> bool:
    """Say whether any of the overrides of this very seal passes a rule."""
    return any(o.seal == seal and o.passes(rule, soft=soft) for o in overrides)
