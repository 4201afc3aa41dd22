"""Checkpoints in memory: for tests and trials."""

from collections.abc import Iterator

from sekisho.domain.checkpoints import Checkpoint
from sekisho.ports.runtime import Anchored


class MemoryAnchors:
    """Keeps checkpoints by sequence and digest."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}

    def keep(self, checkpoint: Checkpoint) -> None:
        name = f"{checkpoint.sequence:015d}-{checkpoint.digest[:16]}"
        self._lines.setdefault(name, checkpoint.line())

    def all(self) -> Iterator[Anchored]:
        yield from (Anchored(name, line) for name, line in sorted(self._lines.items()))

    def newest(self) -> Anchored | None:
        name = max(self._lines, default=None)
        return Anchored(name, self._lines[name]) if name else None
