"""Checking rows against their seals: every one that another hand changed, put back or took away."""

import json
import sqlite3
from collections.abc import Callable, Iterator

from sekisho.domain.audit import AuditFault, fault
from sekisho.domain.errors import StoreTampered
from sekisho.domain.text import Text
from sekisho.stores.sqlite.seals import Book, Seals
from sekisho.stores.sqlite.tables import Table, tables

_CHANGED = Text(
    "the row is not as the server wrote it", "行がサーバーの書き込んだ内容と一致しません"
)
_UNSEALED = Text("the server did not write this row", "サーバーが書き込んだ行ではありません")
_REMOVED = Text("the row was removed by another hand", "行がサーバー以外の手で削除されています")
_OLDER = Text(
    "the rows are not the last ones: an older row was put back, or a row was removed or brought"
    " back together with its seal (the server knows {known} rows, there are {found})",
    "行が最新ではありません。古い行が戻されたか、行が封印ごと削除または復元されています"
    "（サーバーの記録 {known} 行、実際 {found} 行）",
)
_BOOK = Text(
    "the book of the rows is missing or was changed: which rows are the last ones cannot be told",
    "行の台帳がないか変更されています。どの行が最新かを確認できません",
)

_MOST_LOST = 100


def unsound_rows(
    connection: sqlite3.Connection, seals: Seals, watch: Callable[[int], None] = lambda _done: None
) -> Iterator[AuditFault]:
    """Name what does not hold; in a transaction, so that all of it is of one moment.

    `watch` is told how many rows were looked at.
    """
    try:
        wanted = seals.book(connection)
    except (StoreTampered, ValueError, KeyError, TypeError):
        yield fault(0, _BOOK, "seal_book")
        wanted = None
    done = 0
    known: set[str] = set()
    for table in tables(connection):
        known.add(table.name)
        found = Book()
        found.counts[table.name], found.sums[table.name] = 0, 0
        named = 0
        for row_fault in _rows(connection, seals, table, found):
            named += 1
            yield row_fault
        done += found.counts[table.name]
        watch(done)
        if wanted and not named and not _same(wanted, found, table.name):
            counts = {"known": wanted.counts.get(table.name, 0), "found": found.counts[table.name]}
            yield fault(0, _OLDER, table.name, **counts)
    if wanted:
        for name in sorted(n for n in wanted.counts.keys() - known if wanted.counts[n]):
            yield fault(0, _OLDER, name, known=wanted.counts[name], found=0)


def _rows(
    connection: sqlite3.Connection, seals: Seals, table: Table, found: Book
) -> Iterator[AuditFault]:
    select = "SELECT mac FROM seals WHERE of = ? AND key = ?"
    sealed = 0
    for row in table.rows(connection):
        key, seal = table.key(row), seals.row(table, row)
        kept = connection.execute(select, (table.name, key)).fetchone()
        sealed += kept is not None
        if kept is None or kept[0] != seal:
            yield fault(0, _CHANGED if kept else _UNSEALED, table.shown(row))
        seals.count(found, table.name, key, seal)
    count = connection.execute("SELECT count(*) FROM seals WHERE of = ?", (table.name,)).fetchone()[
        0
    ]
    if count != sealed:
        yield from _lost(connection, table)


def _lost(connection: sqlite3.Connection, table: Table) -> Iterator[AuditFault]:
    """Name rows that are sealed and gone."""
    there = {table.key(row) for row in table.rows(connection)}
    kept = connection.execute("SELECT key FROM seals WHERE of = ? ORDER BY key", (table.name,))
    lost = (key for (key,) in kept if key not in there)
    for _, key in zip(range(_MOST_LOST), lost, strict=False):
        yield fault(0, _REMOVED, f"{table.name} {_shown(key)}")


def _shown(key: object) -> str:
    try:
        return " ".join(map(str, json.loads(str(key))))
    except (ValueError, TypeError):
        return str(key)


def _same(wanted: Book, found: Book, name: str) -> bool:
    return (
        wanted.counts.get(name, 0) == found.counts[name]
        and wanted.sums.get(name, 0) == found.sums[name]
    )
