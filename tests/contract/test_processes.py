"""What looking at processes promises, of real ones and of the fake."""

import dataclasses
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.domain.leases import ProcessMark
from sekisho.executors.processes import LocalProcesses
from sekisho.ports import Processes
from tests.fakes.processes import FakeProcesses

WAITS = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
print('up', flush=True)
sys.stdin.read()
"""


class Real:
    """Processes of this machine, with one child that can be ended."""

    def __init__(self) -> None:
        self.processes = LocalProcesses()
        self.child = subprocess.Popen(
            [sys.executable, "-c", WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.child.stdout
        self.child.stdout.readline()
        self.mark = self.processes.mark(self.child.pid)

    def end(self) -> None:
        self.child.communicate(timeout=30)


class Fake:
    """The same with a fake."""

    def __init__(self) -> None:
        self.processes = FakeProcesses()
        self.mark = self.processes.start(4242)

    def end(self) -> None:
        self.processes.end(self.mark)


Bench = Real | Fake


@pytest.fixture(params=[Real, Fake])
def bench(request: pytest.FixtureRequest):
    made: Bench = request.param()
    yield made
    made.end()


def test_this_process_lives(bench: Bench):
    processes: Processes = bench.processes

    assert processes.alive(processes.me()) is True
    assert processes.me() == processes.me()


def test_a_child_lives_until_it_ends(bench: Bench):
    assert bench.processes.alive(bench.mark) is True

    bench.end()

    assert bench.processes.alive(bench.mark) is False


def test_a_process_that_got_a_pid_used_before_is_not_the_one_before(bench: Bench):
    earlier = dataclasses.replace(bench.mark, started="boot:1")

    assert bench.processes.alive(earlier) is False


def test_of_a_process_on_another_machine_nothing_is_known(bench: Bench):
    elsewhere = dataclasses.replace(bench.mark, host="elsewhere")

    assert bench.processes.alive(elsewhere) is None


def test_the_mark_of_a_process_that_ended_is_never_alive(bench: Bench):
    bench.end()

    late = bench.processes.mark(bench.mark.pid)

    assert (late.host, late.pid) == (bench.mark.host, bench.mark.pid)
    assert bench.processes.alive(late) is False


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1, 2**70])
def test_a_pid_that_no_process_has_is_not_alive(bench: Bench, pid: int):
    assert bench.processes.alive(dataclasses.replace(bench.mark, pid=pid)) is False


def test_an_interrupted_process_ends(bench: Bench):
    bench.processes.interrupt(bench.mark)

    pause = threading.Event()
    assert any(not bench.processes.alive(bench.mark) or pause.wait(0.01) for _ in range(3000))


@pytest.mark.parametrize("other", [{"started": "boot:1"}, {"host": "elsewhere"}, {"started": ""}])
def test_a_process_that_merely_has_the_same_pid_is_not_interrupted(
    bench: Bench, other: dict[str, str]
):
    bench.processes.interrupt(dataclasses.replace(bench.mark, **other))

    assert not threading.Event().wait(0.2)
    assert bench.processes.alive(bench.mark) is True


# --- real processes -----------------------------------------------------------------------------


def test_this_process_is_named_by_its_pid_host_and_start():
    me = LocalProcesses().me()

    assert me.pid == os.getpid()
    assert me.host
    assert len(me.started) > 3


def test_two_processes_name_one_process_alike():
    code = (
        "import os, sys; from sekisho.executors.processes import LocalProcesses;"
        "m = LocalProcesses().mark(os.getppid()); print(m.host, m.pid, m.started, sep='\\n')"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    host, pid, started = said.stdout.decode().splitlines()
    assert ProcessMark(host, int(pid), started) == LocalProcesses().me()


def test_a_process_that_ended_and_was_not_waited_for_is_not_alive():
    processes = LocalProcesses()
    child = subprocess.Popen([sys.executable, "-c", WAITS], stdin=subprocess.PIPE)
    mark = processes.mark(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert processes.alive(mark) is False

    late = processes.mark(child.pid)
    assert processes.alive(late) is False
    child.communicate()


def test_the_name_of_a_command_cannot_mislead(tmp_path: Path):
    """The kernel writes the command's name into /proc/PID/stat as it is."""
    wicked = tmp_path / "x) Z 1 ("
    wicked.symlink_to(sys.executable)
    with subprocess.Popen(
        [wicked, "-c", WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        child.stdout.readline()
        processes = LocalProcesses()
        mark = processes.mark(child.pid)

        assert processes.alive(mark) is True
        assert mark.started.rpartition(":")[2].isdigit()
        child.communicate(timeout=30)


def test_after_a_reboot_the_processes_of_before_are_gone():
    me = LocalProcesses().me()
    boot, _, ticks = me.started.partition(":")

    before = dataclasses.replace(me, started=f"{boot[::-1]}:{ticks}")

    assert LocalProcesses().alive(before) is False


def test_asking_ps_gives_the_same_answers(monkeypatch: pytest.MonkeyPatch):
    """Where there is no /proc, as on macOS."""
    from sekisho.executors import processes as module

    look: Callable[[int], object] = module._ask_ps
    monkeypatch.setattr(module, "_look", look)
    bench = Real()

    assert bench.processes.alive(bench.mark) is True
    assert bench.mark.started[:3] in {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
    bench.end()
    assert bench.processes.alive(bench.mark) is False
    assert bench.processes.alive(bench.processes.me()) is True
