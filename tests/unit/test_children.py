"""A warm child: one line a question, one line an answer, and what becomes of it."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sekisho.children import ChildGone, ChildLate, WarmChild

ECHO = "import sys\nfor line in sys.stdin: sys.stdout.write(line); sys.stdout.flush()"
GREETS = "print('ready', flush=True)\n" + ECHO
MUTE = "import time\ntime.sleep(60)"
SILENT_FROM_NOW = "import sys, time\nsys.stdin.readline(); time.sleep(60)"
ENDLESS = "import sys\nsys.stdin.readline()\nwhile True: sys.stdout.write('x' * 1000)"
LEAVES = "import sys\nsys.stdin.readline()\nsys.stdout.write('half a line')"


def child(code: str, greets_within: float = 0, **environment: str) -> WarmChild:
    words = [sys.executable, "-I", "-S", "-c", code]
    return WarmChild(words, environment, longest=10_000, greets_within=greets_within)


@pytest.fixture
def echo() -> Iterator[WarmChild]:
    made = child(ECHO)
    yield made
    made.close()


def test_a_line_is_answered_by_a_line_and_the_child_stays(echo: WarmChild):
    assert echo.pid is None, "nobody asked yet"
    assert echo.ask("一".encode(), 10) == "一\n".encode()
    first = echo.pid
    assert echo.ask(b"two", 10) == b"two\n"
    assert echo.pid == first


@pytest.mark.parametrize(
    ("code", "error"),
    [(SILENT_FROM_NOW, ChildLate), (ENDLESS, ChildGone), (LEAVES, ChildGone)],
    ids=["late", "too long", "gone"],
)
def test_what_does_not_answer_is_ended_and_the_next_question_gets_another(
    code: str, error: type[ChildGone]
):
    asked = child(code)
    with pytest.raises(error) as raised:
        asked.ask(b"well?", 0.5)
    assert type(raised.value) is error
    assert asked.pid is None
    with pytest.raises(error):
        asked.ask(b"well?", 0.5)


def test_a_child_that_was_killed_is_started_again(echo: WarmChild):
    echo.ask(b"one", 10)
    first = echo.pid
    assert first
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert echo.ask(b"two", 10) == b"two\n"
    assert echo.pid != first


def test_one_that_greets_is_waited_for_and_its_greeting_is_no_answer():
    greeting = child(GREETS, greets_within=10)
    assert greeting.ask(b"one", 10) == b"one\n"
    greeting.close()
    mute = child(MUTE, greets_within=0.2)
    with pytest.raises(ChildLate):
        mute.start()
    assert mute.pid is None


def test_it_gets_the_environment_that_is_said_and_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HIDDEN", "from it")
    tells = child(
        "import os, sys\nfor _ in sys.stdin: print(sorted(os.environ), flush=True)", SAID="yes"
    )
    told = tells.ask(b"", 10)
    tells.close()
    assert b"SAID" in told
    assert b"HIDDEN" not in told


def test_what_cannot_be_started_is_an_error_of_the_system(tmp_path: Path):
    nothing = WarmChild([str(tmp_path / "nothing")], {}, longest=10)
    with pytest.raises(FileNotFoundError):
        nothing.ask(b"", 1)


def test_it_ends_with_its_owner_whoever_forgets_to_close():
    forgotten = child(ECHO)
    forgotten.ask(b"", 10)
    pid = forgotten.pid
    assert pid
    del forgotten
    gc.collect()
    with pytest.raises(ProcessLookupError), suppress(PermissionError):
        os.kill(pid, 0)
