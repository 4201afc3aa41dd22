"""What running phases here promises."""

import threading
from collections.abc import Callable

import pytest

from sekisho.executors.local import LocalExecutor
from sekisho.ports import Executor
from tests.fakes.journal import FakeJournal


@pytest.fixture
def journal():
    return FakeJournal()


@pytest.fixture
def executor(journal: FakeJournal):
    return LocalExecutor(journal)


def test_a_phase_runs_beside_whoever_started_it(executor: Executor):
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def phase(stopping: Callable[[], bool]) -> None:
        begun.set()
        go_on.wait(30)
        ended.append(threading.current_thread().name)

    execution = executor.start("plan run_000001", phase)

    assert begun.wait(30)
    assert execution.done() is False
    go_on.set()
    assert wait(execution.done)
    assert ended == ["plan run_000001"]


def test_a_phase_is_asked_to_stop_and_ends_by_itself(executor: Executor):
    seen: list[bool] = []

    def phase(stopping: Callable[[], bool]) -> None:
        seen.append(stopping())
        while not stopping():
            threading.Event().wait(0.001)
        seen.append(stopping())

    execution = executor.start("apply run_000001", phase)
    other = executor.start("apply run_000002", phase)

    execution.stop()
    execution.stop()

    assert wait(execution.done)
    assert other.done() is False
    other.stop()
    assert wait(other.done)
    assert sorted(seen) == [False, False, True, True]


@pytest.mark.parametrize("error", [OSError("壊れた"), SystemExit(3), KeyboardInterrupt()])
def test_what_comes_out_of_a_phase_is_told_and_never_lost(
    executor: Executor, journal: FakeJournal, error: BaseException
):
    def phase(stopping: Callable[[], bool]) -> None:
        raise error

    execution = executor.start("plan run_000001", phase)

    assert wait(execution.done)
    assert journal.events == [("phase.failed", {"phase": "plan run_000001", "error": error})]


def test_a_phase_that_ends_well_tells_nothing(executor: Executor, journal: FakeJournal):
    execution = executor.start("plan run_000001", lambda _: None)

    assert wait(execution.done)
    assert journal.events == []


def wait(done: Callable[[], bool]) -> bool:
    """Wait for something that comes soon."""
    pause = threading.Event()
    return any(done() or pause.wait(0.005) for _ in range(6000))
