"""Processes of this machine, named so that a pid used again is never taken for the one before.

A mark's `host` names the machine and what on it shares our view of pids (a container is a host of
its own); `started` is the boot and the start time the kernel keeps. So after a reboot a process is
known to be gone, and what another container or machine runs is known not to be known.
"""

import contextlib
import dataclasses
import functools
import os
import platform
import signal
import subprocess
from pathlib import Path

from sekisho.domain.leases import ProcessMark

_PROC = Path("/proc")
_FIRST_PID_NAMESPACE = "pid:[4026531836]"
"""The namespace of the machine itself: a constant of Linux (PROC_PID_INIT_INO)."""
_STATE, _START_TIME = 0, 19
"""Places in /proc/PID/stat after the command's name: fields 3 and 22 of proc(5)."""
_DEAD = frozenset({"Z", "X", "x"})
_GONE, _UNTOLD = "gone", ""


class LocalProcesses:
    """Reads /proc where there is one, asks `ps` elsewhere; on Windows nothing can be told."""

    def me(self) -> ProcessMark:
        return self.mark(os.getpid())

    def mark(self, pid: int) -> ProcessMark:
        """Name a process, a child perhaps; one that ended already gets a name that is not alive."""
        return ProcessMark(_host(), pid, _look(pid).started)

    def alive(self, mark: ProcessMark) -> bool | None:
        if mark.host != _host() or mark.started == _UNTOLD:
            return None
        found = _look(mark.pid)
        if found.started == mark.started:
            return found.living
        return _hidden(mark.pid) if found.started == _GONE else False

    def interrupt(self, mark: ProcessMark) -> None:
        # Between the look and the signal the pid could be used again: microseconds, and the same
        # risk that every kill(1) takes.
        if self.alive(mark):
            with contextlib.suppress(OSError):
                os.kill(mark.pid, signal.SIGINT)


@dataclasses.dataclass(frozen=True)
class _Look:
    """What was seen at a pid: when its process started (or `_GONE`, `_UNTOLD`), and if it lives."""

    started: str
    living: bool = False


def _look(pid: int) -> _Look:
    if os.name != "posix":
        return _Look(_UNTOLD)
    return _look_in_proc(pid) if (_PROC / "self" / "stat").exists() else _ask_ps(pid)


def _look_in_proc(pid: int) -> _Look:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _Look(_GONE)
    # The command's name, in parentheses, may hold anything, spaces and parentheses too.
    fields = stat.rpartition(")")[2].split()
    return _Look(f"{_boot()}:{fields[_START_TIME]}", fields[_STATE] not in _DEAD)


def _ask_ps(pid: int) -> _Look:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/bin:/usr/bin"}
    done = subprocess.run(
        command, env=environment, capture_output=True, check=False, timeout=10, encoding="utf-8"
    )
    state, _, started = done.stdout.strip().partition(" ")
    return _Look(" ".join(started.split()), state[0] not in _DEAD) if started else _Look(_GONE)


def _hidden(pid: int) -> bool | None:
    """Tell a process that is gone (False) from one of another account that is hidden (None)."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return None
    except (ProcessLookupError, OverflowError):
        return False
    # Ours to signal and yet not to be seen: it has just ended.
    return False


@functools.cache
def _host() -> str:
    machine = _first_line(Path("/etc/machine-id"))
    if machine and _pid_namespace() == _FIRST_PID_NAMESPACE:
        return f"{platform.node()}/{machine}"
    parts = [platform.node(), _boot(), _pid_namespace()]
    return "/".join(part for part in parts if part)


@functools.cache
def _boot() -> str:
    return _first_line(_PROC / "sys" / "kernel" / "random" / "boot_id")


def _pid_namespace() -> str:
    with contextlib.suppress(OSError):
        return str((_PROC / "self" / "ns" / "pid").readlink())
    return ""


def _first_line(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8").strip()
    return ""
