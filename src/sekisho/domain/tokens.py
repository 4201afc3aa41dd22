"""A token, which people call a key: a credential for the HTTP faces. It never approves.

    sks_ + 43 characters of base64url (256 random bits) + 6 characters: their checksum

The checksum is the CRC-32 of the 43 characters in base62. It keeps no secret: it tells a mistyped
key from an unknown one, and lets secret scanners tell a key from what only looks like one.
"""

import dataclasses
import re
import zlib
from datetime import datetime, timedelta

from sekisho.domain.callers import POWERS, Power

PREFIX = "sks_"
"""Tokens begin so, for secret scanners to know them."""
LASTS = timedelta(days=90)
LONGEST = timedelta(days=366)
"""How long a token lasts where nobody says, and at most."""
SOON = timedelta(days=14)
"""A token that ends within this is about to."""
USES_APART = timedelta(hours=1)
"""Last use is kept to this: reading must not cost a write a request."""

_RANDOM = 43
_CHECK = 6
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LIKE_ONE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{20}}")


@dataclasses.dataclass(frozen=True)
class Token:
    """What is kept of a token: its SHA-256 digest, never the token.

    `powers`: what it is good for. `last_used_at` is right to the hour. `local`: the server left it
    for commands of its own user on its own machine; it is nobody's identity.
    """

    id: str
    person: str
    client: str
    secret_digest: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    powers: tuple[Power, ...] = POWERS
    last_used_at: datetime | None = None
    local: bool = False


def usable(token: Token, now: datetime) -> bool:
    """Say whether the token may be used now."""
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def identifies(token: Token, now: datetime) -> bool:
    """Say whether somebody can be told by this token: a good one, and not the server's own."""
    return usable(token, now) and not token.local


def ends_soon(token: Token, now: datetime) -> bool:
    """Say whether the token is good, but not for long any more."""
    return usable(token, now) and token.expires_at is not None and token.expires_at - now <= SOON


def use_to_keep(token: Token, now: datetime) -> bool:
    """Say whether a use now is worth keeping: the last one kept is older than the grain."""
    return token.last_used_at is None or now - token.last_used_at >= USES_APART


def used(token: Token, at: datetime) -> Token:
    """Return the token with this use kept, where it is later than the one that is."""
    if token.last_used_at is not None and at <= token.last_used_at:
        return token
    return dataclasses.replace(token, last_used_at=at)


def whole(random: str) -> str:
    """Make the token out of its random part."""
    return f"{PREFIX}{random}{checksum(random)}"


def checksum(random: str) -> str:
    """Return six characters of base62."""
    left, digits = zlib.crc32(random.encode()), ""
    for _ in range(_CHECK):
        left, digit = divmod(left, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def mistyped(secret: str) -> bool:
    """Say whether this begins as a token and cannot be one: no store needs to be asked.

    Tokens of the first version have no checksum; one of their length is for the store to know.
    """
    random = secret.removeprefix(PREFIX)
    if random == secret or len(random) == _RANDOM:
        return False
    return not secret.isascii() or checksum(random[:_RANDOM]) != random[_RANDOM:]


def in_text(text: str) -> bool:
    """Say whether something that looks like a token is in a text."""
    return _LIKE_ONE.search(text) is not None
