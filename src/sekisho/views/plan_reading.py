"""What is shown of a plan: gathered from the engine, which blocks, in one go."""

import difflib
from collections.abc import Iterable, Sequence
from functools import partial

from sekisho.domain.errors import (
    ChangeUnknown,
    CursorInvalid,
    NothingToCompare,
    WorkspaceUnknown,
)
from sekisho.domain.plan_changes import Part, ResourceChange
from sekisho.domain.plan_filters import ChangeFilter
from sekisho.domain.plan_renames import candidates, rename_of
from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import WAITING, Run
from sekisho.engine.engine import Engine
from sekisho.views.budgets import brief
from sekisho.views.plan_changes import ChangePage, page_of
from sekisho.views.plan_comparisons import SHOWN, ComparisonView, Side, comparison_of
from sekisho.views.plan_diffs import DiffView, diff_of
from sekisho.views.plan_explanations import (
    ExplanationView,
    GateSaid,
    change_explained,
    whole_explained,
)
from sekisho.views.plan_sections import PlanFacts, Section
from sekisho.views.plans import PlanView, SectionName, section_of, summary_of

_NEAR = 3
_LOOKED_AT = 2_000
"""Addresses among which near ones are looked for."""


def plan_shown(
    engine: Engine, run_id: str, section: SectionName = "summary", start: int = 0
) -> PlanView:
    """Show a plan in short, or one section of it from a place on.

    Raises:
        RunUnknown, PlanMissing: there is nothing to show.
        CursorInvalid: not in this plan.
    """
    run, reading = engine.runs.get(run_id), engine.plans.reading(run_id)
    if section != "summary":
        named: Section = section
        return section_of(PlanFacts(run, reading), named, start)
    if start:
        raise CursorInvalid
    look, late = partial(engine.plans.changes, run_id), engine.overrides.late(run)
    if run.status not in WAITING:
        return summary_of(PlanFacts(run, reading, look, late=late))
    link = engine.approvals.link(run_id)
    url = link.url if link.running else ""
    return summary_of(PlanFacts(run, reading, look, link.verdict, url, late))


def changes_shown(
    engine: Engine, run_id: str, wanted: ChangeFilter, start: int = 0, limit: int = 50
) -> ChangePage:
    """Show the changes that a filter takes. Raises RunUnknown, PlanMissing, CursorInvalid."""
    run, reading = engine.runs.get(run_id), engine.plans.reading(run_id)
    return page_of(run, reading, wanted, start, limit)


def change_shown(
    engine: Engine, run_id: str, address: str, paths: Sequence[str] = (), start: int = 0
) -> DiffView:
    """Show one change with its values; `address` is one, or the `#…` of a row.

    Raises:
        RunUnknown, PlanMissing: there is nothing to show.
        ChangeUnknown: not in this plan.
        CursorInvalid: it has no such value.
    """
    run, reading = engine.runs.get(run_id), engine.plans.reading(run_id)
    found = _found(run, reading, address)
    whole = engine.plans.changes(run_id, [found[0].number])[0]
    return diff_of(run, whole, found[1:], paths, start)


def explanation_shown(engine: Engine, run_id: str, address: str = "") -> ExplanationView:
    """Say why a plan is as it is, or one change of it.

    Raises:
        RunUnknown, PlanMissing: there is nothing to explain.
        ChangeUnknown: not in this plan.
    """
    run, reading = engine.runs.get(run_id), engine.plans.reading(run_id)
    facts, gate = PlanFacts(run, reading), _gate(engine, run)
    if not address:
        return whole_explained(facts, gate)
    row = _found(run, reading, address)[0]
    others = candidates(row, reading.changes) if row.part is Part.CHANGE else ()
    whole = engine.plans.changes(run_id, [row.number, *(c.number for c in others)])
    return change_explained(facts, whole[0], rename_of(whole[0], whole[1:]), gate)


def _gate(engine: Engine, run: Run) -> GateSaid:
    """Ask the gate where a plan still waits; of any other, nothing is unmet any more."""
    if run.status not in WAITING:
        return GateSaid()
    said = engine.gate.check(run.id)
    try:
        return GateSaid(engine.workspaces.get(run.workspace).declared.rules, said)
    except WorkspaceUnknown:  # it left the operator's file; the gate says so
        return GateSaid((), said)


def comparison_shown(engine: Engine, run_id: str, with_run: str = "") -> ComparisonView:
    """Compare a plan with that of an earlier run; without one, with the last reviewed one.

    Raises:
        RunUnknown, PlanMissing, RunsApart: they cannot be compared.
        NothingToCompare: none is named, and none before this one was reviewed.
    """
    run = engine.runs.get(run_id)
    other = engine.runs.get(with_run) if with_run else engine.plans.reviewed_before(run_id)
    if other is None:
        raise NothingToCompare(run_id=run_id)
    found = engine.plans.compare(run_id, other.id)
    shown = found.different[:SHOWN]
    later = _side(engine, run, (new for _, new in shown))
    earlier = _side(engine, other, (old for old, _ in shown))
    return comparison_of(later, earlier, found)


def _side(engine: Engine, run: Run, rows: Iterable[ResourceChange]) -> Side:
    values = engine.plans.changes(run.id, [row.number for row in rows])
    return Side(run, engine.plans.reading(run.id), {c.number: c for c in values})


def _found(run: Run, reading: PlanReading, address: str) -> list[ResourceChange]:
    """Return the rows of an address, what this plan does first; of a `#…`, that row alone."""
    number = address.removeprefix("#")
    if address.startswith("#") and number.isascii() and number.isdigit() and len(number) < 10:  # noqa: PLR2004 (far beyond any plan)
        found = [row for row in reading.rows if row.number == int(number)]
    else:
        found = [row for row in reading.rows if row.address == address]
    if not found:
        raise ChangeUnknown(
            address=brief(address, 200), run_id=run.id, near=_near(reading, address)
        )
    return sorted(found, key=lambda row: (row.part is not Part.CHANGE, bool(row.deposed)))


def _near(reading: PlanReading, address: str) -> str:
    """Name what was probably meant: addresses that end or begin alike."""
    known = list(dict.fromkeys(row.address for row in reading.rows))
    inside = [a for a in known if address in a]
    near = inside or difflib.get_close_matches(address[:500], known[:_LOOKED_AT], _NEAR, 0.6)
    return ", ".join(brief(a, 150) for a in near[:_NEAR]) or "none"
