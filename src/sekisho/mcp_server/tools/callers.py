"""Tools on callers."""

from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.callers import CallerAnswer
from sekisho.views.reading import caller_shown


async def caller_get(call: Call) -> CallerAnswer:
    """Say whom you act for here, how that was established, and what you may do.

    Call it when a call was refused, or to check the connection. Next: workspace_list.
    """
    return await call.ask(caller_shown, call.engine, call.admission, call.options.version)


CALLER_TOOLS = (ToolSpec(caller_get, "Say who you act for", knowledge=True, short=True),)
