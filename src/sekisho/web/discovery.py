"""Where OAuth clients look for an authorization server: there is none, and that is said plainly.

Callers show keys. A client that is answered 404 here goes on with the key it was given; a page or a
redirect would send it looking for a sign-in that does not exist.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sekisho.domain.errors import PathUnknown
from sekisho.views.http_errors import error_answer

_DOCUMENTS = ("oauth-protected-resource", "oauth-authorization-server", "openid-configuration")
_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]


def discovery_routes() -> list[BaseRoute]:
    """Return the addresses, with and without the path of the endpoint behind them."""
    paths = [f"/.well-known/{name}{tail}" for name in _DOCUMENTS for tail in ("", "/{rest:path}")]
    return [Route(path, _nothing, methods=_METHODS) for path in paths]


async def _nothing(_request: Request) -> Response:
    return error_answer(PathUnknown())
