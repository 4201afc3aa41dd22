"""Room set aside on the disk, so that what is under way can be written down when it is full."""

import contextlib
import os
from pathlib import Path

_BYTES = 4 * 1024 * 1024


class Reserve:
    """A file that holds nothing but room: given up where the end of a run finds no other."""

    def __init__(self, path: Path, size: int = _BYTES) -> None:
        self._path = path
        self._size = size

    def fill(self) -> None:
        """Set the room aside, if it is not and there is as much; else do without."""
        if self._path.exists():
            return
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError:  # another process was first, or there is no room even for a name
            return
        try:
            os.write(handle, os.urandom(self._size))  # nothing that a file system could compress
            os.fsync(handle)
            if os.fstat(handle).st_size < self._size:
                self.release()
        except OSError:
            self.release()
        finally:
            os.close(handle)

    def release(self) -> bool:
        """Give the room up; say whether there was any."""
        with contextlib.suppress(OSError):
            self._path.unlink()
            return True
        return False
