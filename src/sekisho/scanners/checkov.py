"""Checkov as a warm worker: one process, started when it is needed first, again when it died."""

import json
import os
import threading
from pathlib import Path
from typing import Any

from sekisho.children import ChildGone, ChildLate, WarmChild
from sekisho.domain.errors import ScannerFailed, ScannerMissing
from sekisho.ports.scanners import Scanned, ScanOrder
from sekisho.scanners.installing import Installation
from sekisho.scanners.mapping import findings_of

_START_WITHIN = 60.0
_SCAN_WITHIN = 60.0
_LONGEST = 64 * 1024**2
"""Bytes of an answer."""
_WORKER = Path(__file__).with_name("checkov_worker.py")


class Checkov:
    """The port `Scanner` over Checkov in an environment of its own."""

    def __init__(self, installation: Installation, scan_within: float = _SCAN_WITHIN) -> None:
        self._installation, self._within = installation, scan_within
        self._turn = threading.Lock()
        self._child: WarmChild | None = None

    def version(self) -> str:
        """Return the version that is installed; empty where none is."""
        return self._installation.version()

    def scan(self, order: ScanOrder) -> Scanned:
        """Look at a configuration and its plan. Raises ScannerMissing, ScannerFailed."""
        version = self.version()
        if not version:
            raise ScannerMissing
        words = {"folder": os.path.realpath(order.folder), "plan": order.plan}
        with self._turn:
            answer = self._ask(words)
        try:
            found = findings_of(answer, words["folder"], order.clean)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ScannerFailed(problem="its answer cannot be read") from None
        return Scanned("checkov", version, found)

    def close(self) -> None:
        """End the worker."""
        with self._turn:
            self._end()

    def _ask(self, words: dict[str, str]) -> dict[str, Any]:
        try:
            answer = self._worker().ask(json.dumps(words).encode(), self._within)
            said = dict(json.loads(answer))
        except ChildLate:
            raise ScannerFailed(problem=f"no answer within {self._within:g} s") from None
        except ChildGone:
            raise ScannerFailed(problem="its process ended") from None
        except OSError as error:
            raise ScannerFailed(problem=f"it cannot be started ({error.strerror})") from None
        except (ValueError, TypeError, RecursionError):
            self._end()
            raise ScannerFailed(problem="its answer cannot be read") from None
        if "error" in said:
            raise ScannerFailed(problem=f"it could not scan ({said['error']})")
        return said

    def _worker(self) -> WarmChild:
        scratch = self._installation.place / "scratch"
        scratch.mkdir(mode=0o700, exist_ok=True)
        if self._child is None:
            self._child = WarmChild(
                [str(self._installation.python), "-I", "-B", str(_WORKER)],
                _environment(scratch),
                longest=_LONGEST,
                folder=scratch,
                greets_within=_START_WITHIN,
            )
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()


def _environment(scratch: Path) -> dict[str, str]:
    """Everything that the worker gets to know of the machine."""
    place = str(scratch)
    return {
        "HOME": place,
        "TMPDIR": place,
        "TEMP": place,
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "LOG_LEVEL": "CRITICAL",
        "CKV_IGNORE_HIDDEN_DIRECTORIES": "False",
        "CHECKOV_PARALLELIZATION_TYPE": "none",
        "GIT_PYTHON_REFRESH": "quiet",
    }
