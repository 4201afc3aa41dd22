"""Seals of rows: whatever is changed in the database by another hand than ours shows.

Every row of every table has a keyed digest over its table, key and columns, in `seals`. A digest
alone would let an older row be put back with the digest that it had. So `seal_book` keeps, for each
table, how many rows there are and a keyed sum over all their digests, and how many writes there
were; the book has a keyed digest too.

Nobody who writes a store thinks of this: temporary triggers, made for every table that is found in
the database, note what a transaction changes, and before it is kept `settle` seals that. What was
there before must be what we sealed: nothing is built on a row that somebody else wrote.
"""

import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sekisho.domain.audit import Mac
from sekisho.domain.errors import StoreTampered
from sekisho.stores.sqlite.tables import Table, Value, quoted, tables

_SIZE = 1 << 256
Rows = Sequence[Value] | None


@dataclass
class Noted:
    """What a transaction did to one row: what it was first, and what it is now (None: no row)."""

    table: Table
    before: Rows
    after: Rows


class Connection(sqlite3.Connection):
    """A connection that notes which rows its transaction changes, once `watch` was called."""

    def __init__(self, *values: Any, **more: Any) -> None:
        super().__init__(*values, **more)
        self.noted: dict[tuple[str, str], Noted] = {}
        self._tables: dict[str, Table] = {}

    def watch(self) -> None:
        """Note from now on. Outside of a transaction: one that is undone takes triggers back."""
        if self._tables:
            return
        self.execute("PRAGMA recursive_triggers=ON")  # else REPLACE deletes without a word
        self.create_function("sekisho_note", -1, self._note)
        self._tables = {table.name: table for table in tables(self)}
        for table in self._tables.values():
            for event, states in (("INSERT", "N"), ("UPDATE", "ON"), ("DELETE", "O")):
                self.execute(_trigger(table, event, states))

    def _note(self, name: str, states: str, *values: Value) -> None:
        table = self._tables[name]
        width = len(table.columns)
        old = values[:width] if states[0] == "O" else None
        new = values[-width:] if states[-1] == "N" else None
        if old is not None and new is not None and table.key(old) != table.key(new):
            self._one(table, old, None)
            old = None
        self._one(table, old, new)

    def _one(self, table: Table, old: Rows, new: Rows) -> None:
        row = old if old is not None else new
        if row is None:
            return
        known = self.noted.setdefault((table.name, table.key(row)), Noted(table, old, new))
        known.after = new


def _trigger(table: Table, event: str, states: str) -> str:
    rows = ["OLD" if state == "O" else "NEW" for state in states]
    values = ", ".join(f"{row}.{quoted(column)}" for row in rows for column in table.columns)
    named = "'" + table.name.replace("'", "''") + "'"
    return (
        f"CREATE TEMP TRIGGER {quoted(f'note_{event}_{table.name}')} AFTER {event}"
        f" ON main.{quoted(table.name)}"
        f" BEGIN SELECT sekisho_note({named}, '{states}', {values}); END"
    )


@dataclass
class Book:
    """How many writes there were, and each table's count of rows and sum over their digests."""

    generation: int = 0
    counts: dict[str, int] = field(default_factory=dict[str, int])
    sums: dict[str, int] = field(default_factory=dict[str, int])


