"""The one way a Terraform process is started, followed and stopped.

Arguments are lists, the environment is explicit, stdin is empty, the process has a session and a
process group of its own. Its output goes to files, never to pipes: when this server dies, a
broken pipe would kill Terraform in the middle of an apply, before it saved its state.
"""

import errno
import logging
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sekisho.domain.leases import ProcessMark
from sekisho.ports.containment import Bounds, Tenancy, Terms
from sekisho.terraform.caps import NO_CAPS, Caps, Meter, Over
from sekisho.terraform.holding import held

_QUICK, _SLOW = 0.02, 0.1
"""Seconds between looks at the output: while a command is young, and later."""
_YOUNG = 2.0
_ASK_EVERY = 0.25
"""Seconds between questions whether to stop: the answer may come from a database."""
_CHUNK = 256 * 1024
_LINE_CAP = 1024 * 1024

OVERLONG = b"(a line of more than 1 MB was left out)"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """One command: `output` is the path that `.out` and `.err` are put behind.

    `tenancy` and `bounds` say what it is held by. `holds` is the working directory that it holds
    for as long as anything of it lives (`holding`).
    """

    argv: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    output: Path
    tenancy: Tenancy
    bounds: Bounds
    holds: Path | None = None
    caps: Caps = NO_CAPS


@dataclass(frozen=True)
class Ended:
    """How a process ended; a negative code is the signal that ended it.

    `stopped`: we asked it to. `killed`: by us, who waited too long, or by anybody else. `over`: why
    we asked, where nobody had told us to.
    """

    code: int
    stopped: bool = False
    killed: bool = False
    over: Over | None = None


@dataclass(frozen=True)
class Control:
    """What the one who waits wants: every line (None: the files alone), the start, and to stop."""

    line: Callable[[bytes], None] | None = None
    started: Callable[[ProcessMark], None] | None = None
    stopping: Callable[[], bool] | None = None


class _Tail:
    """Follows a file that grows, a line at a time; what is over the cap of a line is dropped."""

    def __init__(self, path: Path, line: Callable[[bytes], None]) -> None:
        self._file = path.open("rb", buffering=0)
        self._line = line
        self._held = b""
        self._skipping = False

    def read(self) -> None:
        while chunk := self._file.read(_CHUNK):
            *lines, rest = (self._held + chunk).split(b"\n")
            for line in lines:
                self._give(line)
            self._held = rest
            if len(rest) > _LINE_CAP:
                if not self._skipping:
                    self._line(OVERLONG)
                self._held, self._skipping = b"", True

    def close(self) -> None:
        self.read()
        self._give(self._held)
        self._file.close()

    def _give(self, line: bytes) -> None:
        if self._skipping:
            self._skipping = False
        elif line.strip():
            self._line(line)


class _Stopper:
    """Asks once, waits, then kills the whole group: Terraform may lose state on a second SIGINT."""

    def __init__(
        self, pid: int, asks: Callable[[], bool] | None, grace: float, meter: Meter
    ) -> None:
        self.stopped = self.killed = False
        self.over: Over | None = None
        self._pid, self._asks, self._grace, self._meter = pid, asks, grace, meter
        self._next = self._deadline = 0.0

    def look(self, now: float) -> None:
        if self.stopped:
            if not self.killed and (now >= self._deadline or self._meter.flees(now)):
                self.killed = True
                kill_group(self._pid)
        elif now >= self._next:
            self._next = now + _ASK_EVERY
            if self._asks and _safely(self._asks, default=False):
                self.ask(now)
            elif over := self._meter.over(now):
                self.over = over
                self.ask(now)

    def ask(self, now: float) -> None:
        """Signal the terraform process alone: it ends its providers and saves the state itself."""
        self.stopped, self._deadline = True, now + self._grace
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGINT)


