"""Around approving, over the API. Nothing here approves: that takes a person, in the console."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import PlanMissing, RunUnknown
from sekisho.domain.text import Language
from sekisho.views.approvals import ApprovalRequestView
from sekisho.views.gate import GateView
from sekisho.views.moments import FORM
from sekisho.views.reading import approval_shown, gate_shown
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation, Query


class ReaderQuery(Query):
    """Who reads it."""

    language: Annotated[Language, Field(description="Language of what people read")] = "en"


class GateQuery(ReaderQuery):
    """Who reads it, and which moment is meant."""

    at: Annotated[
        str, Field(max_length=60, description=f"Another moment than now, like {FORM}; bare: JST")
    ] = ""


async def approval_request(ask: Ask[ReaderQuery, Nothing]) -> Answer:
    """Say where a person reviews a plan and decides, and everything that is still unmet."""
    return await on_thread(approval_shown, ask.engine, ask.path("run_id"), ask.query.language)


async def gate_check(ask: Ask[GateQuery, Nothing]) -> Answer:
    """Say whether a plan may be applied now or at a moment, and everything that is unmet then."""
    query = ask.query
    return await on_thread(gate_shown, ask.engine, ask.path("run_id"), query.language, query.at)


_MISSING = (RunUnknown, PlanMissing)

APPROVAL_OPERATIONS = (
    Operation(
        "GET",
        "/runs/{run_id}/approval",
        approval_request,
        ApprovalRequestView,
        "read",
        query=ReaderQuery,
        raises=_MISSING,
    ),
    Operation(
        "GET",
        "/runs/{run_id}/gate",
        gate_check,
        GateView,
        "read",
        query=GateQuery,
        raises=_MISSING,
    ),
)
