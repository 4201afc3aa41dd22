"""Archives that callers send: tar.gz, checked entry by entry while they stream in."""

import shlex
from typing import BinaryIO

from sekisho.domain.configurations import Limits, Names, checked_path, ignored, refused
from sekisho.domain.errors import ArchiveInvalid
from sekisho.ports import Snapshot
from sekisho.sources.gzips import Gunzip
from sekisho.sources.snapshots import Spool
from sekisho.sources.tapes import Entry, Tape


def take_archive(stream: BinaryIO, spool: Spool, limits: Limits) -> Snapshot:
    """Take a tar.gz; nothing is read past what refuses it.

    Raises:
        ArchiveInvalid: no tar.gz, damaged, or with an entry that is not taken.
        ConfigurationEmpty: no Terraform file at the root.
        UploadTooLarge: over a cap.
        DiskFull: there is no room for it.
    """
    tape = Tape(Gunzip(stream, limits), limits)
    names = Names()
    for entry in tape.entries():
        path = _checked(entry, limits)
        if path is None:
            continue
        names.add(path, folder=entry.folder)
        if not entry.folder:
            spool.expect(entry.size)
            spool.add(path, tape.content(), executable=entry.executable)
    return spool.finish()


def _checked(entry: Entry, limits: Limits) -> str | None:
    """Return the path to take an entry under, or None where it is to be passed over."""
    if entry.folder and entry.name.strip("/") in ("", ".") and not entry.odd:
        return None
    path = checked_path(entry.name, limits)
    if ignored(path):
        return None
    reason = refused(path)
    if reason:
        raise ArchiveInvalid(problem=f"{path!r}: {reason}; leave it out: {_exclude(path)}")
    if entry.odd:
        raise ArchiveInvalid(
            problem=f"{path!r} is {entry.odd}; only regular files and folders are taken"
        )
    return path


def _exclude(path: str) -> str:
    """Return the option of tar that leaves out what is refused of `path`."""
    parts = path.split("/")
    ends = (n for n in range(1, len(parts) + 1) if refused("/".join(parts[:n])))
    return f"tar --exclude={shlex.quote(parts[next(ends) - 1])}"
