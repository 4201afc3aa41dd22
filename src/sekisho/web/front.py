"""What stands at `/` where the console is not served: a word on what this is, or the way on."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sekisho.domain.errors import PathUnknown, SekishoError
from sekisho.web.answers import error_answer

ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]
_SEE_OTHER = 303


def front_routes(version: str, endpoint: str, redirect: str) -> list[BaseRoute]:
    """Return what answers `/`."""

    async def front(_request: Request) -> Response:
        if redirect:
            return RedirectResponse(redirect, status_code=_SEE_OTHER)
        return JSONResponse(
            {
                "service": "sekisho",
                "version": version,
                "endpoint": endpoint,
                "health": "/health",
                "next": f"Agents connect to {endpoint} over MCP; programs use /api/v1.",
            }
        )

    return [Route("/", front, methods=["GET"])]


def front_errors() -> Mapping[int | type[Exception], ErrorHandler]:
    """Return handlers that give every error the one shape: there are no pages here."""

    async def refused(_request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            answer = error_answer(PathUnknown(), error.status_code)
            answer.headers.update(error.headers or {})
            return answer
        return error_answer(SekishoError())

    return {HTTPException: refused, 500: refused}
