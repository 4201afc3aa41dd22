"""Tools on security scans."""

from typing import Annotated

from pydantic import Field

from sekisho.mcp_server.arguments import Limit, Place, RunId
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.scans import ScanPage, SeverityName, scan_shown


async def scan_run(
    call: Call,
    run_id: RunId,
    *,
    severity: Annotated[list[SeverityName], Field(default_factory=list[SeverityName])],
    cursor: Place = 0,
    limit: Limit = 50,
) -> ScanPage:
    """Read what the security scan of a plan found, worst first, and how to fix each.

    Tell the user what is critical or high. Next: correct the files, then plan_create.
    """
    return await call.ask(scan_shown, call.engine, run_id, severity, cursor, limit)


SCAN_TOOLS = (ToolSpec(scan_run, "Read the scan of a plan"),)
