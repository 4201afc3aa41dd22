"""Reading plans over the API: in short, change by change, explained, and beside another one."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import (
    ChangeUnknown,
    NothingToCompare,
    PlanMissing,
    RunsApart,
    RunUnknown,
)
from sekisho.views.plan_changes import (
    ActionName,
    ChangePage,
    PartName,
    RiskName,
    wanted_changes,
)
from sekisho.views.plan_comparisons import ComparisonView
from sekisho.views.plan_diffs import DiffView
from sekisho.views.plan_explanations import ExplanationView
from sekisho.views.plan_reading import (
    change_shown,
    changes_shown,
    comparison_shown,
    explanation_shown,
    plan_shown,
)
from sekisho.views.plans import PlanView, SectionName
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Limit, Nothing, Operation, Place, Query

Address = Annotated[
    str, Field(max_length=2000, description="Address of a resource, or the `#…` of its row")
]


class PlanQuery(Query):
    """Which part of a plan."""

    section: Annotated[
        SectionName, Field(description="One part of the summary, in full, by pages")
    ] = "summary"
    cursor: Place = 0


class ChangesQuery(Query):
    """Which changes."""

    action: Annotated[
        list[ActionName],
        Field(default_factory=list[ActionName], description="Any of these; repeat it"),
    ]
    type: Annotated[
        list[str],
        Field(default_factory=list[str], max_length=50, description="Any of these; repeat it"),
    ]
    risk: Annotated[
        list[RiskName],
        Field(default_factory=list[RiskName], description="Any of these; repeat it"),
    ]
    module: Annotated[
        str,
        Field(max_length=2000, description="This module and those in it; `.` for the root alone"),
    ] = ""
    text: Annotated[str, Field(max_length=500, description="Part of an address or a type")] = ""
    part: Annotated[PartName, Field(description="drift: changed outside Terraform")] = "change"
    cursor: Place = 0
    limit: Limit = 50


class ChangeQuery(Query):
    """Which change, and which of its values first."""

    address: Address
    paths: Annotated[
        list[str],
        Field(default_factory=list[str], max_length=50, description="Attributes to show first"),
    ]
    cursor: Place = 0


class ExplanationQuery(Query):
    """What to explain."""

    address: Address = ""


class ComparisonQuery(Query):
    """What to compare with."""

    with_run: Annotated[
        str, Field(max_length=100, description="An earlier run; empty: the last one reviewed")
    ] = ""


async def plan_get(ask: Ask[PlanQuery, Nothing]) -> Answer:
    """Read what a plan would do, in short, or one section of it in full."""
    query = ask.query
    return await on_thread(plan_shown, ask.engine, ask.path("run_id"), query.section, query.cursor)


async def plan_changes(ask: Ask[ChangesQuery, Nothing]) -> Answer:
    """List the changes of a plan, most worth a look first, filtered, with totals."""
    query = ask.query
    wanted = wanted_changes(
        actions=query.action,
        types=query.type,
        risks=query.risk,
        module=query.module,
        text=query.text,
        part=query.part,
    )
    run_id = ask.path("run_id")
    return await on_thread(changes_shown, ask.engine, run_id, wanted, query.cursor, query.limit)


async def plan_change(ask: Ask[ChangeQuery, Nothing]) -> Answer:
    """Read the values of one change, before and after."""
    query, run_id = ask.query, ask.path("run_id")
    return await on_thread(
        change_shown, ask.engine, run_id, query.address, query.paths, query.cursor
    )


async def plan_explain(ask: Ask[ExplanationQuery, Nothing]) -> Answer:
    """Say why a plan is as risky as it is and what its rules ask for, or why one change is."""
    return await on_thread(explanation_shown, ask.engine, ask.path("run_id"), ask.query.address)


async def plan_compare(ask: Ask[ComparisonQuery, Nothing]) -> Answer:
    """Compare a plan with that of an earlier run: what is new, gone, different."""
    return await on_thread(comparison_shown, ask.engine, ask.path("run_id"), ask.query.with_run)


_MISSING = (RunUnknown, PlanMissing)

PLAN_REVIEW_OPERATIONS = (
    Operation(
        "GET", "/runs/{run_id}/plan", plan_get, PlanView, "read", query=PlanQuery, raises=_MISSING
    ),
    Operation(
        "GET",
        "/runs/{run_id}/plan/changes",
        plan_changes,
        ChangePage,
        "read",
        query=ChangesQuery,
        raises=_MISSING,
    ),
    Operation(
        "GET",
        "/runs/{run_id}/plan/change",
        plan_change,
        DiffView,
        "read",
        query=ChangeQuery,
        raises=(*_MISSING, ChangeUnknown),
    ),
    Operation(
        "GET",
        "/runs/{run_id}/plan/explanation",
        plan_explain,
        ExplanationView,
        "read",
        query=ExplanationQuery,
        raises=(*_MISSING, ChangeUnknown),
    ),
    Operation(
        "GET",
        "/runs/{run_id}/plan/comparison",
        plan_compare,
        ComparisonView,
        "read",
        query=ComparisonQuery,
        raises=(*_MISSING, RunsApart, NothingToCompare),
    ),
)
