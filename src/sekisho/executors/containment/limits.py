"""What a process and all that it starts may use up.

Limits are put on by `prlimit` of util-linux before the command: it changes itself and becomes the
command, so the process keeps its number. A limit on address space would break Go; one on data does
not. The number of processes is counted per account, so it means something where a run has its own.
"""

import shutil
from dataclasses import dataclass

_SYSTEM = "/usr/bin:/bin"
_FILES = 4096
"""Open files of one process: providers and modules need hundreds."""


@dataclass(frozen=True)
class Limits:
    """Bytes of data of a process and of one file, processes and threads; 0 for no limit."""

    memory: int = 0
    file: int = 0
    processes: int = 0


def program() -> str:
    """Return where `prlimit` is; nothing where it is not."""
    return shutil.which("prlimit", path=_SYSTEM) or ""


def words(tool: str, limits: Limits, *, own_account: bool) -> tuple[str, ...]:
    """Return the words that put the limits before a command."""
    if not tool:
        return ()
    wanted = {"core": 0, "nofile": _FILES}
    wanted |= {"data": limits.memory, "fsize": limits.file}
    if own_account:
        wanted["nproc"] = limits.processes
    names = [n for n, value in wanted.items() if value or n == "core"]
    return (tool, *(f"--{name}={_lower(name, wanted[name])}" for name in names), "--")


def _lower(name: str, wanted: int) -> int:
    """Never ask for more than there is: that would be refused."""
    import resource  # POSIX alone

    _soft, hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
