"""The port `Sources`, kept with temporary files of this machine."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import BinaryIO

from sekisho.domain.configurations import Limits, Manifest
from sekisho.domain.git import GitSource
from sekisho.domain.pushes import PackedFile
from sekisho.ports import Received, Snapshot
from sekisho.sources.archives import take_archive
from sekisho.sources.folders import take_folder
from sekisho.sources.git import GitReader
from sekisho.sources.git_process import GitOptions
from sekisho.sources.inline import take_inline
from sekisho.sources.packs import PackReader, take_pushed
from sekisho.sources.snapshots import Spool


class LocalSources:
    """Checks what callers send and puts it into one canonical form, whichever way it came.

    What is larger than a megabyte lies in unnamed files under `temp_folder` while it is worked on;
    repositories are cached under its `git`.
    """

    def __init__(
        self, temp_folder: Path, limits: Limits | None = None, git: GitOptions | None = None
    ) -> None:
        self._folder = temp_folder
        self._limits = limits or Limits()
        self._git = GitReader(temp_folder / "git", git or GitOptions(), self._limits)

    @property
    def caps(self) -> Limits:
        """The caps that everything is held to."""
        return self._limits

    def inline(self, files: Mapping[str, str]) -> Snapshot:
        """Take files that came with the call. Raises ConfigurationInvalid, InlineTooLarge, …."""
        with Spool(self._folder, self._limits) as spool:
            return take_inline(files, spool, self._limits)

    def archive(self, stream: BinaryIO) -> Snapshot:
        """Take a tar.gz as it streams in. Raises ArchiveInvalid, UploadTooLarge, …."""
        with Spool(self._folder, self._limits) as spool:
            return take_archive(stream, spool, self._limits)

    def folder(self, path: str) -> Snapshot:
        """Take a folder of this machine as it is now. Raises ConfigurationInvalid, …."""
        with Spool(self._folder, self._limits) as spool:
            return take_folder(Path(path), spool, self._limits)

    def pack(
        self, stream: BinaryIO, wanted: Mapping[str, int], here: AbstractSet[str] = frozenset()
    ) -> Received:
        """Take a pack of a push as it streams in; see the port. Raises DiskFull."""
        return PackReader(self._limits, wanted, here).take(stream, self._folder)

    def pushed(
        self, manifest: Manifest, packs: Iterable[tuple[tuple[PackedFile, ...], BinaryIO]]
    ) -> Snapshot:
        """Put announced files together. Raises PushIncomplete, ArchiveInvalid, …."""
        with Spool(self._folder, self._limits) as spool:
            return take_pushed(manifest, packs, spool, self._limits)

    def git(self, source: GitSource, ref: str) -> Snapshot:
        """Take a commit of a repository. Raises GitRefUnknown, GitAccessDenied, …."""
        with Spool(self._folder, self._limits) as spool:
            return self._git.take(source, ref, spool)
