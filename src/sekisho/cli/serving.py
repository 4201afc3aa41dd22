"""Serving: the ASGI app in uvicorn, the worker beside it, and the local token."""

import contextlib
import dataclasses
import getpass
import os
import signal
import socket
import threading
from types import FrameType

from sekisho.app import App, console_url, is_loopback
from sekisho.asgi import AsgiOptions, build_asgi
from sekisho.domain.errors import IdentityMissing, SettingInvalid
from sekisho.domain.tokens import usable
from sekisho.engine.callers import NO_AUTH
from sekisho.engine.tokens import digest
from sekisho.mcp_server.selection import Selection
from sekisho.settings import Settings
from sekisho_client.settings import LOCAL_TOKEN

_KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than a load balancer's 60, so it closes first."""
_BACKLOG = 2048
"""Connections that may wait to be accepted."""
_SETTLED = 0.3
"""Seconds after the start at which what is not needed to be ready is loaded."""
_LAST_ANSWERS = 5
"""Seconds that requests under way get when the server stops; long polls just end."""


@dataclasses.dataclass
class Carrier:
    """The worker that a server hosts, in its thread; `draining` once it takes no more."""

    app: App
    draining: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work, where the operator did not say that others do."""
        if self.app.settings.worker and not self.app.parts.closed:
            work = self.app.worker().run
            self._thread = threading.Thread(target=work, args=(self._stopping,), name="worker")
            self._thread.start()
            later = threading.Timer(_SETTLED, self.app.prepare)
            later.daemon = True
            later.start()

    def stop(self) -> None:
        """Let go of everything in good order; returns when it is done."""
        self.draining = True
        self.app.parts.bell.ring()
        if self._thread:
            self._thread.join()

    def _stopping(self) -> bool:
        return self.draining


def asgi_options(app: App) -> AsgiOptions:
    """Take the operator's settings.

    The console is served where only this machine reaches it: beyond loopback people would have to
    sign in first, and that is not built yet.
    """
    settings = app.settings
    return AsgiOptions(
        base_url=console_url(settings),
        upload_bytes=app.caps.packed_bytes,
        hosts=(settings.host, *settings.allowed_hosts),
        origins=settings.allowed_origins,
        console=is_loopback(settings.host),
        language=settings.language,
        selection=tool_selection(settings),
    )


def tool_selection(settings: Settings) -> Selection:
    """Take the operator's choice among the tools."""
    return Selection(
        toolsets=settings.toolsets,
        tools=settings.tools,
        exclude=settings.exclude_tools,
        read_only=settings.read_only,
    )


def listen(host: str, port: int) -> socket.socket:
    """Take the address; connections wait until the server is ready for them.

    Raises:
        SettingInvalid: it is taken, or not one of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere it would let two servers share one port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        problem = f"{host}:{port} cannot be listened on ({error.strerror})"
        raise SettingInvalid(name="SEKISHO_PORT", problem=problem) from None
    return listener


def run_server(app: App, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C, then stop in good order."""
    import uvicorn

    class Server(uvicorn.Server):
        """Says that it drains as soon as it is told to stop, so that streams end by themselves."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Take the signal; the bell is not rung here, where a lock may be held."""
            carrier.draining = True
            super().handle_exit(sig, frame)

    leave_token(app)
    carrier = Carrier(app)
    config = uvicorn.Config(
        build_asgi(app.engine, asgi_options(app), carrier),
        host=app.settings.host,
        port=app.settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    # uvicorn raises the signal again once it has stopped; by then there is nothing left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    try:
        Server(config).run(sockets=[listener])
    finally:
        app.close()


def tell_standing(app: App) -> None:
    """Say at the start, for the log, what this server does not do as it is set up, or does."""
    callers, journal = app.engine.callers, app.parts.journal
    if callers.auth == "none":
        journal.event("auth.none", warning=NO_AUTH.en)
    if callers.auth == "keys" and not callers.has_identity():
        journal.event("identity.missing", warning=IdentityMissing().next_step())
    if app.parts.closed:
        error = app.parts.closed.error()
        journal.event("runs.unavailable", warning=f"{error.message()} {error.next_step()}")


def leave_token(app: App) -> None:
    """Leave a token for commands of this user on this machine, unless a good one is there.

    One that others on this machine could read, or that was made as a person's, is replaced.
    """
    path = app.settings.data_dir / LOCAL_TOKEN
    with contextlib.suppress(OSError):
        private = os.name != "posix" or not path.stat().st_mode & 0o077
        found = app.parts.store.tokens.find(digest(path.read_text(encoding="utf-8").strip()))
        good = found is not None and usable(found, app.parts.clock.now())
        if found and good and found.local and private:
            return
        if found and good:
            app.engine.tokens.revoke(found.id)
    _token, secret = app.engine.tokens.create_local(getpass.getuser())
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(secret + "\n", encoding="utf-8")
    fresh.replace(path)
