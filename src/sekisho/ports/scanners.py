"""Scanners: what looks at a configuration and its plan for what is unsafe."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sekisho.domain.scans import ScanFinding


@dataclass(frozen=True)
class ScanOrder:
    """What to look at: a folder, and the plan as JSON (a file; empty: none).

    `clean` takes secrets out of text.
    """

    folder: str
    plan: str = ""
    clean: Callable[[str], str] = str


@dataclass(frozen=True)
class Scanned:
    """What was found in both halves, joined; worst first, and all of it."""

    tool: str
    version: str
    findings: tuple[ScanFinding, ...]


class Scanner(Protocol):
    """A security scanner of this server."""

    def version(self) -> str:
        """Return the version that is installed; empty where none is."""
        ...

    def scan(self, order: ScanOrder) -> Scanned:
        """Look at a configuration and its plan; one at a time, whoever asks.

        Raises:
            ScannerMissing: it is not installed.
            ScannerFailed: it died, took too long, or said what it never says.
        """
        ...

    def close(self) -> None:
        """End what it keeps running."""
        ...
