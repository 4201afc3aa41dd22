"""What `bench/` says of a process that it ran is true."""

import os
import sys
from pathlib import Path

import pytest
from bench.watched import Outcome, watched

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def ran(folder: Path, program: str, limit: float = 60) -> Outcome:
    return watched([sys.executable, "-c", program], folder, limit, os.environ)


def test_memory_and_time_are_those_of_the_process(tmp_path: Path):
    program = "import time; b = bytearray(80_000_000); time.sleep(0.1); print('関所')"
    outcome = ran(tmp_path, program)
    assert outcome.out.strip() == "関所"
    assert outcome.crash == ""
    assert 76 < outcome.anonymous_mb <= outcome.peak_mb < 200
    assert 0.1 <= outcome.seconds < 30
    assert 0 < outcome.cpu_seconds <= outcome.seconds + 0.1


def test_a_file_that_is_mapped_is_no_memory_of_its_own(tmp_path: Path):
    (tmp_path / "large").write_bytes(b"x" * 80_000_000)
    program = (
        "import mmap, time\nwith open('large', 'rb') as f:\n"
        "    m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)\n"
        "print(m.rfind(b'y')); time.sleep(0.1)\n"
    )
    outcome = ran(tmp_path, program)
    assert outcome.peak_mb > 70
    assert outcome.anonymous_mb < 60


def test_a_process_whose_time_is_up_is_killed_and_told(tmp_path: Path):
    outcome = ran(tmp_path, "import time; print('begun', flush=True); time.sleep(600)", limit=0.5)
    assert outcome.code is None
    assert outcome.crash == "killed: time is up"
    assert outcome.seconds < 60


@pytest.mark.parametrize(
    ("program", "crash"),
    [
        ("raise MemoryError('too much')", "MemoryError: too much"),
        ("import os; os.kill(os.getpid(), 9)", "died of signal 9"),
        ("", "no output"),
        ("print('denied'); raise SystemExit(3)", ""),
    ],
)
def test_a_crash_is_told_from_a_verdict(tmp_path: Path, program: str, crash: str):
    assert ran(tmp_path, program).crash == crash
