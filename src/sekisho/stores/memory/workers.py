"""Heartbeats, in memory."""

from sekisho.domain.leases import Worker
from sekisho.stores.writes import Turn


class MemoryWorkers:
    """Keeps workers in a dict."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._workers: dict[str, Worker] = {}

    def put(self, worker: Worker) -> None:
        with self._turn:
            self._workers[worker.id] = worker

    def all(self) -> tuple[Worker, ...]:
        with self._turn:
            return tuple(self._workers[id] for id in sorted(self._workers))

    def remove(self, worker_id: str) -> None:
        with self._turn:
            self._workers.pop(worker_id, None)
