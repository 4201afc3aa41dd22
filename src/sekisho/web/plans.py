"""A plan on the review page: what is dangerous first, counts, then every change, in parts."""

from collections import Counter
from dataclasses import dataclass

from sekisho.domain.actions import Action, Risk
from sekisho.domain.errors import CursorInvalid
from sekisho.domain.plan_changes import ResourceChange, ValueChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.text import Language
from sekisho.web.languages import knows, say

AT_ONCE = 100
"""Changes on one page; the rest is one click away and counted."""
LEAVES = 100
"""Values shown of one change."""

_RANK = {Risk.DANGEROUS: 0, Risk.REVIEW: 1, Risk.SAFE: 2}


@dataclass(frozen=True)
class Tile:
    """One count; `key` names its text."""

    key: str
    count: int


@dataclass(frozen=True)
class PlanPage:
    """What the review page shows of a plan. `start` and `total` say which part `changes` is.

    `outputs` has one row a value that changes, `outputs_changed` counts the outputs they are of.
    """

    tiles: tuple[Tile, ...]
    add: int
    change: int
    destroy: int
    dangerous: tuple[ResourceChange, ...]
    changes: tuple[ResourceChange, ...]
    start: int
    total: int
    outputs: tuple[ValueChange, ...]
    outputs_changed: int
    runs_code: tuple[str, ...]
    terraform_version: str

    @property
    def before(self) -> int | None:
        """Where the part before this one starts; None at the beginning."""
        return max(self.start - AT_ONCE, 0) if self.start else None

    @property
    def after(self) -> int | None:
        """Where the next part starts; None at the end."""
        end = self.start + len(self.changes)
        return end if end < self.total else None


def plan_page(reading: PlanReading, start: int) -> PlanPage:
    """Arrange a plan for reading.

    Raises:
        CursorInvalid: there is no such place in the plan.
    """
    changes = sorted(filter(_matters, reading.changes), key=_order)
    if start and start >= len(changes):
        raise CursorInvalid
    counts = reading.counts
    return PlanPage(
        tiles=_tiles(reading),
        add=counts.add,
        change=counts.change,
        destroy=counts.destroy,
        dangerous=tuple(c for c in changes if c.risk is Risk.DANGEROUS),
        changes=tuple(changes[start : start + AT_ONCE]),
        start=start,
        total=len(changes),
        outputs=reading.outputs,
        outputs_changed=counts.outputs,
        runs_code=tuple(map(str, reading.code)),
        terraform_version=reading.terraform_version,
    )


def _matters(change: ResourceChange) -> bool:
    """A no-op is shown where it moves or imports: that writes the state."""
    return change.action is not Action.NO_OP or bool(change.previous_address) or change.importing


def _order(change: ResourceChange) -> tuple[int, bool, str, str]:
    return _RANK[change.risk], change.action is Action.READ, change.address, change.deposed


def _tiles(reading: PlanReading) -> tuple[Tile, ...]:
    """Count each resource once: a replacement is neither an addition nor a deletion here."""
    counts = reading.counts
    tally = Counter(c.action for c in reading.changes if c.mode == "managed")
    return (
        Tile("create", tally[Action.CREATE]),
        Tile("update", tally[Action.UPDATE]),
        Tile("replace", tally[Action.REPLACE]),
        Tile("delete", tally[Action.DELETE]),
        Tile("import", counts.importing),
        Tile("move", counts.move),
        Tile("forget", tally[Action.FORGET]),
        Tile("actions", counts.actions),
        Tile("outputs", counts.outputs),
        Tile("drift", counts.drift),
    )


def reasons(language: Language, change: ResourceChange) -> list[str]:
    """Say in plain words what is dangerous about a change, and what makes it necessary."""
    said = [say(language, f"danger.{_danger(change)}")]
    if knows(f"reason.{change.reason}"):
        said.append(say(language, f"reason.{change.reason}"))
    if change.forced_by:
        said.append(say(language, "danger.forced_by", paths=", ".join(change.forced_by[:5])))
    if change.importing and change.action is Action.REPLACE:
        said.append(say(language, "danger.imported"))
    return said


def _danger(change: ResourceChange) -> str:
    if change.deposed:
        return "deposed"
    if change.action is Action.REPLACE:
        return "replace_first" if change.actions[:1] == ("create",) else "replace"
    return "delete" if change.action is Action.DELETE else "other"
