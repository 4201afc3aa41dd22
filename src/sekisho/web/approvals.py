"""Approvals: asking for a code, approving or rejecting with it, and applying what was approved."""

import contextlib

from starlette.responses import Response

from sekisho.domain.errors import ArgumentsInvalid, Conflict, SealBroken
from sekisho.domain.runs import RunStatus
from sekisho.web.runs import address, recover
from sekisho.web.visits import Console, Page, Visit, go


def _code(console: Console, visit: Visit) -> Response:
    """Have the server show a code for this decision on its own terminal."""
    decision = visit.needed("decision")
    if decision not in ("approve", "reject"):
        raise ArgumentsInvalid(problem="decision is approve or reject")
    seal = console.engine.approvals.begin(visit.path("run_id"), decision)
    if seal != visit.needed("seal"):
        raise SealBroken(parts="plan")
    return go(f"{address(visit)}?decide={decision}", "code_shown")


def _approve(console: Console, visit: Visit) -> Response:
    """Approve the plan whose seal was on the screen; the second button applies it too."""
    run = console.engine.approvals.approve(
        visit.path("run_id"),
        visit.needed("seal"),
        visit.field("code"),
        visit.field("comment"),
        typed=visit.field("typed"),
    )
    if run.status is not RunStatus.APPROVED:
        return go(address(visit), "approved_more")
    if visit.field("then") != "apply":
        return go(address(visit), "approved")
    # The approval stands whatever becomes of the apply; the page then says what is unmet.
    with contextlib.suppress(Conflict):
        console.engine.applies.start(run.id, run.approvals[-1].by)
        return go(address(visit), "approved_applying")
    return go(address(visit), "approved_not_applied")


def _reject(console: Console, visit: Visit) -> Response:
    console.engine.approvals.reject(
        visit.path("run_id"), visit.needed("seal"), visit.field("code"), visit.needed("reason")
    )
    return go(address(visit), "rejected")


def _apply(console: Console, visit: Visit) -> Response:
    console.engine.applies.start(visit.path("run_id"), visit.caller)
    return go(address(visit), "applying")


PAGES = (
    Page("/runs/{run_id}/code", _code, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/approve", _approve, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/reject", _reject, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/apply", _apply, "POST", "apply", recover=recover),
)
