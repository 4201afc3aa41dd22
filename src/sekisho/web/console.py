"""The console's addresses, and the way every request takes: guard, caller, page, headers."""

import dataclasses
import functools
import secrets
from collections.abc import Awaitable, Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sekisho.domain.errors import DecisionNotHere, PathUnknown, SekishoError, SessionNeeded
from sekisho.domain.sessions import VIA
from sekisho.engine.engine import Engine
from sekisho.views.http_errors import error_answer, http_status
from sekisho.web import (
    approvals,
    asset_files,
    audits,
    evidence,
    guard,
    logs,
    passkeys,
    runs,
    sessions,
    setups,
    sign_ins,
    stops,
    workspaces,
)
from sekisho.web.credentials import tell_refusal, tell_turned_away
from sekisho.web.languages import COOKIE, language_of
from sekisho.web.options import ConsoleOptions
from sekisho.web.rendering import Pages
from sekisho.web.visits import NOTE_COOKIE, Console, Page, Visit, visit_of

PAGES: tuple[Page, ...] = (
    *runs.PAGES,
    *approvals.PAGES,
    *logs.PAGES,
    *evidence.PAGES,
    *workspaces.PAGES,
    *audits.PAGES,
    *stops.PAGES,
    *setups.PAGES,
    *sign_ins.PAGES,
    *passkeys.PAGES,
)
"""Every page and form."""
_YEAR = 365 * 24 * 3600


def console_routes(engine: Engine, options: ConsoleOptions) -> list[Route]:
    """Return the console's routes, its assets among them."""
    pages = Pages(options)
    console = Console(engine, options, stops.with_banner(engine, pages.render))
    routes = [
        Route(p.path, _endpoint(console, pages, p), methods=[p.method], name=f"{p.method} {p.path}")
        for p in PAGES
    ]
    return [*routes, Route("/assets/{name}", _asset_endpoint(options), methods=["GET"])]


ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]


def console_errors(options: ConsoleOptions) -> Mapping[int | type[Exception], ErrorHandler]:
    """Return handlers for `Starlette(exception_handlers=…)`: pages for 404, 405 and bugs."""
    pages = Pages(options)

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = _bare(pages, request, status)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return guard.armoured(response)

    return {HTTPException: refused, 500: refused}


_CODES = {404: "path_unknown", 405: "method_wrong"}
"""What the router itself refuses, by the codes that the API gives; all else is a bug."""


def _bare(pages: Pages, request: Request, status: int) -> Response:
    key = f"http.{status}" if status in _CODES else "http.500"
    code = _CODES.get(status, SekishoError.code)
    return pages.render_bare(request, language_of(request), status, key=key, code=code)


def _endpoint(
    console: Console, pages: Pages, page: Page
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        token = request.cookies.get(guard.TOKEN_COOKIE) or secrets.token_urlsafe(24)
        try:
            visit, secret = await _let_in(console, page, request, token)
            response = await run_in_threadpool(_answer, console, page, visit)
            if secret:
                sessions.keep_cookie(response, "session", secret, console.options)
        except SekishoError as error:
            response = _refusal(pages, page, request, error)
        else:
            _set_cookies(response, request, token, console.options)
        return guard.armoured(response)

    return endpoint


async def _let_in(console: Console, page: Page, request: Request, token: str) -> tuple[Visit, str]:
    """As `_admit`; where somebody came to decide or apply and was turned away, it is told."""
    try:
        return await _admit(console, page, request, token)
    except DecisionNotHere:
        raise  # told where it was found
    except SekishoError as error:
        if page.decides or page.applies:
            await run_in_threadpool(tell_turned_away, console.engine, request, error)
        raise


async def _admit(console: Console, page: Page, request: Request, token: str) -> tuple[Visit, str]:
    """Let a request in that may come in, and say who it is.

    With it comes the secret of a session that was begun for them with this very request.
    """
    guard.check_host(request, console.options)
    if page.decides:
        _check_person(console, request, {})
    fields: dict[str, str] = {}
    if page.method == "POST":
        fields = await guard.read_form(request)
        guard.check_origin(request, console.options, fields)
    entrance = await run_in_threadpool(
        sessions.enter, console.engine, console.options, request, needed=not page.open
    )
    admission = console.engine.callers.at_console(VIA, entrance.who)
    if page.decides:
        _check_person(console, request, fields)
    elif not page.open:
        admission.require(page.power)
    return visit_of(request, admission.caller, fields, token, entrance.who), entrance.secret


def _check_person(console: Console, request: Request, fields: Mapping[str, str]) -> None:
    """Keep credentials away from a decision; where one is shown, the log says so."""
    page_url = console.options.base_url + request.url.path.rpartition("/")[0]
    try:
        guard.check_no_credential(request, fields, page_url)
    except DecisionNotHere:
        tell_refusal(console.engine, request, "console")
        raise


def _answer(console: Console, page: Page, visit: Visit) -> Response:
    theirs = dataclasses.replace(console, engine=console.engine.seen_by(visit.caller))
    try:
        return page.handler(theirs, visit)
    except SekishoError as error:
        if page.recover is None:
            raise
        return page.recover(theirs, visit, error)


def _refusal(pages: Pages, page: Page, request: Request, error: SekishoError) -> Response:
    status, language = http_status(error), language_of(request)
    if page.data:
        return error_answer(error)
    if isinstance(error, SessionNeeded) and request.method == "GET":
        return RedirectResponse(sessions.sign_in_path(request), status_code=303)
    return pages.render_bare(request, language, status, error=error)


def _set_cookies(response: Response, request: Request, token: str, options: ConsoleOptions) -> None:
    keep = functools.partial(
        response.set_cookie,
        path="/",
        httponly=True,
        samesite="strict",
        secure=options.scheme == "https",
    )
    if guard.TOKEN_COOKIE not in request.cookies:
        keep(guard.TOKEN_COOKIE, token)
    if request.query_params.get("lang") in ("en", "ja"):
        keep(COOKIE, request.query_params["lang"], max_age=_YEAR)
    if NOTE_COOKIE in request.cookies and request.method == "GET" and _is_page(response):
        response.delete_cookie(NOTE_COOKIE, path="/", httponly=True, samesite="strict")


def _is_page(response: Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/html")


def _asset_endpoint(options: ConsoleOptions) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            guard.check_host(request, options)
        except SekishoError as error:
            return guard.armoured(error_answer(error))
        found = asset_files.served().get(request.path_params["name"])
        if found is None:
            return guard.armoured(error_answer(PathUnknown()))
        response = Response(found.content, media_type=found.media_type)
        response.headers["Cache-Control"] = asset_files.FOREVER
        return guard.armoured(response)

    return endpoint


__all__ = ["PAGES", "ConsoleOptions", "console_errors", "console_routes"]
