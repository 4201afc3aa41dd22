"""The audit, in SQLite: records are only ever added, inside the transaction they tell of."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sekisho.domain.audit import (
    CHANGED,
    WORKSPACE_VERSION,
    AuditEntry,
    AuditFault,
    AuditRecord,
    Mac,
    chain,
    fault,
    faults,
)
from sekisho.domain.errors import StoreTampered, StoreUnavailable
from sekisho.domain.runs import Run
from sekisho.domain.text import Text
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.stores.codec import AUDIT_ENTRY
from sekisho.stores.sqlite.database import Database

_MISFILED = Text("is filed under another run", "別の実行の記録として登録されています")
_COLUMNS = "sequence, previous, digest, body, run_id"


class SqliteAudit:
    """Appends and reads the audit. Triggers in the database refuse whoever would change it."""

    def __init__(self, database: Database, mac: Mac) -> None:
        self._database = database
        self._mac = mac

    def append(self, entry: AuditEntry) -> AuditRecord:
        with self._database.writing() as connection:
            return self.add(connection, (entry,))[0]

    def add(
        self, connection: sqlite3.Connection, entries: Sequence[AuditEntry]
    ) -> list[AuditRecord]:
        """Chain and save entries in the transaction that `connection` is in."""
        added: list[AuditRecord] = []
        if not entries:
            return added
        select = f"SELECT {_COLUMNS} FROM audit ORDER BY sequence DESC LIMIT 1"  # noqa: S608
        row = connection.execute(select).fetchone()
        last = _record(row) if row else None
        for entry in entries:
            last = chain(entry, last, self._mac)
            added.append(last)
        connection.executemany(
            f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [
                (r.sequence, r.previous, r.digest, AUDIT_ENTRY.dump(r.entry), r.entry.run_id)
                for r in added
            ],
        )
        holds = [
            (r.entry.workspace, r.sequence) for r in added if WORKSPACE_VERSION in r.entry.facts
        ]
        insert = "INSERT INTO audit_workspaces (workspace, sequence) VALUES (?, ?)"
        connection.executemany(insert, holds)
        return added

    def read(
        self, after: int = 0, limit: int = 500, run_id: str | None = None
    ) -> tuple[AuditRecord, ...]:
        wanted, values = "sequence > ?", [after]
        if run_id is not None:
            wanted, values = "run_id = ? AND sequence > ?", [run_id, after]
        return tuple(map(_record, self._rows(wanted, values, limit)))

    def last(self) -> AuditRecord | None:
        select = f"SELECT {_COLUMNS} FROM audit ORDER BY sequence DESC LIMIT 1"  # noqa: S608
        with self._database.reading() as connection:
            row = connection.execute(select).fetchone()
        return _record(row) if row else None

    def check_run(self, connection: sqlite3.Connection, run: Run) -> None:
        """Let through a run that is no older than the audit tells. Raises StoreTampered."""
        select = (
            "SELECT json_extract(body, '$.facts.version') AS told FROM audit"
            " WHERE run_id = ? AND told IS NOT NULL ORDER BY sequence DESC LIMIT 1"
        )
        row = connection.execute(select, (run.id,)).fetchone()
        if row and run.version < row[0]:
            raise StoreTampered(what=f"runs {run.id}: an older one was put back")

    def check_workspace(self, connection: sqlite3.Connection, record: WorkspaceRecord) -> None:
        """Let through a record that is no older than the audit tells. Raises StoreTampered."""
        select = (
            "SELECT json_extract(body, '$.facts.workspace_version') FROM audit WHERE sequence ="
            " (SELECT max(sequence) FROM audit_workspaces WHERE workspace = ?)"
        )
        row = connection.execute(select, (record.name,)).fetchone()
        if row and row[0] is not None and record.version < row[0]:
            raise StoreTampered(what=f"workspaces {record.name}: an older one was put back")

    def verify(self) -> tuple[AuditFault, ...]:
        misfiled: list[AuditFault] = []
        found = faults(self._walk(misfiled), self._mac)
        return tuple(sorted([*found, *misfiled], key=lambda f: f.sequence))

    def _walk(self, misfiled: list[AuditFault]) -> Iterable[AuditRecord]:
        """Give every record, a page at a time; note those that a search by run would miss."""
        after = -(2**63)
        while rows := self._rows("sequence > ?", [after], 1000):
            for row in rows:
                try:
                    record = _record(row)
                except StoreUnavailable:
                    misfiled.append(fault(row[0], CHANGED))
                    continue
                if row[4] != record.entry.run_id:
                    misfiled.append(fault(record.sequence, _MISFILED))
                yield record
            after = rows[-1][0]

    def _rows(self, wanted: str, values: list[Any], limit: int) -> list[Any]:
        select = f"SELECT {_COLUMNS} FROM audit WHERE {wanted} ORDER BY sequence LIMIT ?"  # noqa: S608
        with self._database.reading() as connection:
            return connection.execute(select, [*values, limit]).fetchall()


def _record(row: Any) -> AuditRecord:
    return AuditRecord(row[0], AUDIT_ENTRY.load(row[3]), row[1], row[2])
