"""States and outputs over the API."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import AddressUnknown, CursorInvalid, StateMissing, WorkspaceUnknown
from sekisho.views.reading import outputs_shown
from sekisho.views.states import OutputPage, ResourceView, StatePage
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Limit, Nothing, Operation, Place, Query


class StateQuery(Query):
    """Which page."""

    cursor: Place = 0
    limit: Limit = 100


class ResourceQuery(Query):
    """Which resource."""

    address: Annotated[str, Field(max_length=500, description="As state_list gives it")]


class OutputQuery(Query):
    """Which output."""

    name: Annotated[str, Field(max_length=500, description="This output alone; empty: all")] = ""


async def state_list(ask: Ask[StateQuery, Nothing]) -> Answer:
    """List the resources that exist in a workspace, as its newest known state says."""
    known = await on_thread(ask.engine.states.list, ask.path("name"))
    if ask.query.cursor > len(known.index.resources):
        raise CursorInvalid
    return StatePage.of(known, ask.query.cursor, ask.query.limit)


async def state_get(ask: Ask[ResourceQuery, Nothing]) -> Answer:
    """Read the values of one resource in the state. Sensitive values are masked."""
    name = ask.path("name")
    return ResourceView.of(name, await on_thread(ask.engine.states.get, name, ask.query.address))


async def output_get(ask: Ask[OutputQuery, Nothing]) -> Answer:
    """Read the outputs of a workspace after its last apply. Sensitive ones are masked."""
    return await on_thread(outputs_shown, ask.engine, ask.path("name"), ask.query.name)


_MISSING = (WorkspaceUnknown, StateMissing)

STATE_OPERATIONS = (
    Operation(
        "GET",
        "/workspaces/{name}/state",
        state_list,
        StatePage,
        "read",
        query=StateQuery,
        raises=_MISSING,
    ),
    Operation(
        "GET",
        "/workspaces/{name}/state/resource",
        state_get,
        ResourceView,
        "read",
        query=ResourceQuery,
        raises=(*_MISSING, AddressUnknown),
    ),
    Operation(
        "GET",
        "/workspaces/{name}/outputs",
        output_get,
        OutputPage,
        "read",
        query=OutputQuery,
        raises=(*_MISSING, AddressUnknown),
    ),
)
