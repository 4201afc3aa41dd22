"""Command lines in processes of their own, which fork from one that has loaded the code already.

A walk calls some hundred of them, and an interpreter for each took a third of its time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[2]
LONGEST = 60
"""Seconds in which the process that forks has to end."""


class Forks:
    """The other end of the process that forks."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process = process
        self._folder = folder

    def call(self, words: Sequence[str]) -> bytes:
        """Run `sekisho WORDS` and return what it prints, its terminal's lines last."""
        order = {"words": list(words), "folder": str(self._folder)}
        asked, answers = self._process.stdin, self._process.stdout
        assert asked
        assert answers
        asked.write(json.dumps(order).encode() + b"\n")
        asked.flush()
        assert answers.readline() == b"ended\n", (words, "the process that forks is gone")
        out, err = (self._folder / n for n in ("out", "err"))
        assert b"Traceback" not in err.read_bytes(), (words, err.read_text("utf-8"))
        return out.read_bytes() + b"\n" + err.read_bytes()


@contextmanager
def forks(**variables: str) -> Iterator[Forks]:
    """Load `sekisho` in a process with these variables beside the environment's."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            yield Forks(process, Path(folder))
        finally:
            process.communicate(timeout=LONGEST)


def _serve(orders: BinaryIO, answers: BinaryIO) -> None:
    import sekisho.app  # noqa: F401 (what the commands load late, loaded once)
    from sekisho.cli.main import main

    for line in orders:
        order: Mapping[str, str] = json.loads(line)
        child = os.fork()
        if not child:
            _redirect(Path(order["folder"]))
            sys.exit(main(order["words"]))
        os.waitpid(child, 0)
        answers.write(b"ended\n")
        answers.flush()


def _redirect(folder: Path) -> None:
    """Give a child files for its output and nothing to read."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
