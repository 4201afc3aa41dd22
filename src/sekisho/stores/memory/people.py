"""People, in memory."""

from sekisho.domain.audit import AuditEntry
from sekisho.domain.groups import folded
from sekisho.domain.people import Person, PersonChange
from sekisho.stores.memory.audit import MemoryAudit
from sekisho.stores.writes import Turn


class MemoryPeople:
    """Keeps people in a dict, by subject. `update` calls `change` twice, as for runs."""

    def __init__(self, turn: Turn, audit: MemoryAudit) -> None:
        self._turn = turn
        self._audit = audit
        self._people: dict[str, Person] = {}

    def find(self, subject: str) -> Person | None:
        with self._turn:
            return self._people.get(subject)

    def named(self, name: str) -> Person | None:
        with self._turn:
            return self._named(name)

    def all(self) -> tuple[Person, ...]:
        with self._turn:
            return tuple(self._people[subject] for subject in sorted(self._people))

    def update(self, subject: str, name: str, change: PersonChange) -> Person:
        with self._turn:
            mine, holder = self._people.get(subject), self._named(name)
            wanted = change(mine, holder)
            if change(mine, holder) != wanted:
                raise AssertionError("a change gave two answers to one question: it must be pure")
            person = wanted.person
            others = (p for p in self._people.values() if p.subject != subject)
            if person.subject != subject or any(p.names & person.names for p in others):
                raise ValueError(person.subject)
            records = self._audit.prepare(wanted.audit)
            self._people[subject] = person
            self._audit.keep(records)
            return person

    def remove(self, subject: str, audit: AuditEntry) -> bool:
        with self._turn:
            if subject not in self._people:
                return False
            records = self._audit.prepare((audit,))
            del self._people[subject]
            self._audit.keep(records)
            return True

    def _named(self, name: str) -> Person | None:
        wanted = folded(name)
        return next((p for p in self._people.values() if wanted in p.names), None)
