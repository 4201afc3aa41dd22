"""Where a refused call of MCP is told to find out how to sign in (RFC 9728, RFC 6750)."""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekisho.domain.entries import names_of
from sekisho.edge.heads import only
from sekisho.edge.options import EdgeOptions
from sekisho.edge.paths import Paths
from sekisho.views.addresses import reached

_NAME = b"www-authenticate"


class Challenges:
    """Completes the challenge of every refusal at the endpoint, whoever refused: edge or face."""

    def __init__(self, app: ASGIApp, options: EdgeOptions) -> None:
        """Pass requests on to `app`."""
        self._app, self._options = app, options
        self._paths = Paths(options.endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and self._paths.is_endpoint(scope["path"]):
            send = _completing(send, self._more(scope))
        await self._app(scope, receive, send)

    def _more(self, scope: Scope) -> bytes:
        # A load balancer's name for us was not checked by anybody.
        host = only(scope, b"host")
        base_url = reached(self._options.base_url, host if host and names_of([host]) else None)
        named = [f'resource_metadata="{base_url}{self._paths.metadata}"']
        if self._options.scope:
            named.append(f'scope="{self._options.scope}"')
        return ", ".join(named).encode("latin-1", "replace")


def _completing(send: Send, more: bytes) -> Callable[[Message], Awaitable[None]]:
    async def complete(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(n, _with(v, more) if n == _NAME else v) for n, v in message["headers"]]
            message = {**message, "headers": headers}
        await send(message)

    return complete


def _with(challenge: bytes, more: bytes) -> bytes:
    return challenge + (b", " if b" " in challenge else b" ") + more
