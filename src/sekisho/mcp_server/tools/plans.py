"""Tools on plans."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.runs import WAITING
from sekisho.engine.engine import Engine
from sekisho.mcp_server.arguments import (
    Addresses,
    Digest,
    Files,
    Folder,
    Mode_,
    Place,
    RunId,
    WorkspaceName,
)
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.orders import PlanAsk
from sekisho.views.plans import PlanView, one_of, page_of, summary_of
from sekisho.views.runs import RunView


async def plan_create(  # noqa: PLR0913 (each is a word that agents say)
    call: Call,
    workspace: WorkspaceName,
    *,
    files: Files,
    targets: Addresses,
    replace: Addresses,
    configuration: Digest = "",
    folder: Folder = False,
    mode: Mode_ = "normal",
    message: Annotated[str, Field(description="Why, for reviewers", max_length=500)] = "",
    change_id: Annotated[str, Field(description="Change number, if any", max_length=500)] = "",
) -> RunView:
    """Plan a configuration in a workspace. Nothing is changed; it answers at once with a run id.

    Give exactly one of files, configuration and folder. Next: run_get(run_id, wait_seconds=20)
    until the plan is there, then plan_get.
    """
    ask = PlanAsk(
        workspace=workspace,
        files=files,
        configuration=configuration,
        folder=folder,
        mode=mode,
        targets=targets,
        replace=replace,
        message=message,
        change_id=change_id,
    )
    return RunView.of(await call.ask(ask.start, call.engine, call.caller))


async def plan_get(
    call: Call,
    run_id: RunId,
    address: Annotated[str, Field(description="Show this resource alone, in full")] = "",
    details: Annotated[bool, Field(description="true: every value that changes, by pages")] = False,
    cursor: Place = 0,
) -> PlanView:
    """Read what a plan would do: code that runs, dangerous changes, then the rest; what is unmet.

    Without more it is a short summary; with address or details=true it shows values. Show the user
    the dangerous changes. Next: approval_request, or run_apply once it is approved.
    """
    return await call.ask(_plan, call.engine, run_id, address, cursor if details or cursor else -1)


def _plan(engine: Engine, run_id: str, address: str, start: int) -> PlanView:
    run, reading = engine.runs.get(run_id), engine.plans.reading(run_id)
    if address:
        return one_of(run, reading, address)
    if start >= 0:
        return page_of(run, reading, start)
    if run.status not in WAITING:
        return summary_of(run, reading)
    link = engine.approvals.link(run_id)
    return summary_of(run, reading, link.verdict, link.url if link.running else "")


PLAN_TOOLS = (
    ToolSpec(plan_create, "Create a plan", read_only=False, idempotent=False, open_world=True),
    ToolSpec(plan_get, "Read a plan"),
)
