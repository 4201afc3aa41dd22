"""What every contained process may read: the system's programs, and the settings they need."""

import functools
from pathlib import Path

from sekisho.executors.containment.landlock import DEVICE, LIST, LOOK, READ

_PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "ssl", "ca-certificates", "ca-certificates.conf", "pki", "crypto-policies", "resolv.conf",
    "hosts", "host.conf", "nsswitch.conf", "gai.conf", "passwd", "group", "localtime", "timezone",
    "services", "protocols", "networks", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "os-release",
    "mime.types", "alternatives", "terminfo", "locale.alias", "bash.bashrc", "profile",
)  # fmt: skip
_KERNEL = (
    "/proc/cpuinfo", "/proc/meminfo", "/proc/filesystems", "/proc/sys/net/core/somaxconn",
    "/proc/sys/kernel/osrelease", "/proc/sys/kernel/pid_max", "/sys/devices/system/cpu",
    "/sys/kernel/mm/transparent_hugepage",
)  # fmt: skip
"""Facts about the machine. Never /proc/PID: Landlock cannot say "one's own alone"."""
_DEVICES = ("null", "zero", "full", "random", "urandom")


@functools.cache
def system() -> tuple[tuple[Path, int], ...]:
    """Return what is there of it, with what may be done."""
    found = [(Path(p), LOOK) for p in _PROGRAMS]
    found += [(Path("/etc", name), READ | LIST) for name in _SETTINGS]
    found += [(Path(p), READ | LIST) for p in _KERNEL]
    found += [(Path("/dev", name), DEVICE) for name in _DEVICES]
    return tuple((path, rights) for path, rights in found if path.exists())
