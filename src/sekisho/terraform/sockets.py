"""A short name for the temporary folder of a desk.

Providers put their sockets there, and the path of a socket has a hundred-odd bytes and no more: in
the home folder of somebody with a long name no provider would start.
"""

import hashlib
import tempfile
from contextlib import suppress
from pathlib import Path

_LONGEST = 60
"""Bytes: macOS takes 103 for a socket; providers add up to 40 of their own (a folder, a name)."""


def short_name(folder: Path) -> Path:
    """Return a path of `folder` that leaves room for sockets: its own, or a link to it.

    The link lies in the system's temporary folder. One that somebody else put there is not used:
    they could lead the sockets elsewhere.
    """
    if len(str(folder).encode()) <= _LONGEST:
        return folder
    link = _link(folder)
    with suppress(OSError):
        link.symlink_to(folder, target_is_directory=True)
    return link if _is_ours(link, folder) else folder


def forget_name(folder: Path) -> None:
    """Remove the link to `folder`, if there is one."""
    link = _link(folder)
    if _is_ours(link, folder):
        link.unlink(missing_ok=True)


def _link(folder: Path) -> Path:
    digest = hashlib.sha256(str(folder).encode()).hexdigest()
    return Path(tempfile.gettempdir(), f"sekisho-{digest[:16]}")


def _is_ours(link: Path, folder: Path) -> bool:
    try:
        same_owner = link.lstat().st_uid == folder.stat().st_uid
        return link.is_symlink() and link.readlink() == folder and same_owner
    except OSError:
        return False
