"""Workspaces over the API."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import WorkspaceUnknown
from sekisho.views.workspaces import WorkspacePage, WorkspaceView
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Limit, Nothing, Operation, Query


class WorkspacesQuery(Query):
    """Which page."""

    cursor: Annotated[str, Field(max_length=100, description="Of the page before")] = ""
    limit: Limit = 200


async def workspace_list(ask: Ask[WorkspacesQuery, Nothing]) -> Answer:
    """List the workspaces that the operator declared."""
    known = await on_thread(ask.engine.workspaces.list)
    return WorkspacePage.of(known, ask.query.cursor, ask.query.limit)


async def workspace_get(ask: Ask[Nothing, Nothing]) -> Answer:
    """Read a workspace: its sources, target, backend and rules, who holds it, its state."""
    return WorkspaceView.of(await on_thread(ask.engine.workspaces.get, ask.path("name")))


WORKSPACE_OPERATIONS = (
    Operation(
        "GET",
        "/workspaces",
        workspace_list,
        WorkspacePage,
        "read",
        query=WorkspacesQuery,
    ),
    Operation(
        "GET",
        "/workspaces/{name}",
        workspace_get,
        WorkspaceView,
        "read",
        raises=(WorkspaceUnknown,),
    ),
)
