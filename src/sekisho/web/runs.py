"""Runs: the list, the review page, and the verbs that end a run early."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from sekisho.domain.errors import ArgumentsInvalid, NotFound, PlanMissing, SekishoError
from sekisho.domain.gate import Verdict
from sekisho.domain.runs import FINAL, WAITING, Run, RunStatus, may
from sekisho.engine.engine import Engine
from sekisho.engine.gate import expires
from sekisho.engine.workspaces import WorkspaceView
from sekisho.ports import RunQuery
from sekisho.views.http_errors import http_status
from sekisho.web.logs import BUSY, Tail, tail
from sekisho.web.plans import LEAVES, PlanPage, plan_page, reasons
from sekisho.web.visits import Console, Page, Visit, go

_ON_PAGE = 40
_ASKING = 12
_DECISIONS = ("approve", "reject")

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
    )


@dataclass(frozen=True)
class Review:
    """All that the review page shows of a run. `workspace` is None where it is declared no more."""

    run: Run
    workspace: WorkspaceView | None
    verdict: Verdict | None
    deadline: datetime | None
    plan: PlanPage | None
    log: Tail
    actions: frozenset[str]
    busy: bool
    final: bool

    @property
    def seal(self) -> str:
        """The digest that an approval given on this page is bound to."""
        return self.run.plan.seal.seal.digest if self.run.plan else ""


def review_of(engine: Engine, run_id: str, start: int = 0) -> Review:
    """Gather the review page. Raises RunUnknown."""
    run = engine.runs.get(run_id)
    workspace = _workspace(engine, run)
    verdict = _verdict(engine, run) if workspace else None
    return Review(
        run=run,
        workspace=workspace,
        verdict=verdict,
        deadline=_deadline(run, workspace),
        plan=_plan(engine, run, start),
        log=tail(engine, run.id),
        actions=actions(run, verdict),
        busy=run.status in BUSY,
        final=run.status in FINAL,
    )


def _workspace(engine: Engine, run: Run) -> WorkspaceView | None:
    try:
        return engine.workspaces.get(run.workspace)
    except NotFound:
        return None


def _verdict(engine: Engine, run: Run) -> Verdict | None:
    return engine.gate.check(run.id) if run.plan and run.status in WAITING else None


def _deadline(run: Run, workspace: WorkspaceView | None) -> datetime | None:
    if run.plan is None:
        return None
    sealed = run.plan.seal.seal.expires_at
    return min(sealed, expires(workspace.declared.rules, run)) if workspace else sealed


def _plan(engine: Engine, run: Run, start: int) -> PlanPage | None:
    try:
        return plan_page(engine.plans.reading(run.id), start)
    except PlanMissing:
        return None


def actions(run: Run, verdict: Verdict | None) -> frozenset[str]:
    """Name the next legal actions: the page shows these and no other."""
    found: set[str] = set()
    passable = verdict is not None and not verdict.final
    if run.status is S.AWAITING_APPROVAL and passable:
        found.add("approve")
    if run.plan and may(run, S.REJECTED):
        found.add("reject")
    if run.status is S.APPROVED and verdict is not None and verdict.open:
        found.add("apply")
    if may(run, S.DISCARDED):
        found.add("discard")
    if run.status in BUSY and run.cancel is None:
        found.add("cancel")
    return frozenset(found)


def show(
    console: Console,
    visit: Visit,
    *,
    error: SekishoError | None = None,
    decide: str = "",
) -> Response:
    """Render the review page, with an error above it where a form on it failed."""
    start = visit.number("changes") if error is None else 0
    review = review_of(console.engine, visit.path("run_id"), start)
    return console.render(
        visit,
        "run.html",
        status=http_status(error) if error else 200,
        review=review,
        run=review.run,
        decide=decide if decide in review.actions else "",
        error=error,
        reasons=reasons,
        most_leaves=LEAVES,
        comment=visit.fields.get("comment", "")[:1000],
        reason=visit.fields.get("reason", "")[:1000],
    )


def _show(console: Console, visit: Visit) -> Response:
    decide = visit.query("decide")
    return show(console, visit, decide=decide if decide in _DECISIONS else "")


def recover(console: Console, visit: Visit, error: SekishoError) -> Response:
    """Answer a failed form with the review page it came from."""
    verb = visit.request.url.path.rpartition("/")[2]
    decide = visit.fields.get("decision", "") if verb == "code" else verb
    return show(console, visit, error=error, decide=decide if decide in _DECISIONS else "")


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
