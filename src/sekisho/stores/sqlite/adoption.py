"""Making or migrating a database without letting in what somebody else wrote into it.

A database of before rows were sealed is taken as it is, once: its audit tells of that, and the mark
of its keys changes. Setting its schema number back and dropping the seals does not bring it back
to that state. One whose rows are sealed is checked before it is migrated.
"""

import sqlite3

from sekisho.domain.audit import Mac
from sekisho.domain.errors import StoreTampered, StoreUnavailable
from sekisho.stores.sqlite.checking import unsound_rows
from sekisho.stores.sqlite.seals import Seals
from sekisho.stores.sqlite.tables import tables

SEALED = "store.seal"
"""What the audit calls it when an older database is sealed."""
ADOPTING = "adopting"
"""What is noted until the blobs of an older database were taken too; its value counts rows."""
_OLD, _NEW = b"sekisho data folder", b"sekisho data folder, rows sealed"


class Adoption:
    """One migration of a database, in the transaction that `connection` is in."""

    def __init__(self, seals: Seals, mac: Mac, connection: sqlite3.Connection) -> None:
        self._seals = seals
        self._mac = mac
        self._connection = connection
        self._number = 0

    def check(self, number: int) -> None:
        """Let through a database with this schema number that is new, or as we left it.

        Raises:
            StoreTampered: its rows were sealed, and are not as they were.
            StoreUnavailable: it was made with other keys.
        """
        self._number = number
        if not number:
            return
        names = {n for (n,) in self._connection.execute("SELECT name FROM sqlite_schema")}
        if "seal_book" in names:
            for fault in unsound_rows(self._connection, self._seals):
                raise StoreTampered(what=fault.where)
            return
        self._first(_mark(self._connection))

    def _first(self, mark: str | None) -> None:
        filled = (t for t in tables(self._connection) if t.name != "meta")
        empty = not any(any(t.rows(self._connection)) for t in filled)
        if mark is None and empty:  # an older server was killed the moment it made this
            return
        select = "SELECT 1 FROM audit WHERE json_extract(body, '$.action') = ? LIMIT 1"
        if mark == self._mac(_NEW) or self._connection.execute(select, (SEALED,)).fetchone():
            raise StoreTampered(what="seals")
        if mark != self._mac(_OLD):
            raise StoreUnavailable(problem="the data folder was made with other keys")

    def seal(self) -> None:
        """Seal everything; note where rows were taken as they are, and blobs are still to be."""
        fresh = not self._number
        taken = _mark(self._connection) == self._mac(_OLD)
        write = "INSERT OR REPLACE INTO meta (name, value) VALUES ('keys', ?)"
        self._connection.execute(write, (self._mac(_NEW),))
        if taken and not fresh:
            rows = sum(1 for t in tables(self._connection) for _ in t.rows(self._connection))
            insert = "INSERT INTO meta (name, value) VALUES (?, ?)"
            self._connection.execute(insert, (ADOPTING, str(rows)))
        self._seals.adopt(self._connection)


def check_keys(connection: sqlite3.Connection, mac: Mac) -> None:
    """Refuse keys that the folder was not made with: its audit would break, its blobs stay shut."""
    if _mark(connection) != mac(_NEW):
        raise StoreUnavailable(problem="the data folder was made with other keys")


def _mark(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = 'keys'").fetchone()
    return row[0] if row else None
