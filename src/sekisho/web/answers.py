"""How the API answers: views as JSON, one shape for every error, whoever notices it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sekisho.domain.errors import (
    ArgumentsInvalid,
    InlineTooLarge,
    PathUnknown,
    SekishoError,
)
from sekisho.views.problems import ErrorView
from sekisho.views.view import View, one_line
from sekisho.web.errors import http_status

_LOG = logging.getLogger("sekisho.api")
_BODY_BYTES = 1024 * 1024
"""Longest JSON body: inline files of 256 KiB, escaped."""
_UNAUTHORIZED = 401
_METHOD_NOT_ALLOWED = 405

Answer = Callable[[Request], Awaitable[View]]
P = ParamSpec("P")
T = TypeVar("T")
B = TypeVar("B", bound=BaseModel)


async def on_thread(do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the engine, which blocks; it goes on to its end even where the client went away."""
    return await anyio.to_thread.run_sync(partial(do, *args, **kwargs))


def error_answer(
    error: SekishoError, status: int | None = None, allow: str | None = None
) -> JSONResponse:
    """Return an error in the one shape of the API."""
    status = status or http_status(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == _UNAUTHORIZED else {}
    headers |= {"Allow": allow} if allow else {}
    return JSONResponse(
        {"error": ErrorView.of(error).model_dump()}, status_code=status, headers=headers
    )


def route(path: str, **answers: Answer) -> Route:
    """Make a route: method → what answers it."""

    async def answered(request: Request) -> Response:
        answer = answers.get(request.method)
        if answer is None:
            allowed = ", ".join(sorted(answers))
            refused = ArgumentsInvalid(problem=f"this address takes {allowed} alone")
            return error_answer(refused, _METHOD_NOT_ALLOWED, allowed)
        return await _answered(answer, request)

    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Route(path, answered, methods=every)


async def _answered(answer: Answer, request: Request) -> Response:
    try:
        return JSONResponse((await answer(request)).structured())
    except SekishoError as error:
        return error_answer(error)
    except ClientDisconnect:
        return error_answer(ArgumentsInvalid(problem="the request broke off"))
    except Exception:  # noqa: BLE001 (nothing of it may reach the client)
        _LOG.exception("api.failed", extra={"path": request.url.path})
        return error_answer(SekishoError())


def answering_app(routes: Sequence[BaseRoute]) -> Starlette:
    """Make an app in which unknown paths are answered in the same shape."""

    async def unknown(_request: Request, _error: Exception) -> Response:
        return error_answer(PathUnknown())

    return Starlette(routes=list(routes), exception_handlers={HTTPException: unknown})


async def body_of(
    request: Request, model: type[B], missing: B | None = None, cap: int = _BODY_BYTES
) -> B:
    """Read a JSON body; `missing` stands for an empty one.

    Raises:
        ArgumentsInvalid: it is not what `model` says; values are not repeated.
        InlineTooLarge: it is longer than any call needs.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > cap:
            raise InlineTooLarge(size=f"more than {cap}", cap=cap)
    if not raw and missing is not None:
        return missing
    try:
        return model.model_validate_json(bytes(raw))
    except ValidationError as error:
        raise ArgumentsInvalid(problem=_unfit(error)) from None


def _unfit(error: ValidationError) -> str:
    rows = error.errors(include_input=False, include_url=False, include_context=False)[:5]
    said = [(row["loc"][0] if row["loc"] else "body", row["msg"]) for row in rows]
    return "; ".join(f"{one_line(name, 60)}: {one_line(why, 120)}" for name, why in said)


def number_of(request: Request, name: str, default: int, least: int, most: int) -> int:
    """Read a whole number of the query. Raises ArgumentsInvalid."""
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= 18):  # noqa: PLR2004 (64 bits)
        raise ArgumentsInvalid(problem=f"{name} is not a whole number")
    if not least <= int(given) <= most:
        raise ArgumentsInvalid(problem=f"{name} is not between {least} and {most}")
    return int(given)
