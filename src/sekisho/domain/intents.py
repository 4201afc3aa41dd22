"""Intent: what a requester said beforehand that a plan would do; one that does more is blocked."""

import dataclasses
import fnmatch
import json
from collections.abc import Iterable, Sequence

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import ResourceChange

MOST = 100
"""Patterns that an intent may have."""
_SHOWN = 20
_DESTROYS = frozenset({Action.DELETE, Action.REPLACE})
ACTIONS: tuple[str, ...] = ("create", "update", "delete", "replace", "read", "forget", "no-op")


@dataclasses.dataclass(frozen=True)
class Intent:
    """`addresses` are patterns (`*` is any text, also dots and brackets), `actions` words of ours.

    What is left out is not limited: no addresses are all, no actions are all.
    """

    addresses: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_destroys: int | None = None

    def describe(self) -> str:
        """Write it in one stable line, for the seal."""
        return json.dumps([self.addresses, self.actions, self.max_destroys], ensure_ascii=False)

    def __bool__(self) -> bool:
        """Say whether anything is limited."""
        return bool(self.addresses or self.actions) or self.max_destroys is not None


NO_INTENT = Intent()


@dataclasses.dataclass(frozen=True)
class Excess:
    """How a plan goes beyond an intent: changes outside of it (`address action`), and destroys."""

    changes: tuple[str, ...] = ()
    more: int = 0
    destroys: int = 0
    allowed_destroys: int | None = None

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.changes) or self.allowed_destroys is not None


def excess(intent: Intent, changes: Sequence[ResourceChange], others: Iterable[str] = ()) -> Excess:
    """Hold a plan against what was said beforehand. `others`: addresses of action calls.

    Reads of data sources change nothing; every other change must be within all that was said.
    """
    counted = [c for c in changes if c.mode == "managed" or c.action is Action.UNKNOWN]
    beyond = [f"{c.address} {c.action}" for c in counted if not _within(intent, c)]
    # No word of an intent is a call of a provider's action: where words limit, it is beyond them.
    limited = bool(intent.actions)
    beyond += [f"{a} action" for a in others if limited or not _here(intent, a)]
    destroys = sum(c.action in _DESTROYS for c in counted)
    over = intent.max_destroys is not None and destroys > intent.max_destroys
    return Excess(
        changes=tuple(beyond[:_SHOWN]),
        more=max(len(beyond) - _SHOWN, 0),
        destroys=destroys,
        allowed_destroys=intent.max_destroys if over else None,
    )


def _within(intent: Intent, change: ResourceChange) -> bool:
    acts = not intent.actions or str(change.action) in intent.actions
    return acts and _here(intent, change.address)


def _here(intent: Intent, address: str) -> bool:
    return not intent.addresses or _like(address, intent.addresses)


def _like(address: str, patterns: Iterable[str]) -> bool:
    # Brackets stand in addresses of instances: only `*` and `?` mean something here.
    return any(fnmatch.fnmatchcase(address, p.replace("[", "[[]")) for p in patterns)
