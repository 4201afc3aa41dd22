"""A plan on the review page: dangers first, counts, groups, then every change, in parts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sekisho.domain.actions import DESTRUCTIVE, Action, Risk
from sekisho.domain.errors import CursorInvalid
from sekisho.domain.plan_changes import ActionCall, Check, CodeRun, ResourceChange
from sekisho.domain.plan_groups import ChangeGroup, for_all, groups_of, in_order
from sekisho.domain.plans import PlanReading
from sekisho.domain.risks import Reason
from sekisho.engine.engine import Engine
from sekisho.web.plan_diffs import LEAVES, Diff, Room, diff_of, diff_of_outputs
from sekisho.web.plan_filters import Asked, Choices, choices

AT_ONCE = 40
"""Different changes on one page of the full diff; equal ones count as one."""
_WHOLE = 500
"""Values of a change that is shown alone."""
_GROUPS = 8
_APART = 20
"""Drifted and deferred changes shown before one has to ask for the rest."""
_ROOM = 1_500_000
"""Characters of values on one page."""
_FETCH = 8


Rows = tuple[ResourceChange, ...]


@dataclass(frozen=True)
class Tile:
    """One count; `key` names its text."""

    key: str
    count: int


@dataclass(frozen=True)
class Entry:
    """Resources to which the same is done: the first, whole, stands for all of `members`."""

    change: ResourceChange
    members: tuple[ResourceChange, ...]
    diff: Diff

    @property
    def count(self) -> int:
        """How many resources it is about."""
        return len(self.members)


@dataclass(frozen=True)
class Danger:
    """Dangerous changes of one kind for the same reasons."""

    change: ResourceChange
    members: tuple[ResourceChange, ...]


@dataclass(frozen=True)
class Listing:
    """One part of a list of changes: `start` and `groups` say which; `total` counts resources."""

    entries: tuple[Entry, ...]
    start: int
    groups: int
    total: int

    @property
    def before(self) -> int | None:
        """Where the part before this one starts; None at the beginning."""
        return max(self.start - AT_ONCE, 0) if self.start else None

    @property
    def after(self) -> int | None:
        """Where the next part starts; None at the end."""
        end = self.start + len(self.entries)
        return end if end < self.groups else None


@dataclass(frozen=True)
class PlanPage:
    """What the review page shows of a plan.

    `alone`: the full diff is one change that was asked for. `outputs_changed` counts the outputs
    that the values of `outputs` are of; `groups` are the largest of `groups_all`.
    """

    reading: PlanReading
    asked: Asked
    tiles: tuple[Tile, ...]
    dangers: tuple[Danger, ...]
    dangerous: int
    irreversible: int
    groups: tuple[Entry, ...]
    groups_all: int
    changes: Listing
    drift: Listing
    deferred: Listing
    choices: Choices
    outputs: Diff
    alone: bool = False

    @property
    def outputs_changed(self) -> int:
        return self.reading.counts.outputs

    @property
    def code(self) -> tuple[CodeRun, ...]:
        """Programs that run."""
        return self.reading.code

    @property
    def actions(self) -> tuple[ActionCall, ...]:
        """Actions that are called: they may destroy what no count tells."""
        return self.reading.actions

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Reasons to stop altogether."""
        return self.reading.alarms

    @property
    def checks(self) -> tuple[Check, ...]:
        """Checks that do not pass."""
        return tuple(c for c in self.reading.checks if c.failing)

    @property
    def pending(self) -> tuple[Check, ...]:
        """Checks of which nobody knows before the apply what they find."""
        return tuple(c for c in self.reading.checks if c.pending)


