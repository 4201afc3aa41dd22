"""Security scans over the API: what was found, and the same as SARIF."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import PlanMissing, RunUnknown, ScanUnknown
from sekisho.views.sarif import sarif_shown
from sekisho.views.scans import ScanPage, SeverityName, scan_shown
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import (
    Answer,
    Ask,
    Limit,
    Nothing,
    Operation,
    Place,
    Query,
    Written,
)

SARIF = "application/sarif+json"
_MISSING = (RunUnknown, PlanMissing, ScanUnknown)


class ScanQuery(Query):
    """Which findings."""

    severity: Annotated[
        list[SeverityName],
        Field(default_factory=list[SeverityName], description="Any of these; repeat it"),
    ]
    cursor: Place = 0
    limit: Limit = 50


async def scan_run(ask: Ask[ScanQuery, Nothing]) -> Answer:
    """Read what the security scan of a plan found, worst first, with counts and how to fix each."""
    query, run_id = ask.query, ask.path("run_id")
    return await on_thread(
        scan_shown, ask.engine, run_id, query.severity, query.cursor, query.limit
    )


async def scan_sarif(ask: Ask[Nothing, Nothing]) -> Answer:
    """Read the security scan of a plan as SARIF 2.1.0."""
    return Written(await on_thread(sarif_shown, ask.engine, ask.path("run_id")), SARIF)


SCAN_OPERATIONS = (
    Operation(
        "GET",
        "/runs/{run_id}/scan",
        scan_run,
        ScanPage,
        "read",
        query=ScanQuery,
        raises=_MISSING,
    ),
    Operation(
        "GET",
        "/runs/{run_id}/scan.sarif",
        scan_sarif,
        ScanPage,
        "read",
        raises=_MISSING,
        media=SARIF,
    ),
)
