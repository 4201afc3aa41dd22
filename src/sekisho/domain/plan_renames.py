"""A deletion and a creation that are probably one object under a new name.

Terraform takes a changed name for two resources; a `moved` block says that they are one.
"""

import dataclasses
import difflib
from collections.abc import Iterable

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import Note, ResourceChange, Side

ALIKE = 0.8
"""Share of the values that have to be equal."""
_CANDIDATES = 20
"""Resources that are looked at, nearest names first."""
_OTHER_SIDE = {Action.DELETE: Action.CREATE, Action.CREATE: Action.DELETE}


@dataclasses.dataclass(frozen=True)
class Rename:
    """`gone` is probably `new`: so many of the values that both have are `equal`, of `held`."""

    gone: ResourceChange
    new: ResourceChange
    equal: int
    held: int


def candidates(
    change: ResourceChange, changes: Iterable[ResourceChange]
) -> tuple[ResourceChange, ...]:
    """Return the rows that may be the other half of a rename: same type, the other way round."""
    wanted = _OTHER_SIDE.get(change.action)
    if wanted is None or change.mode != "managed" or change.deposed:
        return ()
    others = [c for c in changes if c.action is wanted and c.type == change.type and not c.deposed]
    if len(others) > _CANDIDATES:
        others = sorted(others, key=lambda c: -_near(c.address, change.address))[:_CANDIDATES]
    return tuple(others)


def rename_of(change: ResourceChange, others: Iterable[ResourceChange]) -> Rename | None:
    """Return the likeliest other half, where one is alike enough. All have their values."""
    found = [r for r in (_held(change, other) for other in others) if r]
    best = max(found, key=lambda r: (r.equal / r.held, r.equal), default=None)
    return best if best and best.equal / best.held >= ALIKE else None


def _held(change: ResourceChange, other: ResourceChange) -> Rename | None:
    """Hold what goes against what comes; what is secret or not known yet proves nothing."""
    gone, new = (change, other) if change.action is Action.DELETE else (other, change)
    was = {v.path: v.before for v in gone.values if v.side is Side.BEFORE and not v.note}
    comes = {v.path: v.after for v in new.values if v.side is Side.AFTER and not v.note}
    unsure = tuple(v.path for v in (*gone.values, *new.values) if v.note in set(Note))
    below = tuple(f"{path}{mark}" for path in unsure for mark in ".[")
    held = [p for p in was.keys() | comes.keys() if p not in unsure and not p.startswith(below)]
    equal = sum(p in was and p in comes and was[p] == comes[p] for p in held)
    return Rename(gone, new, equal, len(held)) if equal else None


def _near(one: str, two: str) -> float:
    return difflib.SequenceMatcher(None, one[-80:], two[-80:], autojunk=False).ratio()
