"""Runs: the list, the page of one run, and the verbs that end a run early."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from starlette.responses import Response

from sekisho.domain.errors import ArgumentsInvalid, NameNeeded, SekishoError
from sekisho.domain.runs import Run, RunStatus
from sekisho.engine.approvals import Decision
from sekisho.ports import RunQuery
from sekisho.views.http_errors import http_status
from sekisho.views.inspections import FindingLine
from sekisho.views.plan_facts import contained_said
from sekisho.web.decisions import gate_lines, overrides_said, said_before
from sekisho.web.plan_pictures import picture_of
from sekisho.web.reviews import Wanted, review_of
from sekisho.web.scans import scan_card
from sekisho.web.session_policies import policy_card
from sekisho.web.visits import Console, Page, Visit, go

_ON_PAGE = 40
_ASKING = 12
_FOLLOWING = 20
DECISIONS: tuple[Decision, ...] = get_args(Decision)
_ASKED = ("code", "fresh")

S = RunStatus


def _list(console: Console, visit: Visit) -> Response:
    """Show runs, newest first; those that wait for a decision are shown first of all."""
    workspace, status = visit.query("workspace"), visit.query("status")
    if status and status not in list(S):
        raise ArgumentsInvalid(problem="there is no such status")
    query = RunQuery(
        workspace=workspace or None,
        statuses=frozenset({S(status)}) if status else frozenset(),
        cursor=visit.query("cursor") or None,
        limit=_ON_PAGE,
    )
    page = console.engine.runs.list(query)
    first = not (workspace or status or query.cursor)
    asking = RunQuery(statuses=frozenset({S.AWAITING_APPROVAL}), limit=_ASKING)
    return console.render(
        visit,
        "runs.html",
        runs=page.items,
        cursor=page.cursor,
        asking=console.engine.runs.list(asking).items if first else (),
        workspaces=[w.declared.name for w in console.engine.workspaces.list()],
        workspace=workspace,
        status_filter=status,
        statuses=list(S),
        paged=bool(query.cursor),
        to_follow=_to_follow(console) if first else (),
    )


@dataclass(frozen=True)
class ToFollow:
    """A run with an override that somebody else has to look at: until when, and whether it is late.

    `due` is the earliest of them.
    """

    run: Run
    due: datetime
    late: bool


def _to_follow(console: Console) -> tuple[ToFollow, ...]:
    """Gather what is to be looked at; the most urgent first."""
    overrides = console.engine.overrides
    found = [
        ToFollow(run, min(o.due for o in run.overrides if not o.followed), overrides.late(run))
        for run in overrides.waiting(_FOLLOWING)
    ]
    return tuple(sorted(found, key=lambda each: each.due))


def show(
    console: Console,
    visit: Visit,
    *,
    error: SekishoError | None = None,
    decide: str = "",
    proof: str = "",
    run_id: str = "",
) -> Response:
    """Render the review page, with an error above it where a form on it failed.

    `proof`: of a fresh sign-in, for the decision that it was made for; no cookie ever holds it.
    """
    wanted = Wanted() if error or proof else Wanted.of(visit)
    review = review_of(console.engine, run_id or visit.path("run_id"), wanted)
    groups = visit.who.groups if visit.who else ()
    review = replace(
        review, actions=console.engine.overrides.only(review.actions, groups, review.run)
    )
    return console.render(
        visit,
        "run.html",
        status=http_status(error) if error else 200,
        review=review,
        run=review.run,
        picture=picture_of(review.plan, review.run.id, visit.language) if review.plan else None,
        gate=gate_lines(review.verdict, visit, review.run),
        said=said_before(review.run, visit.language),
        contained=contained_said(review.run, visit.language),
        overrides_said=overrides_said(console.engine, review.run, visit.language),
        scan=scan_card(console.engine, review.run, visit.language),
        policy=policy_card(review.run, review.plan.reading, visit.language)
        if review.plan
        else None,
        findings=FindingLine.all(review.run.inspection, visit.language),
        decide=decide if decide in review.actions else "",
        proof=proof or _proof_again(visit, error),
        passkeys=bool(visit.who and console.engine.passkeys.of(visit.who)),
        fresh=console.engine.sign_ins.fresh,
        error=error,
        typed=visit.fields.get("typed", "")[:1000],
        # A code that was not looked at is still good: nobody types it twice.
        code=visit.fields.get("code", "")[:40] if isinstance(error, NameNeeded) else "",
        comment=visit.fields.get("comment", "")[:1000],
        reason=visit.fields.get("reason", "")[:1000],
    )


def _proof_again(visit: Visit, error: SekishoError | None) -> str:
    """Return the proof of a fresh sign-in that was not looked at; a passkey is just asked anew."""
    proof = visit.fields.get("proof", "")[:100] if isinstance(error, NameNeeded) else ""
    return "" if proof.startswith("{") else proof


def _show(console: Console, visit: Visit) -> Response:
    decide = visit.query("decide")
    return show(console, visit, decide=decide if decide in DECISIONS else "")


def recover(console: Console, visit: Visit, error: SekishoError) -> Response:
    """Answer a failed form with the review page it came from."""
    verb = visit.request.url.path.rpartition("/")[2]
    decide = visit.fields.get("decision", "") if verb in _ASKED else verb
    return show(console, visit, error=error, decide=decide if decide in DECISIONS else "")


def address(visit: Visit) -> str:
    """Return where the review page of this visit's run is."""
    return visit.request.url.path.rpartition("/")[0]


def _cancel(console: Console, visit: Visit) -> Response:
    run = console.engine.runs.cancel(visit.path("run_id"), visit.caller, visit.field("reason"))
    return go(address(visit), "canceled" if run.status is S.CANCELED else "canceling")


def _discard(console: Console, visit: Visit) -> Response:
    console.engine.runs.discard(visit.path("run_id"), visit.caller, visit.field("reason"))
    return go(address(visit), "discarded")


PAGES = (
    Page("/", _list),
    Page("/runs/{run_id}", _show),
    Page("/runs/{run_id}/cancel", _cancel, "POST", "plan", recover=recover),
    Page("/runs/{run_id}/discard", _discard, "POST", "plan", recover=recover),
)
