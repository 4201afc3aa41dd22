"""The one way a Git process is started, watched and ended.

Arguments are lists, the environment is explicit and holds nothing of this server, no file of the
machine's configures Git, and only https and ssh are spoken. A watcher ends the whole process group
when time is up or when what is fetched grows past its cap.
"""

import functools
import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, cast

from sekisho.domain.errors import (
    DiskFull,
    GitContentRefused,
    GitMissing,
    GitTimeout,
    GitTooLarge,
    SekishoError,
)
from sekisho.domain.git import GitSource
from sekisho.sources.git_environment import basic, environment
from sekisho.sources.git_errors import git_error

NEEDED = (2, 31)
"""Configuration by environment (GIT_CONFIG_COUNT) came with this version."""

_LOOK_EVERY = 0.05
_MOST_SAID = 64 * 1024
_MEMORY = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True)
class GitOptions:
    """Where Git is and what it may take. `path`: folders to search, as in PATH."""

    path: str = os.defpath
    seconds: float = 120.0
    """For everything that one configuration needs: looking up, fetching, reading."""
    fetch_bytes: int = 512 * 1024 * 1024
    cache_bytes: int = 2 * 1024 * 1024 * 1024
    cache_seconds: float = 30 * 24 * 3600.0
    submodules: int = 20


class Deadline:
    """The time that is left for everything one configuration needs."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, 0 when time is up."""
        return max(self._end - time.monotonic(), 0.0)


