"""Asks the child what is in a configuration, and remembers: the same files hold the same."""

import json
import selectors
import subprocess
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from sekisho.domain.inspections import Finding, FindingKind
from sekisho.inspection.reading import decoded

_REMEMBERED = 256
_SECONDS = 20.0
"""An honest configuration of the largest size takes five."""
_ANSWER = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_GONE = (
    Finding(
        ".", 0, FindingKind.UNMODELLED, "", "reading it took too long, or ended the process for it"
    ),
)


class ChildInspector:
    """One warm child, for one configuration after the other.

    It is started by `start`, or when it is first needed. Where it dies or takes too long, what it
    was reading is `unmodelled`, and the next one gets another child.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._held = _Held()
        weakref.finalize(self, self._held.end)
        self._lock = threading.Lock()
        """Over the child."""
        self._knows = threading.Lock()
        """Over what is remembered: who asks for that waits for no child."""
        self._known: OrderedDict[tuple[str, str], tuple[Finding, ...]] = OrderedDict()

    def inspect(
        self, root: Path, paths: Iterable[str], directory: str, digest: str
    ) -> tuple[Finding, ...]:
        """Return what is found: at once where the same files were read before."""
        key = (digest, directory)
        found = self._remembered(key)
        if found is not None:
            return found
        asked = {"root": str(root), "paths": sorted(paths), "directory": directory}
        with self._lock:
            answer = self._ask(json.dumps(asked).encode() + b"\n")
        if answer is None:
            return _GONE  # not remembered: a machine under load may have been the reason
        return self._remember(key, decoded(answer))

    def start(self) -> None:
        """Start the child ahead of the first plan, which would wait a quarter of a second."""
        with self._lock:
            self._held.running()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._held.end()

    def _remembered(self, key: tuple[str, str]) -> tuple[Finding, ...] | None:
        with self._knows:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def _remember(self, key: tuple[str, str], found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        with self._knows:
            self._known[key] = found
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return found

    def _ask(self, question: bytes) -> str | None:
        child = self._held.running()
        answer = None
        with suppress(OSError, ValueError):
            if child.stdin and child.stdout:
                child.stdin.write(question)
                child.stdin.flush()
                answer = _line(child.stdout, time.monotonic() + self._seconds)
        if answer is None:
            self._held.end()
        return answer


class _Held:
    """The child, apart from who asks it: it ends with them, whoever forgets to close."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def running(self) -> "subprocess.Popen[bytes]":
        """Return the child; start one where there is none any more."""
        if self._child is None or self._child.poll() is not None:
            self.end()
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-m", f"{__package__}.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "GOMAXPROCS": "1"},
                start_new_session=True,
            )
        return self._child

    def end(self) -> None:
        """Kill the child, and close what led to it."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()


def _line(stream: IO[bytes], until: float) -> str | None:
    """Read one line; None where it does not come in time, or is none."""
    whole = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while not whole.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                return None
            read = getattr(stream, "read1", stream.read)
            chunk: bytes = read(_CHUNK)
            whole += chunk
            if not chunk or len(whole) > _ANSWER:
                return None
    return whole.decode()
