"""Pushes: a configuration is announced, what is missing is sent, and then it is put together.

A push may break off anywhere: announced again, it goes on with what is missing.
"""

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Configuration, File, Limits, Manifest
from sekisho.domain.errors import ConfigurationUnknown, PushUnknown
from sekisho.domain.pushes import (
    Pack,
    PackedFile,
    Push,
    check_announced,
    missing,
    owner_of,
    push_id,
)
from sekisho.engine.configurations import Configurations
from sekisho.engine.parts import Parts


@dataclasses.dataclass(frozen=True)
class Progress:
    """A push, what it still needs, and what it became if it is whole."""

    push: Push
    missing: tuple[str, ...]
    configuration: Configuration | None = None


class Pushes:
    """Takes configurations file by file. All of it is between one person and one workspace."""

    def __init__(self, parts: Parts, configurations: Configurations) -> None:
        self._parts = parts
        self._configurations = configurations
        self._stray: set[str] = set()

    def caps(self) -> Limits:
        """Return what a push may hold."""
        return self._parts.sources.caps

    def begin(self, workspace: str, files: Iterable[File], caller: Caller) -> Progress:
        """Take note of what somebody is going to push, and say what is missing.

        Raises:
            ArchiveInvalid, ConfigurationEmpty, UploadTooLarge: it would not be taken.
            SourceRefused, WorkspaceUnknown: not into this workspace.
        """
        manifest = Manifest.of(files)
        check_announced(manifest, self.caps())
        workspace = self._configurations.check_upload(workspace, manifest).name
        pushes, owner = self._parts.store.pushes, owner_of(caller.person, workspace)
        id = push_id(owner, manifest.digest)
        expires = self._parts.clock.now() + self._parts.limits.push_for
        made = self._made(id)
        push = Push(id, owner, workspace, caller, manifest, expires, made and made.digest)
        pushes.put(push)
        self._forget_oldest(owner)
        left = () if made else tuple(missing(manifest, pushes.packs(owner)))
        return Progress(push, left, made)

    def receive(self, push_id: str, stream: BinaryIO, caller: Caller) -> Progress:
        """Take a pack of what is missing; what came whole is kept, whatever comes after it.

        Raises:
            ArchiveInvalid, UploadTooLarge: the pack breaks off, or holds what was not announced.
            PushUnknown: it is nobody's, expired, or of somebody else.
            AllowanceSpent: they brought too much today.
        """
        store, push = self._parts.store, self._get(push_id, caller)
        wanted = {file.sha256: file.size for file in push.manifest.files}
        here = {file.sha256 for pack in store.pushes.packs(push.owner) for file in pack.files}
        received = self._parts.sources.pack(stream, wanted, here)
        with contextlib.closing(received.content) as content:
            if received.files:
                self._parts.charge(caller, sum(file.size for file in received.files))
                pack = Pack(self._parts.ids.new("pck"), push.owner, received.files)
                store.blobs.put(pack_name(pack), content)
                store.pushes.add_pack(pack)
        if received.error:
            raise received.error
        return Progress(push, tuple(missing(push.manifest, store.pushes.packs(push.owner))))

    def finish(self, push_id: str, caller: Caller) -> Configuration:
        """Make the configuration; again, it is the same one.

        Raises:
            PushIncomplete: something is missing.
            PushUnknown: it is nobody's, expired, or of somebody else.
        """
        push = self._get(push_id, caller)
        made = self._made(push_id)
        if made:
            return made
        self._configurations.check_upload(push.workspace)
        snapshot = self._parts.sources.pushed(push.manifest, self._contents(push))
        kept = self._configurations.from_push(snapshot, push.workspace, caller)
        self._parts.store.pushes.put(dataclasses.replace(push, configuration=kept.digest))
        return kept

    def sweep(self) -> None:
        """Forget pushes that expired, and packs that no push needs."""
        store = self._parts.store
        store.pushes.expire(self._parts.clock.now())
        known: set[str] = set()
        for owner in store.pushes.owners():
            self._forget_packs(owner)
            known.update(map(pack_name, store.pushes.packs(owner)))
        # A blob that no pack knows may be about to become one: it goes at the second sight.
        stray = set(store.blobs.names("pushed/")) - known
        for name in stray & self._stray:
            store.blobs.remove(name)
        self._stray = stray

    def _get(self, push_id: str, caller: Caller) -> Push:
        push = self._parts.store.pushes.get(push_id)
        mine = push.caller.person == caller.person and self._parts.sight.sees(push.workspace)
        if not mine or push.expires_at <= self._parts.clock.now():
            raise PushUnknown
        return push

    def _made(self, push_id: str) -> Configuration | None:
        """Return what this very push became, if that is still kept."""
        try:
            digest = self._parts.store.pushes.get(push_id).configuration
            return self._configurations.get(digest) if digest else None
        except (PushUnknown, ConfigurationUnknown):
            return None

    def _contents(self, push: Push) -> Iterator[tuple[tuple[PackedFile, ...], BinaryIO]]:
        """Open the packs that hold something of this push, one at a time."""
        wanted = {file.sha256 for file in push.manifest.files}
        for pack in self._parts.store.pushes.packs(push.owner):
            if wanted.isdisjoint(file.sha256 for file in pack.files):
                continue
            try:
                opened = self._parts.store.blobs.open(pack_name(pack))
            except KeyError:
                # Gone under our eyes: its files are missing again, and the client sends them.
                self._parts.store.pushes.remove_pack(pack.id)
                continue
            with contextlib.closing(opened) as content:
                yield pack.files, content

    def _forget_oldest(self, owner: str) -> None:
        kept = self._parts.store.pushes.of(owner)
        old = kept[: -self._parts.limits.pushes_kept]
        for push in old:
            self._parts.store.pushes.remove(push.id)
        if old:
            self._forget_packs(owner)

    def _forget_packs(self, owner: str) -> None:
        """Forget packs of which no push needs anything. Packs are read first: none is too new."""
        store = self._parts.store
        packs = store.pushes.packs(owner)
        used = {file.sha256 for push in store.pushes.of(owner) for file in push.manifest.files}
        for pack in packs:
            if used.isdisjoint(file.sha256 for file in pack.files):
                store.pushes.remove_pack(pack.id)
                store.blobs.remove(pack_name(pack))


def pack_name(pack: Pack) -> str:
    """Name the blob of a pack."""
    return f"pushed/{pack.owner}/{pack.id}"
