"""Runs over the API."""

from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sekisho.domain.errors import (
    AccessMissing,
    CoolingDown,
    DecisionNotHere,
    DestroysSpent,
    GateUnmet,
    MoveIllegal,
    PlanOver,
    QuotaSpent,
    RunChanged,
    RunUnknown,
    ServerStopped,
    WorkspaceBusy,
    WorkspaceLocked,
    WorkspaceUnknown,
)
from sekisho.domain.runs import Run, RunStatus
from sekisho.ports import RunQuery
from sekisho.views.reading import run_shown
from sekisho.views.runs import RunPage, RunView, Status
from sekisho.views.waiting import LONGEST, follow
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import (
    Answer,
    Ask,
    Limit,
    Nothing,
    Operation,
    Query,
    Versioned,
    WorkspaceName,
)


class RunsQuery(Query):
    """Which runs."""

    workspace: WorkspaceName = ""
    status: Annotated[
        list[Status], Field(default_factory=list[Status], description="Any of these; repeat it")
    ]
    cursor: Annotated[
        str, Field(pattern="^([a-z]+[-_][0-9a-z]{1,40})?$", description="Of the page before")
    ] = ""
    limit: Limit = 50


class RunQueryWait(Query):
    """How long to wait."""

    wait: Annotated[
        int, Field(ge=0, le=LONGEST, description="Seconds to wait for the run to settle")
    ] = 0


class ApplyAsk(BaseModel):
    """How to apply."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wait_for_window: Annotated[
        bool,
        Field(description="Where time alone is missing, apply as soon as windows and freezes let"),
    ] = False


class Reason(BaseModel):
    """Why something is ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[str, Field(max_length=500, description="Why, for the audit")] = ""


async def run_list(ask: Ask[RunsQuery, Nothing]) -> Answer:
    """List runs, newest first."""
    query = RunQuery(
        workspace=ask.query.workspace or None,
        statuses=frozenset(RunStatus(s) for s in ask.query.status),
        cursor=ask.query.cursor or None,
        limit=ask.query.limit,
    )
    return RunPage.of(await on_thread(ask.engine.runs.list, query))


async def run_get(ask: Ask[RunQueryWait, Nothing]) -> Answer:
    """Read a run.

    With `wait` it answers as soon as the run has settled, or when the time is up.
    """
    run_id = ask.path("run_id")
    run = await follow(lambda: on_thread(ask.engine.runs.get, run_id), ask.query.wait)
    view = await on_thread(run_shown, ask.engine, run)
    return Versioned(view, run.version)


async def run_apply(ask: Ask[Nothing, ApplyAsk]) -> Answer:
    """Queue the apply of an approved plan, or let it wait for its window."""
    wait = ask.body.wait_for_window
    start = partial(ask.engine.applies.start, wait=wait)
    return _shown(await on_thread(start, ask.path("run_id"), ask.caller, ask.seen))


async def run_cancel(ask: Ask[Nothing, Reason]) -> Answer:
    """Cancel a run that waits, or ask Terraform to stop one that is at work."""
    why = ask.body.reason
    cancel = ask.engine.runs.cancel
    return _shown(await on_thread(cancel, ask.path("run_id"), ask.caller, why, ask.seen))


async def run_discard(ask: Ask[Nothing, Reason]) -> Answer:
    """Throw a waiting plan away."""
    why = ask.body.reason
    discard = ask.engine.runs.discard
    return _shown(await on_thread(discard, ask.path("run_id"), ask.caller, why, ask.seen))


async def run_approve(ask: Ask[Nothing, Nothing]) -> Answer:
    """Refuse: a decision is a person's, in the console, whatever credential is shown here."""
    raise DecisionNotHere(url=ask.engine.approvals.page(ask.path("run_id")))


async def run_reject(ask: Ask[Nothing, Nothing]) -> Answer:
    """Refuse: a decision is a person's, in the console, whatever credential is shown here."""
    return await run_approve(ask)


async def run_override(ask: Ask[Nothing, Nothing]) -> Answer:
    """Refuse: a decision is a person's, in the console, whatever credential is shown here."""
    return await run_approve(ask)


async def run_break_glass(ask: Ask[Nothing, Nothing]) -> Answer:
    """Refuse: a decision is a person's, in the console, whatever credential is shown here."""
    return await run_approve(ask)


async def run_follow_up(ask: Ask[Nothing, Nothing]) -> Answer:
    """Refuse: a decision is a person's, in the console, whatever credential is shown here."""
    return await run_approve(ask)


def _shown(run: Run) -> Versioned:
    return Versioned(RunView.of(run), run.version)


_ENDS = (RunUnknown, MoveIllegal, RunChanged)
_HOLDS_UP = (ServerStopped, QuotaSpent, DestroysSpent, CoolingDown)

_DECISIONS = {
    "approve": run_approve,
    "reject": run_reject,
    "override": run_override,
    "break_glass": run_break_glass,
    "follow_up": run_follow_up,
}
"""What programs may come to ask for, so that they are told where it is done."""

RUN_OPERATIONS = (
    Operation(
        "GET",
        "/runs",
        run_list,
        RunPage,
        "read",
        query=RunsQuery,
        raises=(WorkspaceUnknown,),
    ),
    Operation(
        "GET", "/runs/{run_id}", run_get, RunView, "read", query=RunQueryWait, raises=(RunUnknown,)
    ),
    Operation(
        "POST",
        "/runs/{run_id}/apply",
        run_apply,
        RunView,
        "apply",
        body=ApplyAsk,
        body_needed=False,
        holds=True,
        raises=(
            *_ENDS,
            AccessMissing,
            GateUnmet,
            PlanOver,
            WorkspaceBusy,
            WorkspaceLocked,
            *_HOLDS_UP,
        ),
    ),
    *(
        Operation(
            "POST",
            f"/runs/{{run_id}}/{verb}",
            end,
            RunView,
            "plan",
            body=Reason,
            body_needed=False,
            holds=True,
            raises=_ENDS,
        )
        for verb, end in (("cancel", run_cancel), ("discard", run_discard))
    ),
    *(
        Operation(
            "POST",
            f"/runs/{{run_id}}/{verb}",
            refuse,
            None,
            "read",
            takes="*/*",
            raises=(DecisionNotHere,),
        )
        for verb, refuse in _DECISIONS.items()
    ),
)
