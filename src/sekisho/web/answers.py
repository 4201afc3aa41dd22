"""How machines are answered over HTTP: one shape for every error, whoever notices it."""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sekisho.domain.errors import MethodWrong, PathUnknown, SekishoError
from sekisho.views.problems import ErrorView
from sekisho.web.errors import http_status

_UNAUTHORIZED = 401
_UNAVAILABLE = 503
_NOT_ALLOWED = 405
_AGAIN = "5"
"""Seconds after which to try again what is away."""

P = ParamSpec("P")
T = TypeVar("T")


async def on_thread(do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the engine, which blocks; it goes on to its end even where the client went away."""
    return await anyio.to_thread.run_sync(partial(do, *args, **kwargs))


def error_answer(error: SekishoError, allow: str | None = None) -> JSONResponse:
    """Return an error in the one shape. `allow`: the methods that the address takes."""
    status = http_status(error)
    headers = {"Cache-Control": "no-store"}
    if status == _UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status == _UNAVAILABLE:
        headers["Retry-After"] = _AGAIN
    if allow is not None:
        headers["Allow"] = allow
    shown = {"error": ErrorView.of(error).model_dump()}
    return JSONResponse(shown, status_code=status, headers=headers)


async def http_error(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: an exception handler for apps without pages."""
    if isinstance(error, HTTPException) and error.status_code == _NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        return error_answer(MethodWrong(method=request.method, allowed=allowed), allow=allowed)
    return error_answer(PathUnknown() if isinstance(error, HTTPException) else SekishoError())
