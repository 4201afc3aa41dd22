"""Checkov as a warm worker: one process, started when it is needed first, again when it died."""

import json
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

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
        self._process: subprocess.Popen[bytes] | None = None

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
        process = self._running()
        answer = self._exchange(process, json.dumps(words).encode() + b"\n", self._within)
        if "error" in answer:
            raise ScannerFailed(problem=f"it could not scan ({answer['error']})")
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        scratch = self._installation.place / "scratch"
        try:
            scratch.mkdir(mode=0o700, exist_ok=True)
            self._process = subprocess.Popen(
                [str(self._installation.python), "-I", "-B", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=scratch,
                env=_environment(scratch),
                start_new_session=True,
            )
        except OSError as error:
            raise ScannerFailed(problem=f"it cannot be started ({error.strerror})") from None
        self._exchange(self._process, b"", _START_WITHIN)
        return self._process

    def _exchange(
        self, process: subprocess.Popen[bytes], line: bytes, within: float
    ) -> dict[str, Any]:
        """Send a line and wait for the answer; a worker that is late or talks nonsense is ended."""
        if process.stdin is None or process.stdout is None:
            raise ScannerFailed(problem="it has no pipes")
        late = threading.Timer(within, process.kill)
        late.daemon = True
        late.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            raw = process.stdout.readline(_LONGEST)
            return dict(json.loads(raw))
        except (OSError, ValueError, TypeError, RecursionError):
            overdue = late.finished.is_set()
            self._end()
            why = f"no answer within {within:g} s" if overdue else "its process ended"
            raise ScannerFailed(problem=why) from None
        finally:
            late.cancel()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        process.wait()


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
