"""Stores of signing in: sessions, passkeys, and what people have begun."""

from datetime import datetime
from typing import Protocol

from sekisho.domain.passkeys import Passkey
from sekisho.domain.sessions import Session
from sekisho.domain.tickets import Ticket


class SessionStore(Protocol):
    """Keeps the console's sessions, by the digest of their secret."""

    def add(self, session: Session) -> None:
        """Save a new one. A known digest raises ValueError."""
        ...

    def find(self, digest: str) -> Session | None: ...

    def of(self, person: str) -> tuple[Session, ...]:
        """Return the sessions of a person of this name, the first to be used comes first."""
        ...

    def use(self, digest: str, at: datetime) -> None:
        """Keep when a session was last used, if that is later; one that is gone stays gone."""
        ...

    def remove(self, digest: str) -> bool:
        """End a session; False where there is none."""
        ...

    def expire(self, ended: datetime, idle: datetime) -> int:
        """Forget sessions that ended by `ended`, or were last used by `idle`; return how many."""
        ...


class PasskeyStore(Protocol):
    """Keeps people's passkeys."""

    def add(self, passkey: Passkey, most: int) -> None:
        """Save a new one, unless the person has `most` already.

        Raises PasskeyKnown where its id or its credential is known, PasskeysTooMany.
        """
        ...

    def of(self, person: str) -> tuple[Passkey, ...]:
        """Return the passkeys of a person of this name, oldest first."""
        ...

    def use(self, passkey_id: str, sign_count: int, at: datetime) -> Passkey:
        """Keep a use of it. Raises PasskeyCloned where the count went back, PasskeyUnknown."""
        ...

    def remove(self, passkey_id: str) -> bool:
        """Forget one; False where there is none of this id."""
        ...

    def people(self) -> tuple[str, ...]:
        """Return everybody who has passkeys, in order."""
        ...


class TicketStore(Protocol):
    """Keeps what people have begun, each for minutes and for one use."""

    def put(self, ticket: Ticket) -> None:
        """Save; it takes the place of an earlier one under the same key."""
        ...

    def take(self, key: str, kind: str, now: datetime) -> Ticket | None:
        """Use up: of many who try at once, one gets it. None where it is gone, old or another."""
        ...

    def miss(self, key: str, kind: str, most: int) -> None:
        """Count something wrong that was shown for it; after `most` it is void."""
        ...

    def peek(self, key: str, kind: str, now: datetime) -> Ticket | None:
        """Return it, and leave it."""
        ...

    def expire(self, before: datetime) -> int:
        """Forget those that expired before then; return how many."""
        ...
