"""A load balancer that signs people in, and where its keys are published: real HTTP, real keys."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

from sekisho.domain.identities import AlbSigner
from tests.fakes.clock import START

ARN = "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:loadbalancer/app/sekisho/0123abcd"
ISSUER = "https://idp.example"
KID = "f6a4ddd2-7f6e-4f7b-9f43-0f8a3a1b2c3d"


class Balancer:
    """Signs as an ALB does, padding and all. `asked`: the paths that were asked for keys."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.published: dict[str, bytes] = {f"/{KID}": pem(self.key)}
        self.status = 200
        self.asked: list[str] = []

    def config(self, **more: Any) -> AlbSigner:
        given = {"arn": ARN, "region": "ap-northeast-1", "issuer": ISSUER, "client_id": "console"}
        return AlbSigner(**{**given, "keys_url": self.url, **more})

    def data(self, subject: str = "0001", person: str = "sato@example.jp", **header: Any) -> str:
        """Write what the load balancer says of a person."""
        ends = int(START.timestamp()) + 120
        usual = {"typ": "JWT", "kid": KID, "alg": "ES256", "iss": ISSUER}
        usual |= {"client": "console", "signer": ARN, "exp": ends}
        head = {n: v for n, v in (usual | header).items() if v is not None}
        payload = {"sub": subject, "preferred_username": person, "iss": ISSUER, "exp": ends}
        return self.signed(head, payload | {"groups": ["infra"]})

    def signed(self, header: dict[str, Any], payload: dict[str, Any]) -> str:
        text = f"{padded(json.dumps(header).encode())}.{padded(json.dumps(payload).encode())}"
        algorithm = ECAlgorithm(ECAlgorithm.SHA256)
        return f"{text}.{padded(algorithm.sign(text.encode(), self.key))}"


def padded(content: bytes) -> str:
    """Encode as an ALB does: base64url, and the padding that a JWT has not."""
    return base64.urlsafe_b64encode(content).decode()


def pem(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class _Handler(BaseHTTPRequestHandler):
    balancer: Balancer

    def do_GET(self) -> None:
        self.balancer.asked.append(self.path)
        content = self.balancer.published.get(self.path)
        status = self.balancer.status if content is not None else 403
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 (the base class's name)


@contextlib.contextmanager
def balancing() -> Iterator[Balancer]:
    """Publish keys on a free port."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.balancer = Balancer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield handler.balancer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
