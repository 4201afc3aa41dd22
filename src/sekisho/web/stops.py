"""The stop of everything in the console: a banner on every page, and a page that turns it."""

from typing import Any

from starlette.responses import Response

from sekisho.domain.errors import SekishoError
from sekisho.engine.engine import Engine
from sekisho.views.http_errors import http_status
from sekisho.web.visits import Console, Page, Render, Visit, go


def with_banner(engine: Engine, render: Render) -> Render:
    """Let every page say that everything is stopped, by whom and why."""

    def rendered(visit: Visit, template: str, status: int = 200, **context: Any) -> Response:
        return render(visit, template, status, stop=engine.stops.get(), **context)

    return rendered


def _show(console: Console, visit: Visit) -> Response:
    return _page(console, visit, None)


def _page(console: Console, visit: Visit, error: SekishoError | None) -> Response:
    return console.render(
        visit,
        "server.html",
        status=http_status(error) if error else 200,
        error=error,
        reason=visit.fields.get("reason", "")[:1000],
    )


def _recover(console: Console, visit: Visit, error: SekishoError) -> Response:
    return _page(console, visit, error)


def _stop(console: Console, visit: Visit) -> Response:
    console.engine.stops.stop(visit.caller, visit.needed("reason"))
    return go("/server", "stopped")


def _resume(console: Console, visit: Visit) -> Response:
    console.engine.stops.resume(visit.caller, visit.needed("reason"))
    return go("/server", "resumed")


PAGES = (
    Page("/server", _show),
    Page("/server/stop", _stop, "POST", "plan", recover=_recover),
    Page("/server/resume", _resume, "POST", "apply", recover=_recover),
)
