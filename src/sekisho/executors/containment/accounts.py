"""Accounts that nobody has, one for each working directory: what runs there is then nobody else's.

A lock on a file says that an account is taken: it goes when the process that took it ends. One that
still has processes, of a server that died, is left alone.
"""

import contextlib
import os
import random
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
    import pwd
except ImportError:  # Windows
    fcntl = pwd = None

from sekisho.executors.containment.powers import drop_powers
from sekisho.executors.containment.threads import apart

_TRIES = 25
_PAUSE = 0.02
_KILL = ("/bin/sh", "-c", "kill -KILL -1")


@dataclass(frozen=True)
class Account:
    """A number that is ours until it is given back."""

    number: int
    lock: int

    def processes(self) -> list[int]:
        """Return what runs as it and does not hide that it does."""
        return _of(self.number)

    def kill(self) -> None:
        """Kill all that runs as it, at one blow: nothing can fork its way past it."""
        for _ in range(_TRIES):
            apart(lambda: _kill_all(self.number))
            if not self.processes():
                return
            time.sleep(_PAUSE)  # killed, and waiting for whoever has to take note of it

    def give_back(self) -> None:
        """Let others have it."""
        os.close(self.lock)


def take(numbers: range, folder: Path) -> Account | None:
    """Take an account that nobody has; None where all are taken."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = random.randrange(len(numbers))  # noqa: S311 (any will do; this one is free most likely)
    for i in range(len(numbers)):
        number = numbers[(first + i) % len(numbers)]
        lock = _lock(folder / str(number))
        if lock is None:
            continue
        if not _known(number) and not _of(number):
            return Account(number, lock)
        os.close(lock)
    return None


def _lock(path: Path) -> int | None:
    if fcntl is None:
        return None
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        return None
    return opened


def _known(number: int) -> bool:
    if pwd is None:
        return False
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True


def _of(number: int) -> list[int]:
    found: list[int] = []
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == number and _lives(entry.name):
                    found.append(int(entry.name))
    return found


def _lives(pid: str) -> bool:
    """Say whether it is more than an entry that its parent has not taken note of yet."""
    text = Path("/proc", pid, "stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()[0] not in "ZXx"


def _kill_all(number: int) -> None:
    drop_powers()
    subprocess.run(
        _KILL, user=number, group=number, extra_groups=(), check=False, env={}, cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def passable(path: Path, group: int | None = None) -> bool:
    """Say whether an account of ours gets to a place: all may pass the folders above it.

    `group` is one that it has.
    """
    try:
        return all(_open_to(p.stat(), group) for p in (path.resolve(), *path.resolve().parents))
    except OSError:
        return False


def _open_to(found: os.stat_result, group: int | None) -> bool:
    bit = stat.S_IXGRP if group is not None and found.st_gid == group else stat.S_IXOTH
    return bool(found.st_mode & bit) or not stat.S_ISDIR(found.st_mode)
