"""The public keys of a provider: those that can prove something, by id and by kind."""

import dataclasses
from collections.abc import Iterable
from typing import Any, cast

import jwt

KINDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", "")),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""Algorithm → what a key for it is: its type, and its curve where there are several."""
_PUBLIC = ("kty", "kid", "use", "alg", "key_ops", "n", "e", "crv", "x", "y")
_MOST_KEYS = 100
_WEAK_BITS = 2048


@dataclasses.dataclass(frozen=True)
class KeySet:
    """The keys that a provider publishes, as they came; what cannot sign is left out."""

    keys: tuple[dict[str, Any], ...] = ()

    @staticmethod
    def of(document: dict[str, Any]) -> "KeySet":
        """Take a JWKS document. Raises ValueError where it is none."""
        keys = document.get("keys")
        if not isinstance(keys, list):
            raise ValueError("keys")  # noqa: TRY004 (what is wrong is the document)
        given = (_public(key) for key in cast("list[Any]", keys)[:_MOST_KEYS])
        return KeySet(tuple(key for key in given if _signs(key)))

    def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        """Return the key for a signature, None where there is none, or where it is not told which.

        A token that names no key is good only where the provider has one that fits.
        """
        fitting = [k for k in self.keys if _fits(k, algorithm) and kid in (None, k.get("kid"))]
        return _usable(fitting[0], algorithm) if len(fitting) == 1 else None


def _public(key: Any) -> dict[str, Any]:
    """Take the public parts alone, whatever else is published by mistake."""
    given = cast("dict[str, Any]", key) if isinstance(key, dict) else {}
    return {name: given[name] for name in _PUBLIC if name in given}


def _signs(key: dict[str, Any]) -> bool:
    deeds = key.get("key_ops")
    able = deeds is None or (isinstance(deeds, list) and "verify" in cast("Iterable[Any]", deeds))
    return able and key.get("use") in (None, "sig")


def _fits(key: dict[str, Any], algorithm: str) -> bool:
    kind, curve = KINDS[algorithm]
    return (
        key.get("kty") == kind
        and key.get("alg") in (None, algorithm)
        and (not curve or key.get("crv") == curve)
    )


def _usable(key: dict[str, Any], algorithm: str) -> jwt.PyJWK | None:
    """Build the key; one that is broken or weak is none."""
    try:
        found = jwt.PyJWK(key, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError):
        return None
    return None if getattr(found.key, "key_size", _WEAK_BITS) < _weakest(algorithm) else found


def _weakest(algorithm: str) -> int:
    return _WEAK_BITS if KINDS[algorithm][0] == "RSA" else 0
