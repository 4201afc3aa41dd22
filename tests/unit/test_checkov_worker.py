"""What the process of the scanner can no longer do once its guard is up; any Python shows it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sekisho import scanners
from sekisho.scanners.checkov_worker import check_plain

WORKER = Path(scanners.__file__).with_name("checkov_worker.py")
SCRIPT = f"""
import importlib.util, os, pathlib, socket, subprocess, sys
spec = importlib.util.spec_from_file_location("worker", {str(WORKER)!r})
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
own, other = sys.argv[1], sys.argv[2]
os.chdir(own)
import ctypes
link = os.path.join(own, "way-out")
os.symlink(other, link)
worker.limit()
worker.guard(own)
try:
    print(repr(eval(sys.argv[3])))
except PermissionError:
    print("refused")
"""


def tried(tmp_path: Path, what: str) -> str:
    own, other = tmp_path / "own", tmp_path / "other"
    for folder in (own, other):
        folder.mkdir()
    (other / "kept").write_text("kept", encoding="utf-8")
    (own / "mine").write_text("mine", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(own.resolve()), str(other.resolve()), what],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert (other / "kept").read_text("utf-8") == "kept"
    assert not list(other.glob("new*"))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "what",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('example.com', 443)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "socket.socket().bind(('127.0.0.1', 0))",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "ctypes.CDLL(None)",
        "open(other + '/new', 'w')",
        "open(other + '/kept', 'r+')",
        "pathlib.Path(other, 'kept').write_text('x')",
        "os.open(other + '/new', os.O_CREAT)",
        "os.open(other + '/kept', os.O_WRONLY | os.O_TRUNC)",
        "os.remove(other + '/kept')",
        "pathlib.Path(other, 'kept').unlink()",
        "os.rename(own + '/mine', other + '/new')",
        "pathlib.Path(own, 'mine').rename(pathlib.Path(other, 'new'))",
        "pathlib.Path(other, 'kept').rename(pathlib.Path(own, 'new'))",
        "os.mkdir(other + '/new')",
        "os.symlink('x', other + '/new')",
        "os.link(own + '/mine', other + '/new')",
        "os.truncate(other + '/kept', 0)",
        "os.chmod(other + '/kept', 0)",
        "open(own + '/way-out/new', 'w')",
        "open(own + '/../other/new', 'w')",
    ],
)
def test_the_worker_is_refused(tmp_path: Path, what: str):
    assert tried(tmp_path, what) == "refused"


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("open(other + '/kept').read()", "'kept'"),
        ("open(own + '/new', 'w').write('x')", "1"),
        ("os.rename(own + '/mine', own + '/yours')", "None"),
        ("open(os.devnull, 'w').write('x')", "1"),
    ],
)
def test_the_worker_may_read_and_write_what_is_its_own(tmp_path: Path, what: str, answer: str):
    assert tried(tmp_path, what) == answer


@pytest.mark.parametrize("kind", ["link", "pipe", "linked folder"])
def test_a_folder_that_leads_out_or_never_ends_is_not_scanned(kind: str, tmp_path: Path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "main.tf").write_text("", encoding="utf-8")
    check_plain(str(tmp_path))
    odd = inner / "odd.tf"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to("/etc" if kind == "linked folder" else "/etc/hostname")
    with pytest.raises(ValueError, match="no regular file"):
        check_plain(str(tmp_path))
