"""Approvals: asking for a code, approving or rejecting with it, and applying what was approved."""

import contextlib

from starlette.responses import JSONResponse, Response

from sekisho.domain.errors import ArgumentsInvalid, Conflict, SealBroken
from sekisho.domain.overrides import OverrideKind
from sekisho.domain.runs import RunStatus
from sekisho.domain.step_ups import Way
from sekisho.web.passkeys import ANSWER, as_json
from sekisho.web.runs import DECISIONS, address, recover
from sekisho.web.sessions import keep_cookie
from sekisho.web.visits import Console, Page, Visit, go


def _code(console: Console, visit: Visit) -> Response:
    """Have the server show a code for this decision on its own terminal."""
    decision, _asked = _ask(console, visit, "passkey")
    return go(f"{address(visit)}?decide={decision}", "code_shown")


def _challenge(console: Console, visit: Visit) -> Response:
    """Give a script what it asks the person's passkey, for this decision."""
    _decision, asked = _ask(console, visit, "passkey")
    return as_json(asked) if visit.who else JSONResponse({})


def _fresh(console: Console, visit: Visit) -> Response:
    """Send the person to sign in once more, for this decision."""
    decision, state = _ask(console, visit, "fresh_sign_in")
    page = console.render(visit, "leaving.html", address="/sign-in/go", about=decision)
    cookie = console.engine.sign_ins.begin_fresh(state, address(visit))
    keep_cookie(page, "sign_in", cookie, console.options)
    return page


def _ask(console: Console, visit: Visit, way: Way) -> tuple[str, str]:
    """Have the person asked for a proof; return the decision, and what their browser needs."""
    decision = visit.needed("decision")
    if decision not in DECISIONS:
        raise ArgumentsInvalid(problem=f"decision is one of {', '.join(DECISIONS)}")
    asked = console.engine.approvals.ask(visit.path("run_id"), decision, visit.who, way)
    if asked.seal != visit.needed("seal"):
        raise SealBroken(parts="plan")
    return decision, asked.answer_to


def _proof(visit: Visit) -> str:
    return visit.field("proof", ANSWER) if visit.who else visit.field("code")


def _approve(console: Console, visit: Visit) -> Response:
    """Approve the plan whose seal was on the screen; the second button applies it too."""
    run = console.engine.approvals.approve(
        visit.path("run_id"),
        visit.needed("seal"),
        _proof(visit),
        visit.field("comment"),
        typed=visit.field("typed"),
        who=visit.who,
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
    seal, reason = visit.needed("seal"), visit.needed("reason")
    console.engine.approvals.reject(
        visit.path("run_id"), seal, _proof(visit), reason, who=visit.who
    )
    return go(address(visit), "rejected")


def _override(console: Console, visit: Visit) -> Response:
    """Pass the soft rules that are not met."""
    return _pass(console, visit, OverrideKind.SOFT)


def _break_glass(console: Console, visit: Visit) -> Response:
    """Pass every rule that is not met, in an emergency."""
    return _pass(console, visit, OverrideKind.GLASS)


def _pass(console: Console, visit: Visit, kind: OverrideKind) -> Response:
    seal, reason = visit.needed("seal"), visit.needed("reason")
    console.engine.overrides.give(
        visit.path("run_id"), seal, _proof(visit), kind, reason, who=visit.who
    )
    return go(address(visit), "passed")


def _follow_up(console: Console, visit: Visit) -> Response:
    """Say that somebody else looked at an override."""
    seal, comment = visit.needed("seal"), visit.field("reason")
    console.engine.overrides.follow_up(
        visit.path("run_id"), seal, _proof(visit), comment, who=visit.who
    )
    return go(address(visit), "followed")


def _apply(console: Console, visit: Visit) -> Response:
    wait = visit.field("wait") == "yes"
    console.engine.applies.start(visit.path("run_id"), visit.caller, wait=wait)
    return go(address(visit), "apply_waits" if wait else "applying")


PAGES = (
    Page("/runs/{run_id}/code", _code, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/challenge", _challenge, "POST", decides=True, data=True),
    Page("/runs/{run_id}/fresh", _fresh, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/approve", _approve, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/reject", _reject, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/override", _override, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/break_glass", _break_glass, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/follow_up", _follow_up, "POST", decides=True, recover=recover),
    Page("/runs/{run_id}/apply", _apply, "POST", "apply", recover=recover),
)
