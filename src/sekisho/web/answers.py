"""What the faces over HTTP share: calls of the engine, and what the router itself refuses."""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sekisho.domain.errors import MethodWrong, PathUnknown, SekishoError
from sekisho.views.http_errors import error_answer

_NOT_ALLOWED = 405

P = ParamSpec("P")
T = TypeVar("T")


async def on_thread(do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the engine, which blocks; it goes on to its end even where the client went away."""
    return await anyio.to_thread.run_sync(partial(do, *args, **kwargs))


async def http_error(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: an exception handler for apps without pages."""
    if isinstance(error, HTTPException) and error.status_code == _NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        return error_answer(MethodWrong(method=request.method, allowed=allowed), allow=allowed)
    return error_answer(PathUnknown() if isinstance(error, HTTPException) else SekishoError())
