"""Console sessions, in SQLite."""

import sqlite3
from datetime import datetime

from sekisho.domain.groups import folded
from sekisho.domain.sessions import Session, used
from sekisho.stores.codec import SESSION
from sekisho.stores.sqlite.database import Database
from sekisho.stores.sqlite.moments import microseconds


class SqliteSessions:
    """Keeps sessions by the digest of their secret."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session) -> None:
        row = (
            session.digest,
            folded(session.person),
            microseconds(session.ends_at),
            microseconds(session.last_used_at),
            SESSION.dump(session),
        )
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT INTO sessions (digest, person, ends, used, body) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                row,
            )
            if not added.rowcount:
                raise ValueError(session.digest)

    def find(self, digest: str) -> Session | None:
        select = "SELECT digest, person, ends, used, body FROM sessions WHERE digest = ?"
        with self._database.moment() as connection:
            row = connection.execute(select, (digest,)).fetchone()
            if row is None:
                return None
            # A session that somebody wrote into the file is nobody's.
            self._database.seals.check_row(connection, "sessions", row)
        return SESSION.load(row[4])

    def of(self, person: str) -> tuple[Session, ...]:
        select = "SELECT body FROM sessions WHERE person = ? ORDER BY used, digest"
        with self._database.reading() as connection:
            rows = connection.execute(select, (folded(person),)).fetchall()
        return tuple(SESSION.load(body) for (body,) in rows)

    def use(self, digest: str, at: datetime) -> None:
        with self._database.writing() as connection:
            select = "SELECT body FROM sessions WHERE digest = ?"
            row = connection.execute(select, (digest,)).fetchone()
            if row:
                after = used(SESSION.load(row[0]), at)
                connection.execute(
                    "UPDATE sessions SET used = ?, body = ? WHERE digest = ?",
                    (microseconds(after.last_used_at), SESSION.dump(after), digest),
                )

    def remove(self, digest: str) -> bool:
        def work(connection: sqlite3.Connection) -> int:
            return connection.execute("DELETE FROM sessions WHERE digest = ?", (digest,)).rowcount

        return bool(self._database.write(work))

    def expire(self, ended: datetime, idle: datetime) -> int:
        with self._database.writing() as connection:
            delete = "DELETE FROM sessions WHERE ends <= ? OR used <= ?"
            return connection.execute(delete, (microseconds(ended), microseconds(idle))).rowcount
