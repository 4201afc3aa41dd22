"""Tools on callers."""

from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.callers import CallerAnswer


async def caller_get(call: Call) -> CallerAnswer:
    """Say whom you act for here, how that was established, and what you may do.

    Call it when a call was refused, or to check the connection. Next: workspace_list.
    """
    callers, version = call.engine.callers, call.options.version
    return CallerAnswer.of(call.admission, callers.auth, version, callers.issuer)


CALLER_TOOLS = (ToolSpec(caller_get, "Say who you act for", knowledge=True, short=True),)
