"""Limits as words for prlimit, and caps as they are measured; the kernel is asked what holds."""

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sekisho.executors.containment.limits import Limits, program, running, words
from sekisho.terraform.caps import Caps, Meter, Over, room_in

MB = 1 << 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="prlimit and /proc are Linux's")
needs_tool = pytest.mark.skipif(not program(), reason="prlimit of util-linux is not installed")
ALL = Limits(memory=256 * MB, file=8 * MB, processes=100, cpu=30)


def shown(limits: Limits, name: str) -> tuple[int, int]:
    """Return a limit as a process has it that was started with those words."""
    script = f"import resource; print(*resource.getrlimit(resource.RLIMIT_{name}))"
    command = (*words(program(), limits, own_account=False), sys.executable, "-S", "-c", script)
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=30)
    soft, hard = done.stdout.split()
    return int(soft), int(hard)


@linux
@needs_tool
def test_what_is_started_has_the_limits_soft_and_hard():
    assert shown(ALL, "DATA") == (256 * MB, 256 * MB)
    assert shown(ALL, "FSIZE") == (8 * MB, 8 * MB)
    assert shown(ALL, "CPU") == (30, 30)
    assert shown(ALL, "CORE") == (0, 0)
    assert shown(ALL, "AS")[1] > 256 * MB


@linux
@needs_tool
def test_zero_is_no_limit_but_cores_are_never_written():
    for name in ("DATA", "FSIZE", "CPU", "AS", "NPROC"):
        mine = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
        assert shown(Limits(), name) == mine
    assert shown(Limits(), "CORE") == (0, 0)


@linux
@needs_tool
def test_the_process_keeps_its_number():
    with subprocess.Popen(
        (*words(program(), ALL, own_account=False), "sh", "-c", "echo $$"), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert int(process.stdout.read()) == process.pid


@linux
def test_no_more_is_asked_for_than_there_is():
    script = (
        "import resource\n"
        "from sekisho.executors.containment.limits import Limits, words\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 6000))\n"
        "print(*words('prlimit', Limits(file=7000), own_account=True))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert "--nofile=100" in done.stdout.split()
    assert "--fsize=6000" in done.stdout.split()


def test_without_the_tool_nothing_stands_before_a_command():
    assert words("", ALL, own_account=True) == ()


@linux
def test_processes_of_an_account_of_its_own_are_not_added_to_what_others_have():
    assert "--nproc=100" in words("prlimit", ALL, own_account=True)
    shared = next(w for w in words("prlimit", ALL, own_account=False) if "nproc" in w)
    assert int(shared.partition("=")[2]) > 100


@linux
def test_threads_are_counted_as_the_kernel_counts_them():
    before, stop = running(os.getuid()), threading.Event()
    threads = [threading.Thread(target=stop.wait, args=(30,)) for _ in range(40)]
    for thread in threads:
        thread.start()
    try:
        # Others of this account come and go meanwhile; forty do not.
        assert running(os.getuid()) >= before + 20
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_room_is_what_lies_in_folders_and_below_them(tmp_path: Path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "f").write_bytes(b"x" * MB)
    (tmp_path / "g").write_bytes(b"x" * MB)
    assert 2 * MB <= room_in((tmp_path,), 10 * MB) < 3 * MB
    assert MB <= room_in((tmp_path / "a",), 10 * MB) < 2 * MB


def test_more_than_there_may_be_is_not_counted_to_its_end(tmp_path: Path):
    for i in range(20):
        (tmp_path / str(i)).write_bytes(b"x" * MB)
    assert room_in((tmp_path,), 5 * MB) == 5 * MB + 1


def test_names_are_room_too(tmp_path: Path):
    for i in range(30):
        (tmp_path / str(i)).touch()
    assert room_in((tmp_path,), 5 * MB, 30) < 5 * MB
    assert room_in((tmp_path,), 5 * MB, 29) == 5 * MB + 1


def test_a_link_a_file_and_what_went_away_have_nothing_below_them(tmp_path: Path):
    large = tmp_path / "large"
    large.mkdir()
    (large / "f").write_bytes(b"x" * MB)
    here = tmp_path / "here"
    here.mkdir()
    (here / "link").symlink_to(large, target_is_directory=True)
    assert room_in((here, large / "f", tmp_path / "gone"), 5 * MB) < MB


def test_a_folder_that_holds_itself_ends(tmp_path: Path):
    (tmp_path / "me").symlink_to(tmp_path, target_is_directory=True)
    assert room_in((tmp_path,), MB) < MB


def test_a_meter_says_what_was_too_much(tmp_path: Path):
    said, folder = tmp_path / "said", tmp_path / "folder"
    folder.mkdir()
    said.write_bytes(b"x" * 1000)
    (folder / "f").write_bytes(b"x" * MB)
    now = time.monotonic()
    assert Meter(Caps(), (said,), (folder,)).over(now + 1e6) is None
    assert Meter(Caps(seconds=5), (said,), ()).over(now + 4) is None
    assert Meter(Caps(seconds=5), (said,), ()).over(now + 6) is Over.TIME
    assert Meter(Caps(output=1000), (said,), ()).over(now) is None
    assert Meter(Caps(output=999), (said,), ()).over(now) is Over.OUTPUT
    assert Meter(Caps(disk=MB // 2), (said,), (folder,)).over(now + 2) is Over.DISK
    assert Meter(Caps(disk=2 * MB), (said,), (folder,)).over(now + 2) is None


def test_only_who_is_twice_over_flees(tmp_path: Path):
    (tmp_path / "f").write_bytes(b"x" * (3 * MB))
    now = time.monotonic()
    assert Meter(Caps(disk=MB), (), (tmp_path,)).flees(now + 2)
    assert not Meter(Caps(disk=2 * MB), (), (tmp_path,)).flees(now + 2)
    assert not Meter(Caps(), (), (tmp_path,)).flees(now + 2)


@linux
def test_the_tool_is_the_systems():
    assert program() == (shutil.which("prlimit", path="/usr/bin:/bin") or "")
