"""Tools on plans."""

from typing import Annotated

from pydantic import Field

from sekisho.mcp_server.arguments import (
    Addresses,
    Digest,
    Files,
    Folder,
    GitRef,
    Mode_,
    Place,
    RunId,
    WorkspaceName,
)
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.review_app import REVIEW_URI
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.orders import PlanAsk
from sekisho.views.plans import PlanView
from sekisho.views.reading import plan_shown
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
    git_ref: GitRef = "",
    mode: Mode_ = "normal",
    message: Annotated[str, Field(description="Why, for reviewers", max_length=500)] = "",
    change_id: Annotated[str, Field(description="Change number, if any", max_length=500)] = "",
) -> RunView:
    """Plan a configuration in a workspace. Nothing is changed; it answers at once with a run id.

    Give exactly one of files, configuration, folder and git_ref. Next: run_get(run_id,
    wait_seconds=20) until the plan is there, then plan_get.
    """
    ask = PlanAsk(
        workspace=workspace,
        files=files,
        configuration=configuration,
        folder=folder,
        git_ref=git_ref,
        mode=mode,
        targets=targets,
        replace=replace,
        message=message,
        change_id=change_id,
    )
    do = call.ask if ask.quick else call.ask_at_length
    return RunView.of(await do(ask.start, call.engine, call.caller))


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
    start = cursor if details or cursor else None
    return await call.ask(plan_shown, call.engine, run_id, address, start)


PLAN_TOOLS = (
    ToolSpec(
        plan_create,
        "Create a plan",
        power="plan",
        read_only=False,
        idempotent=False,
        open_world=True,
    ),
    ToolSpec(plan_get, "Read a plan", app=REVIEW_URI),
)