class Seals:
    """Seals rows with one keyed digest."""

    def __init__(self, mac: Mac) -> None:
        self._mac = mac
        self._known: tuple[Table, ...] = ()

    def settle(self, connection: Connection) -> None:
        """Seal what the transaction of `connection` changed.

        Raises:
            StoreTampered: a row that it changed, or the book, is not as it was sealed.
        """
        noted, connection.noted = connection.noted, {}
        changed = [n for n in noted.items() if n[1].before != n[1].after]
        if not changed:
            return
        book = self.book(connection)
        for (name, key), note in changed:
            self._unchanged(connection, name, key, note)
        gone = [names for names, note in changed if note.after is None]
        connection.executemany("DELETE FROM seals WHERE of = ? AND key = ?", gone)
        made = [(*names, self.row(n.table, n.after)) for names, n in changed if n.after is not None]
        connection.executemany("INSERT OR REPLACE INTO seals (of, key, mac) VALUES (?, ?, ?)", made)
        for (name, key), note in changed:
            for row, sign in ((note.before, -1), (note.after, 1)):
                if row is not None:
                    self.count(book, name, key, self.row(note.table, row), sign)
        self._write(connection, book, {name for (name, _), _ in changed})

    def _unchanged(self, connection: Connection, name: str, key: str, note: Noted) -> None:
        select = "SELECT mac FROM seals WHERE of = ? AND key = ?"
        found = connection.execute(select, (name, key)).fetchone()
        wanted = None if note.before is None else self.row(note.table, note.before)
        if (found[0] if found else None) != wanted:
            row = note.before if note.before is not None else note.after
            raise StoreTampered(what=note.table.shown(row or ()))

    def check_row(self, connection: sqlite3.Connection, name: str, row: Sequence[Value]) -> None:
        """Let through a whole row, its columns in their order, that is as we wrote it.

        In a transaction, so that row and seal are of one moment. Raises StoreTampered.
        """
        table = next(t for t in self._tables(connection) if t.name == name)
        select = "SELECT mac FROM seals WHERE of = ? AND key = ?"
        found = connection.execute(select, (name, table.key(row))).fetchone()
        if found is None or found[0] != self.row(table, row):
            raise StoreTampered(what=table.shown(row))

    def _tables(self, connection: sqlite3.Connection) -> tuple[Table, ...]:
        """Return the tables, looked for once: none comes while the database is open."""
        if not self._known:
            self._known = tables(connection)
        return self._known

    def check_table(self, connection: sqlite3.Connection, name: str) -> None:
        """Let through a small table all of whose rows are the last ones. Raises StoreTampered."""
        wanted, found = self.book(connection), Book()
        for table in self._tables(connection):
            for row in table.rows(connection) if table.name == name else ():
                self.count(found, name, table.key(row), self.row(table, row))
        both = ((b.counts.get(name, 0), b.sums.get(name, 0)) for b in (wanted, found))
        if len(set(both)) != 1:
            raise StoreTampered(what=name)

    def row(self, table: Table, row: Sequence[Value]) -> bytes:
        """Return the seal of a row."""
        return bytes.fromhex(self._mac(table.text(row)))

    def count(self, book: Book, name: str, key: str, seal: bytes, sign: int = 1) -> None:
        """Count a row in the book, or out of it."""
        member = int(self._mac(f"member\0{name}\0{key}\0{seal.hex()}".encode()), 16)
        book.counts[name] = book.counts.get(name, 0) + sign
        book.sums[name] = (book.sums.get(name, 0) + sign * member) % _SIZE

    def book(self, connection: sqlite3.Connection) -> Book:
        """Read the book. Raises StoreTampered where it is not as it was written last."""
        kept = connection.execute("SELECT body, mac FROM seal_book WHERE id = 1").fetchone()
        if kept is None or kept[1] != self._mac(f"book\0{kept[0]}".encode()):
            raise StoreTampered(what="seal_book")
        body = json.loads(kept[0])
        book = Book(body["generation"])
        for name, (count, nonce, masked) in body["tables"].items():
            book.counts[name] = count
            book.sums[name] = (int(masked, 16) - self._mask(name, nonce)) % _SIZE
        return book

    def adopt(self, connection: sqlite3.Connection) -> int:
        """Seal every row as it is now; return how many. Only when the database is made or moved."""
        has = connection.execute("SELECT 1 FROM seal_book").fetchone()
        book = Book(self.book(connection).generation if has else 0)
        connection.execute("DELETE FROM seals")
        for table in tables(connection):
            for row in table.rows(connection):
                key, seal = table.key(row), self.row(table, row)
                insert = "INSERT INTO seals (of, key, mac) VALUES (?, ?, ?)"
                connection.execute(insert, (table.name, key, seal))
                self.count(book, table.name, key, seal)
        self._write(connection, book, set(book.counts), whole=True)
        return sum(book.counts.values())

    def _write(
        self, connection: sqlite3.Connection, book: Book, touched: set[str], *, whole: bool = False
    ) -> None:
        """Write the book; a sum is masked anew whenever it changes, so that it tells nothing."""
        kept = None if whole else connection.execute("SELECT body FROM seal_book").fetchone()
        rows: dict[str, Any] = json.loads(kept[0])["tables"] if kept else {}
        for name in touched:
            nonce = secrets.token_hex(16)
            masked = (book.sums[name] + self._mask(name, nonce)) % _SIZE
            rows[name] = [book.counts[name], nonce, f"{masked:x}"]
        body = json.dumps({"generation": book.generation + 1, "tables": rows}, sort_keys=True)
        values = (body, self._mac(f"book\0{body}".encode()))
        connection.execute(
            "INSERT OR REPLACE INTO seal_book (id, body, mac) VALUES (1, ?, ?)", values
        )

    def _mask(self, name: str, nonce: str) -> int:
        return int(self._mac(f"mask\0{name}\0{nonce}".encode()), 16)
