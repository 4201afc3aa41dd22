"""Runs each phase in a thread of this process; Terraform itself is a process of its own."""

import threading
from collections.abc import Callable

from sekisho.ports.runtime import Journal

Phase = Callable[[Callable[[], bool]], None]


class LocalExecution:
    """A phase in its thread."""

    def __init__(self, name: str, phase: Phase, journal: Journal) -> None:
        self._name = name
        self._phase = phase
        self._journal = journal
        self._stopping = threading.Event()
        # A daemon: a phase that does not end must not keep a server from exiting; what it was
        # doing is recovered as for any lost worker.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def done(self) -> bool:
        return not self._thread.is_alive()

    def stop(self) -> None:
        self._stopping.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the phase to end; say whether it did."""
        self._thread.join(seconds)
        return self.done()

    def _run(self) -> None:
        try:
            self._phase(self._stopping.is_set)
        except BaseException as error:  # noqa: BLE001 (told, whatever it is: nobody else would)
            self._journal.event("phase.failed", phase=self._name, error=error)


class LocalExecutor:
    """Starts phases here. How many at once is the worker's to decide."""

    def __init__(self, journal: Journal) -> None:
        """Tell `journal` what comes out of a phase: it writes its own end, so that is a bug."""
        self._journal = journal

    def start(self, name: str, phase: Phase) -> LocalExecution:
        return LocalExecution(name, phase, self._journal)
