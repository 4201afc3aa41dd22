"""A provider in the test's own process: real HTTP on loopback, keys that change, hostile answers.

Its clock is the test's, so that a token may be of any age.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.fakes.clock import START

Answer = Callable[[], tuple[int, bytes]]


class Key:
    """A pair of keys; RSA ones are made once a process, since that takes long."""

    def __init__(self, kid: str | None, private: Any = None, algorithm: str = "RS256") -> None:
        self.kid, self.algorithm = kid, algorithm
        self.private = private or rsa.generate_private_key(65537, 2048)

    def published(self, **more: Any) -> dict[str, Any]:
        found = {**self._public(), "kid": self.kid, "use": "sig", **more}
        return {name: value for name, value in found.items() if value is not None}

    def _public(self) -> dict[str, Any]:
        if isinstance(self.private, rsa.RSAPrivateKey):
            jwk = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        elif isinstance(self.private, ec.EllipticCurvePrivateKey):
            jwk = ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        else:
            jwk = OKPAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {name: value for name, value in jwk.items() if name != "key_ops"}

    def sign(self, payload: dict[str, Any], **header: Any) -> str:
        named = {} if self.kid is None else {"kid": self.kid}
        algorithm = header.pop("alg", self.algorithm)
        return jwt.encode(payload, self.private, algorithm, headers={**named, **header})


ONE, TWO = Key("one"), Key("two")
CURVE = Key("curve", ec.generate_private_key(ec.SECP256R1()), "ES256")
EDWARDS = Key("edwards", ed25519.Ed25519PrivateKey.generate(), "EdDSA")


class Issuer:
    """What the provider publishes. `asked` are the paths that were asked for, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: list[dict[str, Any]] = [ONE.published()]
        self.document: dict[str, Any] = {"issuer": url, "jwks_uri": f"{url}/keys"}
        self.special: dict[str, Answer] = {}
        self.asked: list[str] = []

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.special:
            return self.special[path]()
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self.document).encode()
        if path == "/keys":
            return 200, json.dumps({"keys": self.keys}).encode()
        return 404, b"{}"

    def payload(self, **more: Any) -> dict[str, Any]:
        """An access token's claims, good for an hour; None takes one out."""
        now = int(START.timestamp())
        usual = {
            "iss": self.url,
            "sub": "0001",
            "aud": "sekisho",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "preferred_username": "sato",
        }
        return {name: value for name, value in (usual | more).items() if value is not None}


class _Handler(BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        status, content = self.issuer.answer(self.path)
        with contextlib.suppress(OSError):  # whoever asked may have gone away
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 (its name there)


@contextlib.contextmanager
def issuing() -> Iterator[Issuer]:
    """Serve a provider on a free port."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield handler.issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
