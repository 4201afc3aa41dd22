"""Runs, in SQLite."""

import json
import sqlite3

from sekisho.domain.audit import AuditEntry
from sekisho.domain.changes import RunChange
from sekisho.domain.errors import RunUnknown
from sekisho.domain.runs import AT_WORK, Run, RunStatus
from sekisho.domain.stops import begins, check_going
from sekisho.ports.stores import Page, RunQuery
from sekisho.stores.codec import RUN
from sekisho.stores.sqlite.audit import SqliteAudit
from sekisho.stores.sqlite.database import Database
from sekisho.stores.sqlite.schema import TO_FOLLOW
from sekisho.stores.sqlite.stops import load_stop
from sekisho.stores.sqlite.workspaces import load_workspace, save_workspace
from sekisho.stores.writes import Versions, settle

_BEGUN = AT_WORK | {RunStatus.APPLY_QUEUED}
"""What is not begun on a disk that is full: Terraform would find no room for its state."""


class SqliteRuns:
    """Keeps runs; each write is one transaction with the workspace's record and the audit."""

    def __init__(self, database: Database, audit: SqliteAudit) -> None:
        self._database = database
        self._audit = audit

    def add(self, run: Run, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            if connection.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)).fetchone():
                raise ValueError(run.id)
            connection.execute(
                "INSERT INTO runs (id, workspace, status, body) VALUES (?, ?, ?, ?)",
                (run.id, run.workspace, run.status, RUN.dump(run)),
            )
            self._audit.add(connection, (Versions(run).told(audit),))

    def get(self, run_id: str) -> Run:
        with self._database.reading() as connection:
            return _load(connection, run_id)

    def find(self, query: RunQuery) -> Page[Run]:
        if query.limit < 1:
            raise ValueError(query.limit)
        where, values = _conditions(query)
        # The inner question is answered by an index alone: bodies are read for one page only.
        select = (
            "SELECT id, body FROM runs WHERE id IN"  # noqa: S608
            f" (SELECT id FROM runs WHERE {where} ORDER BY id DESC LIMIT ?) ORDER BY id DESC"
        )
        with self._database.reading() as connection:
            rows = connection.execute(select, [*values, query.limit + 1]).fetchall()
        page = rows[: query.limit]
        items = tuple(RUN.load(body) for _, body in page)
        return Page(items, page[-1][0] if len(rows) > query.limit else None)

    def workspaces(self) -> tuple[str, ...]:
        # Answered by an index alone: no body is read.
        select = "SELECT DISTINCT workspace FROM runs ORDER BY workspace"
        with self._database.reading() as connection:
            return tuple(row[0] for row in connection.execute(select).fetchall())

    def update(self, run_id: str, change: RunChange) -> Run:
        def work(connection: sqlite3.Connection) -> Run:
            before = _load(connection, run_id)
            record = load_workspace(connection, before.workspace)
            self._audit.check_run(connection, before)
            self._audit.check_workspace(connection, record)
            settled = settle(before, record, change(before, record))
            if begins(before, settled.run):
                # A stop that somebody took away, its seal with it, is still a stop.
                self._database.seals.check_table(connection, "meta")
                check_going(load_stop(connection))
            if settled.run:
                connection.execute(
                    "UPDATE runs SET status = ?, body = ? WHERE id = ?",
                    (settled.run.status, RUN.dump(settled.run), run_id),
                )
            if settled.workspace:
                save_workspace(connection, settled.workspace)
            self._audit.add(connection, settled.audit)
            return settled.run or before

        def begun(connection: sqlite3.Connection) -> bool:
            before = _load(connection, run_id)
            after = change(before, load_workspace(connection, before.workspace)).run
            return after is not None and after.status != before.status and after.status in _BEGUN

        return self._database.write(work, begun)

    def remove(self, run_id: str) -> None:
        self._database.remove("DELETE FROM runs WHERE id = ?", (run_id,))


def _load(connection: sqlite3.Connection, run_id: str) -> Run:
    row = connection.execute("SELECT body FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise RunUnknown(run_id=run_id)
    return RUN.load(row[0])


def _conditions(query: RunQuery) -> tuple[str, list[str | int]]:
    """Return the WHERE of a query, and the values that it takes."""
    terms = ["1"]
    values: list[str | int] = []
    if query.workspace is not None:
        terms.append("workspace = ?")
        values.append(query.workspace)
    if query.within is not None:
        # One value, however many there are: SQLite takes no more than so many.
        terms.append("workspace IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(query.within)))
    if query.statuses:
        terms.append(f"status IN ({', '.join('?' * len(query.statuses))})")
        values += sorted(query.statuses)
    if query.to_follow:
        terms.append(TO_FOLLOW)
    if query.cursor is not None:
        terms.append("id < ?")
        values.append(query.cursor)
    return " AND ".join(terms), values
