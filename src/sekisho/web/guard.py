"""What every request to the console must pass, and what every answer carries (facts: threats)."""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, unquote_plus

from starlette.requests import Request
from starlette.responses import Response

from sekisho.domain.entries import names_of
from sekisho.domain.errors import (
    ArgumentsInvalid,
    DecisionNotHere,
    MediaTypeWrong,
    OriginRefused,
)
from sekisho.domain.tokens import in_text
from sekisho.web.bodies import whole_body
from sekisho.web.options import ConsoleOptions

FORM_BYTES = 64 * 1024
"""A form is a few short fields."""
_FIELDS = 40
_FORM = "application/x-www-form-urlencoded"

TOKEN_FIELD = "csrf"  # noqa: S105 (a field's name, no secret)
TOKEN_COOKIE = "sekisho_csrf"  # noqa: S105 (a cookie's name)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it a browser sends `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

_CREDENTIALS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "x-auth-token"}
    | {"x-access-token", "x-sekisho-token", "private-token"}
)
"""Headers, in small letters, that clients put credentials into."""


def armoured(response: Response) -> Response:
    """Put the headers on an answer that every answer carries."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def check_host(request: Request, options: ConsoleOptions) -> None:
    """Let through requests to our own names: a foreign name that leads here is DNS rebinding.

    Raises:
        OriginRefused: the Host header is missing, repeated, or not one of ours.
    """
    if options.hosts.isdisjoint(names_of(request.headers.getlist("host"))):
        raise OriginRefused


def check_origin(request: Request, options: ConsoleOptions, fields: Mapping[str, str]) -> None:
    """Let through forms that our own pages sent. Call after `check_host`.

    A browser says where a form comes from; what says nothing must show the token of a page that
    it has read, which no other site can.

    Raises:
        OriginRefused: another site sent it, or nobody knows who did.
    """
    sites = request.headers.getlist("sec-fetch-site")
    origins = request.headers.getlist("origin")
    own = f"{options.scheme}://{request.headers['host']}".lower()
    if any(s not in ("same-origin", "none") for s in sites):
        raise OriginRefused
    if any(o.lower() != own for o in origins):
        raise OriginRefused
    if not sites and not origins:
        _check_token(request, fields)


def _check_token(request: Request, fields: Mapping[str, str]) -> None:
    kept, given = request.cookies.get(TOKEN_COOKIE, ""), fields.get(TOKEN_FIELD, "")
    if not kept or not hmac.compare_digest(kept.encode(), given.encode()):
        raise OriginRefused


def check_no_credential(request: Request, fields: Mapping[str, str], url: str) -> None:
    """Keep credentials away from decisions: an approval is a person's act.

    Headers that carry credentials are refused whatever they hold; and so is anything that looks
    like a key of ours, wherever in the request it is.

    Raises:
        DecisionNotHere: the request carries a credential.
    """
    if not _CREDENTIALS.isdisjoint(request.headers):
        raise DecisionNotHere(url=url)
    path = unquote_plus(f"{request.url.path}?{request.url.query}")
    held = [path, *request.headers.values(), *fields.keys(), *fields.values()]
    if any(in_text(unquote(text)) for text in held):
        raise DecisionNotHere(url=url)


async def read_form(request: Request) -> dict[str, str]:
    """Read a form of a few short fields.

    Raises:
        BodyTooLarge: it is over `FORM_BYTES`.
        MediaTypeWrong: it is no form.
        ArgumentsInvalid: it is no UTF-8, has too many fields, or names one twice.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await whole_body(request, FORM_BYTES)
    if body and kind != _FORM:
        raise MediaTypeWrong(wanted=_FORM)
    return _fields(body)


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS
        )
    except ValueError:
        raise ArgumentsInvalid(problem="the form is not well formed") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ArgumentsInvalid(problem="a field of the form is there twice")
    return fields
