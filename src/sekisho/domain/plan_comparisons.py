"""Two plans held against each other: what is new, gone, different, and the same."""

import dataclasses
from collections.abc import Iterable

from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plan_groups import in_order

Key = tuple[str, str]
"""Address and deposed key: what makes a change the same one in two plans."""


@dataclasses.dataclass(frozen=True)
class PlanComparison:
    """What a plan does that another did not, and the other way round.

    `new` and the second of each pair in `different` are rows of the later plan; `gone` and the
    first are of the earlier one. `same` counts what both do to the letter; secret values are held
    against each other by their keyed marks.
    """

    new: tuple[ResourceChange, ...]
    gone: tuple[ResourceChange, ...]
    different: tuple[tuple[ResourceChange, ResourceChange], ...]
    same: int

    @property
    def equal(self) -> bool:
        """Say whether both do the same."""
        return not (self.new or self.gone or self.different)


def compare(earlier: Iterable[ResourceChange], later: Iterable[ResourceChange]) -> PlanComparison:
    """Compare the changes of two plans, in the order in which changes are shown."""
    before = {_key(c): c for c in earlier}
    after = {_key(c): c for c in later}
    both = [(before[k], c) for k, c in after.items() if k in before]
    different = {_key(new): (old, new) for old, new in both if _does(old) != _does(new)}
    return PlanComparison(
        new=in_order(c for k, c in after.items() if k not in before),
        gone=in_order(c for k, c in before.items() if k not in after),
        different=tuple(
            different[_key(new)] for new in in_order(new for _, new in different.values())
        ),
        same=len(both) - len(different),
    )


def _key(change: ResourceChange) -> Key:
    return change.address, change.deposed


def _does(change: ResourceChange) -> tuple[object, ...]:
    moved = change.previous_address, change.import_id
    return change.actions, change.diff, change.risk, change.forced_by, moved
