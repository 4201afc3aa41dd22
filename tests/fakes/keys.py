"""Keys that need no file and no cryptography: fast, and the same in every test."""

import hashlib
import hmac


class FakeKeys:
    """Signs with HMAC in place of Ed25519; `secret` makes two of them differ."""

    def __init__(self, secret: bytes = b"fake") -> None:
        self._secret = secret

    @property
    def key_id(self) -> str:
        return hashlib.sha256(self._secret).hexdigest()[:16]

    def sign(self, message: bytes) -> str:
        return self._digest(b"sign", message)

    def verify(self, message: bytes, signature: str, key_id: str) -> bool:
        wanted = self.sign(message).encode()
        given = signature.encode(errors="replace")
        return key_id == self.key_id and hmac.compare_digest(wanted, given)

    def public(self) -> str:
        return ""

    def mac(self, message: bytes) -> str:
        return self._digest(b"mac", message)

    def audit_mac(self, message: bytes) -> str:
        return self._digest(b"audit", message)

    def _digest(self, purpose: bytes, message: bytes) -> str:
        return hmac.new(self._secret, purpose + b"\0" + message, hashlib.sha256).hexdigest()
