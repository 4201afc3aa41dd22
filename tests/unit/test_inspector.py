"""The child that reads configurations: started ahead, lost, too slow, asked by many."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.app import build
from sekisho.domain.inspections import FindingKind
from sekisho.inspection.inspector import ChildInspector
from sekisho.settings import read_settings
from tests.breadth import broad

K = FindingKind


@pytest.fixture
def inspector() -> Iterator[ChildInspector]:
    inspector = ChildInspector()
    yield inspector
    inspector.close()


HUNGRY = {
    "brackets": b"locals {\n  a = " + b"[" * 400_000 + b"]" * 400_000 + b"\n}\n",
    "blocks": b"a {\n" * 100_000 + b"}\n" * 100_000,
    "interpolations": b'locals {\n  a = "' + b'${"' * 100_000 + b'x"\n}\n',
    "negations": b"locals {\n  a = " + b"!" * 900_000 + b"x\n}\n",
    "heredocs": b"<<" * 300_000,
}


@pytest.mark.parametrize("name", broad(*HUNGRY))
def test_what_exhausts_a_parser_ends_neither_the_server_nor_the_next_look(
    name: str, tmp_path: Path, inspector: ChildInspector
):
    (tmp_path / "main.tf").write_bytes(HUNGRY[name])
    assert {f.kind for f in inspector.inspect(tmp_path, ["main.tf"], "", "1")} == {K.UNMODELLED}
    (tmp_path / "main.tf").write_bytes(b"locals {\n}\n")
    assert inspector.inspect(tmp_path, ["main.tf"], "", "2") == ()


def test_a_look_that_takes_too_long_is_ended_and_not_remembered(tmp_path: Path):
    (tmp_path / "main.tf").write_bytes(b"locals {\n}\n")
    hasty = ChildInspector(seconds=0.0)
    (found,) = hasty.inspect(tmp_path, ["main.tf"], "", "1")
    assert found.kind == K.UNMODELLED
    hasty.close()


def test_the_same_files_are_read_once(tmp_path: Path, inspector: ChildInspector):
    (tmp_path / "main.tf").write_text('data "external" "x" {\n}\n', encoding="utf-8")
    first = inspector.inspect(tmp_path, ["main.tf"], "", "digest")
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    assert inspector.inspect(tmp_path, ["main.tf"], "", "digest") == first
    assert inspector.inspect(tmp_path, ["main.tf"], "", "other") == ()


def test_who_asks_for_what_is_known_waits_for_nobody(tmp_path: Path, inspector: ChildInspector):
    (tmp_path / "main.tf").write_bytes(b"locals {\n}\n")
    known = inspector.inspect(tmp_path, ["main.tf"], "", "known")
    os.mkfifo(tmp_path / "pipe.tf")  # the child waits for a writer
    slow = threading.Thread(
        target=inspector.inspect, args=(tmp_path, ["pipe.tf"], "", "slow"), daemon=True
    )
    slow.start()
    with (tmp_path / "pipe.tf").open("wb"):  # returns when the child has opened it
        assert inspector.inspect(tmp_path, ["main.tf"], "", "known") == known
        assert slow.is_alive()
    slow.join(timeout=30)
    assert not slow.is_alive()


def test_a_server_starts_it_ahead_of_the_first_plan(tmp_path: Path):
    app = build(read_settings(data_dir=tmp_path), serves=True)
    before = children()
    app.prepare()
    (started,) = children() - before
    assert "inspection.child" in command_of(started)
    app.close()


def children() -> set[str]:
    """The numbers of this thread's children."""
    found = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    return set(found.read_text("ascii").split())


def command_of(pid: str, seconds: float = 10) -> str:
    """The command line of a process; it is empty for a moment after its start."""
    until = time.monotonic() + seconds
    while not (command := Path(f"/proc/{pid}/cmdline").read_text("utf-8")):
        assert time.monotonic() < until
    return command
