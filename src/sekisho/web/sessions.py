"""Who is signed in with the browser that asks, and the cookies that say so.

`Lax` and not `Strict`: links to reviews come from chats and tickets, and the provider sends people
back from its own site. Nothing that a GET does changes anything; forms are checked by their origin,
and the way back from the provider by a cookie of the browser that went there.
"""

import dataclasses
import functools
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sekisho.domain.errors import LoadBalancerUntrusted, SekishoError, SessionNeeded
from sekisho.domain.sessions import SignedIn
from sekisho.domain.text import Text
from sekisho.engine.engine import Engine
from sekisho.web.options import ConsoleOptions

SIGN_IN = "/sign-in"
LOAD_BALANCER = "x-amzn-oidc-data"
"""The header of an ALB that signs people in; without such a load balancer nobody reads it."""
ALB_COOKIES = tuple(f"AWSELBAuthSessionCookie-{number}" for number in range(4))
_LONGEST_PATH = 2000
_TWICE = Text("it came twice", "2 回届いています")


@dataclasses.dataclass(frozen=True)
class Entrance:
    """Who came in. `secret`: of the session that was just begun for them, for their cookie."""

    who: SignedIn | None = None
    secret: str = ""


def cookie_name(kind: str, options: ConsoleOptions) -> str:
    """Return a cookie's name: over https one that no other host, and no plain http, can set."""
    return f"{'__Host-' if options.scheme == 'https' else ''}sekisho_{kind}"


def read_cookie(request: Request, kind: str, options: ConsoleOptions) -> str:
    """Return what a cookie of ours holds; empty where there is none."""
    return request.cookies.get(cookie_name(kind, options), "")


def keep_cookie(response: Response, kind: str, value: str, options: ConsoleOptions) -> None:
    """Give the browser a cookie that no script reads; where the value is empty, take it away."""
    make = functools.partial(
        response.set_cookie,
        cookie_name(kind, options),
        path="/",
        httponly=True,
        samesite="lax",
        secure=options.scheme == "https",
    )
    if value:
        make(value)
    else:
        make("", max_age=0)


def enter(engine: Engine, options: ConsoleOptions, request: Request, *, needed: bool) -> Entrance:
    """Say who is signed in. `needed`: this page is for nobody else.

    Raises:
        SessionNeeded: nobody is, and somebody must be.
        SekishoError: the load balancer's word does not hold.
    """
    secret = read_cookie(request, "session", options)
    if engine.sign_ins.entrance == "load_balancer":
        return _through_load_balancer(engine, request, secret, needed=needed)
    if not engine.sign_ins.entrance:
        return Entrance()
    who = engine.sessions.find(secret)
    if who is None and needed:
        raise SessionNeeded(url=options.base_url + sign_in_path(request))
    return Entrance(who)


def _through_load_balancer(
    engine: Engine, request: Request, secret: str, *, needed: bool
) -> Entrance:
    said = request.headers.getlist(LOAD_BALANCER)
    try:
        if len(said) > 1:
            raise LoadBalancerUntrusted(problem=_TWICE)
        opened = engine.sign_ins.admit(said[0] if said else None, secret)
    except SekishoError:
        if needed:
            raise
        return Entrance()
    return Entrance(opened.who, opened.secret)


def sign_in_path(request: Request) -> str:
    """Return where a person signs in to come back to what they asked for."""
    if request.method != "GET":
        return SIGN_IN
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{SIGN_IN}?{urlencode({'to': own_path(request.url.path + query)})}"


def own_path(to: str) -> str:
    """Return a path of ours that a person may be sent to; the first page for anything else."""
    good = to.startswith("/") and not to.startswith(("//", "/\\")) and "\\" not in to
    if not good or not to.isprintable() or len(to) > _LONGEST_PATH or SIGN_IN in to:
        return "/"
    parts = urlsplit(to)
    return to if not parts.scheme and not parts.netloc else "/"
