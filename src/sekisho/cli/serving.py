"""Serving: the ASGI app in uvicorn, the worker beside it, and the local token."""

import asyncio
import contextlib
import dataclasses
import gc
import getpass
import importlib.util
import ipaddress
import os
import signal
import socket
import threading
from types import FrameType
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from sekisho.app import App
from sekisho.asgi import AsgiOptions, build_asgi
from sekisho.cli.reloading import following
from sekisho.domain.errors import IdentityMissing, SettingInvalid
from sekisho.domain.tokens import usable
from sekisho.edge.options import OFF, EdgeOptions, Pace
from sekisho.edge.passages import Event
from sekisho.engine.callers import NO_AUTH
from sekisho.engine.tokens import digest
from sekisho.mcp_server.selection import Selection
from sekisho.settings import Settings
from sekisho.settings.reach import bracketed, console_url, only_here
from sekisho_client.settings import LOCAL_TOKEN

if TYPE_CHECKING:
    from sekisho.edge.certificates import Certificate

_KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than a load balancer's 60, so it closes first."""
_BACKLOG = 2048
"""Connections that may wait to be accepted."""
_SETTLED = 0.3
"""Seconds after the start at which what is not needed to be ready is loaded."""
_PACE = Pace(200, 400)
_PACE_CALLER = Pace(20, 60)
"""Beyond loopback, where the operator says nothing."""
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
        works = self.app.settings.worker and not self.app.parts.closed
        if works:
            work = self.app.worker().run
            self._thread = threading.Thread(target=work, args=(self._stopping,), name="worker")
            self._thread.start()
        later = threading.Timer(_SETTLED, self._settle, (works,))
        later.daemon = True
        later.start()

    def _settle(self, works: bool) -> None:
        """Load the rest, and let the garbage collector pass over all that is there by now.

        It is a hundred thousand objects of code and schemas; a request would wait while they are
        looked through, again and again.
        """
        if works:
            self.app.prepare()
        gc.collect()
        gc.freeze()
        gc.enable()

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

    The console is served where people sign in, or where only this machine reaches it.
    """
    settings = app.settings
    return AsgiOptions(
        upload_bytes=app.caps.packed_bytes,
        edge=edge_options(settings),
        console=only_here(settings) or app.parts.entrance is not None,
        language=settings.language,
        selection=tool_selection(settings),
        redirect_root=settings.redirect_root or "",
        monotonic=app.parts.clock.monotonic,
        event=app.parts.journal.event,
        steady=app.file.steady if app.file else contextlib.nullcontext,
    )


def tool_selection(settings: Settings) -> Selection:
    """Take the operator's choice among the tools."""
    return Selection(
        toolsets=settings.toolsets,
        tools=settings.tools,
        exclude=settings.exclude_tools,
        read_only=settings.read_only,
    )


def edge_options(settings: Settings) -> EdgeOptions:
    """Take what the operator says about who reaches this server, how, and how fast."""
    loopback = only_here(settings)
    return EdgeOptions(
        base_url=console_url(settings),
        loopback=loopback,
        named=bool(settings.allowed_hosts or settings.public_url),
        hosts=(bracketed(settings.host), *settings.allowed_hosts),
        origins=settings.allowed_origins,
        cors_mode=settings.cors_mode,
        endpoint=settings.endpoint,
        rate=_pace(settings.rate_limit, OFF if loopback else _PACE),
        rate_caller=_pace(settings.rate_limit_caller, OFF if loopback else _PACE_CALLER),
        remote_ip=settings.remote_ip,
        trusted_hops=settings.trusted_hops,
    )


def _pace(given: tuple[float, int] | None, otherwise: Pace) -> Pace:
    return otherwise if given is None else Pace(*given)


def advise(settings: Settings, event: Event) -> None:
    """Say once, in the log, what the operator should still set."""
    edge = edge_options(settings)
    if edge.any_host:
        advice = "requests may name any host: set SEKISHO_PUBLIC_URL, or SEKISHO_ALLOWED_HOSTS"
        event("edge.any_host", warning=advice)
    if edge.cors_mode == "disabled":
        event("edge.any_origin", warning="pages of any origin may call, with a credential")
    if (edge.remote_ip == "x-forwarded-for") != bool(edge.trusted_hops):
        advice = "SEKISHO_REMOTE_IP=x-forwarded-for and SEKISHO_TRUSTED_HOPS go together"
        event("edge.peer_address", warning=f"the address of a client is the peer's: {advice}")
    if not edge.loopback and edge.scheme == "http":
        advice = "set SEKISHO_TLS_CERT and SEKISHO_TLS_KEY, or SEKISHO_PUBLIC_URL=https://…"
        event("edge.plain_http", warning=f"credentials travel unencrypted: {advice}")


def advise_people(settings: Settings, event: Event) -> None:
    """Say that people cannot have passkeys here, where that is so: those are for hosts by name."""
    host = urlsplit(console_url(settings)).hostname or ""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        advice = "passkeys need a host with a name: set SEKISHO_PUBLIC_URL (localhost is one)"
        event("passkeys.no_name", warning=advice)


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
    """Serve until SIGTERM or Ctrl-C, then stop in good order.

    Raises:
        SettingInvalid: the certificate cannot be served, or the endpoint is taken.
    """
    import uvicorn

    class Server(uvicorn.Server):
        """Says that it drains as soon as it is told to stop, so that streams end by themselves."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Take the signal; the bell is not rung here, where a lock may be held."""
            carrier.draining = True
            super().handle_exit(sig, frame)

    settings, certificate, carrier = app.settings, make_certificate(app), Carrier(app)
    asgi = build_asgi(app.engine, asgi_options(app), carrier)
    advise(settings, app.parts.journal.event)
    if app.parts.entrance:
        advise_people(settings, app.parts.journal.event)
    leave_token(app)
    config = uvicorn.Config(
        asgi,
        host=settings.host,
        port=settings.port,
        http=http_protocol(),
        ws="none",
        # uvicorn's own reading of X-Forwarded-For believes whoever comes from loopback.
        proxy_headers=False,
        ssl_context_factory=certificate and (lambda _config, _make: certificate.context),
        # Its warnings are about what strangers send, as many lines as they like.
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    # uvicorn raises the signal again once it has stopped; by then there is nothing left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    try:
        watched = certificate.watching() if certificate else contextlib.nullcontext()
        with watched, following(app, "serve"):
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


def http_protocol() -> "type[asyncio.Protocol] | Literal['auto']":
    """Return the guarded protocol where its parser is there: everywhere but on Windows."""
    if importlib.util.find_spec("httptools") is None:
        return "auto"
    from sekisho.edge.connections import GuardedConnection

    return GuardedConnection


def make_certificate(app: App) -> "Certificate | None":
    """Read the certificate where the operator named one. Raises SettingInvalid."""
    cert, key = app.settings.tls_cert, app.settings.tls_key
    if cert is None or key is None:
        return None
    from sekisho.edge.certificates import Certificate

    return Certificate(cert, key, app.parts.clock.now, app.parts.journal.event)


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
