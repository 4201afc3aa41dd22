"""Tools on workspaces."""

from sekisho.mcp_server.arguments import Limit, WorkspaceName
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.workspaces import WorkspacePage, WorkspaceView


async def workspace_list(call: Call, cursor: str = "", limit: Limit = 50) -> WorkspacePage:
    """List the workspaces that the operator declared. Start here to find the one to work in.

    Next: workspace_get for one of them, then plan_create.
    """
    known = await call.ask(call.engine.workspaces.list)
    return WorkspacePage.of(known, cursor, limit)


async def workspace_get(call: Call, name: WorkspaceName) -> WorkspaceView:
    """Read how a workspace is set up, its rules, who holds it, and where its state stands.

    Call it before the first plan in a workspace: it says which sources it takes. Next: plan_create,
    or config_upload for a folder.
    """
    return WorkspaceView.of(await call.ask(call.engine.workspaces.get, name))


WORKSPACE_TOOLS = (
    ToolSpec(workspace_list, "List workspaces", short=True),
    ToolSpec(workspace_get, "Read a workspace", short=True),
)
