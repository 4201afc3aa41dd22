"""What Linux lets a thread give up for all that it starts, and a process hide of itself."""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

_DUMPABLE, _BOUNDING_DROP, _AMBIENT = 4, 24, 47
_CLEAR_ALL = 4
_NEEDED = (0, 1, 3, 5, 6, 7)
"""CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID: with these another account can be used."""
_MOST = 64


def hide_memory() -> bool:
    """Keep processes of the same account from reading this one; say whether that is so.

    Its memory, environment and descriptors under /proc are then root's alone to see, and the
    kernel writes no core file of it.
    """
    if sys.platform != "linux":
        return False
    return _prctl(_DUMPABLE, 0) == 0


def drop_powers() -> None:
    """Let nothing that the calling thread starts have a capability, whoever it runs as."""
    if sys.platform != "linux":
        return
    _prctl(_AMBIENT, _CLEAR_ALL)
    for number in range(_MOST):
        _prctl(_BOUNDING_DROP, number)  # past the last one, and without the power to: refused


def may_switch() -> bool:
    """Say whether this process may start others as another account, and give files to it."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    held = _capabilities()
    return all(held >> number & 1 for number in _NEEDED)


def _capabilities() -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/thread-self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("CapEff:"):
                return int(line.split()[1], 16)
    return 0


def _prctl(option: int, value: int) -> int:
    rest = (ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    return int(ctypes.CDLL(None, use_errno=True).prctl(ctypes.c_int(option), *rest))
