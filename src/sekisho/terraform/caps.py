"""What a command may take, and what it has taken so far: time, output, and room on the disk."""

import os
import stat
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_ENTRIES = 200_000
"""Files and folders that a command may have in its folders: room on a disk is names, too."""
_REST = 20
"""A look takes at most one part in so many of our time, however much there is to look at."""
_OFTEN = 1.0
_BLOCK = 512
"""Bytes of what `stat` counts in, on every POSIX system."""


class Over(StrEnum):
    """A cap that a command went over."""

    TIME = "time"
    OUTPUT = "output"
    DISK = "disk"


@dataclass(frozen=True)
class Caps:
    """Seconds that a command may take, bytes that it may say and may have in its folders.

    0: as many as it likes.
    """

    seconds: float = 0
    output: int = 0
    disk: int = 0


NO_CAPS = Caps()


class Meter:
    """Measures a command against its caps."""

    def __init__(self, caps: Caps, said: tuple[Path, ...], folders: tuple[Path, ...]) -> None:
        """`said` are the files with its output; `folders` are where it may write."""
        self._caps, self._said, self._folders = caps, said, folders
        self._begun = time.monotonic()
        self._next, self._used = self._begun + _OFTEN, 0

    def over(self, now: float) -> Over | None:
        """Say over which cap it is, if over any."""
        if self._caps.seconds and now - self._begun > self._caps.seconds:
            return Over.TIME
        said = self._caps.output and sum(path.stat().st_size for path in self._said)
        if said > self._caps.output:
            return Over.OUTPUT
        return Over.DISK if self._on_disk(now) > self._caps.disk else None

    def flees(self, now: float) -> bool:
        """Say whether it goes on filling the disk after it was asked to stop."""
        return bool(self._caps.disk) and self._on_disk(now) > 2 * self._caps.disk

    def _on_disk(self, now: float) -> int:
        if self._caps.disk and now >= self._next:
            self._used = room_in(self._folders, 2 * self._caps.disk)
            self._next = now + max(_OFTEN, _REST * (time.monotonic() - now))
        return self._used


def room_in(folders: tuple[Path, ...], most: int, most_names: int = _ENTRIES) -> int:
    """Return how many bytes lie in folders; where that is over `most`, something over it.

    Too many names are as good as too many bytes. What is there under two names counts twice, and
    what is open and has no name any more does not count: nothing tells where it is.
    """
    room = names = 0
    waiting = [str(folder) for folder in folders]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    kind = entry.stat(follow_symlinks=False)
                    room, names = room + kind.st_blocks * _BLOCK, names + 1
                    if room > most or names > most_names:
                        return most + 1
                    if stat.S_ISDIR(kind.st_mode):
                        waiting.append(entry.path)
        except OSError:  # it went away, or is a file: what is there now is looked at next time
            continue
    return room
