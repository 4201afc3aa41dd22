"""The spool: files of a configuration on their way into one canonical tar."""

import contextlib
import errno
import hashlib
import tarfile
import tempfile
from collections.abc import Generator, Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from sekisho.domain.configurations import File, Limits, Manifest, check_manifest
from sekisho.domain.errors import DiskFull, UploadTooLarge
from sekisho.ports import Snapshot

CHUNK = 64 * 1024
"""Bytes read at a time, from anywhere."""

_IN_MEMORY = 1024 * 1024
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Spool:
    """Takes files one by one, each read once, and gives a snapshot of exactly what was read."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._size = 0
        self._files: list[tuple[File, int]] = []
        with room():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._content = temporary(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop what was spooled; a finished snapshot has its own file."""
        drop(self._content)

    @property
    def count(self) -> int:
        """How many files were taken."""
        return len(self._files)

    def rewind(self, count: int) -> None:
        """Forget all but the first `count` files: what follows is taken once more."""
        del self._files[count:]
        self._size = sum(file.size for file, _ in self._files)
        self._content.seek(self._size)
        self._content.truncate()

    def expect(self, size: int) -> None:
        """Refuse `size` more bytes where they would not fit, before any of them is read.

        Raises:
            UploadTooLarge: over the cap on unpacked bytes.
        """
        if self._size + size > self._limits.unpacked_bytes:
            raise UploadTooLarge(problem=f"more than {self._limits.unpacked_bytes} bytes unpacked")

    def add(
        self, path: str, chunks: Iterable[bytes | memoryview], *, executable: bool = False
    ) -> None:
        """Take one file under its checked path.

        Raises:
            UploadTooLarge: over the cap on unpacked bytes.
            DiskFull: there is no room for it.
        """
        start, digest = self._size, hashlib.sha256()
        for chunk in chunks:
            self.expect(len(chunk))
            digest.update(chunk)
            with room():
                self._content.write(chunk)
            self._size += len(chunk)
        file = File(path, self._size - start, digest.hexdigest(), executable)
        self._files.append((file, start))

    def repeat(self, path: str, *, executable: bool = False) -> None:
        """Take one more file, of the same content as the one that was taken last."""
        file, start = self._files[-1]
        self._files.append((File(path, file.size, file.sha256, executable), start))

    def finish(self) -> Snapshot:
        """Check all files together and give them in their canonical form.

        Raises:
            ArchiveInvalid, ConfigurationEmpty, UploadTooLarge: see `check_manifest`.
            DiskFull: there is no room for it.
        """
        manifest = Manifest.of(file for file, _ in self._files)
        check_manifest(manifest, self._limits)
        starts = {file.path: start for file, start in self._files}
        content = temporary(self._folder)
        try:
            with room():
                self._write(manifest, starts, content)
        except BaseException:
            drop(content)
            raise
        return Snapshot(manifest, content)

    def _write(self, manifest: Manifest, starts: dict[str, int], content: BinaryIO) -> None:
        with tarfile.open(
            fileobj=content, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8"
        ) as tar:
            for file in manifest.files:
                entry = tarfile.TarInfo(file.path)
                entry.size = file.size
                entry.mode = 0o755 if file.executable else 0o644
                self._content.seek(starts[file.path])
                tar.addfile(entry, self._content)
        content.seek(0)


def temporary(folder: Path) -> BinaryIO:
    """Open a file without a name, in memory while it is small."""
    spooled = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 (handed on)
    return cast("BinaryIO", spooled)


def drop(file: BinaryIO) -> None:
    """Close a file whose content nobody wants; on a full disk its last bytes cannot be written."""
    with contextlib.suppress(OSError):
        file.close()


@contextlib.contextmanager
def room() -> Generator[None]:
    """Say DiskFull for what the operating system says when there is no room."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull from error
        raise
