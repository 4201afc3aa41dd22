"""A real HTTP server on loopback for tests, with every machine-facing route mounted."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from sekisho.asgi import AsgiOptions, build_asgi
from sekisho.edge.connections import GuardedConnection
from sekisho.edge.layers import surrounded
from sekisho.edge.options import EdgeOptions
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.http import HttpAccess, McpEndpoint
from sekisho.mcp_server.server import build_server
from sekisho.web.api import ApiOptions, api_routes
from sekisho.web.health import Health
from tests.faces.house import House


def an_app(
    house: House, base_url: str, draining: Callable[[], bool] = lambda: False, **edge: Any
) -> ASGIApp:
    """Mount everything as asgi.py does; `edge` are options of the edge, and `streams`."""
    options = FaceOptions(version="1.2.3", base_url=base_url)
    streams = edge.pop("streams", 2)
    server = build_server(house.engine, options)
    endpoint = McpEndpoint(server, house.engine, options, HttpAccess(edge=True))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Any) -> AsyncGenerator[None]:
        async with endpoint.running():
            yield

    routes = [
        Route("/mcp", endpoint),
        *api_routes(house.engine, ApiOptions(base_url, 1_000_000, "1.2.3", draining, streams)),
        *Health(house.engine, "1.2.3", draining=draining).routes(),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    options_of_edge = EdgeOptions(**{"base_url": base_url, **edge})
    return surrounded(app, options_of_edge, house.clock.monotonic, house.journal.event)


class Idle:
    """Nothing works beside the requests."""

    def __init__(self, *, draining: bool = False) -> None:
        self.draining = draining

    def start(self) -> None: ...

    def stop(self) -> None: ...


def whole_app(
    house: House, base_url: str, draining: Callable[[], bool], *, console: bool = True
) -> ASGIApp:
    """Every face, put together by asgi.py itself."""
    options = AsgiOptions(1_000_000, EdgeOptions(base_url=base_url), console=console)
    return build_asgi(house.engine, options, Idle(draining=draining()))


Make = Callable[..., ASGIApp]


class Server(uvicorn.Server):
    """uvicorn, which looks ten times a second whether it should stop; this one is told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self._told: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    async def main_loop(self) -> None:
        self._told = asyncio.get_running_loop(), asyncio.Event()
        await self.on_tick(0)
        self.up.set()
        await self._told[1].wait()

    def stop(self) -> None:
        self.should_exit = True
        if self._told:
            loop, event = self._told
            loop.call_soon_threadsafe(event.set)


def listening() -> socket.socket:
    """Take a free port, where the address must be known before the server is."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address that leads to a listener."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.contextmanager
def serving(
    house: House,
    draining: Callable[[], bool] = lambda: False,
    make: Make = an_app,
    listener: socket.socket | None = None,
    **edge: Any,
) -> Generator[str]:
    """Serve, on a free port unless a listener is given; yield the address."""
    listener = listener or listening()
    url = address_of(listener)
    config = uvicorn.Config(
        make(house, edge.pop("base_url", url), draining, **edge),
        http=GuardedConnection,
        ws="none",
        proxy_headers=False,
        log_level="error",
        lifespan="on",
        timeout_keep_alive=75,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert server.up.wait(10), "the server did not start"
    try:
        yield url
    finally:
        server.stop()
        thread.join(10)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"
