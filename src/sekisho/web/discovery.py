"""Where OAuth clients look for an authorization server: they are told of it, or that there is none.

With an identity provider, the endpoint's metadata (RFC 9728) names it. Without one, callers show
keys: a client that is answered 404 here goes on with the key it was given; a page or a redirect
would send it looking for a sign-in that does not exist.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sekisho.domain.errors import PathUnknown
from sekisho.ports import Identities
from sekisho.views.addresses import reached
from sekisho.views.http_errors import error_answer

RESOURCE = "/.well-known/oauth-protected-resource"
_DOCUMENTS = ("oauth-protected-resource", "oauth-authorization-server", "openid-configuration")
_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
_FOR = "public, max-age=300"


def discovery_routes(
    provider: Identities | None = None, base_url: str = "", endpoint: str = "/mcp"
) -> list[BaseRoute]:
    """Return the addresses, with and without the path of the endpoint behind them."""
    routes: list[BaseRoute] = []
    if provider is not None:
        there = _metadata(provider, base_url, endpoint)
        routes = [Route(path, there) for path in (f"{RESOURCE}{endpoint}", RESOURCE)]
    paths = [f"/.well-known/{name}{tail}" for name in _DOCUMENTS for tail in ("", "/{rest:path}")]
    return routes + [Route(path, _nothing, methods=_METHODS) for path in paths]


def _metadata(
    provider: Identities, base_url: str, endpoint: str
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        here = reached(base_url, request.headers.get("host"))
        document = {
            "resource": f"{here}{endpoint}",
            "resource_name": "Sekisho",
            "authorization_servers": [provider.issuer],
            "bearer_methods_supported": ["header"],
        }
        if provider.required_scope:
            document["scopes_supported"] = [provider.required_scope]
        return JSONResponse(document, headers={"Cache-Control": _FOR})

    return answer


async def _nothing(_request: Request) -> Response:
    return error_answer(PathUnknown())
