"""What a process and all that it starts may use up.

Limits are put on by `prlimit` of util-linux before the command: it changes itself and becomes the
command, so the process keeps its number. Data is what counts as memory. Address space has a limit
far above it, since Go reserves more than it uses: memory that is shared is no data, and has none
but this. Processes are counted per account: where a run shares the server's, what that has already
is added. Time to compute is each process's own; whoever is over it is killed.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

_SYSTEM = "/usr/bin:/bin"
_RESERVED = 4 << 30
"""Bytes of addresses that a process may have beyond its memory: 1.5 GB are reserved by Go alone."""
_FILES = 4096
"""Open files of one process: providers and modules need hundreds."""


@dataclass(frozen=True)
class Limits:
    """Bytes of data of a process and of one file, processes and threads, seconds; 0: no limit.

    `cpu`: seconds that a process may compute, however long it takes.
    """

    memory: int = 0
    file: int = 0
    processes: int = 0
    cpu: int = 0


def program() -> str:
    """Return where `prlimit` is; nothing where it is not."""
    return shutil.which("prlimit", path=_SYSTEM) or ""


def words(tool: str, limits: Limits, *, own_account: bool) -> tuple[str, ...]:
    """Return the words that put the limits before a command."""
    if not tool:
        return ()
    wanted = {"core": 0, "nofile": _FILES, "cpu": limits.cpu}
    wanted |= {"data": limits.memory, "fsize": limits.file}
    wanted["as"] = limits.memory and limits.memory + _RESERVED
    if limits.processes:
        wanted["nproc"] = limits.processes + (0 if own_account else running(os.getuid()))
    names = [n for n, value in wanted.items() if value or n == "core"]
    return (tool, *(f"--{name}={_lower(name, wanted[name])}" for name in names), "--")


def running(account: int) -> int:
    """Return how many processes and threads an account has, as the kernel counts them."""
    total = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            # The owner of the folder would not do: it is root where a process hides its memory.
            with contextlib.suppress(OSError):
                text = Path(entry.path, "status").read_text(encoding="utf-8", errors="replace")
                total += _field(text, "Threads") if _field(text, "Uid") == account else 0
    return total


def _field(status: str, name: str) -> int:
    return int(status.partition(f"\n{name}:")[2].split(maxsplit=1)[0])


def _lower(name: str, wanted: int) -> int:
    """Never ask for more than there is: that would be refused."""
    import resource  # POSIX alone

    _soft, hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
