"""A person's own page: their passkeys, and the browsers they are signed in with."""

import json

from starlette.responses import JSONResponse, RedirectResponse, Response

from sekisho.domain.errors import ArgumentsInvalid, PathUnknown, SekishoError
from sekisho.domain.passkeys import PER_PERSON
from sekisho.domain.sessions import SignedIn
from sekisho.engine.passkeys import ADD, removing
from sekisho.views.http_errors import http_status
from sekisho.web.visits import Console, Page, Visit, go

PLACE = "/passkeys"
ANSWER = 30_000
"""Characters of a passkey's answer; a form is capped beside."""


def _who(visit: Visit) -> SignedIn:
    """Return who is signed in. Raises PathUnknown where nobody signs in here."""
    if visit.who is None:
        raise PathUnknown
    return visit.who


def _show(console: Console, visit: Visit, error: SekishoError | None = None) -> Response:
    if visit.who is None:
        return RedirectResponse("/", status_code=303)
    engine = console.engine
    return console.render(
        visit,
        "passkeys.html",
        status=http_status(error) if error else 200,
        passkeys=engine.passkeys.of(visit.who),
        sessions=engine.sessions.list(visit.who),
        most=PER_PERSON,
        error=error,
        name=visit.fields.get("name", "")[:60],
        answer_to="",
    )


def _recover(console: Console, visit: Visit, error: SekishoError) -> Response:
    if visit.who is None:
        raise error
    console.engine.refusals.tell("passkey.refuse", error, visit.who.caller())
    return _show(console, visit, error)


def _ask(console: Console, visit: Visit) -> Response:
    """Give a script what it asks a passkey, to add another one or to remove one."""
    who, purpose = _who(visit), visit.needed("purpose")
    if purpose == "add":
        return as_json(console.engine.passkeys.ask(who, ADD))
    if purpose == "remove":
        return as_json(console.engine.passkeys.ask(who, removing(visit.needed("passkey"))))
    raise ArgumentsInvalid(problem="purpose is add or remove")


def _creation(console: Console, visit: Visit) -> Response:
    """Give a script what it needs to make a passkey."""
    return as_json(console.engine.passkeys.creation(_who(visit)))


def _add(console: Console, visit: Visit) -> Response:
    proof = visit.field("proof", ANSWER) or visit.field("code")
    answer, name = visit.field("answer", ANSWER), visit.field("name", 60)
    console.engine.passkeys.add(_who(visit), answer, name, proof)
    return go(PLACE, "passkey_added")


def _remove(console: Console, visit: Visit) -> Response:
    passkey, proof = visit.path("passkey_id"), visit.field("proof", ANSWER)
    console.engine.passkeys.remove(_who(visit), passkey, proof)
    return go(PLACE, "passkey_removed")


def as_json(options: str) -> Response:
    """Hand what WebAuthn wants to a script."""
    return JSONResponse(json.loads(options))


PAGES = (
    Page(PLACE, _show),
    Page(PLACE, _add, "POST", decides=True, recover=_recover),
    Page(f"{PLACE}/ask", _ask, "POST", decides=True, data=True),
    Page(f"{PLACE}/creation", _creation, "POST", decides=True, data=True),
    Page(f"{PLACE}/{{passkey_id}}/remove", _remove, "POST", decides=True, recover=_recover),
)
