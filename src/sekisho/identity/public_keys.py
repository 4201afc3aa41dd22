"""Public keys: checking a signature of the server with nothing but a line of text."""

import base64
import hashlib

_KIND = "ed25519:"
_BYTES = 32


def written(raw: bytes) -> str:
    """Write a public key as one word."""
    return _KIND + _word(raw)


def raw_of(public: str) -> bytes:
    """Read a key that `written` wrote. Raises ValueError."""
    if not public.startswith(_KIND):
        raise ValueError("not a public key of a Sekisho server")
    raw = _bytes(public.removeprefix(_KIND))
    if len(raw) != _BYTES:
        raise ValueError("not a public key of a Sekisho server")
    return raw


def key_id_of(public: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of the key. Raises ValueError."""
    return hashlib.sha256(raw_of(public)).hexdigest()[:16]


def holds(public: str, message: bytes, signature: str) -> bool:
    """Say whether the owner of this key signed the message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(raw_of(public)).verify(_bytes(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _word(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(word: str) -> bytes:
    """Read a word that `_word` wrote, and no other spelling of the same bytes."""
    raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    if _word(raw) != word:
        raise ValueError("not as it was written")
    return raw
