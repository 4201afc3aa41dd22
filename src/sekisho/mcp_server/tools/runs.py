"""Tools on runs."""

from functools import partial
from typing import Annotated

from pydantic import Field

from sekisho.domain.logs import LogFilter
from sekisho.domain.runs import RunStatus
from sekisho.mcp_server.arguments import Limit, Place, Reason, RunId, Wait
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.ports import RunQuery
from sekisho.views.logs import LevelName, LogView, PhaseName, log_shown, tail_shown
from sekisho.views.reading import run_shown
from sekisho.views.runs import RunPage, RunView, Status
from sekisho.views.waiting import follow

Later = Annotated[
    bool,
    Field(description="true: where time alone is missing, apply as soon as the window opens"),
]


async def run_get(call: Call, run_id: RunId, wait_seconds: Wait = 0) -> RunView:
    """Read where a run stands, why it ended as it did, and what can be done next.

    With wait_seconds it answers as soon as nothing more happens by itself, or when time is up.
    Giving up on the call stops nothing. Call it again while the status is queued or at work.
    """
    run = await follow(lambda: call.ask(call.engine.runs.get, run_id), wait_seconds)
    return await call.ask(run_shown, call.engine, run)


async def run_list(
    call: Call,
    status: Annotated[list[Status], Field(default_factory=list[Status])],
    workspace: str = "",
    cursor: str = "",
    limit: Annotated[int, Field(ge=1, le=50)] = 20,
) -> RunPage:
    """List runs, newest first, of one workspace and of some statuses if you say so.

    Use it to find a run whose id you do not have. Next: run_get for one of them.
    """
    query = RunQuery(
        workspace=workspace or None,
        statuses=frozenset(RunStatus(s) for s in status),
        cursor=cursor or None,
        limit=limit,
    )
    return RunPage.of(await call.ask(call.engine.runs.list, query))


async def run_log(  # noqa: PLR0913 (each is a filter that agents name)
    call: Call,
    run_id: RunId,
    *,
    phase: PhaseName = "",
    level: Annotated[LevelName, Field(description="Of this level or above")] = "",
    grep: Annotated[
        str, Field(description="Lines with this text, whatever its case", max_length=200)
    ] = "",
    tail: Annotated[int, Field(ge=0, le=200, description="The last so many lines")] = 0,
    cursor: Place = 0,
    limit: Limit = 100,
) -> LogView:
    """Read what Terraform said in a run: from a cursor on, the last lines, or those that fit.

    Use it to follow an apply with the cursor it answers, or with tail to find out why a run failed.
    Next: run_get for where the run stands.
    """
    wanted = LogFilter(phase, level, grep)
    if tail:
        return await call.ask(tail_shown, call.engine, run_id, wanted, tail)
    return await call.ask(log_shown, call.engine, run_id, wanted, cursor, limit)


async def run_apply(call: Call, run_id: RunId, wait_for_window: Later = False) -> RunView:
    """Apply exactly the plan of an approved run: this changes real infrastructure.

    It answers at once; where a rule is unmet it says which, and changes nothing. Call it when the
    user wants it. Next: run_get(run_id, wait_seconds=20) until it is applied.
    """
    start = partial(call.engine.applies.start, run_id, call.caller, wait=wait_for_window)
    return RunView.of(await call.ask(start))


async def run_cancel(call: Call, run_id: RunId, reason: Reason = "") -> RunView:
    """Cancel a run that waits, or ask Terraform to stop one that is at work.

    An apply that is stopped saves what it did up to then. Next: run_get until it has ended.
    """
    return RunView.of(await call.ask(call.engine.runs.cancel, run_id, call.caller, reason))


async def run_discard(call: Call, run_id: RunId, reason: Reason = "") -> RunView:
    """Throw away a plan that waits for approval or to be applied; nothing is changed by it.

    Use it when a plan is not wanted after all. Next: plan_create for another one.
    """
    return RunView.of(await call.ask(call.engine.runs.discard, run_id, call.caller, reason))


RUN_TOOLS = (
    ToolSpec(run_get, "Read a run", short=True),
    ToolSpec(run_list, "List runs", short=True),
    ToolSpec(run_log, "Read a run's log"),
    ToolSpec(
        run_apply,
        "Apply an approved plan",
        power="apply",
        read_only=False,
        destructive=True,
        idempotent=False,
        open_world=True,
    ),
    ToolSpec(run_cancel, "Cancel a run", power="plan", read_only=False, destructive=True),
    ToolSpec(
        run_discard,
        "Discard a plan",
        power="plan",
        read_only=False,
        destructive=True,
        idempotent=False,
    ),
)
