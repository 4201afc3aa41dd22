"""Plans over the API."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import (
    AddressUnknown,
    AllowanceSpent,
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    ConfigurationUnknown,
    DiskFull,
    InlineTooLarge,
    PlanMissing,
    PlansWaiting,
    RunUnknown,
    SourceRefused,
    UploadTooLarge,
    WorkspaceUnknown,
)
from sekisho.domain.errors.git import GIT_ERRORS
from sekisho.views.long_calls import at_length
from sekisho.views.orders import PlanAsk
from sekisho.views.plans import PlanView
from sekisho.views.reading import plan_shown
from sekisho.views.runs import RunView
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import (
    Answer,
    Ask,
    Nothing,
    Operation,
    Query,
    Versioned,
)


class PlanQuery(Query):
    """Which part of a plan."""

    address: Annotated[
        str, Field(max_length=500, description="Show this resource alone, in full")
    ] = ""
    details: Annotated[bool, Field(description="true: every value that changes, by pages")] = False
    cursor: Annotated[
        int | None, Field(ge=0, le=10**15, description="Details from this cursor on")
    ] = None


async def plan_create(ask: Ask[Nothing, PlanAsk]) -> Answer:
    """Plan a configuration in a workspace.

    Nothing is changed; it answers at once with a run. Give exactly one of files, configuration,
    folder and git_ref.
    """
    if ask.body.quick:
        run = await on_thread(ask.body.start, ask.engine, ask.caller)
    else:
        run = await at_length(ask.caller.person, ask.body.start, ask.engine, ask.caller)
    return Versioned(RunView.of(run), run.version)


async def plan_get(ask: Ask[PlanQuery, Nothing]) -> Answer:
    """Read what a plan would do: a summary, one resource, or every value that changes.

    A cursor asks for values, as `details` does.
    """
    query = ask.query
    start = query.cursor or 0 if query.details or query.cursor is not None else None
    return await on_thread(plan_shown, ask.engine, ask.path("run_id"), query.address, start)


TAKES_FILES = (
    WorkspaceUnknown,
    ConfigurationUnknown,
    SourceRefused,
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    InlineTooLarge,
    UploadTooLarge,
    DiskFull,
    AllowanceSpent,
    *GIT_ERRORS,
)
"""What can be wrong with files that come along."""

_ON_ITS_RUN = ("run_get", "plan_get", "run_log", "gate_check", "run_cancel", "run_discard")

PLAN_OPERATIONS = (
    Operation(
        "POST",
        "/runs",
        plan_create,
        RunView,
        "plan",
        body=PlanAsk,
        raises=(*TAKES_FILES, PlansWaiting),
        links=dict.fromkeys(_ON_ITS_RUN, ("run_id", "/id")),
    ),
    Operation(
        "GET",
        "/runs/{run_id}/plan",
        plan_get,
        PlanView,
        "read",
        query=PlanQuery,
        raises=(RunUnknown, PlanMissing, AddressUnknown),
    ),
)
