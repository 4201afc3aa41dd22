"""Tools on states and outputs."""

from typing import Annotated

from pydantic import Field

from sekisho.mcp_server.arguments import Limit, Place, WorkspaceName
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.reading import outputs_shown
from sekisho.views.states import OutputPage, ResourceView, StatePage


async def output_get(
    call: Call,
    workspace: WorkspaceName,
    name: Annotated[str, Field(description="This output alone; empty: all")] = "",
) -> OutputPage:
    """Read the outputs of a workspace after its last apply. Sensitive ones are masked."""
    return await call.ask(outputs_shown, call.engine, workspace, name)


async def state_list(
    call: Call, workspace: WorkspaceName, cursor: Place = 0, limit: Limit = 100
) -> StatePage:
    """List the resources that exist in a workspace, as its newest known state says.

    Next: state_get for the values of one.
    """
    known = await call.ask(call.engine.states.list, workspace)
    return StatePage.of(known, cursor, limit)


async def state_get(
    call: Call,
    workspace: WorkspaceName,
    address: Annotated[str, Field(description="Address as state_list gives it", max_length=500)],
) -> ResourceView:
    """Read the values of one resource in the state. Sensitive values are masked."""
    resource = await call.ask(call.engine.states.get, workspace, address)
    return ResourceView.of(workspace, resource)


STATE_TOOLS = (
    ToolSpec(output_get, "Read outputs"),
    ToolSpec(state_list, "List resources in the state"),
    ToolSpec(state_get, "Read a resource in the state"),
)
