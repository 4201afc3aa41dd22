"""Who comes through a proxy that nobody told us of: on loopback, being there proves nothing then.

A proxy on this machine connects from loopback for everybody behind it. Where the operator said that
there is one (a public address, a foreign host name, where to read addresses), the server is not
open in the first place; this finds the one that nobody mentioned, by the headers that proxies add.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from sekisho.domain.errors import ProxyUndeclared
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import refuse
from sekisho.edge.paths import Paths

TRACES = frozenset(
    {
        *(b"forwarded", b"via", b"x-real-ip", b"x-forwarded-for", b"x-forwarded-host"),
        *(b"x-forwarded-proto", b"x-forwarded-server", b"x-forwarded-port"),
    }
)
"""Headers that proxies add, and neither browsers nor agents."""


class Proxies:
    """Refuses whoever would count as the person on loopback and came through a proxy."""

    def __init__(self, app: ASGIApp, options: EdgeOptions) -> None:
        """Pass requests on to `app`."""
        self._app = app
        self._loopback = options.loopback and options.remote_ip == "remoteaddr"
        self._paths = Paths(options.endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request."""
        if scope["type"] == "http" and self._loopback and self._is_nobody(scope):
            await refuse(ProxyUndeclared(), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_nobody(self, scope: Scope) -> bool:
        """Say whether a request that came through a proxy shows nothing but where it came from."""
        names = {name for name, _ in scope["headers"]}
        if TRACES.isdisjoint(names):
            return False
        path = scope["path"]
        if self._paths.is_check(scope["method"], path) or self._paths.is_upload(path):
            return False
        return not (self._paths.for_programs(path) and b"authorization" in names)
