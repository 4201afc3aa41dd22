"""The audit: who did what, newest first, and whether the chain holds."""

import itertools
import re
from zoneinfo import ZoneInfo

from starlette.responses import Response

from sekisho.domain.errors import ArgumentsInvalid
from sekisho.engine.audits import AuditPart
from sekisho.views.audit_exports import exported, in_month
from sekisho.web.visits import Console, Page, Visit

_ON_PAGE = 50
_OF_A_RUN = 500
_EXPORTED = 50_000
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def _list(console: Console, visit: Visit) -> Response:
    """Show the audit of everything in parts, or of one run whole."""
    audits, run_id = console.engine.audits, visit.query("run")
    before = visit.number("before") if visit.query("before") else None
    if run_id:
        part = AuditPart(audits.list(0, _OF_A_RUN, run_id)[::-1])
    else:
        part = audits.below(before, _ON_PAGE)
    return console.render(
        visit,
        "audit.html",
        records=part.records,
        run_id=run_id,
        older=part.cursor,
        month=f"{part.records[0].entry.at:%Y-%m}" if part.records else "",
        newest=run_id == "" and (before is None or before > audits.head()),
        report=audits.verify(contents=False) if visit.query("verify") else None,
    )


def _export(console: Console, visit: Visit) -> Response:
    """Answer a month as CSV; what is more than fits one answer is for `sekisho audit export`."""
    month, japanese = visit.query("month"), visit.language == "ja"
    zone = ZoneInfo("Asia/Tokyo") if japanese else ZoneInfo("UTC")
    if not _MONTH.fullmatch(month):
        raise ArgumentsInvalid(problem="month is like 2026-11")
    found = list(
        itertools.islice(in_month(console.engine.audits.all(), month, zone), _EXPORTED + 1)
    )
    if len(found) > _EXPORTED:
        problem = f"{month} has more than {_EXPORTED} records: sekisho audit export writes them all"
        raise ArgumentsInvalid(problem=problem)
    text = "".join(exported(found, "csv", zone, visit.language, bom=True))
    response = Response(text.encode("utf-8", "replace"))
    response.headers["content-type"] = "text/csv; charset=utf-8"
    response.headers["content-disposition"] = f'attachment; filename="audit-{month}.csv"'
    return response


PAGES = (Page("/audit", _list), Page("/audit/export.csv", _export, data=True))
