"""An executor whose phases run when a test says: at once, in a thread, or once let go."""

import threading
from collections.abc import Callable
from typing import Literal

from sekisho.ports import Journal

Phase = Callable[[Callable[[], bool]], None]
Mode = Literal["inline", "threads", "held"]


class FakeExecution:
    """A phase that a test can look at; `lose` makes it vanish as a killed process does."""

    def __init__(self, name: str, phase: Phase, journal: Journal) -> None:
        self.name = name
        self.stopping = threading.Event()
        self._phase = phase
        self._journal = journal
        self._done = threading.Event()

    def done(self) -> bool:
        return self._done.is_set()

    def stop(self) -> None:
        self.stopping.set()

    def run(self) -> None:
        try:
            self._phase(self.stopping.is_set)
        except Exception as error:  # noqa: BLE001 (as the real one: told, never raised)
            self._journal.event("phase.failed", phase=self.name, error=error)
        finally:
            self._done.set()

    def wait(self, seconds: float = 10.0) -> None:
        assert self._done.wait(seconds), f"{self.name} did not end"


class FakeExecutor:
    """`mode` may change between phases; `started` has every execution, oldest first."""

    def __init__(self, journal: Journal, mode: Mode = "inline") -> None:
        self.mode: Mode = mode
        self.started: list[FakeExecution] = []
        self._journal = journal

    def start(self, name: str, phase: Phase) -> FakeExecution:
        execution = FakeExecution(name, phase, self._journal)
        self.started.append(execution)
        if self.mode == "inline":
            execution.run()
        elif self.mode == "threads":
            threading.Thread(target=execution.run, name=name, daemon=True).start()
        return execution

    @property
    def last(self) -> FakeExecution:
        return self.started[-1]
