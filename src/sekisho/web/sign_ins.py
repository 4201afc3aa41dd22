"""Signing in and out: at the provider and back, here, and everywhere."""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sekisho.domain.errors import PathUnknown
from sekisho.engine.sign_ins import Proved
from sekisho.web.runs import show
from sekisho.web.sessions import ALB_COOKIES, SIGN_IN, keep_cookie, own_path, read_cookie
from sekisho.web.visits import Console, Page, Visit

_OWN_SITE = frozenset({"same-origin", "none"})
_PENDING, _SESSION = "sign_in", "session"
_PARAMETERS = ("state", "code", "iss", "error")
_LONGEST = 4000


def _page(console: Console, visit: Visit) -> Response:
    """Offer to sign in; whoever is in already, or need not, goes on."""
    to = own_path(visit.query("to"))
    if visit.who or console.engine.sign_ins.entrance != "provider":
        return RedirectResponse(to, status_code=303)
    start = f"{SIGN_IN}/start?{urlencode({'to': to})}"
    issuer = console.engine.sign_ins.issuer
    return console.render(visit, "sign_in.html", start=start, issuer=issuer)


def _start(console: Console, visit: Visit) -> Response:
    """Send the browser to the provider, with a cookie that its answer must match."""
    sites = visit.request.headers.getlist("sec-fetch-site")
    to = own_path(visit.query("to"))
    ours = all(site in _OWN_SITE for site in sites)
    if console.engine.sign_ins.entrance != "provider" or not ours:
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'to': to})}", status_code=303)
    cookie = console.engine.sign_ins.begin(to)
    response = RedirectResponse(console.engine.sign_ins.address(cookie), status_code=303)
    keep_cookie(response, _PENDING, cookie, console.options)
    return response


def _go(console: Console, visit: Visit) -> Response:
    """Send the browser to the provider for the sign-in that a form has begun."""
    if not console.engine.sign_ins.fresh:
        return RedirectResponse("/", status_code=303)
    cookie = read_cookie(visit.request, _PENDING, console.options)
    return RedirectResponse(console.engine.sign_ins.address(cookie), status_code=303)


def _callback(console: Console, visit: Visit) -> Response:
    """Take the provider's answer."""
    engine, given = console.engine, visit.request.query_params
    if not engine.sign_ins.fresh:
        return RedirectResponse("/", status_code=303)
    cookie = read_cookie(visit.request, _PENDING, console.options)
    answer = {n: given[n][:_LONGEST] for n in _PARAMETERS if n in given}
    pending, found = engine.sign_ins.finish(cookie, answer, visit.who)
    if isinstance(found, Proved):
        about = found.decision
        response = show(console, visit, run_id=about.run_id, decide=about.verb, proof=found.proof)
        keep_cookie(response, _PENDING, "", console.options)
        return response
    response = RedirectResponse(own_path(pending.to), status_code=303)
    keep_cookie(response, _SESSION, found.secret, console.options)
    keep_cookie(response, _PENDING, "", console.options)
    return response


def _out(console: Console, visit: Visit) -> Response:
    if visit.who:
        console.engine.sessions.end(visit.who)
    return _left(console, visit)


def _out_everywhere(console: Console, visit: Visit) -> Response:
    if visit.who:
        console.engine.sessions.end_all(visit.who)
    return _left(console, visit)


def _left(console: Console, visit: Visit) -> Response:
    if not console.engine.sign_ins.entrance:
        raise PathUnknown
    page = console.render(visit, "leaving.html", me=None, address="/sign-out/provider", about="out")
    keep_cookie(page, _SESSION, "", console.options)
    for name in ALB_COOKIES:
        if name in visit.request.cookies:
            page.delete_cookie(name, path="/", secure=True, httponly=True)
    return page


def _out_at_provider(console: Console, visit: Visit) -> Response:
    """Sign out at the provider too, where it offers that. Whoever is still signed in here stays."""
    if visit.who or not console.engine.sign_ins.entrance:
        return RedirectResponse("/", status_code=303)
    there = console.engine.sign_ins.sign_out_address()
    return RedirectResponse(there or "/signed-out", status_code=303)


def _signed_out(console: Console, visit: Visit) -> Response:
    if visit.who or not console.engine.sign_ins.entrance:
        return RedirectResponse("/", status_code=303)
    return console.render(visit, "signed_out.html")


PAGES = (
    Page(SIGN_IN, _page, open=True),
    Page(f"{SIGN_IN}/start", _start, open=True),
    Page(f"{SIGN_IN}/go", _go, open=True),
    Page(f"{SIGN_IN}/callback", _callback, open=True),
    Page("/sign-out", _out, "POST", open=True),
    Page("/sign-out/everywhere", _out_everywhere, "POST", open=True),
    Page("/sign-out/provider", _out_at_provider, open=True),
    Page("/signed-out", _signed_out, open=True),
)
