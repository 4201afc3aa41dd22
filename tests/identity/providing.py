"""Starts the provider process, and is the person who signs in there."""

import base64
import contextlib
import hashlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from tests.e2e.serving import free_port

REPO = Path(__file__).parents[2]


class Providing:
    """A running provider, and what a person does there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx2.Client(base_url=url, timeout=20)

    def know(self, subject: str, **claims: Any) -> None:
        """Let a person have these claims from now on."""
        self.http.put(f"/users/{subject}", json=claims).raise_for_status()

    def sign_in(self, url: str, subject: str) -> dict[str, str]:
        """Be the person at the provider's page; return what the client is sent back with."""
        answer = self.http.post(url, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        found = parse_qs(urlsplit(answer.headers["location"]).query)
        return {name: values[0] for name, values in found.items()}

    def tokens(self, subject: str, resource: str, scope: str) -> dict[str, Any]:
        """Go through the code flow as a client does; return everything that it is given."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": "ide",
            "redirect_uri": "http://127.0.0.1:33418/callback",
            "scope": scope,
            "nonce": secrets.token_hex(8),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        code = self.sign_in(f"/oauth2/authorize?{urlencode(asked)}", subject)["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked["redirect_uri"],
            "code_verifier": verifier,
            "resource": resource,
        }
        answer = self.http.post("/oauth2/token", data=form, auth=("ide", "public"))
        return answer.raise_for_status().json()

    def token(self, subject: str, resource: str, scope: str) -> str:
        """Return an access token for a person and a resource."""
        return self.tokens(subject, resource, scope)["access_token"]

    def rotate(self) -> None:
        """Sign with another key; the one before it is gone."""
        self.http.post("/rotate").raise_for_status()

    def grants(self) -> list[str]:
        """What was asked for tokens with, in order."""
        return self.http.get("/grants").raise_for_status().json()


@contextlib.contextmanager
def providing(lasts: int = 3600) -> Iterator[Providing]:
    """Run the provider; its access tokens last so many seconds."""
    port = free_port()
    command = [sys.executable, "-m", "tests.identity.provider_process", str(port), str(lasts)]
    env = {"PATH": os.environ["PATH"], "AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen(command, cwd=REPO, env=env, stderr=subprocess.PIPE, encoding="utf-8")
    found = Providing(f"http://127.0.0.1:{port}")
    try:
        _wait(process, found)
        yield found
    finally:
        found.http.close()
        process.kill()
        process.communicate(timeout=20)


def _wait(process: subprocess.Popen[str], found: Providing) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx2.HTTPError):
            found.http.get("/.well-known/openid-configuration").raise_for_status()
            return
        time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate(timeout=20)[1])
