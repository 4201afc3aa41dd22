"""The audit over the API."""

import functools
from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import AccessMissing
from sekisho.views.audits import AuditPage, AuditReportView
from sekisho.views.long_calls import at_length
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation, Place, Query


class AuditQuery(Query):
    """Which records."""

    run_id: Annotated[str, Field(max_length=100, description="Of this run alone")] = ""
    cursor: Place = 0
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many")] = 100


async def audit_list(ask: Ask[AuditQuery, Nothing]) -> Answer:
    """Read the audit, oldest first.

    A cursor is the sequence number of the last record read: who keeps it reads on later.
    """
    query = ask.query
    run_id = query.run_id or None
    return AuditPage.of(await on_thread(ask.engine.audits.part, query.cursor, query.limit, run_id))


async def audit_verify(ask: Ask[Nothing, Nothing]) -> Answer:
    """Walk the whole audit and all that is stored, and say whether it holds.

    It is for callers who may read every workspace. Which file of each name is the last one is
    looked at here; `sekisho audit verify` on the server reads every file to its end besides.
    """
    verify = functools.partial(ask.engine.audits.verify, contents=False)
    return AuditReportView.of(await at_length(ask.caller.person, verify))


AUDIT_OPERATIONS = (
    Operation("GET", "/audit", audit_list, AuditPage, "read", query=AuditQuery),
    Operation(
        "GET",
        "/audit/verify",
        audit_verify,
        AuditReportView,
        "read",
        raises=(AccessMissing,),
    ),
)
