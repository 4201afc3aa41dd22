"""Whether anything that was started in a working directory still lives, whoever started it.

A child inherits an open file with a lock on it, and so does all that it starts: the lock goes when
the last of them has ended. So a process is seen even where this server died between its start and
the note of its number. Locks of this kind (flock) are POSIX; elsewhere nothing can be told by them.
"""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_NAME = "held"


@contextlib.contextmanager
def held(root: Path | None) -> Generator[tuple[int, ...]]:
    """Give what a child must inherit to hold the working directory `root`; ours ends here."""
    if fcntl is None or root is None:
        yield ()
        return
    opened = os.open(root / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # Shared: the commands of one phase follow one another, and what one left may still live.
        fcntl.flock(opened, fcntl.LOCK_SH)
        yield (opened,)
    finally:
        os.close(opened)


def is_held(root: Path) -> bool:
    """Say whether something that was started in `root` still lives."""
    if fcntl is None:
        return False
    try:
        opened = os.open(root / _NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(opened)
    return False
