"""Asks the child what is in a configuration, and remembers: the same files hold the same."""

import json
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sekisho.children import ChildGone, WarmChild
from sekisho.domain.inspections import Finding, FindingKind
from sekisho.inspection.reading import decoded

_REMEMBERED = 256
_SECONDS = 20.0
"""An honest configuration of the largest size takes five."""
_ANSWER = 4 * 1024 * 1024
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
        self._child = WarmChild(
            [sys.executable, "-I", "-m", f"{__package__}.child"],
            {"LANG": "C.UTF-8", "GOMAXPROCS": "1"},
            longest=_ANSWER,
        )
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
        try:
            with self._lock:
                answer = self._child.ask(json.dumps(asked).encode(), self._seconds)
        except (ChildGone, OSError):
            return _GONE  # not remembered: a machine under load may have been the reason
        return self._remember(key, decoded(answer.decode()))

    def start(self) -> None:
        """Start the child ahead of the first plan, which would wait a quarter of a second."""
        with self._lock, suppress(OSError):
            self._child.start()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._child.close()

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
