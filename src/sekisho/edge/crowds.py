"""How many requests are under way at once, and how large the head of one may be."""

from starlette.types import ASGIApp, Receive, Scope, Send

from sekisho.domain.errors import HeadersTooLarge, ServerBusy
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import refuse
from sekisho.edge.paths import Paths

HEAD_BYTES = 64 * 1024
HEADERS = 100


class Crowds:
    """Refuses what comes while too many wait, and heads that no client of ours needs."""

    def __init__(self, app: ASGIApp, options: EdgeOptions) -> None:
        """Pass requests on to `app`."""
        self._app, self._most = app, options.at_once
        self._paths = Paths(options.endpoint)
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or not."""
        if scope["type"] != "http" or self._paths.is_check(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
        elif oversized(scope):
            await refuse(HeadersTooLarge(cap=HEAD_BYTES), scope, receive, send)
        elif self._inside >= self._most:
            await refuse(ServerBusy(), scope, receive, send)
        else:
            self._inside += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._inside -= 1


def oversized(scope: Scope) -> bool:
    """Say whether a head has too many headers or bytes."""
    headers = scope["headers"]
    target = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    size = target + sum(len(name) + len(value) for name, value in headers)
    return len(headers) > HEADERS or size > HEAD_BYTES
