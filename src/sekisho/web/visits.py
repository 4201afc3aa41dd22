"""One request to the console, as the pages see it, and what a page is given to answer with."""

import dataclasses
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sekisho.domain.callers import Caller, Power
from sekisho.domain.errors import ArgumentsInvalid, SekishoError
from sekisho.domain.sessions import SignedIn
from sekisho.domain.text import Language
from sekisho.engine.engine import Engine
from sekisho.web.languages import knows, language_of
from sekisho.web.options import ConsoleOptions

NOTE_COOKIE = "sekisho_note"
NOTE_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Visit:
    """A request that passed the guard. `token` goes into every form; `who` is signed in."""

    request: Request
    language: Language
    caller: Caller
    fields: Mapping[str, str]
    token: str
    who: SignedIn | None = None

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """Return a parameter of the address; empty where there is none."""
        return self.request.query_params.get(name, "").strip()

    def number(self, name: str, most: int = 2**53) -> int:
        """Return a parameter that is a whole number, 0 where there is none.

        Raises:
            ArgumentsInvalid: it is no number, or none that can be meant.
        """
        text = self.query(name) or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
            raise ArgumentsInvalid(problem=f"{name} is no whole number")
        return min(int(text), most)

    def field(self, name: str, most: int = 1000) -> str:
        """Return a field of the form; empty where there is none.

        Raises:
            ArgumentsInvalid: it is longer than `most` characters.
        """
        text = self.fields.get(name, "").strip()
        if len(text) > most:
            raise ArgumentsInvalid(problem=f"{name} is longer than {most} characters")
        return text

    def needed(self, name: str) -> str:
        """Return a field that must not be empty.

        Raises:
            ArgumentsInvalid: it is empty or too long.
        """
        text = self.field(name)
        if not text:
            raise ArgumentsInvalid(problem=f"{name} is needed")
        return text


Render = Callable[..., Response]
"""`render(visit, template, status=200, **context)`: see `rendering.Pages.render`."""


@dataclasses.dataclass(frozen=True)
class Console:
    """What every page works with; the engine is as who visits may see it."""

    engine: Engine
    options: ConsoleOptions
    render: Render


Handler = Callable[[Console, Visit], Response]
Recover = Callable[[Console, Visit, SekishoError], Response]


@dataclasses.dataclass(frozen=True)
class Page:
    """One address of the console.

    `power`: what a reader must be good for. `decides`: a person's decision, which no credential may
    come near; a proof of its own, not a power, makes it. `recover` answers an error
    of the handler with the page the reader came from; `data`: scripts read it, errors are JSON.
    `open`: nobody has to be signed in.
    """

    path: str
    handler: Handler
    method: str = "GET"
    power: Power = "read"
    decides: bool = False
    data: bool = False
    open: bool = False
    recover: Recover | None = None

    @property
    def applies(self) -> bool:
        """Whether an apply begins here."""
        return self.power == "apply" and "{run_id}" in self.path


def go(path: str, note: str = "") -> Response:
    """Send the browser on after a form, with one of the notes of the tables to show there."""
    response = RedirectResponse(path, status_code=303)
    if note:
        response.set_cookie(
            NOTE_COOKIE, note, max_age=NOTE_SECONDS, path="/", httponly=True, samesite="strict"
        )
    return response


def note_of(request: Request) -> str:
    """Return the note that the last form left; empty where there is none of ours."""
    note = request.cookies.get(NOTE_COOKIE, "")
    return note if knows(f"note.{note}") else ""


def visit_of(
    request: Request,
    caller: Caller,
    fields: Mapping[str, str],
    token: str,
    who: SignedIn | None = None,
) -> Visit:
    """Gather what the pages see."""
    return Visit(request, language_of(request), caller, fields, token, who)
