"""Every tool, in the order in which clients list them."""

from sekisho.mcp_server.spec import ToolSpec
from sekisho.mcp_server.tools.approvals import APPROVAL_TOOLS
from sekisho.mcp_server.tools.callers import CALLER_TOOLS
from sekisho.mcp_server.tools.configurations import CONFIGURATION_TOOLS
from sekisho.mcp_server.tools.plans import PLAN_TOOLS
from sekisho.mcp_server.tools.runs import RUN_TOOLS
from sekisho.mcp_server.tools.scans import SCAN_TOOLS
from sekisho.mcp_server.tools.states import STATE_TOOLS
from sekisho.mcp_server.tools.workspaces import WORKSPACE_TOOLS

TOOLS: tuple[ToolSpec, ...] = (
    *WORKSPACE_TOOLS,
    *CONFIGURATION_TOOLS,
    *PLAN_TOOLS,
    *RUN_TOOLS,
    *SCAN_TOOLS,
    *STATE_TOOLS,
    *APPROVAL_TOOLS,
    *CALLER_TOOLS,
)
"""The one list: annotations, filters, snapshots, documentation and tests derive from it."""
