"""Errors as answers to calls of MCP: what programs read of them, and JSON-RPC over HTTP."""

from typing import Any

from starlette.responses import JSONResponse

from sekisho.domain.errors import (
    Conflict,
    Invalid,
    NotFound,
    Refused,
    SekishoError,
    TooLarge,
    Unavailable,
)
from sekisho.views.http_errors import http_headers, http_status
from sekisho.views.problems import ErrorView

META = "sekisho/error"
"""Key of the machine-readable error in `_meta` of a result, and in `error.data`."""

KINDS: dict[type[SekishoError], str] = {
    NotFound: "not_found",
    Invalid: "invalid",
    TooLarge: "too_large",
    Conflict: "conflict",
    Refused: "refused",
    Unavailable: "unavailable",
    SekishoError: "internal",
}
"""Every class of the error tree has its kind here, by its nearest ancestor."""


def kind_of(error: type[SekishoError]) -> str:
    """Return the kind of a class of errors."""
    return next(KINDS[c] for c in error.__mro__ if c in KINDS)


_REFUSED = -32010
"""Of the codes that JSON-RPC leaves to servers, in the part that MCP leaves to them too."""


def described(error: SekishoError) -> dict[str, Any]:
    """Return an error for programs, under our key."""
    return {META: {**ErrorView.of(error).model_dump(), "kind": kind_of(type(error))}}


def refused_call(error: SekishoError) -> JSONResponse:
    """Refuse in the protocol's form: in any other, clients on the Python SDK 2 do not say why."""
    said = {"code": _REFUSED, "message": ErrorView.of(error).words(), "data": described(error)}
    shown = {"jsonrpc": "2.0", "id": None, "error": said}
    return JSONResponse(shown, status_code=http_status(error), headers=http_headers(error))
