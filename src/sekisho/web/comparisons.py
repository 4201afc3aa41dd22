"""The plan held against another of its workspace: by default the last that a person reviewed."""

from dataclasses import dataclass

from sekisho.domain.errors import SekishoError
from sekisho.domain.plan_changes import ResourceChange, ValueChange
from sekisho.domain.plan_comparisons import PlanComparison
from sekisho.domain.runs import Run
from sekisho.domain.text import plain
from sekisho.engine.engine import Engine

_SHOWN = 40
_PATHS = 8
_LONGEST = 100


@dataclass(frozen=True)
class Difference:
    """A change that both plans make, and not alike. `paths`: where, and `more` places."""

    old: ResourceChange
    new: ResourceChange
    paths: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class Compared:
    """What came of comparing. `asked` is what the reader wrote, `error` why it cannot be.

    `other` is None where no plan of the workspace was reviewed before.
    """

    asked: str = ""
    other: Run | None = None
    error: SekishoError | None = None
    found: PlanComparison | None = None
    different: tuple[Difference, ...] = ()

    @property
    def new(self) -> tuple[ResourceChange, ...]:
        """What only this plan does, as far as it is shown."""
        return self.found.new[:_SHOWN] if self.found else ()

    @property
    def gone(self) -> tuple[ResourceChange, ...]:
        """What only the other plan does, as far as it is shown."""
        return self.found.gone[:_SHOWN] if self.found else ()


def compared(engine: Engine, run: Run, asked: str) -> Compared:
    """Compare with the run that was asked for, or with the last reviewed one."""
    wanted = asked[:_LONGEST]
    try:
        other = engine.runs.get(wanted) if wanted else engine.plans.reviewed_before(run.id)
        if other is None:
            return Compared()
        found = engine.plans.compare(run.id, other.id)
        return Compared(wanted, other, None, found, _different(engine, run, other, found))
    except SekishoError as error:
        return Compared(wanted, error=error)


def _different(
    engine: Engine, run: Run, other: Run, found: PlanComparison
) -> tuple[Difference, ...]:
    pairs = found.different[:_SHOWN]
    olds = engine.plans.changes(other.id, [old.number for old, _ in pairs])
    news = engine.plans.changes(run.id, [new.number for _, new in pairs])
    return tuple(_difference(old, new) for old, new in zip(olds, news, strict=True))


def _difference(old: ResourceChange, new: ResourceChange) -> Difference:
    before, after = _leaves(old), _leaves(new)
    paths = sorted(p for p in before | after if before.get(p) != after.get(p))
    shown = tuple(plain(p, _LONGEST) for p in paths[:_PATHS])
    return Difference(old.row(), new.row(), shown, max(len(paths) - _PATHS, 0))


def _leaves(change: ResourceChange) -> dict[str, list[ValueChange]]:
    found: dict[str, list[ValueChange]] = {}
    for value in change.values:
        found.setdefault(value.path, []).append(value)
    return found
