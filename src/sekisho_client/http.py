"""Speaks the API of a Sekisho server with the standard library alone."""

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, BinaryIO, cast

from sekisho_client.errors import ClientError, failure, server_said
from sekisho_client.settings import Server, is_loopback
from sekisho_client.trust import trusting

_TIMEOUT = 60
_NO_PROXY = urllib.request.ProxyHandler({})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: urllib would carry the credential to wherever it is sent."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """Answer nothing: the redirect itself becomes the error."""


class Client:
    """Calls `/api/v1` of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        handlers += [_NO_PROXY] if is_loopback(server.url) else []
        if server.ca_file:
            handlers.append(urllib.request.HTTPSHandler(context=trusting(server.ca_file)))
        self._opener = urllib.request.build_opener(*handlers)

    @property
    def url(self) -> str:
        """The server's address."""
        return self._server.url

    def get(
        self, path: str, query: Mapping[str, object] | None = None, **lists: Sequence[object]
    ) -> dict[str, Any]:
        """Read something; `lists` are parameters that may be there several times.

        Raises ClientError.
        """
        asked = [(k, str(v)) for k, v in (query or {}).items() if v is not None]
        asked += [(k, str(v)) for k, values in lists.items() for v in values]
        tail = f"?{urllib.parse.urlencode(asked)}" if asked else ""
        return self._call("GET", f"/api/v1{path}{tail}", None)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Do something. Raises ClientError."""
        return self._call("POST", f"/api/v1{path}", json.dumps(dict(body or {})).encode())

    def put(self, path: str, content: BinaryIO, size: int) -> dict[str, Any]:
        """Send a file of `size` bytes. Raises ClientError."""
        kind = {"Content-Type": "application/gzip", "Content-Length": str(size)}
        return self._call("PUT", f"/api/v1{path}", content, kind)

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | BinaryIO | None,
        kind: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json", "User-Agent": "sekisho-cli", **(kind or {})}
        if self._server.token:
            headers["Authorization"] = f"Bearer {self._server.token}"
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(  # noqa: S310 (the person named the address)
            self._server.url + path, data=body, headers=headers, method=method
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return _object(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                if error.code == HTTPStatus.UNAUTHORIZED and self._server.token is None:
                    raise failure("credential_needed", url=self._server.url) from None
                raise _said(self._server.url, error) from None
        except (OSError, ValueError, TypeError, http.client.HTTPException) as error:
            raise _unreachable(self._server.url, error) from None


def _unreachable(url: str, error: Exception) -> ClientError:
    if isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
        return failure("certificate_untrusted", url=url)
    return failure("server_unreachable", url=url, problem=error)


def _object(raw: bytes) -> dict[str, Any]:
    value: Any = json.loads(raw)
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return cast("dict[str, Any]", value)


def _said(url: str, answer: urllib.error.HTTPError) -> ClientError:
    try:
        found = _object(answer.read()).get("error")
    except (TypeError, ValueError, OSError, http.client.HTTPException):
        found = None
    told = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    error = server_said(url, answer.code, told)
    waits = answer.headers.get("Retry-After", "")
    error.retry_after = float(waits) if waits.isascii() and waits.isdigit() else None
    return error
