"""Landlock: what a thread, and all that it starts, may open, bind, connect to and signal.

Linux 5.13 and later, no privilege needed, and no way back for whoever is held. The system calls
are called by number (the same on every architecture): the C library has no functions for them.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION_QUESTION = 1
_BENEATH, _PORT = 1, 2
_NO_NEW_PRIVS = 38

EXECUTE, WRITE, READ, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE, _MAKE_DIR, _MAKE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SOCKET, _MAKE_FIFO, _MAKE_LINK = 1 << 9, 1 << 10, 1 << 12
_REFER, _TRUNCATE, _DEVICE = 1 << 13, 1 << 14, 1 << 15
_BIND, _CONNECT = 1 << 0, 1 << 1
_SCOPES = (1 << 0) | (1 << 1)
"""Abstract sockets and signals."""

_ALL_FS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_FS_LATER = (1 << 16) - 1
_NET_SINCE, _SCOPES_SINCE = 4, 6

LOOK = EXECUTE | READ | LIST
"""Read and run."""
WORK = (
    LOOK | WRITE | _REMOVE_DIR | _REMOVE | _MAKE_DIR | _MAKE | _MAKE_SOCKET
    | _MAKE_FIFO | _MAKE_LINK | _REFER | _TRUNCATE
)  # fmt: skip
"""All but making devices."""
DEVICE = READ | WRITE | _TRUNCATE
_OF_FILES = EXECUTE | READ | WRITE | _TRUNCATE | _DEVICE
"""What can be allowed on a file that is no folder."""


@dataclass(frozen=True)
class Fence:
    """What is allowed: places with rights, and the TCP ports to connect to (None: all)."""

    places: tuple[tuple[Path, int], ...]
    ports: tuple[int, ...] | None = None


def abi() -> int:
    """Return the version of Landlock that the kernel has and lets us use; 0 for none."""
    if sys.platform != "linux":
        return 0
    found = _libc().syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_QUESTION))
    return max(int(found), 0)


def restrict(fence: Fence, version: int) -> None:
    """Hold the calling thread, and whatever it starts from now on, for good.

    Raises:
        OSError: the kernel refused; nothing more may be started from this thread.
    """
    handled = _ALL_FS.get(version, _ALL_FS_LATER)
    net = _BIND if fence.ports is None else _BIND | _CONNECT
    fields = [handled]
    if version >= _NET_SINCE:
        fields.append(net)
    if version >= _SCOPES_SINCE:
        fields.append(_SCOPES)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = _call(_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    try:
        for path, rights in fence.places:
            _allow(ruleset, path, rights & handled)
        if version >= _NET_SINCE:
            _allow_ports(ruleset, fence.ports or ())
        _check(_libc().prctl(_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))))
        _call(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there, or not ours to reach, cannot be allowed
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, opened)
        _call(_ADD, ctypes.c_int(ruleset), ctypes.c_int(_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(opened)


def _allow_ports(ruleset: int, ports: Iterable[int]) -> None:
    for port in ports:
        rule = struct.pack("=QQ", _CONNECT, port)
        _call(_ADD, ctypes.c_int(ruleset), ctypes.c_int(_PORT), rule, ctypes.c_uint32(0))


def _call(number: int, *arguments: object) -> int:
    return _check(_libc().syscall(ctypes.c_long(number), *arguments))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
