"""Templates to HTML: escaped always, inert always, and past the second redaction net."""

import functools
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sekisho.domain.risks import Reason, words
from sekisho.domain.text import Language, Text, plain
from sekisho.views import times
from sekisho.views.redaction import mask
from sekisho.web import asset_files
from sekisho.web.languages import say
from sekisho.web.options import ConsoleOptions
from sekisho.web.plan_diffs import in_short
from sekisho.web.visits import Visit, note_of

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST = 20_000
"""Characters of one text on a page."""


class Pages:
    """Renders the pages of one console."""

    def __init__(self, options: ConsoleOptions) -> None:
        self._options = options
        self._templates = _environment()

    def render(self, visit: Visit, template: str, status: int = 200, **context: Any) -> Response:
        """Render a template for this reader."""
        asked = {"note": note_of(visit.request), "token": visit.token, "me": visit.who}
        page = self._fill(template, visit.request, visit.language, {**asked, **context})
        return HTMLResponse(page, status_code=status)

    def render_bare(
        self, request: Request, language: Language, status: int, **context: Any
    ) -> Response:
        """Render the error page for a request that did not get as far as being a visit."""
        asked = {"note": "", "token": "", "error": None, "key": "", "code": "", "me": None}
        page = self._fill("error.html", request, language, {**asked, **context, "status": status})
        return HTMLResponse(page, status_code=status)

    def _fill(
        self, template: str, request: Request, language: Language, context: dict[str, Any]
    ) -> str:
        words = {
            "lang": language,
            "t": functools.partial(say, language),
            "text_of": functools.partial(_text, language),
            "why": functools.partial(_why, language),
            "switch": functools.partial(_switch, request),
            "here": request.url.path,
            "version": self._options.version,
        }
        return self._templates.get_template(template).render(**words, **context)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words = cast("dict[str, Any]", environment.globals)  # pyright: ignore[reportUnknownMemberType]
    words.update(asset=asset_files.address, tones=TONES)
    filters = cast("dict[str, Any]", environment.filters)  # pyright: ignore[reportUnknownMemberType]
    filters.update(
        date_time=times.date_time,
        utc=times.utc,
        minute=times.minute,
        clock_time=times.clock_time,
        machine=times.machine,
        short=short,
        in_short=in_short,
        segment=functools.partial(quote, safe=""),
        query=_query,
    )
    return environment


def _inert(value: Any) -> Any:
    """Make text from outside inert, and mask what looks like a credential; markup is our own."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return mask(plain(value, _LONGEST))


def _text(language: Language, text: Text) -> str:
    return getattr(text, language)


def _why(language: Language, reason: Reason) -> str:
    return words(reason).render(language)


def _switch(request: Request, to: Language, path: str) -> str:
    """Return the address of this page in another language; what a form answered has `path`.

    So has what the identity provider sent the browser to: nobody asks for that twice.
    """
    if request.method != "GET" or request.url.path == "/sign-in/callback":
        return f"{path}?{urlencode({'lang': to})}"
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return f"?{urlencode([*kept, ('lang', to)])}"


def _query(fields: dict[str, Any]) -> str:
    return urlencode({k: v for k, v in fields.items() if v not in ("", None)})


def short(digest: str) -> str:
    """Write the beginning of a digest, as the server's terminal does."""
    return digest.removeprefix("sha256:")[:12]


TONES = {
    "plan_queued": "quiet",
    "planning": "work",
    "awaiting_approval": "wait",
    "approved": "good",
    "apply_queued": "work",
    "applying": "work",
    "applied": "good",
    "no_changes": "quiet",
    "blocked": "bad",
    "rejected": "bad",
    "discarded": "quiet",
    "canceled": "quiet",
    "expired": "quiet",
    "stale": "quiet",
    "errored": "bad",
    "interrupted": "bad",
}
"""Status → colour of its badge; the word is always there too."""
