"""Heartbeats, in SQLite."""

from sekisho.domain.leases import Worker
from sekisho.stores.codec import WORKER
from sekisho.stores.sqlite.database import Database


class SqliteWorkers:
    """Keeps workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, worker: Worker) -> None:
        body = WORKER.dump(worker)
        self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO workers (id, body) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (worker.id, body),
            )
        )

    def all(self) -> tuple[Worker, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT body FROM workers ORDER BY id").fetchall()
        return tuple(WORKER.load(body) for (body,) in rows)

    def remove(self, worker_id: str) -> None:
        self._database.remove("DELETE FROM workers WHERE id = ?", (worker_id,))
