"""What stands at `/` where the console is not served: a word on what this is, or the way on."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

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
