"""One ASGI app: MCP for agents, the console for people, the API, and health, behind the edge."""

import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, Callable
from typing import Protocol

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sekisho import __version__
from sekisho.domain.errors import SettingInvalid
from sekisho.edge.layers import surrounded
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import Event
from sekisho.edge.paths import Paths
from sekisho.engine.engine import Engine
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.http import HttpAccess, McpEndpoint
from sekisho.mcp_server.selection import Selection
from sekisho.mcp_server.server import build_server
from sekisho.web.answers import http_error
from sekisho.web.api import ApiOptions, api_routes
from sekisho.web.discovery import discovery_routes
from sekisho.web.front import front_routes
from sekisho.web.health import Health
from sekisho.web.outside_refusals import OutsideRefusals

_THREADS = 40
"""Engine calls at a time, over all faces."""


def _silent(_name: str, /, **_fields: object) -> None:
    """Write no log."""


@dataclasses.dataclass(frozen=True)
class AsgiOptions:
    """How the faces are set up.

    `edge` says by which address and names this server is reached, by whom, and how fast.
    `console`: whether people's pages are served here. `language`: of people's pages, `auto` for
    what each reader asks for. `selection`: which tools are offered. `redirect_root`: where `/`
    leads without a console. `event` writes the log. `steady`: in there, what the operator declares
    stays what it is; each request has one of its own.
    """

    upload_bytes: int
    edge: EdgeOptions = dataclasses.field(default_factory=EdgeOptions)
    console: bool = True
    language: str = "auto"
    selection: Selection = dataclasses.field(default_factory=Selection)
    redirect_root: str = ""
    monotonic: Callable[[], float] = time.monotonic
    event: Event = _silent
    steady: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext


class Background(Protocol):
    """What works beside the requests, for as long as the app is up."""

    draining: bool

    def start(self) -> None: ...

    def stop(self) -> None:
        """End in good order; returns when it is done."""
        ...


def build_asgi(engine: Engine, options: AsgiOptions, background: Background) -> ASGIApp:
    """Put the faces of one server together, and the edge around them.

    Raises:
        SettingInvalid: the endpoint lies where something else of ours is.
    """
    provider = engine.callers.provider
    scope = provider.required_scope if provider else None
    edge = dataclasses.replace(options.edge, scope=scope)
    app = _steadied(build_faces(engine, options, background), options.steady)
    told = OutsideRefusals(engine)
    return surrounded(app, edge, options.monotonic, options.event, told)


def _steadied(
    app: ASGIApp, steady: Callable[[], contextlib.AbstractContextManager[None]]
) -> ASGIApp:
    """Let each request be judged by one file, from who asks to what they may."""

    async def steadied(scope: Scope, receive: Receive, send: Send) -> None:
        with steady() if scope["type"] == "http" else contextlib.nullcontext():
            await app(scope, receive, send)

    return steadied


def build_faces(engine: Engine, options: AsgiOptions, background: Background) -> Starlette:
    """Put the faces of one server together."""
    edge = options.edge
    if Paths(edge.endpoint).taken:
        problem = f"{edge.endpoint} is an address of the console or the API"
        raise SettingInvalid(name="SEKISHO_ENDPOINT", problem=problem)
    face = FaceOptions(
        __version__, edge.base_url, endpoint=edge.endpoint, selection=options.selection
    )
    access = HttpAccess(body_bytes=edge.body_bytes, edge=True)
    endpoint = McpEndpoint(build_server(engine, face), engine, face, access)

    api = ApiOptions(
        edge.base_url,
        options.upload_bytes,
        __version__,
        lambda: background.draining,
        hosts=edge.host_names,
    )
    routes: list[BaseRoute] = [
        Route(edge.endpoint, endpoint),
        Route(f"{edge.endpoint}/", endpoint),
        *Health(engine, __version__, edge.endpoint, api.draining).routes(),
        *api_routes(engine, api),
        *discovery_routes(engine.callers.provider, edge.base_url, edge.endpoint),
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
        routes += front_routes(__version__, edge.endpoint, options.redirect_root)
        refused = {HTTPException: http_error, 500: http_error}
        return Starlette(routes=routes, lifespan=lifespan, exception_handlers=refused)
    from sekisho.web.console import console_errors, console_routes
    from sekisho.web.options import ConsoleOptions

    console = ConsoleOptions(edge.host_names, edge.base_url, __version__)
    routes += console_routes(engine, console)
    handlers = console_errors(console)
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    app.state.language = options.language
    return app
