"""One ASGI app: /mcp for agents, the console for people, the API, health; and its worker."""

import contextlib
import dataclasses
import getpass
import threading
from collections.abc import AsyncGenerator

import anyio.to_thread
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from sekisho import __version__
from sekisho.app import App, console_url, is_loopback
from sekisho.domain.tokens import usable
from sekisho.engine.tokens import digest
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.http import HttpAccess, McpEndpoint
from sekisho.mcp_server.server import build_server
from sekisho.web.api import ApiOptions, api_routes
from sekisho.web.health import Health
from sekisho_client.settings import LOCAL_TOKEN

_KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than a load balancer's 60, so it closes first."""
_LAST_ANSWERS = 5
"""Seconds that requests under way get when the server stops; long polls just end."""
_THREADS = 40


@dataclasses.dataclass
class Carrier:
    """The worker that a server hosts, in its thread; `draining` once it takes no more."""

    app: App
    draining: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work, where the operator did not say that others do."""
        if self.app.settings.worker:
            worker = self.app.worker()
            self._thread = threading.Thread(
                target=worker.run, args=(self._stopping,), name="worker"
            )
            self._thread.start()

    def stop(self) -> None:
        """Let go of everything in good order; returns when it is done."""
        self.draining = True
        self.app.parts.bell.ring()
        if self._thread:
            self._thread.join()

    def _stopping(self) -> bool:
        return self.draining


def build_asgi(app: App, carrier: Carrier) -> Starlette:
    """Put the faces of one wired server together.

    The console is served where nobody but this machine reaches it: beyond loopback people would
    have to sign in first, and that is not built yet.
    """
    url = console_url(app.settings)
    options = FaceOptions(version=__version__, base_url=url)
    endpoint = McpEndpoint(
        build_server(app.engine, options), app.engine, options, http_access(app, url)
    )
    health = Health(app.engine, __version__, draining=lambda: carrier.draining)
    api = ApiOptions(base_url=url, upload_bytes=app.caps.packed_bytes)
    routes: list[BaseRoute] = [
        Route("/mcp", endpoint),
        *health.routes(),
        *api_routes(app.engine, api),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        carrier.start()
        try:
            async with endpoint.running():
                yield
        finally:
            await anyio.to_thread.run_sync(carrier.stop)

    if not is_loopback(app.settings.host):
        return Starlette(routes=routes, lifespan=lifespan)
    from sekisho.web.console import console_errors, console_routes
    from sekisho.web.options import ConsoleOptions

    console = ConsoleOptions(
        allowed_hosts=(*ConsoleOptions().allowed_hosts, *app.settings.allowed_hosts),
        base_url=url,
        version=__version__,
    )
    routes += console_routes(app.engine, console)
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers=console_errors(console))


def http_access(app: App, url: str) -> HttpAccess:
    """Say which hosts and origins may reach the endpoint."""
    own = HttpAccess()
    host = url.split("://", 1)[-1]
    named = [host, app.settings.host, *app.settings.allowed_hosts]
    hosts = [h for name in named for h in ((name,) if ":" in name else (name, f"{name}:*"))]
    origins = (*own.origins, url, *app.settings.allowed_origins)
    return HttpAccess(hosts=(*own.hosts, *hosts), origins=origins)


def leave_token(app: App) -> None:
    """Leave a token for commands of this user on this machine, unless a good one is there."""
    path = app.settings.data_dir / LOCAL_TOKEN
    with contextlib.suppress(OSError):
        found = app.parts.store.tokens.find(digest(path.read_text(encoding="utf-8").strip()))
        if found and usable(found, app.parts.clock.now()):
            return
    _token, secret = app.engine.tokens.create(f"{getpass.getuser()}@localhost", "cli", None)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(secret + "\n", encoding="utf-8")
    fresh.replace(path)


def run_server(app: App) -> None:
    """Serve until SIGTERM or Ctrl-C, then stop in good order."""
    import uvicorn

    leave_token(app)
    carrier = Carrier(app)
    config = uvicorn.Config(
        build_asgi(app, carrier),
        host=app.settings.host,
        port=app.settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    try:
        uvicorn.Server(config).run()
    finally:
        app.close()
