"""Changes put in order, and equal ones into groups: the same diff is never shown 100 times."""

import dataclasses
from collections.abc import Iterable

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import ResourceChange


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


def _place(change: ResourceChange) -> tuple[int, bool, bool, str, str, int]:
    quiet = change.action is Action.NO_OP
    read = change.action is Action.READ
    return -change.risk.rank, quiet, read, change.address, change.deposed, change.number


def groups_of(changes: Iterable[ResourceChange]) -> tuple[ChangeGroup, ...]:
    """Group changes that do the same to the same type; in the order of their first members."""
    found: dict[tuple[object, ...], list[ResourceChange]] = {}
    for change in in_order(changes):
        key = (change.action, change.type, change.diff, change.risk, change.why, change.deposed)
        found.setdefault(key, []).append(change)
    return tuple(
        ChangeGroup(c[0].action, c[0].type, c[0].risk, tuple(m.number for m in c))
        for c in found.values()
    )
