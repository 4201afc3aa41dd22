"""A provider where people sign in: real HTTP, PKCE, codes used once, and a session of its own.

Its clock is the test's, its faults are switches; who is signed in there, is in its cookie.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import http.cookies
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.identity.issuer import ONE

CLIENT, SECRET = "console", "the console's own secret"
Form = dict[str, str]


class PeopleProvider:
    """What people and the console meet. `people`: subject → claims; `said` changes ID tokens."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self.url = url
        self.now = now
        self.people: dict[str, dict[str, Any]] = {}
        self.ignores_prompt = False
        self.names_itself = url
        self.said: dict[str, Any] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.signed_in: dict[str, tuple[str, int]] = {}
        self.asked: list[Form] = []

    def know(self, subject: str, **claims: Any) -> None:
        """Let a person have these claims from now on."""
        self.people[subject] = claims

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "end_session_endpoint": f"{self.url}/end-session",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def remembers(self, asked: Form, cookie: str) -> tuple[str, int] | None:
        """Return who is signed in already, and since when, where that is enough."""
        again = asked.get("prompt") == "login" and not self.ignores_prompt
        return None if again else self.signed_in.get(cookie)

    def sign_in(self, subject: str) -> str:
        """Sign a person in here; return the cookie."""
        cookie = secrets.token_hex(16)
        self.signed_in[cookie] = (subject, int(self.now().timestamp()))
        return cookie

    def answer(self, asked: Form, subject: str, since: int) -> str:
        """Return where the browser is sent back to, with a code."""
        self.asked.append(asked)
        code = secrets.token_hex(16)
        self.codes[code] = {**asked, "subject": subject, "auth_time": since}
        back = {"code": code, "state": asked["state"], "iss": self.names_itself}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def deny(self, asked: Form) -> str:
        back = {"error": "access_denied", "state": asked["state"], "iss": self.names_itself}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def redeem(self, form: Form, authorization: str) -> tuple[int, dict[str, Any]]:
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {given}":
            return 401, {"error": "invalid_client"}
        kept = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            kept is None
            or kept["code_challenge_method"] != "S256"
            or kept["code_challenge"] != proof
            or kept["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}
        now = int(self.now().timestamp())
        claims = {
            "iss": self.url,
            "sub": kept["subject"],
            "aud": kept["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": kept["nonce"],
            "auth_time": kept["auth_time"],
            **self.people.get(kept["subject"], {}),
            **self.said,
        }
        token = ONE.sign({n: v for n, v in claims.items() if v is not None})
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": token}


_PAGE = """<!DOCTYPE html><html lang="en"><head><title>Provider</title></head><body><main>
<h1>Provider</h1><form method="post" action="{action}">
<label>Name <input name="subject" autofocus></label> <button>Sign in</button>
</form></main></body></html>"""


class _Handler(BaseHTTPRequestHandler):
    provider: PeopleProvider

    def do_GET(self) -> None:
        path, asked = self._asked()
        if path == "/.well-known/openid-configuration":
            return self._json(200, self.provider.document())
        if path == "/keys":
            return self._json(200, {"keys": [ONE.published()]})
        if path == "/authorize":
            found = self.provider.remembers(asked, self._cookie())
            if found:
                return self._go(self.provider.answer(asked, *found))
            page = _PAGE.format(action=html.escape(self.path))
            return self._send(200, page.encode(), "text/html; charset=utf-8")
        if path == "/end-session":
            self.provider.signed_in.pop(self._cookie(), None)
            return self._go(asked["post_logout_redirect_uri"])
        return self._send(204, b"", "text/plain")

    def do_POST(self) -> None:
        path, asked = self._asked()
        length = int(self.headers.get("Content-Length", "0"))
        form = _flat(self.rfile.read(length).decode())
        if path == "/token":
            return self._json(*self.provider.redeem(form, self.headers.get("Authorization", "")))
        if form["subject"] not in self.provider.people:
            return self._go(self.provider.deny(asked))
        cookie = self.provider.sign_in(form["subject"])
        to = self.provider.answer(asked, *self.provider.signed_in[cookie])
        return self._go(to, f"provider={cookie}; Path=/; HttpOnly; SameSite=Lax")

    def _asked(self) -> tuple[str, Form]:
        parts = urlsplit(self.path)
        return parts.path, _flat(parts.query)

    def _cookie(self) -> str:
        found = http.cookies.SimpleCookie(self.headers.get("Cookie", "")).get("provider")
        return found.value if found else ""

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _go(self, to: str, cookie: str = "") -> None:
        self._send(
            303, b"", "text/plain", {"Location": to} | ({"Set-Cookie": cookie} if cookie else {})
        )

    def _send(
        self, status: int, content: bytes, kind: str, more: dict[str, str] | None = None
    ) -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in {"Content-Type": kind, **(more or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 (the base class's name)


def _flat(text: str) -> Form:
    return {name: values[0] for name, values in parse_qs(text).items()}


@contextlib.contextmanager
def people_provider(now: Callable[[], datetime]) -> Iterator[PeopleProvider]:
    """Serve a provider on a free port."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.provider = PeopleProvider(f"http://127.0.0.1:{server.server_address[1]}", now)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield handler.provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
