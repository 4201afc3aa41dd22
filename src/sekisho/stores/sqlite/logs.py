"""Logs of runs, in SQLite."""

from collections.abc import Sequence

from sekisho.domain.logs import LogLine, LogPage
from sekisho.stores.codec import LOG_LINE
from sekisho.stores.sqlite.database import Database


class SqliteLogs:
    """Keeps lines by run and number; a cursor is the number of the last line read.

    Each `append` is one transaction, flushed to the disk: append lines together.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, run_id: str, lines: Sequence[LogLine]) -> None:
        if not lines:
            return
        bodies = [LOG_LINE.dump(line) for line in lines]
        with self._database.writing() as connection:
            newest = "SELECT coalesce(max(number), 0) FROM logs WHERE run_id = ?"
            count = connection.execute(newest, (run_id,)).fetchone()[0]
            connection.executemany(
                "INSERT INTO logs (run_id, number, body) VALUES (?, ?, ?)",
                [(run_id, number, body) for number, body in enumerate(bodies, start=count + 1)],
            )

    def read(self, run_id: str, after: int = 0, limit: int = 200) -> LogPage:
        after = max(after, 0)
        select = (
            "SELECT number, body FROM logs WHERE run_id = ? AND number > ? ORDER BY number LIMIT ?"
        )
        with self._database.reading() as connection:
            rows = connection.execute(select, (run_id, after, limit + 1)).fetchall()
        page = rows[:limit]
        cursor = page[-1][0] if page else after
        lines = tuple(LOG_LINE.load(body) for _, body in page)
        return LogPage(lines, cursor, more=len(rows) > limit)

    def remove(self, run_id: str) -> None:
        self._database.remove("DELETE FROM logs WHERE run_id = ?", (run_id,))
