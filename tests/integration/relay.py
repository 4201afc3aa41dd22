"""What stands before moto and takes note: who signed each request, and what STS was asked for."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

Look = Callable[[http.server.BaseHTTPRequestHandler, bytes], bytes | None]
_SIGNED = re.compile(r"Credential=(?P<key>\w+)/\d+/[\w-]+/(?P<service>\w+)/")
_DENIED = (
    b'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    b"<Code>AccessDenied</Code><Message>User is not authorized</Message></Error></ErrorResponse>"
)


@dataclass(frozen=True)
class Seen:
    """One request: its service, the id of the key that signed it, and the form of STS."""

    service: str
    key: str
    method: str
    form: dict[str, str]


@dataclass
class Relay:
    """Passes requests on. With `external_id`, roles are refused to whoever says another.

    moto looks at no condition of a trust policy: that one is looked at here, as AWS would.
    """

    url: str = ""
    external_id: str = ""
    seen: list[Seen] = field(default_factory=list[Seen])

    def of(self, service: str) -> list[Seen]:
        return [s for s in self.seen if s.service == service]

    @property
    def assumed(self) -> list[dict[str, str]]:
        return [s.form for s in self.of("sts") if s.form.get("Action") == "AssumeRole"]

    def refuses(self, seen: Seen) -> bool:
        asks = seen.form.get("Action") == "AssumeRole"
        wrong = seen.form.get("ExternalId", "") != self.external_id
        return asks and bool(self.external_id) and wrong


@contextlib.contextmanager
def relaying(moto: str) -> Iterator[Relay]:
    """Stand before moto until the end of the block, and take note."""
    relay = Relay()

    def look(asked: http.server.BaseHTTPRequestHandler, body: bytes) -> bytes | None:
        signed = _SIGNED.search(asked.headers.get("Authorization", ""))
        service = signed["service"] if signed else ""
        said = parse_qs(body.decode()) if service == "sts" else {}
        form = {name: values[0] for name, values in said.items()}
        seen = Seen(service, signed["key"] if signed else "", asked.command, form)
        relay.seen.append(seen)
        return _DENIED if relay.refuses(seen) else None

    with standing_before(moto, look) as relay.url:
        yield relay


@contextlib.contextmanager
def standing_before(moto: str, look: Look) -> Iterator[str]:
    """Pass requests on to moto, but those that `look` has an answer for: these get it, with 403."""
    host = moto.removeprefix("http://")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            refused = look(self, body)
            if refused is not None:
                return self.answer(403, {"Content-Type": "text/xml"}, refused)
            with contextlib.closing(http.client.HTTPConnection(host)) as onward:
                onward.request(self.command, self.path, body, dict(self.headers))
                got = onward.getresponse()
                return self.answer(got.status, dict(got.getheaders()), got.read())

        def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
