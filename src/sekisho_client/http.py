"""Speaks the API of a Sekisho server with the standard library alone."""

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, cast

from sekisho_client.settings import Server, is_loopback

_TIMEOUT = 60
_NO_PROXY = urllib.request.ProxyHandler({})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: urllib would carry the credential to wherever it is sent."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """Answer nothing: the redirect itself becomes the error."""


class ClientError(Exception):
    """The server said no, or could not be reached: a stable code, what is wrong, what is next."""

    def __init__(
        self,
        code: str,
        message: str,
        step: str = "",
        japanese: str = "",
        japanese_step: str = "",
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.step = step
        self.japanese = japanese or message
        self.japanese_step = japanese_step or step
        self.status = 0
        """The HTTP status, 0 where no answer came."""
        self.retry_after: float | None = None
        """Seconds to wait, where the server said so."""


class Client:
    """Calls `/api/v1` of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        handlers += [_NO_PROXY] if is_loopback(server.url) else []
        if server.ca_file:
            handlers.append(urllib.request.HTTPSHandler(context=_trusting(server.ca_file)))
        self._opener = urllib.request.build_opener(*handlers)

    @property
    def url(self) -> str:
        """The server's address."""
        return self._server.url

    def get(self, path: str, query: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Read something. Raises ClientError."""
        asked = {k: str(v) for k, v in (query or {}).items() if v is not None}
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
                    raise _no_credential(self._server.url) from None
                raise _said(error) from None
        except (OSError, ValueError, TypeError, http.client.HTTPException) as error:
            raise _unreachable(self._server.url, error) from None


def _unreachable(url: str, error: Exception) -> ClientError:
    if isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
        return ClientError(
            "certificate_untrusted",
            f"Nobody that this machine trusts vouches for the certificate of {url}.",
            "Name the certificates of your private authority: --ca-file or SEKISHO_CA_FILE.",
            f"{url} の証明書は、このマシンが信頼する認証局のものではありません。",
            "社内認証局の証明書を --ca-file または SEKISHO_CA_FILE で指定してください。",
        )
    return ClientError(
        "server_unreachable",
        f"{url} does not answer ({error}).",
        "Start it with `sekisho serve`, or name another with --server.",
        f"{url} が応答しません（{error}）。",
        "`sekisho serve` で起動するか、--server で別のサーバーを指定してください。",
    )


def _no_credential(url: str) -> ClientError:
    return ClientError(
        "credential_needed",
        f"{url} wants a credential, and none was found.",
        "Set SEKISHO_TOKEN; or, on the server's machine, name its data folder (`sekisho serve` "
        "prints it) with --data-dir or SEKISHO_DATA_DIR.",
        f"{url} には資格情報が必要ですが、見つかりません。",
        "SEKISHO_TOKEN を設定するか、サーバーのデータフォルダーを --data-dir で指定してください。",
    )


def _object(raw: bytes) -> dict[str, Any]:
    value: Any = json.loads(raw)
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return cast("dict[str, Any]", value)


def _said(answer: urllib.error.HTTPError) -> ClientError:
    try:
        error = cast("dict[str, Any]", _object(answer.read()).get("error", {}))
    except (TypeError, ValueError, OSError, http.client.HTTPException):
        error = {}
    told = ClientError(
        str(error.get("code", "http_error")),
        str(error.get("message", f"HTTP status {answer.code}")),
        str(error.get("next", "")),
        str(error.get("message_ja", "")),
        str(error.get("next_ja", "")),
    )
    told.status = answer.code
    waits = answer.headers.get("Retry-After", "")
    told.retry_after = float(waits) if waits.isascii() and waits.isdigit() else None
    return told


def _trusting(ca_file: Path) -> ssl.SSLContext:
    """Trust a private authority beside those of the system. Raises ClientError."""
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise ClientError(
            "ca_file_invalid",
            f"{ca_file} holds no certificates that can be read ({error}).",
            "Name a PEM file with --ca-file or SEKISHO_CA_FILE.",
            f"{ca_file} から証明書を読み取れません（{error}）。",
        ) from None
    return context
