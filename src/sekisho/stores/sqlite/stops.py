"""The switch that stops everything, in SQLite: a row of `meta`, where it is on."""

import sqlite3

from sekisho.domain.stops import ServerStop, Turning
from sekisho.stores.codec import STOP
from sekisho.stores.sqlite.audit import SqliteAudit
from sekisho.stores.sqlite.database import Database
from sekisho.stores.writes import settle_stop


class SqliteStops:
    """Keeps the switch. On a full disk it can still be turned: that is a time to stop."""

    def __init__(self, database: Database, audit: SqliteAudit) -> None:
        self._database = database
        self._audit = audit

    def get(self) -> ServerStop | None:
        with self._database.reading() as connection:
            return load_stop(connection)

    def turn(self, turning: Turning) -> ServerStop | None:
        def work(connection: sqlite3.Connection) -> ServerStop | None:
            settled = settle_stop(before := load_stop(connection), turning(before))
            connection.execute("DELETE FROM meta WHERE name = 'stop'")
            if settled.stop:
                insert = "INSERT INTO meta (name, value) VALUES ('stop', ?)"
                connection.execute(insert, (STOP.dump(settled.stop),))
            self._audit.add(connection, settled.audit)
            return settled.stop

        return self._database.write(work)


def load_stop(connection: sqlite3.Connection) -> ServerStop | None:
    """Return the stop. What cannot be read is an error, never "nothing is stopped"."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'stop'").fetchone()
    return STOP.load(row[0]) if row else None
