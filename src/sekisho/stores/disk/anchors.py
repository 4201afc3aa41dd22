"""Checkpoints as files of a folder outside the store: each is written once, and never again."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from sekisho.domain.checkpoints import Checkpoint
from sekisho.ports.runtime import Anchored
from sekisho.stores.disk.room import private_folder, translated

_SUFFIX = ".checkpoint.json"
_LARGEST = 4096


class FolderAnchors:
    """Keeps checkpoints in a folder; several servers may share it.

    The name begins with the sequence, so that the newest comes last, and goes on with the record's
    digest: two histories that both have this record are both kept, and both are looked at.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, checkpoint: Checkpoint) -> None:
        private_folder(self._folder)
        path = self._folder / _name(checkpoint)
        aside = self._folder / f".{secrets.token_hex(8)}"
        with translated():
            handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(checkpoint.line() + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                with contextlib.suppress(FileExistsError):  # told already: never written twice
                    os.link(aside, path)
            finally:
                aside.unlink(missing_ok=True)

    def all(self) -> Iterator[Anchored]:
        with translated():
            names = sorted(self._names())
        for name in names:
            yield Anchored(name, self._read(name))

    def newest(self) -> Anchored | None:
        with translated():
            name = max(self._names(), default=None)
        return Anchored(name, self._read(name)) if name else None

    def _names(self) -> Iterator[str]:
        if self._folder.is_dir():
            yield from (p.name for p in self._folder.iterdir() if p.name.endswith(_SUFFIX))

    def _read(self, name: str) -> str:
        with translated(), (self._folder / name).open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace").strip()


def _name(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.sequence:015d}-{checkpoint.digest[:16]}{_SUFFIX}"
