"""Which names a request may reach us by: a foreign name that leads here is DNS rebinding."""

import functools

from starlette.types import ASGIApp, Receive, Scope, Send

from sekisho.domain.entries import names_of
from sekisho.domain.errors import HostRefused
from sekisho.edge.heads import values
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import refuse
from sekisho.edge.paths import Paths


class Hosts:
    """Lets through requests to our own names, and a load balancer's checks by any name."""

    def __init__(self, app: ASGIApp, options: EdgeOptions) -> None:
        """Pass requests on to `app`."""
        self._app, self._any = app, options.any_host
        self._names = frozenset(options.host_names)
        self._paths = Paths(options.endpoint)
        # Clients name us in one or two ways, again and again.
        self._ours = functools.lru_cache(maxsize=64)(self._named)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request."""
        if scope["type"] != "http" or self._welcome(scope):
            await self._app(scope, receive, send)
        else:
            await refuse(HostRefused(), scope, receive, send)

    def _welcome(self, scope: Scope) -> bool:
        if self._paths.is_check(scope["method"], scope["path"]):
            return True
        given = values(scope, b"host")
        return len(given) == 1 and self._ours(given[0])

    def _named(self, host: str) -> bool:
        names = names_of([host])
        return bool(names) if self._any else not self._names.isdisjoint(names)