class Git:
    """Git for one repository: starts commands in it, and says what went wrong with them."""

    def __init__(
        self,
        options: GitOptions,
        repository: Path,
        source: GitSource,
        deadline: Deadline,
        *,
        held: int | None = None,
    ) -> None:
        """`held`: a lock that a process of ours keeps held, should it outlive this server."""
        self.repository = repository
        self.deadline = deadline
        self._options = options
        self._source = source
        self._held = held
        self._git = executable(options)

    def run(self, *words: str, given: bytes = b"", cap: int = 8 * 1024 * 1024) -> bytes:
        """Run a command to its end and return what it printed."""
        with self.started(*words, given=given) as out:
            printed = out.read(cap + 1)
            if len(printed) > cap:
                raise GitTooLarge(url=self._source.url, problem=f"more than {cap} bytes of names")
            return printed

    @contextmanager
    def started(self, *words: str, given: bytes = b"") -> Generator[BufferedIOBase]:
        """Start a command and give its output; leaving in the middle of it kills it."""
        with self.asked(*words) as (asking, out):
            feed = threading.Thread(target=_feed, args=(asking, given), daemon=True)
            feed.start()
            yield out

    @contextmanager
    def asked(self, *words: str) -> Generator[tuple[BufferedIOBase, BufferedIOBase]]:
        """Start a command that answers questions: give where to ask, and where answers come.

        Raises:
            SekishoError: it failed, took too long or too much; with a code that says which.
        """
        process = self._start(words)
        watch = _Watch(process, self.repository, self._options.fetch_bytes, self.deadline)
        try:
            try:
                yield _stream(process.stdin), _stream(process.stdout)
            except (BrokenPipeError, EOFError):
                # It ended before it had told everything: it says why.
                code = self._ended(process, watch)
                raise self._explained(watch, words, code or -signal.SIGPIPE) from None
            code = self._ended(process, watch)
            if code != 0 or watch.why:
                raise self._explained(watch, words, code)
        finally:
            watch.close()

    def _start(self, words: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        home = self.repository.parent / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        process = subprocess.Popen(
            [self._git, "--git-dir", str(self.repository), *words],
            cwd=home,
            env=environment(self._options.path, home, self._source),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=() if self._held is None else (self._held,),
            umask=0o077,
        )
        _limit(process.pid, self._options.fetch_bytes)
        return process

    def _ended(self, process: "subprocess.Popen[bytes]", watch: "_Watch") -> int:
        """Wait for the end, which the watcher brings about at the latest when time is up."""
        with suppress(BrokenPipeError):
            _stream(process.stdin).close()
        while _stream(process.stdout).read(64 * 1024):
            pass
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        return watch.close()

    def _explained(self, watch: "_Watch", words: tuple[str, ...], code: int) -> SekishoError:
        """Say why a command failed."""
        url, said = self._source.url, watch.said()
        if watch.why == "time":
            return GitTimeout(url=url, seconds=round(self.deadline.seconds))
        if watch.why == "size" or watch.grown() >= self._options.fetch_bytes:
            return GitTooLarge(url=url, problem=f"more than {self._options.fetch_bytes} bytes")
        if "No space left" in said:
            return DiskFull()
        if code < 0:
            return GitContentRefused(url=url, problem=f"git {words[0]} did not survive it")
        secrets = (self._source.token, basic(self._source)) if self._source.token else ()
        return git_error(url, self._source.ref, said, secrets)


class _Watch:
    """Watches one process: its words are kept, its time and its growth are bounded."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", folder: Path, most: int, deadline: Deadline
    ) -> None:
        self.why = ""
        self._process = process
        self._folder = folder
        self._most = most
        self._deadline = deadline
        self._before = folder_bytes(folder)
        self._said = bytearray()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._watcher.start()
        self._listener.start()

    def close(self) -> int:
        """End the process and whatever it started; return its code. Again is harmless.

        The leader is reaped last: until then its number cannot have become somebody else's.
        """
        self._over.set()
        self._watcher.join()
        if self._process.returncode is None:
            kill_group(self._process.pid)
            self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                _stream(stream).close()
        return self._process.wait()

    def grown(self) -> int:
        """Return the bytes by which the repository grew."""
        return folder_bytes(self._folder) - self._before

    def said(self) -> str:
        """Return what the process wrote to stderr."""
        return self._said.decode(errors="replace")

    def _watch(self) -> None:
        while not self._over.wait(min(_LOOK_EVERY, self._deadline.left())):
            if self._deadline.left() <= 0:
                self._kill("time")
                return
            if self.grown() > self._most:
                self._kill("size")
                return

    def _kill(self, why: str) -> None:
        self.why = why
        kill_group(self._process.pid)

    def _listen(self) -> None:
        stream = _stream(self._process.stderr)
        while chunk := stream.read1(4096):
            self._said += chunk[: max(_MOST_SAID - len(self._said), 0)]


def _stream(stream: IO[bytes] | None) -> BufferedIOBase:
    """Return a pipe as what it is."""
    return cast("BufferedIOBase", stream)


def executable(options: GitOptions) -> str:
    """Return the path of git. Raises GitMissing."""
    needed = ".".join(map(str, NEEDED))
    found = shutil.which("git", path=options.path)
    if found is None:
        raise GitMissing(problem="it is not on PATH", version=needed)
    version = _version(found)
    if version < NEEDED:
        # An older one would not heed what we tell it about transports, hooks and credentials.
        raise GitMissing(problem=f"{found} is {'.'.join(map(str, version))}", version=needed)
    return found


@functools.cache
def _version(path: str) -> tuple[int, ...]:
    """Ask a git for its version; () where it does not say."""
    asked = [path, "version"]
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(asked, env={}, capture_output=True, timeout=10, check=False)
        numbers = re.search(rb"git version (\d+)\.(\d+)", done.stdout)
        return tuple(map(int, numbers.groups())) if numbers else ()
    return ()


def _limit(pid: int, most: int) -> None:
    """Bound what the kernel lets the process and its children take; the watcher is the net."""
    if not hasattr(resource, "prlimit"):  # macOS
        return
    for kind, cap in (
        (resource.RLIMIT_FSIZE, most),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            resource.prlimit(pid, kind, (cap, cap))


def _feed(stream: BufferedIOBase, given: bytes) -> None:
    with suppress(OSError, ValueError):
        stream.write(given)
        stream.close()


def kill_group(leader: int) -> None:
    """Kill a process group at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder; what goes away meanwhile does not count."""
    total, open_ = 0, [str(folder)]
    while open_:
        with suppress(OSError), os.scandir(open_.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        open_.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
    return total
