"""The tables of the database as they are found in it, and one way to write any row as bytes."""

import dataclasses
import json
import sqlite3
from collections.abc import Iterator, Sequence

SEALS = frozenset({"seals", "seal_book"})
"""Tables that seal the others."""

Value = str | int | float | bytes | None


@dataclasses.dataclass(frozen=True)
class Table:
    """A table: its columns, and where among them those are that name a row."""

    name: str
    columns: tuple[str, ...]
    keys: tuple[int, ...]

    @property
    def listed(self) -> str:
        """The columns as SQL lists them."""
        return ", ".join(map(quoted, self.columns))

    def key(self, row: Sequence[Value]) -> str:
        """Name a row."""
        return _json([_plain(row[at]) for at in self.keys])

    def shown(self, row: Sequence[Value]) -> str:
        """Name a row for people, with its table."""
        return " ".join([self.name, *(str(row[at]) for at in self.keys)])

    def text(self, row: Sequence[Value]) -> bytes:
        """Write a row, bound to its table, columns and the kinds of its values.

        A column that is NULL is left out: one that a migration adds changes no row's seal.
        """
        body = [[c, _plain(v)] for c, v in zip(self.columns, row, strict=True) if v is not None]
        return f"row\0{_json([self.name, body])}".encode()

    def rows(self, connection: sqlite3.Connection) -> Iterator[Sequence[Value]]:
        """Read every row."""
        yield from connection.execute(f"SELECT {self.listed} FROM {quoted(self.name)}")  # noqa: S608


def tables(connection: sqlite3.Connection) -> tuple[Table, ...]:
    """Return every table but those that seal the others: nobody has to name a new one."""
    select = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    names = [name for (name,) in connection.execute(select).fetchall()]
    ours = (name for name in names if not name.startswith("sqlite_") and name not in SEALS)
    return tuple(_table(connection, name) for name in ours)


def _table(connection: sqlite3.Connection, name: str) -> Table:
    found = connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    columns = tuple(str(row[1]) for row in found)
    keys = [at for at, row in sorted(enumerate(found), key=lambda f: f[1][5]) if row[5]]
    if not keys:
        keys = [columns.index(column) for column in _unique(connection, name)]
    if not keys:
        raise ValueError(
            f"table {name} has no primary key and no unique column: nothing names a row"
        )
    return Table(name, columns, tuple(keys))


def _unique(connection: sqlite3.Connection, name: str) -> list[str]:
    for index in connection.execute(f"PRAGMA index_list({quoted(name)})").fetchall():
        if index[2] and not index[4]:
            info = connection.execute(f"PRAGMA index_info({quoted(index[1])})").fetchall()
            return [str(row[2]) for row in info]
    return []


def quoted(name: str) -> str:
    """Write a name as SQL does."""
    return '"' + name.replace('"', '""') + '"'


def _plain(value: Value) -> object:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
