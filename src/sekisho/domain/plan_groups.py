"""Changes put in order, and equal ones into groups: the same diff is never shown 100 times."""

import dataclasses
import re
from collections.abc import Iterable, Sequence

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import Note, ResourceChange, Side, ValueChange

VARIES = "…"
"""Stands for what each of a group has of its own."""


@dataclasses.dataclass(frozen=True)
class ChangeGroup:
    """Resources to which the same is done. `numbers` are theirs; the first stands for all."""

    action: Action
    type: str
    risk: Risk
    numbers: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.numbers)


def in_order(changes: Iterable[ResourceChange]) -> tuple[ResourceChange, ...]:
    """Return changes in the one order that cursors count in: what deserves a look comes first."""
    return tuple(sorted(changes, key=_place))


_COUNTED = re.compile(r"\[(\d{1,18})\]")


def _place(change: ResourceChange) -> tuple[int, bool, bool, str, str, int]:
    quiet = change.action is Action.NO_OP
    read = change.action is Action.READ
    # web[2] stands before web[10], as with Terraform.
    address = _COUNTED.sub(lambda found: f"[{found[1]:0>18}]", change.address)
    return -change.risk.rank, quiet, read, address, change.deposed, change.number


def groups_of(changes: Iterable[ResourceChange]) -> tuple[ChangeGroup, ...]:
    """Group changes that do the same to the same type; in the order of their first members."""
    found: dict[tuple[object, ...], list[ResourceChange]] = {}
    for change in in_order(changes):
        done = change.shape or change.diff
        key = (change.action, change.type, done, change.risk, change.why, change.deposed)
        found.setdefault(key, []).append(change)
    return tuple(
        ChangeGroup(c[0].action, c[0].type, c[0].risk, tuple(m.number for m in c))
        for c in found.values()
    )


def for_all(first: ResourceChange, members: Sequence[ResourceChange]) -> ResourceChange:
    """Return the first of a group, whole, with the values that go for all of its members.

    What stood where nobody knows yet what will is each one's own.
    """
    if len({m.diff for m in members}) <= 1:
        return first
    return dataclasses.replace(first, values=tuple(map(_of_all, first.values)))


def _of_all(value: ValueChange) -> ValueChange:
    own = value.note == Note.UNKNOWN and value.side is not Side.AFTER
    return dataclasses.replace(value, before=VARIES) if own else value
