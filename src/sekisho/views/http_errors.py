"""Errors over HTTP: one shape, status and headers each, whichever face or the edge answers."""

from starlette.responses import JSONResponse

from sekisho.domain import errors as e
from sekisho.views.problems import ErrorView

_NOT_GOOD: tuple[type[e.SekishoError], ...] = (
    e.TokenMalformed,
    e.TokenIssuerUnknown,
    e.TokenSignatureWrong,
    e.TokenAudienceWrong,
    e.TokenExpired,
    e.TokenEarly,
    e.TokenKindWrong,
)
"""What is wrong with a token of an identity provider, so that a client gets another one."""
STATUS: dict[type[e.SekishoError], int] = {
    e.SekishoError: 500,
    e.NotFound: 404,
    e.Invalid: 400,
    e.MethodWrong: 405,
    e.AcceptWrong: 406,
    e.MediaTypeWrong: 415,
    e.RequestTooSlow: 408,
    e.TooLarge: 413,
    e.HeadersTooLarge: 431,
    e.Conflict: 409,
    e.CodesTooMany: 429,
    e.RunChanged: 412,
    e.RateLimited: 429,
    e.Refused: 403,
    e.HostRefused: 421,
    e.CredentialInvalid: 401,
    e.CredentialMistyped: 401,
    e.CredentialNeeded: 401,
    e.SessionNeeded: 401,
    **dict.fromkeys(_NOT_GOOD, 401),
    e.Unavailable: 503,
}
"""Error → status; a class without a row is as its parent."""
_HEADERS: dict[type[e.SekishoError], dict[str, str]] = {
    e.CredentialInvalid: {"WWW-Authenticate": "Bearer"},
    e.CredentialMistyped: {"WWW-Authenticate": "Bearer"},
    e.CredentialNeeded: {"WWW-Authenticate": "Bearer"},
    **{kind: {"WWW-Authenticate": 'Bearer error="invalid_token"'} for kind in _NOT_GOOD},
    e.ScopeMissing: {"WWW-Authenticate": 'Bearer error="insufficient_scope"'},
    e.RequestTooSlow: {"Connection": "close"},
    e.Unavailable: {"Retry-After": "5"},
    e.ServerBusy: {"Retry-After": "1"},
}
"""Error → headers beside its status, in the same way."""


def http_status(error: e.SekishoError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def http_headers(error: e.SekishoError) -> dict[str, str]:
    """Return the headers of an error."""
    found = (_HEADERS[kind] for kind in type(error).__mro__ if kind in _HEADERS)
    return {"Cache-Control": "no-store", **next(found, dict[str, str]())}


def error_answer(error: e.SekishoError, allow: str | None = None) -> JSONResponse:
    """Return an error in the one shape. `allow`: the methods that the address takes."""
    headers = http_headers(error) | ({} if allow is None else {"Allow": allow})
    shown = {"error": ErrorView.of(error).model_dump()}
    return JSONResponse(shown, status_code=http_status(error), headers=headers)