def run(
    command: Command, control: Control, mark: Callable[[int], ProcessMark | None], grace: float
) -> Ended:
    """Run a command to its end. What `control.started` raises stops it and is raised again."""
    if control.stopping and control.stopping():
        return Ended(code=-signal.SIGINT, stopped=True)
    with _outputs(command.output) as (out, err), held(command.holds) as kept:
        process = _spawn(command, out, err, kept)
    line = _guarded(control.line) if control.line else None
    tails = [_Tail(path, line) for path in output_paths(command.output)] if line else []
    stopper = _Stopper(process.pid, control.stopping, grace, _meter(command))
    failure: Exception | None = None
    try:
        if control.started:
            told = mark(process.pid)
            if told:
                control.started(told)
    except Exception as error:  # noqa: BLE001 (whatever it was: Terraform must not run on unseen)
        failure = error
        stopper.ask(time.monotonic())
    try:
        _follow(process.pid, tails, stopper)
    finally:
        # Whatever the command left behind, a provider or a script of a provisioner, ends with it.
        # The leader is not reaped yet, so its number cannot have become somebody else's.
        if _ended(process.pid):
            kill_group(process.pid)
            process.wait()
        command.tenancy.clear()
        for tail in tails:
            tail.close()
    if failure:
        raise failure
    # Terraform takes SIGINT as a request from its first moments on: what ends by it had not begun.
    killed = stopper.killed or (process.returncode < 0 and process.returncode != -signal.SIGINT)
    return Ended(process.returncode, stopper.stopped, killed, stopper.over)


def _meter(command: Command) -> Meter:
    return Meter(command.caps, output_paths(command.output), command.bounds.writes)


def output_paths(output: Path) -> tuple[Path, Path]:
    """Return where stdout and stderr of a command go."""
    return output.with_name(f"{output.name}.out"), output.with_name(f"{output.name}.err")


def kill_group(leader: int) -> None:
    """Kill a process group at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


@contextmanager
def _outputs(output: Path) -> Generator[tuple[BinaryIO, BinaryIO]]:
    out, err = output_paths(output)
    with out.open("wb") as first, err.open("wb") as second:
        yield first, second


def _spawn(
    command: Command, out: BinaryIO, err: BinaryIO, kept: tuple[int, ...]
) -> "subprocess.Popen[bytes]":
    # What stands before it would start, whether it is there or not.
    program = shutil.which(command.argv[0])
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command.argv[0])

    def start(terms: Terms) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            (*terms.prefix, program, *command.argv[1:]),
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            close_fds=True,
            pass_fds=kept,
            umask=0o077,
            user=terms.account,
            group=terms.account,
            extra_groups=None if terms.account is None else terms.groups,
        )

    process = command.tenancy.spawn(start, command.bounds)
    command.tenancy.started(process.pid)
    return process


def _follow(pid: int, tails: list[_Tail], stopper: _Stopper) -> None:
    begun = time.monotonic()
    with _exit_waiter(pid) as wait:
        while True:
            now = time.monotonic()
            stopper.look(now)
            ended = wait(_QUICK if now - begun < _YOUNG else _SLOW)
            for tail in tails:
                tail.read()
            if ended:
                return


@contextmanager
def _exit_waiter(pid: int) -> Generator[Callable[[float], bool]]:
    """Give a function that waits some seconds for the end of a child, without reaping it."""
    if not hasattr(os, "pidfd_open"):  # macOS

        def look(seconds: float) -> bool:
            time.sleep(seconds)
            return _ended(pid)

        yield look
        return
    descriptor = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    try:
        yield lambda seconds: bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _guarded(line: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Keep a failing log store from ending our watch over a running Terraform."""

    def give(raw: bytes) -> None:
        try:
            line(raw)
        except Exception:  # noqa: BLE001 (whatever store failed: the apply goes on)
            _log.exception("log_line_lost")

    return give


def _safely(question: Callable[[], bool], *, default: bool) -> bool:
    try:
        return question()
    except Exception:  # noqa: BLE001 (not knowing is not a reason to stop an apply)
        _log.exception("stop_unknown")
        return default
