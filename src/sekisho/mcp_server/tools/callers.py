"""Tools on callers."""

from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.callers import CallerAnswer, CallerView


async def caller_get(call: Call) -> CallerAnswer:
    """Say whom you act for here, how that was established, and what you may do.

    Call it when a call was refused, or to check the connection. Next: workspace_list.
    """
    return CallerAnswer(
        caller=CallerView.of(call.caller),
        may=["read", "plan", "apply a plan that its rules let through", "cancel", "discard"],
        may_not=["approve or reject a plan", "unlock a workspace", "change rules or workspaces"],
        version=call.options.version,
        next=["workspace_list(): see the workspaces"],
    )


CALLER_TOOLS = (ToolSpec(caller_get, "Say who you act for", short=True),)
