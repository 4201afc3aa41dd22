"""Progress of long work on standard error: one living line on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from types import TracebackType
from typing import Self

from sekisho.cli import output
from sekisho_client.terminal import bar, cut

_FRAMES = "|/-\\"
_TICK = 0.12
_HOUR = 3600


class Progress:
    """Shows the phase, how long it takes, and how far it is where that is known.

    Results go to standard output as ever. Programs (`--json`) are told nothing; a pipe or a file
    gets one line whenever the phase changes.
    """

    def __init__(self) -> None:
        self._alive = sys.stderr.isatty() and not output.prints_json()
        self._silent = output.prints_json()
        self._began = time.monotonic()
        self._phase = ""
        self._done, self._total = 0, 0
        self._shown = False
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._animate, name="progress", daemon=True)

    def __enter__(self) -> Self:
        if self._alive:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        if self._alive:
            self._thread.join()
        self.hide()

    def phase(self, name: str) -> None:
        """Say what is being done now."""
        if name == self._phase:
            return
        with self._lock:
            self._phase, self._done, self._total = name, 0, 0
        if not self._alive and not self._silent:
            output.note(f"{name} ({elapsed(time.monotonic() - self._began)})")

    def count(self, done: int, total: int) -> None:
        """Say how far it is."""
        with self._lock:
            self._done, self._total = done, total

    def hide(self) -> None:
        """Take the living line away, so that results can be printed; it comes back by itself."""
        with self._lock:
            if self._shown:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
                self._shown = False

    def _animate(self) -> None:
        frame = 0
        while not self._end.wait(_TICK):
            frame += 1
            with self._lock:
                if self._phase:
                    self._draw(_FRAMES[frame % len(_FRAMES)])

    def _draw(self, frame: str) -> None:
        seconds = elapsed(time.monotonic() - self._began)
        parts = (frame, self._phase, bar(self._done, self._total), seconds)
        line = " ".join(filter(None, parts))
        sys.stderr.write("\r" + cut(line, output.terminal_width() - 1) + "\x1b[K")
        sys.stderr.flush()
        self._shown = True


def elapsed(seconds: float) -> str:
    """Write a duration: 4s, 1m05s, 2h03m."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    if whole >= _HOUR:
        return f"{minutes // 60}h{minutes % 60:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
