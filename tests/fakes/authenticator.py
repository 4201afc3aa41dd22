"""An authenticator in software: what a phone or a security key answers, for tests without Chromium.

It is as real as they are: keys, counters, flags and signatures by WebAuthn, level 3.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ATTESTED = 1, 4, 64


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclasses.dataclass
class Authenticator:
    """One key on one device. `verifies`: it asks for a PIN or a finger before it answers."""

    origin: str
    verifies: bool = True
    counts: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = dataclasses.field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = dataclasses.field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: str, **client: Any) -> str:
        """Answer `navigator.credentials.create`."""
        asked = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(asked["rp"]["id"], _ATTESTED) + attested
        said = self._client("webauthn.create", asked["challenge"], client)
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        answer = {
            "clientDataJSON": encoded(said),
            "attestationObject": encoded(cbor2.dumps(statement)),
            "transports": ["internal", "hybrid", "future"],
        }
        return self._answer(answer)

    def get(self, options: str, **client: Any) -> str:
        """Answer `navigator.credentials.get`."""
        asked = json.loads(options)
        data = self._data(asked["rpId"])
        said = self._client("webauthn.get", asked["challenge"], client)
        signed = data + hashlib.sha256(said).digest()
        answer = {
            "clientDataJSON": encoded(said),
            "authenticatorData": encoded(data),
            "signature": encoded(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        return self._answer(answer)

    def _data(self, party: str, more: int = 0) -> bytes:
        self.count += 1 if self.counts else 0
        flags = _PRESENT | (_VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(party.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str, more: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | more).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        found = {"id": encoded(self.id), "rawId": encoded(self.id), "type": "public-key"}
        return json.dumps({**found, "response": response, "clientExtensionResults": {}})
