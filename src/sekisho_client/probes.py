"""What the doctor sends: one request a connection, bounded in time and size, nothing followed."""

import base64
import dataclasses
import http.client
import json
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from sekisho_client.settings import is_loopback
from sekisho_client.trust import trusting

_LARGEST = 4 * 1024 * 1024
_HTTPS = 443
_HTTP = 80


@dataclasses.dataclass(frozen=True)
class Place:
    """A server to look at, and the way there: straight, or through a proxy."""

    url: SplitResult
    proxy: SplitResult | None
    context: ssl.SSLContext | None
    timeout: float

    @property
    def host(self) -> str:
        """The server's name."""
        return self.url.hostname or ""

    @property
    def port(self) -> int:
        """The server's port."""
        return self.url.port or (_HTTPS if self.context else _HTTP)

    @property
    def first_hop(self) -> tuple[str, int]:
        """Where the first connection goes."""
        if self.proxy is None:
            return self.host, self.port
        return self.proxy.hostname or "", self.proxy.port or _HTTP

    @property
    def proxy_name(self) -> str:
        """The proxy without its password."""
        return f"{self.first_hop[0]}:{self.first_hop[1]}" if self.proxy else ""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> dict[str, Any]:
        """Read a JSON object, plain or in the first event of a stream; empty if it is neither."""
        text = self.body.decode("utf-8", "replace")
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            text = _last_data(text)
        try:
            found: Any = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def error_code(self) -> str:
        """Return the code of the error that an API of ours answered with; empty for others."""
        error: Any = self.document().get("error")
        return str(cast("dict[str, Any]", error).get("code", "")) if isinstance(error, dict) else ""


def place_of(url: str, *, ca_file: Path | None, timeout: float) -> Place:
    """Work out the way to a server, by the proxies that this machine is told to use.

    Raises:
        ClientError: the file of certificates cannot be read.
    """
    parts = urlsplit(url)
    context = trusting(ca_file) if parts.scheme == "https" else None
    return Place(parts, _proxy_for(parts), context, timeout)


def _proxy_for(parts: SplitResult) -> SplitResult | None:
    if is_loopback(parts.geturl()) or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy:
        return None
    found = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return found if found.hostname else None


def connect(place: Place) -> socket.socket:
    """Open the first connection. Raises OSError."""
    return socket.create_connection(place.first_hop, place.timeout)


def handshake(place: Place) -> tuple[str, Mapping[str, Any]]:
    """Speak TLS once, and return its version and the certificate. Raises OSError."""
    connection = _connection(place)
    try:
        connection.connect()
        secure = cast("ssl.SSLSocket", connection.sock)
        return secure.version() or "TLS", cast("Mapping[str, Any]", secure.getpeercert() or {})
    finally:
        connection.close()


def tunnel(place: Place) -> None:
    """Ask the proxy for a way to the server, and no more. Raises OSError."""
    plain = dataclasses.replace(place, context=None)
    connection = _connection(plain)
    connection.set_tunnel(place.host, place.port, headers=_proxy_headers(place))
    try:
        connection.connect()
    finally:
        connection.close()


def ask(
    place: Place, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
) -> Answer:
    """Send one request. Raises OSError and http.client.HTTPException."""
    connection = _connection(place)
    target, more = path, dict(headers)
    if place.proxy and place.context is None:
        target = f"http://{place.url.netloc}{path}"
        more |= _proxy_headers(place)
    try:
        connection.request(method, target, body, more)
        response = connection.getresponse()
        got = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, got, _body(response, got))
    finally:
        connection.close()


def _body(response: http.client.HTTPResponse, headers: Mapping[str, str]) -> bytes:
    """Read the answer; of an event stream, which may stay open, as much as has the answer."""
    if not headers.get("content-type", "").startswith("text/event-stream"):
        return response.read(_LARGEST)
    read = b""
    while line := response.readline(_LARGEST):
        read += line
        if len(read) > _LARGEST or (not line.strip() and b'"result"' in read):
            break
    return read


def _connection(place: Place) -> http.client.HTTPConnection:
    host, port = place.first_hop
    if place.context is None:
        return http.client.HTTPConnection(host, port, timeout=place.timeout)
    secure = http.client.HTTPSConnection(host, port, timeout=place.timeout, context=place.context)
    if place.proxy:
        secure.set_tunnel(place.host, place.port, headers=_proxy_headers(place))
    return secure


def _proxy_headers(place: Place) -> dict[str, str]:
    if place.proxy is None or place.proxy.username is None:
        return {}
    words = f"{unquote(place.proxy.username)}:{unquote(place.proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(words.encode()).decode()}


def _last_data(stream: str) -> str:
    """Return the data of the event that has a result or an error."""
    data = [line[5:].strip() for line in stream.splitlines() if line.startswith("data:")]
    return next((d for d in reversed(data) if '"result"' in d or '"error"' in d), "")
