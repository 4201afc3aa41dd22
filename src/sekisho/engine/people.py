"""People: who a checked token is about, so that a name means one person today and tomorrow."""

import collections
import threading
from datetime import datetime, timedelta

from sekisho.domain.callers import Caller
from sekisho.domain.claims import LONGEST_NAME
from sekisho.domain.errors import IdentityConflict, PersonUnknown
from sekisho.domain.groups import folded
from sekisho.domain.identities import Verified
from sekisho.domain.people import Person, Recognition, is_news, recognised
from sekisho.domain.text import plain
from sekisho.engine.parts import Parts
from sekisho.engine.tokens import HOST

_TOLD_APART = timedelta(hours=1)
_MOST_TOLD = 1000


class People:
    """Recognises people whom a provider vouches for. Another one's name is refused."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told: collections.OrderedDict[tuple[str, str], datetime] = collections.OrderedDict()
        self._lock = threading.Lock()

    def recognise(self, verified: Verified, via: str) -> Person:
        """Return who somebody is. New people, new names and refusals go into the audit.

        Raises:
            IdentityConflict: they come by the name of somebody else.
        """
        parts, at = self._parts, self._parts.clock.now()
        now = Person(verified.subject, verified.person, at, at)
        known = parts.store.people.find(now.subject)
        if known is not None and not is_news(known, now):
            return known
        caller = Caller(now.name, via, "oidc", subject=now.subject)

        def change(mine: Person | None, holder: Person | None) -> Recognition:
            person = recognised(mine, holder, now)
            if mine is None:
                entry = parts.about(at, "person.add", caller, None, person=person.name)
                return Recognition(person, (entry,))
            if folded(mine.name) != folded(person.name):
                facts = {"person": person.name, "before": mine.name}
                entry = parts.about(at, "person.rename", caller, None, **facts)
                return Recognition(person, (entry,))
            return Recognition(person)

        try:
            return parts.store.people.update(now.subject, now.name, change)
        except IdentityConflict:
            self._tell(now, via, at)
            raise

    def subject_of(self, name: str) -> str:
        """Return the subject whose name this is or was; empty where it is nobody's yet."""
        found = self._parts.store.people.named(name)
        return found.subject if found else ""

    def list(self) -> tuple[Person, ...]:
        """Return everybody, by subject."""
        return self._parts.store.people.all()

    def release(self, name: str) -> Person:
        """Forget whose a name is, on the operator's word: the next who comes by it has it.

        Raises:
            PersonUnknown: it is nobody's.
        """
        parts, at = self._parts, self._parts.clock.now()
        person = parts.store.people.find(name) or parts.store.people.named(name)
        if person is None:
            raise PersonUnknown(person=plain(name, LONGEST_NAME))
        facts = {"person": person.name, "subject": person.subject}
        entry = parts.about(at, "person.release", HOST, None, **facts)
        if not parts.store.people.remove(person.subject, entry):
            raise PersonUnknown(person=person.name)
        return person

    def _tell(self, now: Person, via: str, at: datetime) -> None:
        """Leave a record of a refusal, once an hour for each who tries: many fill no audit."""
        key = (now.subject, folded(now.name))
        with self._lock:
            told = self._told.get(key)
            if told is not None and at - told < _TOLD_APART:
                return
            self._told[key] = at
            while len(self._told) > _MOST_TOLD:
                self._told.popitem(last=False)
        # They are not the person by that name, so the record is not one of that person's.
        caller = Caller("nobody", via, "none", subject=now.subject)
        entry = self._parts.about(at, "person.refuse", caller, None, person=now.name)
        self._parts.store.audit.append(entry)