@dataclass
class _Shelf:
    """Fetches whole changes, a few at a time, as long as the page has room."""

    engine: Engine
    run_id: str
    room: Room = field(default_factory=lambda: Room(_ROOM))

    def entries(self, groups: Sequence[Rows], most: int = LEAVES) -> tuple[Entry, ...]:
        found: list[Entry] = []
        for n in range(0, len(groups), _FETCH):
            part = groups[n : n + _FETCH]
            firsts: Iterable[ResourceChange] = [g[0] for g in part]
            if self.room.left > 0:
                numbers = [c.number for c in firsts]
                firsts = self.engine.plans.changes(self.run_id, numbers)
            found += [
                Entry(c, g, self._diff(for_all(c, g), most))
                for c, g in zip(firsts, part, strict=True)
            ]
        return tuple(found)

    def _diff(self, change: ResourceChange, most: int) -> Diff:
        diff = diff_of(change, self.room, most)
        missing = change.leaves - len(change.values)
        if change.values or missing <= 0:
            return diff
        return Diff((), (), diff.sides, missing)


def plan_page(engine: Engine, run_id: str, asked: Asked) -> PlanPage:
    """Arrange a plan for reading; values are fetched for what is on this page alone.

    Raises:
        PlanMissing: there is no plan.
        CursorInvalid: there is no such place in the plan.
    """
    reading = engine.plans.reading(run_id)
    shelf = _Shelf(engine, run_id)
    rows = reading.rows
    if asked.number is None:
        changes = _listed(shelf, rows, asked)
    else:
        changes = _alone(shelf, rows, asked.number)
    large = sorted((g for g in groups_of(reading.changes) if g.count > 1), key=lambda g: -g.count)
    outputs = diff_of_outputs(reading.outputs, shelf.room, LEAVES)
    of_part = [c for c in rows if c.part is asked.filter.part]
    risks = Counter(c.risk for c in reading.changes)
    return PlanPage(
        reading=reading,
        asked=asked,
        tiles=tiles(reading),
        dangers=dangers_of(reading),
        dangerous=sum(risks[r] for r in DESTRUCTIVE),
        irreversible=risks[Risk.IRREVERSIBLE],
        groups=shelf.entries(_members(rows, large[:_GROUPS]), 4),
        groups_all=len(large),
        changes=changes,
        drift=_first(shelf, rows, reading.drift, _APART),
        deferred=_first(shelf, rows, reading.deferred, _APART),
        choices=choices(of_part, asked),
        outputs=outputs,
        alone=asked.number is not None,
    )


def _members(rows: Rows, groups: Iterable[ChangeGroup]) -> list[Rows]:
    return [tuple(rows[n] for n in g.numbers) for g in groups]


def _listed(shelf: _Shelf, rows: Rows, asked: Asked) -> Listing:
    wanted = asked.filter.apply(rows)
    groups = groups_of(wanted)
    if asked.start and asked.start >= len(groups):
        raise CursorInvalid
    part = _members(rows, groups[asked.start : asked.start + AT_ONCE])
    return Listing(shelf.entries(part), asked.start, len(groups), len(wanted))


def _alone(shelf: _Shelf, rows: Rows, number: int) -> Listing:
    if number >= len(rows):
        raise CursorInvalid
    return Listing(shelf.entries([(rows[number],)], _WHOLE), 0, 1, 1)


def _first(shelf: _Shelf, rows: Rows, changes: Rows, most: int) -> Listing:
    groups = groups_of(changes)
    part = _members(rows, groups[:most])
    return Listing(shelf.entries(part), 0, len(groups), len(changes))


def every_change(engine: Engine, run_id: str, reading: PlanReading, most: int) -> Listing:
    """List the first changes of a plan in their order, for paper."""
    return _first(_Shelf(engine, run_id), reading.rows, reading.changes, most)


def dangers_of(reading: PlanReading) -> tuple[Danger, ...]:
    """Put dangerous changes of one kind, for the same reasons, together; worst first."""
    found: dict[tuple[object, ...], list[ResourceChange]] = {}
    for change in in_order(c for c in reading.changes if c.risk in DESTRUCTIVE):
        key = (change.risk, change.action, change.type, change.why, change.deposed)
        found.setdefault(key, []).append(change)
    return tuple(Danger(c[0], tuple(c)) for c in found.values())


def tiles(reading: PlanReading) -> tuple[Tile, ...]:
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
