"""Landlock as the kernel has it: what a held thread may do, and that nobody else is held."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.executors.containment import landlock
from sekisho.executors.containment.landlock import LOOK, READ, WORK, Fence, abi, restrict
from sekisho.executors.containment.places import system
from sekisho.executors.containment.threads import apart

pytestmark = pytest.mark.skipif(abi() == 0, reason="this kernel has no Landlock, or forbids it")


def within(fence: Fence, work: Callable[[], object]) -> object:
    """Do something in a thread that is held; return what came of it, or the error."""

    def body() -> object:
        restrict(fence, abi())
        try:
            return work()
        except OSError as error:
            return type(error)

    return apart(body)


def reading(path: Path) -> Callable[[], str]:
    return lambda: path.read_text("utf-8")


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "f").write_text("in", encoding="utf-8")
    (tmp_path / "f").write_text("out", encoding="utf-8")
    return folder


def test_only_what_is_allowed_is_read(inside: Path):
    fence = Fence(((inside, LOOK),))
    assert within(fence, reading(inside / "f")) == "in"
    assert within(fence, reading(inside.parent / "f")) is PermissionError
    assert within(fence, lambda: [p.name for p in inside.iterdir()]) == ["f"]
    assert within(fence, lambda: [*inside.parent.iterdir()]) is PermissionError
    assert within(fence, reading(inside / ".." / "f")) is PermissionError


def test_who_may_look_may_not_write(inside: Path):
    fence = Fence(((inside, LOOK),))
    for work in (
        lambda: (inside / "f").write_text("x", encoding="utf-8"),
        (inside / "g").touch,
        (inside / "f").unlink,
        (inside / "d").mkdir,
        lambda: (inside / "l").symlink_to("f"),
    ):
        assert within(fence, work) is PermissionError
    assert (inside / "f").read_text("utf-8") == "in"


def test_who_may_work_does_all_but_devices(inside: Path):
    def work() -> str:
        (inside / "d").mkdir()
        (inside / "d" / "g").write_text("x", encoding="utf-8")
        (inside / "d" / "g").rename(inside / "h")
        (inside / "l").symlink_to("h")
        os.mkfifo(inside / "p")
        for name in ("l", "p", "f"):
            (inside / name).unlink()
        (inside / "d").rmdir()
        return (inside / "h").read_text("utf-8")

    fence = Fence(((inside, WORK),))
    assert within(fence, work) == "x"
    device = within(fence, lambda: os.mknod(inside / "null", 0o600 | 0o020000, os.makedev(1, 3)))
    assert device is PermissionError


@pytest.mark.skipif(
    abi() < 2, reason="files are not linked from folder to folder before Landlock 2"
)
def test_a_file_from_outside_is_not_linked_in(inside: Path):
    fence = Fence(((inside, WORK),))
    assert within(fence, lambda: os.link(inside.parent / "f", inside / "g")) is OSError
    assert not (inside / "g").exists()
    (inside / "l").symlink_to(inside.parent / "f")
    assert within(fence, reading(inside / "l")) is PermissionError


def test_a_file_may_be_allowed_by_itself(inside: Path):
    fence = Fence(((inside.parent / "f", READ | WORK),))
    assert within(fence, reading(inside.parent / "f")) == "out"
    assert within(fence, reading(inside / "f")) is PermissionError


def test_what_is_not_there_allows_nothing_and_breaks_nothing(inside: Path):
    fence = Fence(((inside / "gone", WORK), (inside, LOOK)))
    assert within(fence, reading(inside / "f")) == "in"
    assert within(fence, (inside / "gone").mkdir) is PermissionError


def test_what_a_held_thread_starts_is_held(inside: Path):
    def started(path: Path) -> int:
        return subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=False).returncode

    fence = Fence((*system(), (inside, LOOK)))
    assert within(fence, lambda: started(inside / "f")) == 0
    assert within(fence, lambda: started(inside.parent / "f")) == 1


def test_nobody_else_is_held(inside: Path):
    within(Fence(()), reading(inside / "f"))
    assert (inside.parent / "f").read_text("utf-8") == "out"
    assert apart(reading(inside.parent / "f")) == "out"


def test_there_is_no_way_back(inside: Path):
    def again() -> object:
        restrict(Fence(((inside.parent, WORK),)), abi())
        return (inside.parent / "f").read_text("utf-8")

    assert within(Fence(((inside, LOOK),)), again) is PermissionError


def test_a_program_that_gains_powers_gains_none(inside: Path):
    status = "/proc/thread-self/status"

    def look() -> str:
        return Path(status).read_text("utf-8")

    found = within(Fence(((Path("/proc"), LOOK),)), look)
    assert "NoNewPrivs:\t1" in str(found)
    assert "NoNewPrivs:\t0" in look()


@pytest.mark.skipif(abi() < landlock._NET_SINCE, reason="ports need Landlock 4")
class TestPorts:
    def test_none_is_listened_on(self):
        def listen() -> str:
            socket.create_server(("127.0.0.1", 0)).close()
            return "listens"

        assert within(Fence(()), listen) is PermissionError
        assert within(Fence((), ()), listen) is PermissionError
        assert listen() == "listens"

    def test_those_that_are_named_are_connected_to(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = int(server.getsockname()[1])

            def connect() -> str:
                with socket.socket() as one:
                    one.connect(("127.0.0.1", port))
                return "connects"

            assert within(Fence((), None), connect) == "connects"
            assert within(Fence((), (port,)), connect) == "connects"
            assert within(Fence((), (1,)), connect) is PermissionError
            assert within(Fence((), ()), connect) is PermissionError


@pytest.mark.skipif(abi() < landlock._SCOPES_SINCE, reason="signals need Landlock 6")
def test_nobody_outside_is_signalled():
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=-1) as other:
        assert within(Fence(()), lambda: os.kill(other.pid, signal.SIGTERM)) is PermissionError
        assert other.poll() is None
        other.kill()


def test_an_older_kernel_is_asked_for_what_it_has(inside: Path):
    def body() -> object:
        restrict(Fence(((inside, WORK),)), 1)
        try:
            return (inside.parent / "f").read_text("utf-8")
        except OSError as error:
            return type(error)

    assert apart(body) is PermissionError


def test_a_kernel_that_refuses_is_an_error():
    # A newer kernel's rights on this one: whoever is not held must not go on.
    landlock._ALL_FS[99] = 1 << 63
    try:
        with pytest.raises(OSError, match="Invalid argument"):
            apart(lambda: restrict(Fence(()), 99))
    finally:
        del landlock._ALL_FS[99]
