"""Packs of a push: contents named by their digest, taken as they stream in, and put together."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from sekisho.domain.configurations import File, Limits, Manifest
from sekisho.domain.errors import ArchiveInvalid, PushIncomplete, SekishoError
from sekisho.domain.pushes import PackedFile, check_announced
from sekisho.ports import Received, Snapshot
from sekisho.sources.gzips import Gunzip
from sekisho.sources.snapshots import CHUNK, Spool, drop, room, temporary
from sekisho.sources.tapes import Entry, Tape


def take_pack(
    stream: BinaryIO, wanted: Mapping[str, int], folder: Path, limits: Limits
) -> Received:
    """Take the contents of a pack; where it breaks off, those that were whole by then.

    Raises:
        DiskFull: there is no room for it.
    """
    with room():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = temporary(folder)
    taken: dict[str, PackedFile] = {}
    try:
        error = _taken(stream, wanted, limits, (content, taken))
        with room():
            content.truncate(sum(file.size for file in taken.values()))
            content.seek(0)
    except BaseException:
        drop(content)
        raise
    return Received(tuple(taken.values()), content, error)


def _taken(
    stream: BinaryIO,
    wanted: Mapping[str, int],
    limits: Limits,
    into: tuple[BinaryIO, dict[str, PackedFile]],
) -> SekishoError | None:
    """Read to the end (None), or to the error that ends it."""
    content, taken = into
    try:
        tape = Tape(Gunzip(stream, limits), limits)
        for entry in tape.entries():
            if entry.name in taken or entry.folder:
                continue
            _check(entry, wanted)
            whole = hashlib.sha256()
            with room():
                for chunk in tape.content():
                    whole.update(chunk)
                    content.write(chunk)
            if whole.hexdigest() != entry.name:
                raise ArchiveInvalid(problem=f"{entry.name[:12]}… has another content")
            taken[entry.name] = PackedFile(entry.name, entry.size)
    except SekishoError as error:
        return error
    return None


def _check(entry: Entry, wanted: Mapping[str, int]) -> None:
    """Let through what was announced. Raises ArchiveInvalid before any content is read."""
    if entry.odd:
        raise ArchiveInvalid(problem=f"{entry.name!r} is {entry.odd}; only contents are taken")
    if wanted.get(entry.name) != entry.size:
        raise ArchiveInvalid(problem=f"{entry.name!r} was not announced, or is of another size")


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
        spool.repeat(file.path, files[0].path, executable=file.executable)


def _chunks(content: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := content.read(min(size, CHUNK))):
        size -= len(chunk)
        yield chunk
