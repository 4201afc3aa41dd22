"""The audit: who did what, newest first, and whether the chain holds."""

from starlette.responses import Response

from sekisho.web.visits import Console, Page, Visit

_ON_PAGE = 50
_OF_A_RUN = 500


def _list(console: Console, visit: Visit) -> Response:
    """Show the audit of everything in parts, or of one run whole."""
    audits, run_id = console.engine.audits, visit.query("run")
    head = audits.head()
    top = min(visit.number("before") - 1, head) if visit.query("before") else head
    if run_id:
        records = audits.list(0, _OF_A_RUN, run_id)
    else:
        after = max(top - _ON_PAGE, 0)
        records = audits.list(after, top - after) if top > after else ()
    return console.render(
        visit,
        "audit.html",
        records=records[::-1],
        run_id=run_id,
        head=head,
        older=records[0].sequence if records and not run_id and records[0].sequence > 1 else None,
        newest=run_id == "" and top >= head,
        report=audits.verify(contents=False) if visit.query("verify") else None,
    )


PAGES = (Page("/audit", _list),)
