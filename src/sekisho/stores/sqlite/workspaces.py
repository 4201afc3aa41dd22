"""Records of workspaces, in SQLite."""

import sqlite3
from collections.abc import Mapping

from sekisho.domain.changes import WorkspaceChange
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.stores.codec import WORKSPACE
from sekisho.stores.sqlite.audit import SqliteAudit
from sekisho.stores.sqlite.database import Database
from sekisho.stores.writes import settle


class SqliteWorkspaces:
    """Keeps what happened to workspaces."""

    def __init__(self, database: Database, audit: SqliteAudit) -> None:
        self._database = database
        self._audit = audit

    def get(self, name: str) -> WorkspaceRecord:
        with self._database.reading() as connection:
            return load_workspace(connection, name)

    def all(self) -> Mapping[str, WorkspaceRecord]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT name, body FROM workspaces ORDER BY name").fetchall()
        return {name: WORKSPACE.load(body) for name, body in rows}

    def update(self, name: str, change: WorkspaceChange) -> WorkspaceRecord:
        def work(connection: sqlite3.Connection) -> WorkspaceRecord:
            before = load_workspace(connection, name)
            self._audit.check_workspace(connection, before)
            settled = settle(None, before, change(before))
            if settled.workspace:
                save_workspace(connection, settled.workspace)
            self._audit.add(connection, settled.audit)
            return settled.workspace or before

        return self._database.write(work)


def load_workspace(connection: sqlite3.Connection, name: str) -> WorkspaceRecord:
    """Return a record, an empty one where nothing happened yet."""
    row = connection.execute("SELECT body FROM workspaces WHERE name = ?", (name,)).fetchone()
    return WORKSPACE.load(row[0]) if row else WorkspaceRecord(name)


def save_workspace(connection: sqlite3.Connection, record: WorkspaceRecord) -> None:
    """Save a record, new or not."""
    connection.execute(
        "INSERT INTO workspaces (name, body) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET body = excluded.body",
        (record.name, WORKSPACE.dump(record)),
    )
