"""The port to the inspector: what a configuration would run or reach for."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from sekisho.domain.inspections import Finding


class Inspector(Protocol):
    """Reads configurations before Terraform does, apart from this process. Threads may share it."""

    def start(self) -> None:
        """Be ready for the first question."""
        ...

    def inspect(
        self, root: Path, paths: Iterable[str], directory: str, digest: str
    ) -> tuple[Finding, ...]:
        """Return everything that is found, in order; what cannot be read is `unmodelled`.

        `paths` are the files under `root`, `digest` is over all of them, and `directory` is where
        Terraform works, from `root`.
        """
        ...

    def close(self) -> None:
        """Let go of everything; another question starts it again."""
        ...
