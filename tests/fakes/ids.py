"""Ids that a test can foretell."""

import threading


class FakeIds:
    """`run_000001`, `run_000002`, …: one count for all kinds, so they sort by time."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def new(self, kind: str) -> str:
        return f"{kind}_{self._next():06}"

    def secret(self) -> str:
        return f"secret-{self._next():06}-{'x' * 29}"

    def code(self) -> str:
        return f"CDE{self._next():05}"

    def _next(self) -> int:
        with self._lock:
            self._count += 1
            return self._count
