"""People, in SQLite."""

import sqlite3

from sekisho.domain.audit import AuditEntry
from sekisho.domain.errors import StoreTampered
from sekisho.domain.groups import folded
from sekisho.domain.people import Person, PersonChange
from sekisho.stores.codec import PERSON
from sekisho.stores.sqlite.audit import SqliteAudit
from sekisho.stores.sqlite.database import Database

_FIND = "SELECT subject, body FROM people WHERE subject = ?"
_NAMED = "SELECT name, subject FROM person_names WHERE name = ?"


class SqlitePeople:
    """Keeps people; every name that is somebody's is a row, which nobody else can have."""

    def __init__(self, database: Database, audit: SqliteAudit) -> None:
        self._database = database
        self._audit = audit

    def find(self, subject: str) -> Person | None:
        with self._database.moment() as connection:
            return self._find(connection, subject)

    def named(self, name: str) -> Person | None:
        with self._database.moment() as connection:
            return self._named(connection, name)

    def all(self) -> tuple[Person, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT body FROM people ORDER BY subject").fetchall()
        return tuple(PERSON.load(body) for (body,) in rows)

    def update(self, subject: str, name: str, change: PersonChange) -> Person:
        def work(connection: sqlite3.Connection) -> Person:
            wanted = change(self._find(connection, subject), self._named(connection, name))
            person = wanted.person
            if person.subject != subject:
                raise ValueError(person.subject)
            connection.execute("DELETE FROM person_names WHERE subject = ?", (subject,))
            for taken in sorted(person.names):
                added = connection.execute(
                    "INSERT INTO person_names (name, subject) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (taken, subject),
                )
                if not added.rowcount:
                    raise ValueError(person.subject)
            connection.execute(
                "INSERT INTO people (subject, body) VALUES (?, ?)"
                " ON CONFLICT (subject) DO UPDATE SET body = excluded.body",
                (subject, PERSON.dump(person)),
            )
            self._audit.add(connection, wanted.audit)
            return person

        return self._database.write(work)

    def remove(self, subject: str, audit: AuditEntry) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            connection.execute("DELETE FROM person_names WHERE subject = ?", (subject,))
            gone = connection.execute("DELETE FROM people WHERE subject = ?", (subject,)).rowcount
            if gone:
                self._audit.add(connection, (audit,))
            return bool(gone)

        return self._database.write(work)

    def _find(self, connection: sqlite3.Connection, subject: str) -> Person | None:
        row = connection.execute(_FIND, (subject,)).fetchone()
        if row is None:
            return None
        # Somebody whom another hand wrote into the file, or renamed in it, is nobody.
        self._database.seals.check_row(connection, "people", row)
        return PERSON.load(row[1])

    def _named(self, connection: sqlite3.Connection, name: str) -> Person | None:
        row = connection.execute(_NAMED, (folded(name),)).fetchone()
        if row is None:
            return None
        self._database.seals.check_row(connection, "person_names", row)
        found = self._find(connection, row[1])
        if found is None or row[0] not in found.names:
            raise StoreTampered(what=f"person_names {row[0]}")
        return found
