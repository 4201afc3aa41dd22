"""Tools on plans."""

from typing import Annotated

from pydantic import Field

from sekisho.mcp_server.arguments import (
    Addresses,
    ChangeAddress,
    Digest,
    Files,
    Folder,
    GitRef,
    Intent,
    Limit,
    Mode_,
    OptionalChange,
    Place,
    Rollback,
    RunId,
    WorkspaceName,
)
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.review_app import REVIEW_URI
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.orders import PlanAsk
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
from sekisho.views.runs import RunView


async def plan_create(  # noqa: PLR0913 (each is a word that agents say)
    call: Call,
    workspace: WorkspaceName,
    *,
    files: Files,
    targets: Addresses,
    replace: Addresses,
    intent: Intent,
    configuration: Digest = "",
    folder: Folder = False,
    git_ref: GitRef = "",
    mode: Mode_ = "normal",
    message: Annotated[str, Field(description="Why, for reviewers", max_length=500)] = "",
    change_id: Annotated[str, Field(description="Change number, if any", max_length=500)] = "",
    rollback: Rollback = "",
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
        rollback=rollback,
        intent=intent,
    )
    do = call.ask if ask.quick else call.ask_at_length
    return RunView.of(await do(ask.start, call.engine, call.caller))


async def plan_get(
    call: Call,
    run_id: RunId,
    section: Annotated[
        SectionName, Field(description="One part of the summary, in full, by pages")
    ] = "summary",
    cursor: Place = 0,
) -> PlanView:
    """Read what a plan would do, in short: reasons to stop, code that runs, irreversible changes.

    Tell the user the alarms and the irreversible and dangerous changes. Next: plan_changes,
    plan_change or plan_explain for more; then approval_request, or run_apply once it is approved.
    """
    return await call.ask(plan_shown, call.engine, run_id, section, cursor)


async def plan_changes(  # noqa: PLR0913 (each is a filter that agents name)
    call: Call,
    run_id: RunId,
    *,
    action: Annotated[list[ActionName], Field(default_factory=list[ActionName])],
    type: Annotated[list[str], Field(default_factory=list[str], max_length=50)],  # noqa: A002
    risk: Annotated[list[RiskName], Field(default_factory=list[RiskName])],
    module: Annotated[
        str, Field(description="This module and those in it; `.` for the root alone")
    ] = "",
    text: Annotated[str, Field(description="Part of an address or a type", max_length=500)] = "",
    part: Annotated[PartName, Field(description="drift: changed outside Terraform")] = "change",
    cursor: Place = 0,
    limit: Limit = 50,
) -> ChangePage:
    """List the changes of a plan, most worth a look first, filtered, with totals.

    Each row has a `#…` that stands for it. Next: plan_change for the values of one, plan_explain
    for why it happens.
    """
    wanted = wanted_changes(
        actions=action, types=type, risks=risk, module=module, text=text, part=part
    )
    return await call.ask(changes_shown, call.engine, run_id, wanted, cursor, limit)


async def plan_change(
    call: Call,
    run_id: RunId,
    address: ChangeAddress,
    paths: Annotated[
        list[str],
        Field(default_factory=list[str], max_length=50, description="Attributes to show first"),
    ],
    cursor: Place = 0,
) -> DiffView:
    """Read the values of one change, before and after: what forces a replacement comes first.

    Next: plan_explain for why it happens.
    """
    return await call.ask(change_shown, call.engine, run_id, address, paths, cursor)


async def plan_explain(call: Call, run_id: RunId, address: OptionalChange = "") -> ExplanationView:
    """Say why a plan is as risky as it is and what its rules ask for; with address, why one change.

    Of a change: what forces it, where its values come from, what would avoid it, whether it is
    probably a rename. Next: plan_change for its values; correct the files, then plan_create.
    """
    return await call.ask(explanation_shown, call.engine, run_id, address)


async def plan_compare(
    call: Call,
    run_id: RunId,
    with_run: Annotated[
        str, Field(description="An earlier run; empty: the last one reviewed", max_length=100)
    ] = "",
) -> ComparisonView:
    """Compare a plan with that of an earlier run: which changes are new, gone, or different.

    Use it after planning again, to tell the user what is not as it was reviewed. Next: plan_change.
    """
    return await call.ask(comparison_shown, call.engine, run_id, with_run)


PLAN_TOOLS = (
    ToolSpec(
        plan_create,
        "Create a plan",
        power="plan",
        read_only=False,
        idempotent=False,
        open_world=True,
    ),
    ToolSpec(plan_get, "Read a plan in short", app=REVIEW_URI),
    ToolSpec(plan_changes, "List the changes of a plan"),
    ToolSpec(plan_change, "Read one change of a plan"),
    ToolSpec(plan_explain, "Explain a plan or a change"),
    ToolSpec(plan_compare, "Compare two plans"),
)
