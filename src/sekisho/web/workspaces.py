"""Workspaces: what is declared, who holds what, and what is known after an interrupted apply."""

import contextlib
from dataclasses import dataclass

from starlette.responses import Response

from sekisho.domain.errors import NotFound, SekishoError
from sekisho.domain.logs import LogLine
from sekisho.domain.rule_words import said
from sekisho.domain.rules import rules_version
from sekisho.domain.runs import Run, RunStatus
from sekisho.engine.engine import Engine
from sekisho.engine.recovery import NOTHING_RESCUED
from sekisho.engine.states import StateView
from sekisho.engine.workspaces import WorkspaceView
from sekisho.ports import RunQuery
from sekisho.views.http_errors import http_status
from sekisho.web.logs import tail
from sekisho.web.visits import Console, Page, Visit, go

_RUNS = 10
_EVENTS = 15


@dataclass(frozen=True)
class Doubt:
    """What is known of an apply that nobody knows the end of.

    `alive`: is its Terraform still at work (None: it ran on another machine). `rescued`: `kept` (a
    state was found and kept), `none` (none was there), `waiting` (nobody could look yet).
    """

    run: Run
    alive: bool | None
    rescued: str
    events: tuple[LogLine, ...]


def _list(console: Console, visit: Visit) -> Response:
    return console.render(visit, "workspaces.html", views=console.engine.workspaces.list())


def _show(console: Console, visit: Visit) -> Response:
    return _page(console, visit, None)


def _page(console: Console, visit: Visit, error: SekishoError | None) -> Response:
    engine, name = console.engine, visit.path("name")
    view = engine.workspaces.get(name)
    return console.render(
        visit,
        "workspace.html",
        status=http_status(error) if error else 200,
        view=view,
        rules=[(rule, said(rule)) for rule in view.declared.rules],
        version_of_rules=rules_version(view.declared.rules),
        doubt=doubt_of(engine, view),
        state=_state(engine, name),
        runs=engine.runs.list(RunQuery(workspace=name, limit=_RUNS)).items,
        error=error,
        reason=visit.fields.get("reason", "")[:1000],
    )


def _state(engine: Engine, name: str) -> StateView | None:
    with contextlib.suppress(NotFound):
        return engine.states.list(name)
    return None


def doubt_of(engine: Engine, view: WorkspaceView) -> Doubt | None:
    """Gather what is known where an apply in doubt holds the workspace; None where none does."""
    lock = view.record.lock
    if lock is None or lock.run_id is None:
        return None
    try:
        run = engine.runs.get(lock.run_id)
    except NotFound:
        return None
    events = tail(engine, run.id, _EVENTS).lines
    return Doubt(run, engine.runs.process_alive(run), _rescued(run), events)


def _rescued(run: Run) -> str:
    blob = run.apply.rescued_blob if run.apply else None
    if blob is None:
        return "waiting" if run.status is RunStatus.INTERRUPTED else "none"
    return "none" if blob == NOTHING_RESCUED else "kept"


def _recover(console: Console, visit: Visit, error: SekishoError) -> Response:
    return _page(console, visit, error)


def _address(visit: Visit) -> str:
    return visit.request.scope["path"].rpartition("/")[0]


def _lock(console: Console, visit: Visit) -> Response:
    console.engine.workspaces.lock(visit.path("name"), visit.caller, visit.needed("reason"))
    return go(_address(visit), "locked")


def _unlock(console: Console, visit: Visit) -> Response:
    console.engine.workspaces.unlock(visit.path("name"), visit.caller, visit.needed("reason"))
    return go(_address(visit), "unlocked")


PAGES = (
    Page("/workspaces", _list),
    Page("/workspaces/{name}", _show),
    Page("/workspaces/{name}/lock", _lock, "POST", "plan", recover=_recover),
    Page("/workspaces/{name}/unlock", _unlock, "POST", "apply", recover=_recover),
)
