"""A session: a person signed in at the console with one browser. Alone it never approves."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta

from sekisho.domain.callers import Caller

VIA = "console"
"""What the audit says people came through."""
LASTS = timedelta(hours=8)
"""A working day: then a person signs in again, whatever they did meanwhile."""
IDLE = timedelta(minutes=30)
"""A browser that nobody uses for so long is signed out."""
USES_APART = timedelta(minutes=1)
"""Last use is kept to this: reading must not cost a write a request."""
PER_PERSON = 20
"""Browsers of one person at a time; the one unused for longest makes room."""


@dataclasses.dataclass(frozen=True)
class Session:
    """What is kept of a session: the SHA-256 digest of its secret, never the secret.

    `subject` is who the identity provider says it is (`issuer|sub`), `claims` what it said of them
    at the sign-in: groups are worked out of it anew for each request, so that a change of the
    operator's file counts at once.
    """

    digest: str
    person: str
    subject: str
    created_at: datetime
    ends_at: datetime
    last_used_at: datetime
    claims: Mapping[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict[str, tuple[str, ...]]
    )


def alive(session: Session, now: datetime, idle: timedelta = IDLE) -> bool:
    """Say whether somebody is still signed in by it."""
    return now < session.ends_at and now - session.last_used_at < idle


def use_to_keep(session: Session, now: datetime) -> bool:
    """Say whether a use now is worth keeping."""
    return now - session.last_used_at >= USES_APART


def used(session: Session, at: datetime) -> Session:
    """Return the session with this use kept, where it is later than the one that is."""
    return dataclasses.replace(session, last_used_at=max(at, session.last_used_at))


@dataclasses.dataclass(frozen=True)
class SignedIn:
    """Who is at the console with one request. `session` is the digest of it: no secret."""

    session: str
    person: str
    subject: str
    groups: tuple[str, ...] = ()

    def caller(self, proof: str = "session") -> Caller:
        """Return the caller that this is, proved so."""
        return Caller(self.person, VIA, proof, subject=self.subject, groups=self.groups)
