"""A token: a credential for the HTTP faces. It reads and asks; it never approves."""

import dataclasses
from datetime import datetime

PREFIX = "sks_"
"""Tokens begin so, for secret scanners to know them."""


@dataclasses.dataclass(frozen=True)
class Token:
    """What is kept of a token: its SHA-256 digest, never the token."""

    id: str
    person: str
    client: str
    secret_digest: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


def usable(token: Token, now: datetime) -> bool:
    """Say whether the token may be used now."""
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)
