"""How the edge itself answers: the one shape of errors, and which HTTP status each has."""

from starlette.responses import JSONResponse

from sekisho.domain import errors as e
from sekisho.views.problems import ErrorView

STATUS: dict[type[e.SekishoError], int] = {
    e.OriginRefused: 403,
    e.CredentialNeeded: 401,
    e.HostRefused: 421,
    e.RateLimited: 429,
    e.BodyTooLarge: 413,
    e.HeadersTooLarge: 431,
    e.RequestTooSlow: 408,
    e.ServerBusy: 503,
    e.AnswerTooLarge: 413,
}
"""Every error that the edge raises."""
_HEADERS: dict[type[e.SekishoError], dict[str, str]] = {
    e.CredentialNeeded: {"WWW-Authenticate": "Bearer"},
    e.ServerBusy: {"Retry-After": "1"},
    e.RequestTooSlow: {"Connection": "close"},
}


def refusal(error: e.SekishoError) -> JSONResponse:
    """Return an error as an answer."""
    return JSONResponse(
        {"error": ErrorView.of(error).model_dump()},
        status_code=STATUS[type(error)],
        headers=_HEADERS.get(type(error)),
    )
