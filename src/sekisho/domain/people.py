"""People whom an identity provider tells apart: one name is one subject, whatever it is today."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

from sekisho.domain.audit import AuditEntry
from sekisho.domain.errors import IdentityConflict
from sekisho.domain.groups import folded

SEEN_APART = timedelta(hours=1)
"""When somebody was last seen is kept to this: reading must not cost a write a request."""
_MOST_FORMER = 50


@dataclasses.dataclass(frozen=True)
class FormerName:
    """A name that a person went by, and until when. Nobody else gets it."""

    name: str
    until: datetime


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody, known by `subject` (`issuer|sub`) for good, and by `name` as they go by today."""

    subject: str
    name: str
    first_seen_at: datetime
    last_seen_at: datetime
    former: tuple[FormerName, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Return every name that is theirs, in the form by which names are compared."""
        return frozenset(map(folded, (self.name, *(f.name for f in self.former))))


@dataclasses.dataclass(frozen=True)
class Recognition:
    """A person as they are to be kept, and what the audit is to tell of it."""

    person: Person
    audit: tuple[AuditEntry, ...] = ()


PersonChange = Callable[[Person | None, Person | None], Recognition]
"""From who the subject is, and whose the name is, so far. Pure: a store may call it again."""


def recognised(mine: Person | None, holder: Person | None, now: Person) -> Person:
    """Return who somebody is that comes as `now`, new or known.

    Raises:
        IdentityConflict: the name is, or was, somebody else's.
    """
    if holder is not None and holder.subject != now.subject:
        raise IdentityConflict(person=now.name)
    if mine is None:
        return now
    last = max(mine.last_seen_at, now.last_seen_at)
    former = mine.former
    if folded(mine.name) != folded(now.name):
        left = (f for f in former if folded(f.name) != folded(now.name))
        former = (*left, FormerName(mine.name, now.last_seen_at))[-_MOST_FORMER:]
    return dataclasses.replace(mine, name=now.name, last_seen_at=last, former=former)


def is_news(person: Person | None, now: Person) -> bool:
    """Say whether there is something to keep: a new person or name, or a first sight in an hour."""
    if person is None or person.name != now.name:
        return True
    return now.last_seen_at - person.last_seen_at >= SEEN_APART
