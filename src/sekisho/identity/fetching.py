"""JSON of an identity provider over HTTP: never from elsewhere, never without an end."""

import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2

from sekisho.domain.errors import IdentityProviderAway
from sekisho.domain.text import Text

MOST_BYTES = 512 * 1024
"""Longest document that is read: Entra's keys are 20 KB."""
SECONDS = 5.0
"""How long one question may take, all in all."""
_OK = 200
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_UNREACHABLE = Text("it does not answer", "応答がありません")
_SLOW = Text("it answers too slowly", "応答が遅すぎます")
_LARGE = Text("it answers too much", "応答が大きすぎます")
_STRANGE = Text("it does not answer with a JSON object", "応答が JSON オブジェクトではありません")
_UNSAFE = Text("it names an address without https", "https でないアドレスを指定しています")
_STATUS = Text("it answers with status {status}", "ステータス {status} が返されました")


def is_safe(url: str) -> bool:
    """Say whether an address may be asked: nobody can listen in on the way."""
    try:
        parts = urlsplit(url)
        near = parts.hostname in _LOOPBACK
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and near)


class Fetcher:
    """Asks one provider. Every failure is an IdentityProviderAway that names no secret."""

    def __init__(self, issuer: str, ca_file: str, monotonic: Callable[[], float]) -> None:
        """Trust the certificates of `ca_file`, or those of the system where it is empty."""
        self._issuer = issuer
        self._ca_file = ca_file
        self._monotonic = monotonic

    def get(self, url: str) -> dict[str, Any]:
        """Return the document at an address.

        Raises:
            IdentityProviderAway: there is none, or not in time, or it is none.
        """
        status, document = self._ask("GET", url)
        if status != _OK:
            raise self.away(_STATUS.fill({"status": status}))
        return document

    def post(
        self, url: str, form: Mapping[str, str], auth: tuple[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Send a form; return the status and the document, which may tell an error.

        Raises:
            IdentityProviderAway: as for `get`.
        """
        return self._ask("POST", url, data=dict(form), auth=auth)

    def away(self, problem: Text) -> IdentityProviderAway:
        """Return the error."""
        return IdentityProviderAway(issuer=self._issuer, problem=problem)

    def _ask(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        if not is_safe(url):
            raise self.away(_UNSAFE)
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        # Proxies of the environment are for what is far away.
        far = urlsplit(url).scheme == "https"
        end = self._monotonic() + SECONDS
        try:
            with (
                httpx2.Client(verify=self._trust(), timeout=SECONDS, trust_env=far) as http,
                http.stream(method, url, headers=headers, **more) as answer,
            ):
                return answer.status_code, self._object(self._body(answer, end))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise self.away(_UNREACHABLE) from None

    def _trust(self) -> ssl.SSLContext | bool:
        return ssl.create_default_context(cafile=self._ca_file) if self._ca_file else True

    def _body(self, answer: httpx2.Response, end: float) -> bytes:
        content = bytearray()
        for chunk in answer.iter_raw():
            content += chunk
            if len(content) > MOST_BYTES:
                raise self.away(_LARGE)
            if self._monotonic() > end:
                raise self.away(_SLOW)
        return bytes(content)

    def _object(self, content: bytes) -> dict[str, Any]:
        try:
            found = json.loads(content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.away(_STRANGE)
        return cast("dict[str, Any]", found)
