"""A passkey: a key in a person's authenticator, which no file and no cookie holds."""

import dataclasses
from datetime import datetime, timedelta

PER_PERSON = 10
"""Passkeys of one person: a laptop, a phone and spare keys."""
NAME = 60
"""Characters of a passkey's name."""
CODE_FOR = timedelta(minutes=10)
"""How long the code lives that lets a person enrol their first passkey."""
CODE_TRIES = 5
"""Wrong tries after which such a code is void."""


@dataclasses.dataclass(frozen=True)
class Passkey:
    """What is kept of a passkey: only its public half. Bytes are written as base64url.

    `subject` is whose it is: a person of the same name whom the identity provider tells apart
    cannot use it. `sign_count` is what the authenticator last counted; some never count.
    """

    id: str
    credential_id: str
    public_key: str
    person: str
    subject: str
    name: str
    created_at: datetime
    sign_count: int = 0
    transports: tuple[str, ...] = ()
    last_used_at: datetime | None = None


def regressed(passkey: Passkey, sign_count: int) -> bool:
    """Say whether the authenticator counted back: then somebody has a copy of the key."""
    counts = sign_count > 0 or passkey.sign_count > 0
    return counts and sign_count <= passkey.sign_count


def used(passkey: Passkey, sign_count: int, at: datetime) -> Passkey:
    """Return the passkey after a use."""
    return dataclasses.replace(passkey, sign_count=sign_count, last_used_at=at)
