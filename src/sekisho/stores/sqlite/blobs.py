"""Which edition of each blob is the last one: files on disk, told in the database.

A file's encryption proves that the server wrote it, not that it wrote nothing later under that
name. Each file is encrypted under a salt of its own: that is its edition. What is going to be
written is told before the file is moved into place, so that no killed server leaves a file that
looks like somebody else's; where the name was used before, the move is told with it, and where it
was not, with the next write: until then the server itself may have been killed before the move.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator

from sekisho.stores.sqlite.database import Database


class SqliteLedger:
    """Keeps the editions of blobs, by the name of their area and their own."""

    def __init__(self, database: Database, area: str) -> None:
        self._database = database
        self._area = area
        self._moved: dict[str, str] = {}
        self._lock = threading.Lock()

    def expect(self, name: str, edition: str, current: str | None) -> bool:
        """Tell that `edition` will be moved over `current`; return whether the name is new."""
        before = self._waiting()

        def work(connection: sqlite3.Connection) -> bool:
            self._settle(connection, before)
            known = self._known(connection, name)
            if known is None:
                self._write(connection, name, None, [edition])
                return True
            settled, pending = known
            if current is not None and current in pending:
                settled, pending = current, []
            self._write(connection, name, settled, [*pending, edition])
            return False

        new = self._database.write(work)
        self._told(before)
        return new

    def placed(self, name: str, edition: str) -> None:
        """Remember that the first file of a name is in place; the next write tells it."""
        with self._lock:
            self._moved[name] = edition

    def settle(self) -> None:
        """Tell now what is remembered: from then on, a file that is gone was taken away."""
        moved = self._waiting()
        if moved:
            self._database.write(lambda connection: self._settle(connection, moved))
            self._told(moved)

    def _waiting(self) -> dict[str, str]:
        with self._lock:
            return dict(self._moved)

    def _settle(self, connection: sqlite3.Connection, moved: dict[str, str]) -> None:
        for name, edition in moved.items():
            if self._known(connection, name) == (None, [edition]):
                self._write(connection, name, edition, [])

    def _told(self, moved: dict[str, str]) -> None:
        with self._lock:
            self._moved = {n: e for n, e in self._moved.items() if moved.get(n) != e}

    def moved(self, name: str, edition: str, move: Callable[[], None]) -> None:
        """Move over what was there, and tell that it is done; nobody else does meanwhile.

        `move` may be called again once it has returned.
        """

        def work(connection: sqlite3.Connection) -> None:
            known = self._known(connection, name)
            pending = [e for e in (known[1] if known else []) if e != edition]
            self._write(connection, name, edition, pending)
            move()

        self._database.write(work)

    def forget(self, name: str, unlink: Callable[[], None]) -> None:
        """Remove a file, and what is known of it; a kill in between leaves no doubt either."""
        address = self._address(name)

        def may_go(connection: sqlite3.Connection) -> None:
            known = self._known(connection, name)
            if known and known[0] is not None:
                self._write(connection, name, None, [*known[1], known[0]])

        editions = self.editions(name)
        if editions is not None and None not in editions:
            self._database.write(may_go)
        unlink()
        if editions is not None:
            self._database.remove("DELETE FROM blobs WHERE name = ?", (address,))

    def editions(self, name: str) -> frozenset[str | None] | None:
        """Return the editions that may lie there (None among them: no file); None: not known."""
        with self._database.reading() as connection:
            known = self._known(connection, name)
        if known is None:
            return None
        return frozenset([known[0], *known[1]])

    def names(self) -> Iterator[str]:
        """Return every name that is known, in order."""
        after = f"{self._area}/"
        select = "SELECT name FROM blobs WHERE name > ? AND name < ? ORDER BY name LIMIT 500"
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(select, (after, f"{self._area}0")).fetchall()
            if not rows:
                return
            yield from (name.removeprefix(f"{self._area}/") for (name,) in rows)
            after = rows[-1][0]

    def adopt(self, connection: sqlite3.Connection, name: str, edition: str) -> None:
        """Take a file of before editions were told."""
        if self._known(connection, name) is None:
            self._write(connection, name, edition, [])

    def _address(self, name: str) -> str:
        return f"{self._area}/{name}"

    def _known(
        self, connection: sqlite3.Connection, name: str
    ) -> tuple[str | None, list[str]] | None:
        select = "SELECT edition, pending FROM blobs WHERE name = ?"
        row = connection.execute(select, (self._address(name),)).fetchone()
        return (row[0], row[1].split()) if row else None

    def _write(
        self, connection: sqlite3.Connection, name: str, edition: str | None, pending: list[str]
    ) -> None:
        connection.execute(
            "INSERT INTO blobs (name, edition, pending) VALUES (?, ?, ?) ON CONFLICT (name)"
            " DO UPDATE SET edition = excluded.edition, pending = excluded.pending",
            (self._address(name), edition, " ".join(pending)),
        )
