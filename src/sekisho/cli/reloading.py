"""The watch over sekisho.yaml beside a long-running command: every few seconds, and on SIGHUP."""

import contextlib
import os
import signal
import threading
from collections.abc import Generator
from types import FrameType

from sekisho.app import App
from sekisho.domain.errors import SekishoError
from sekisho.engine.reloads import Reloads

LOOK_EVERY = 2.0
"""Seconds between two looks; a file that changed is taken up at the second look at it."""
_TICK = 0.25
"""Seconds after which a signal is noticed, at most."""


class FileWatch:
    """Looks at the operator's file in a thread of its own."""

    def __init__(self, app: App, process: str, every: float = LOOK_EVERY) -> None:
        self._event = app.parts.journal.event
        self._reloads = Reloads(app.parts, app.file, process) if app.file else None
        self._every = every
        self._failed = ""
        self._asked = False
        self._done = threading.Event()

    def ask(self) -> None:
        """Have it looked at now. No lock is taken: a signal may come at any moment."""
        self._asked = True

    @contextlib.contextmanager
    def watching(self) -> Generator[None]:
        """Watch for as long as this lasts."""
        thread = threading.Thread(target=self._watch, name="config", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _watch(self) -> None:
        waited = 0.0
        while not self._done.wait(_TICK):
            waited += _TICK
            asked, self._asked = self._asked, False
            if asked or waited >= self._every:
                waited = 0.0
                self._look(asked=asked)

    def _look(self, *, asked: bool) -> None:
        """Look, and outlive what goes wrong: what was in force stays. The same is told once."""
        if self._reloads is None:
            if asked:
                self._event("config.none", detail="no SEKISHO_CONFIG is set")
            return
        try:
            self._reloads.look(asked=asked)
            self._failed = ""
        except Exception as error:  # noqa: BLE001 (the watch outlives a full disk, and our own bugs)
            code = error.code if isinstance(error, SekishoError) else type(error).__name__
            if code != self._failed or asked:
                self._event("config.failed", code=code, error=error)
            self._failed = code


@contextlib.contextmanager
def following(app: App, process: str, *, hangup: bool = True) -> Generator[None]:
    """Follow the operator's file; `hangup`: SIGHUP asks for it, where there are such signals."""
    watch = FileWatch(app, process)
    if hangup and hasattr(signal, "SIGHUP"):
        _on_hangup(watch)
    with watch.watching():
        yield


def _on_hangup(watch: FileWatch) -> None:
    """Take SIGHUP as "look at the file"; as the end, where it says that our terminal was closed."""
    ends = signal.getsignal(signal.SIGHUP) is signal.SIG_DFL and _has_terminal()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if ends and not _has_terminal():
            signal.raise_signal(signal.SIGTERM)
        else:
            watch.ask()

    signal.signal(signal.SIGHUP, handle)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
