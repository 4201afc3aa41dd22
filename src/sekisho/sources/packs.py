"""Packs of a push: contents named by their digest, taken as they stream in, and put together."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import BinaryIO

from sekisho.domain.configurations import File, Limits, Manifest
from sekisho.domain.errors import ArchiveInvalid, DiskFull, PushIncomplete, SekishoError
from sekisho.domain.pushes import PackedFile, check_announced
from sekisho.ports import Received, Snapshot
from sekisho.sources.gzips import Gunzip
from sekisho.sources.snapshots import CHUNK, Spool, drop, room, temporary
from sekisho.sources.tapes import Entry, Tape


class PackReader:
    """Takes contents that are `wanted` (digest → size); those that are `here` are passed over."""

    def __init__(self, limits: Limits, wanted: Mapping[str, int], here: AbstractSet[str]) -> None:
        self._limits = limits
        self._wanted = wanted
        self._here = set(here)
        self._taken: list[PackedFile] = []

    def take(self, stream: BinaryIO, folder: Path) -> Received:
        """Take a pack; where it breaks off, what was whole by then.

        Raises:
            DiskFull: there is no room for it.
        """
        with room():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = temporary(folder)
        try:
            error = self._read(stream, content)
            with room():
                content.truncate(sum(file.size for file in self._taken))
                content.seek(0)
        except BaseException:
            drop(content)
            raise
        return Received(tuple(self._taken), content, error)

    def _read(self, stream: BinaryIO, content: BinaryIO) -> SekishoError | None:
        """Read to the end (None), or to the error that ends it."""
        try:
            tape = Tape(Gunzip(stream, self._limits), self._limits)
            for entry in tape.entries():
                if entry.name not in self._here:
                    self._check(entry)
                    self._copy(entry, tape, content)
        except DiskFull:
            raise
        except SekishoError as error:
            return error
        return None

    def _copy(self, entry: Entry, tape: Tape, content: BinaryIO) -> None:
        whole = hashlib.sha256()
        for chunk in tape.content():
            whole.update(chunk)
            with room():
                content.write(chunk)
        if whole.hexdigest() != entry.name:
            raise ArchiveInvalid(problem=f"{entry.name[:12]}… has another content")
        self._taken.append(PackedFile(entry.name, entry.size))
        self._here.add(entry.name)

    def _check(self, entry: Entry) -> None:
        """Let through what was announced. Raises ArchiveInvalid before any content is read."""
        if entry.odd or entry.folder:
            raise ArchiveInvalid(problem=f"{entry.name!r} is no regular file")
        if self._wanted.get(entry.name) != entry.size:
            problem = f"{entry.name!r} was not announced, or is of another size"
            raise ArchiveInvalid(problem=problem)


def take_pushed(
    manifest: Manifest,
    packs: Iterable[tuple[tuple[PackedFile, ...], BinaryIO]],
    spool: Spool,
    limits: Limits,
) -> Snapshot:
    """Put the files of `manifest` together from packs; every rule about files applies again.

    Raises:
        PushIncomplete: not all of them are in there.
        ArchiveInvalid, ConfigurationEmpty, UploadTooLarge: see `check_announced`.
    """
    check_announced(manifest, limits)
    waiting: dict[str, list[File]] = {}
    for file in manifest.files:
        waiting.setdefault(file.sha256, []).append(file)
    for files, content in packs:
        for packed in files:
            chunks = _chunks(content, packed.size)
            _place(spool, waiting.pop(packed.sha256, []), chunks)
    if waiting:
        raise PushIncomplete(count=sum(map(len, waiting.values())))
    snapshot = spool.finish()
    if snapshot.manifest.digest != manifest.digest:
        drop(snapshot.content)
        raise ArchiveInvalid(problem="what came is not what was announced")
    return snapshot


def _place(spool: Spool, files: list[File], chunks: Iterator[bytes]) -> None:
    """Put one content in every place it belongs to; in none, pass it over."""
    for file in files[:1]:
        spool.expect(file.size)
        spool.add(file.path, chunks, executable=file.executable)
    for _ in chunks:
        pass
    for file in files[1:]:
        spool.repeat(file.path, executable=file.executable)


def _chunks(content: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := content.read(min(size, CHUNK))):
        size -= len(chunk)
        yield chunk
