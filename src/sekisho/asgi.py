"""One ASGI app: /mcp for agents, the console for people, the API, and health."""

import contextlib
import dataclasses
from collections.abc import AsyncGenerator
from typing import Protocol

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from sekisho import __version__
from sekisho.engine.engine import Engine
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.http import HttpAccess, McpEndpoint
from sekisho.mcp_server.selection import Selection
from sekisho.mcp_server.server import build_server
from sekisho.web.answers import http_error
from sekisho.web.api import ApiOptions, api_routes
from sekisho.web.discovery import discovery_routes
from sekisho.web.health import Health

_THREADS = 40
"""Engine calls at a time, over all faces."""


@dataclasses.dataclass(frozen=True)
class AsgiOptions:
    """How the faces are set up.

    `base_url` is where people and agents reach this server. `hosts` and `origins` are what the
    operator allows besides. `console`: whether people's pages are served here. `language`: of
    people's pages, `auto` for what each reader asks for.
    """

    base_url: str
    upload_bytes: int
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    console: bool = True
    language: str = "auto"
    selection: Selection = dataclasses.field(default_factory=Selection)


class Background(Protocol):
    """What works beside the requests, for as long as the app is up."""

    draining: bool

    def start(self) -> None: ...

    def stop(self) -> None:
        """End in good order; returns when it is done."""
        ...


def build_asgi(engine: Engine, options: AsgiOptions, background: Background) -> Starlette:
    """Put the faces of one server together."""
    face = FaceOptions(__version__, options.base_url, selection=options.selection)
    endpoint = McpEndpoint(build_server(engine, face), engine, face, http_access(options))

    def draining() -> bool:
        return background.draining

    routes: list[BaseRoute] = [
        Route("/mcp", endpoint),
        *Health(engine, __version__, draining=draining).routes(),
        *api_routes(
            engine,
            ApiOptions(
                options.base_url,
                options.upload_bytes,
                __version__,
                draining,
                hosts=options.hosts,
            ),
        ),
        *discovery_routes(),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        background.start()
        try:
            async with endpoint.running():
                yield
        finally:
            await anyio.to_thread.run_sync(background.stop)

    if not options.console:
        refused = {HTTPException: http_error, 500: http_error}
        return Starlette(routes=routes, lifespan=lifespan, exception_handlers=refused)
    from sekisho.web.console import console_errors, console_routes
    from sekisho.web.options import ConsoleOptions

    own = ConsoleOptions().allowed_hosts
    console = ConsoleOptions((*own, *options.hosts), options.base_url, __version__)
    routes += console_routes(engine, console)
    handlers = console_errors(console)
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    app.state.language = options.language
    return app


def http_access(options: AsgiOptions) -> HttpAccess:
    """Say which hosts and origins may reach the endpoint: loopback, our own, the operator's."""
    own = HttpAccess()
    named = (options.base_url.split("://", 1)[-1], *options.hosts)
    hosts = [h for name in named for h in ((name,) if ":" in name else (name, f"{name}:*"))]
    origins = (*own.origins, options.base_url, *options.origins)
    return HttpAccess(hosts=(*own.hosts, *hosts), origins=origins)
