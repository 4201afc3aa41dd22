"""Two plans side by side: what a run does that an earlier one did not, and the other way round."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from sekisho.domain.plan_changes import ResourceChange, ValueChange
from sekisho.domain.plan_comparisons import PlanComparison
from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import Run
from sekisho.views.budgets import DETAIL_TOKENS, MARGIN, brief, lines_within, size, views_within
from sekisho.views.next_steps import next_steps
from sekisho.views.plan_changes import ChangeRow, Detail
from sekisho.views.plan_line import plan_line
from sekisho.views.plan_sections import output_leaves
from sekisho.views.view import View

SHOWN = 30
"""Changes that differ and are held against each other value by value."""
_PATHS = 6
_ROW = Detail(160, 2, 0, 0)


class DifferentRow(View):
    """A change that both plans have and that is not the same: as it is now, and what was."""

    change: ChangeRow
    action_before: str | None = None
    risk_before: str | None = None
    paths: list[str]
    more_paths: int = 0

    def words(self) -> str:
        """Say what is different."""
        said = [f"was {was}" for was in (self.action_before, self.risk_before) if was]
        rest = f" and {self.more_paths} more" if self.more_paths else ""
        said += [f"values that differ: {', '.join(self.paths)}{rest}"] if self.paths else []
        return "\n".join([self.change.words(), *[f"      {s}" for s in said]])


class ComparisonView(View):
    """What the plan of a run does that the plan of an earlier run did not.

    `gone` are changes of the earlier one alone, by their rows there. `about` names differences of
    the plans as a whole; `not_shown` counts rows for which there was no room.
    """

    run_id: str
    status: str
    with_run: str
    with_status: str
    equal: bool
    summary: str
    with_summary: str
    about: list[str]
    counts: dict[str, int]
    new: list[ChangeRow] = Field(default_factory=list[ChangeRow])
    gone: list[ChangeRow] = Field(default_factory=list[ChangeRow])
    different: list[DifferentRow] = Field(default_factory=list[DifferentRow])
    not_shown: dict[str, int] = Field(default_factory=dict[str, int])
    next: list[str]

    def words(self) -> str:
        """Say what is new, gone and different."""
        said = "equal: both do the same to the letter" if self.equal else "not equal"
        lines = [f"Run {self.run_id} ({self.status}): {self.summary}"]
        lines += [f"Compared with {self.with_run} ({self.with_status}): {self.with_summary}"]
        tally = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        lines += [f"They are {said}. Changes: {tally}", *self.about]
        lines += ["New:", *[row.words() for row in self.new]] if self.new else []
        lines += ["Different:", *[r.words() for r in self.different]] if self.different else []
        lines += (
            ["Gone (by the rows of the earlier run):", *[row.words() for row in self.gone]]
            if self.gone
            else []
        )
        if self.not_shown:
            left = ", ".join(f"{count} {name}" for name, count in self.not_shown.items())
            lines += [f"Not shown: {left}"]
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


@dataclasses.dataclass(frozen=True)
class Side:
    """One of the two plans; `values`: its changes that have theirs, by number."""

    run: Run
    reading: PlanReading
    values: Mapping[int, ResourceChange]


def comparison_of(later: Side, earlier: Side, found: PlanComparison) -> ComparisonView:
    """Show a comparison within the budget of a drill-down."""
    beside = _about(later, earlier)
    about = lines_within(beside, DETAIL_TOKENS // 4)
    bare = ComparisonView(
        run_id=later.run.id,
        status=later.run.status,
        with_run=earlier.run.id,
        with_status=earlier.run.status,
        equal=found.equal and not beside,
        summary=plan_line(later.reading.counts),
        with_summary=plan_line(earlier.reading.counts),
        about=about,
        counts={
            "new": len(found.new),
            "different": len(found.different),
            "gone": len(found.gone),
            "the same": found.same,
        },
        not_shown={"differences beside them": len(beside) - len(about)},
        next=_next(later.run, earlier.run, found),
    )
    return _filled(bare, later, earlier, found)


def _filled(
    bare: ComparisonView, later: Side, earlier: Side, found: PlanComparison
) -> ComparisonView:
    """Give each list its share; what one leaves over is for the next."""
    room = DETAIL_TOKENS - size(bare) - MARGIN
    new = views_within((ChangeRow.of(c, _ROW) for c in found.new), room * 4 // 10)
    room -= sum(map(size, new))
    pairs = (_different(o, n, _paths(later, earlier, o, n)) for o, n in found.different)
    different = views_within(pairs, room * 6 // 10)
    room -= sum(map(size, different))
    gone = views_within((ChangeRow.of(c, _ROW) for c in found.gone), room)
    left = bare.not_shown | {
        "new": len(found.new) - len(new),
        "different": len(found.different) - len(different),
        "gone": len(found.gone) - len(gone),
    }
    more = {"new": new, "different": different, "gone": gone}
    return bare.model_copy(update=more | {"not_shown": {k: n for k, n in left.items() if n}})


def _different(old: ResourceChange, now: ResourceChange, paths: Sequence[str]) -> DifferentRow:
    return DifferentRow(
        change=ChangeRow.of(now, _ROW),
        action_before=old.action if old.actions != now.actions else None,
        risk_before=old.risk if old.risk != now.risk else None,
        paths=[brief(p, 80) for p in paths[:_PATHS]],
        more_paths=max(len(paths) - _PATHS, 0),
    )


def _paths(later: Side, earlier: Side, old: ResourceChange, now: ResourceChange) -> Sequence[str]:
    """Return the paths whose change is not the same in both plans."""
    one, two = earlier.values.get(old.number), later.values.get(now.number)
    if one is None or two is None:
        return ()
    before, after = _by_path(one.values), _by_path(two.values)
    return [p for p in dict.fromkeys([*after, *before]) if before.get(p) != after.get(p)]


def _by_path(values: Iterable[ValueChange]) -> dict[str, ValueChange]:
    return {v.path: v for v in values}


def _about(later: Side, earlier: Side) -> list[str]:
    """Name what differs between the plans beside their changes."""
    now, then = later.run, earlier.run
    said: list[str] = []
    if now.options != then.options:
        asked = (brief(run.options.describe(), 200) for run in (now, then))
        said += ["Planned with other options: {}; before: {}.".format(*asked)]
    code_now, code_then = (set(map(str, s.reading.code)) for s in (later, earlier))
    said += [f"New code that will run: {brief(c, 120)}" for c in sorted(code_now - code_then)]
    said += [
        f"Code that ran before and will not: {brief(c, 120)}" for c in sorted(code_then - code_now)
    ]
    outs_now, outs_then = (output_leaves(s.reading) for s in (later, earlier))
    differ = [n for n in {**outs_now, **outs_then} if outs_now.get(n) != outs_then.get(n)]
    said += [f"An output changes otherwise: {brief(name, 80)}" for name in differ]
    return said


def _next(later: Run, earlier: Run, found: PlanComparison) -> list[str]:
    here = f'run_id="{later.id}"'
    steps = [f"plan_changes({here}): all changes of this plan"]
    if found.gone:
        steps += [f'plan_changes(run_id="{earlier.id}"): all changes of the earlier one']
    if found.new or found.different:
        row = found.new[0] if found.new else found.different[0][1]
        steps += [f'plan_change({here}, address="#{row.number}"): the values of one']
    return [*steps, *[s for s in next_steps(later) if not s.startswith("plan_get(")][:2]]
