"""A child that stays: a line is a question, a line is its answer, until it dies or is ended."""

import selectors
import subprocess
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_CHUNK = 64 * 1024


class ChildGone(Exception):
    """It ended, or said what is no line; the next question gets another child."""


class ChildLate(ChildGone):
    """It did not answer in time, and was ended."""


class WarmChild:
    """One process for one question after the other. Who asks holds a lock of their own over it.

    It is started with the first question, or by `start`, and ends with its owner, whoever forgets
    to close it.
    """

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        *,
        longest: int,
        folder: Path | None = None,
        greets_within: float = 0,
    ) -> None:
        """Say how it is started: nothing else of our environment gets to it.

        `longest`: bytes of an answer. `greets_within`: seconds for a first line that it says by
        itself once it is ready; 0 where it says none.
        """
        self._words, self._environment = list(words), dict(environment)
        self._longest, self._folder, self._greets_within = longest, folder, greets_within
        self._held: list[subprocess.Popen[bytes]] = []
        weakref.finalize(self, _end, self._held)

    @property
    def pid(self) -> int | None:
        """The child's number while there is one."""
        return self._held[0].pid if self._held else None

    def start(self) -> None:
        """Start it where there is none that lives.

        Raises:
            ChildGone, ChildLate: it did not greet.
            OSError: it cannot be started.
        """
        if self._held and self._held[0].poll() is None:
            return
        self.close()
        child = subprocess.Popen(
            self._words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,
        )
        self._held.append(child)
        if self._greets_within:
            self._exchange(child, b"", self._greets_within)

    def ask(self, question: bytes, within: float) -> bytes:
        """Ask in one line; return the line of the answer.

        Raises:
            ChildGone, ChildLate: there is none; the child was ended.
            OSError: it cannot be started.
        """
        self.start()
        return self._exchange(self._held[0], question + b"\n", within)

    def close(self) -> None:
        """End it; a question starts another."""
        _end(self._held)

    def _exchange(self, child: subprocess.Popen[bytes], line: bytes, within: float) -> bytes:
        try:
            if child.stdin and child.stdout:
                child.stdin.write(line)
                child.stdin.flush()
                return _line(child.stdout, time.monotonic() + within, self._longest)
        except ChildGone:
            self.close()
            raise
        except (OSError, ValueError) as error:
            self.close()
            raise ChildGone from error
        raise ChildGone


def _line(stream: IO[bytes], until: float, longest: int) -> bytes:
    whole = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while not whole.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise ChildLate
            read = getattr(stream, "read1", stream.read)
            chunk: bytes = read(_CHUNK)
            whole += chunk
            if not chunk or len(whole) > longest:
                raise ChildGone
    return bytes(whole)


def _end(held: list["subprocess.Popen[bytes]"]) -> None:
    """Kill it and close what led to it. No method, so that nothing keeps the owner alive."""
    while held:
        child = held.pop()
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
