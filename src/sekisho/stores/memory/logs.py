"""Logs of runs, in memory."""

from collections.abc import Sequence

from sekisho.domain.logs import LogLine, LogPage
from sekisho.stores.writes import Turn


class MemoryLogs:
    """Keeps lines in a list a run; a cursor is how many lines were read."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._lines: dict[str, list[LogLine]] = {}

    def append(self, run_id: str, lines: Sequence[LogLine]) -> None:
        with self._turn:
            self._lines.setdefault(run_id, []).extend(lines)

    def read(self, run_id: str, after: int = 0, limit: int = 200) -> LogPage:
        after = max(after, 0)
        with self._turn:
            rest = self._lines.get(run_id, [])[after:]
        lines = tuple(rest[:limit])
        return LogPage(lines, after + len(lines), more=len(rest) > limit)

    def remove(self, run_id: str) -> None:
        with self._turn:
            self._lines.pop(run_id, None)
