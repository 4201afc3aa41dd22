"""A push: a configuration that arrives file by file, whatever is there already left out.

What a person pushed to a workspace is kept for a while, and is not asked for again. It is told
apart by person and workspace: nobody learns from an answer what somebody else has sent.
"""

import dataclasses
import hashlib
from collections.abc import Iterable
from datetime import datetime

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import (
    Limits,
    Manifest,
    check_manifest,
    checked_path,
    ignored,
    refused,
)
from sekisho.domain.errors import ArchiveInvalid


@dataclasses.dataclass(frozen=True)
class Push:
    """What was announced; `configuration` is the digest it became, once it is whole."""

    id: str
    owner: str
    workspace: str
    caller: Caller
    manifest: Manifest
    expires_at: datetime
    configuration: str | None = None


@dataclasses.dataclass(frozen=True)
class PackedFile:
    """The content of one or more files: what it is, and how long."""

    sha256: str
    size: int


@dataclasses.dataclass(frozen=True)
class Pack:
    """Contents that came together and are kept together, one after the other."""

    id: str
    owner: str
    files: tuple[PackedFile, ...]


def owner_of(person: str, workspace: str) -> str:
    """Name whose files these are: one person's, for one workspace."""
    return hashlib.sha256(f"{workspace}\0{person}".encode()).hexdigest()[:32]


def push_id(owner: str, digest: str) -> str:
    """Name a push by what is pushed: who announces the same again goes on where they were."""
    return "psh-" + hashlib.sha256(f"{owner}\0{digest}".encode()).hexdigest()[:32]


def check_announced(manifest: Manifest, limits: Limits) -> None:
    """Check files before any of them comes: by the rules that apply again when they are here.

    Raises:
        ArchiveInvalid: a path that is not taken, one content of two sizes, or a wrong digest.
        ConfigurationEmpty: no Terraform file at the root.
        UploadTooLarge: over a cap.
    """
    for file in manifest.files:
        _check_path(file.path, limits)
    check_manifest(manifest, limits)
    sizes: dict[str, int] = {}
    for file in manifest.files:
        if sizes.setdefault(file.sha256, file.size) != file.size:
            raise ArchiveInvalid(problem=f"{file.path!r}: one content cannot have two sizes")


def missing(manifest: Manifest, packs: Iterable[Pack]) -> dict[str, int]:
    """Return the contents that are not here yet, in the order of the files: digest → size."""
    here = {file.sha256 for pack in packs for file in pack.files}
    return {f.sha256: f.size for f in manifest.files if f.sha256 not in here}


def _check_path(path: str, limits: Limits) -> None:
    if checked_path(path, limits) != path:
        raise ArchiveInvalid(problem=f"a path that is not in its one form: {path!r}")
    reason = refused(path)
    if reason:
        raise ArchiveInvalid(problem=f"{path!r}: {reason}; leave it out")
    if ignored(path):
        raise ArchiveInvalid(problem=f"{path!r} is litter of an editor or system; leave it out")
