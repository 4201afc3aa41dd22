"""Configurations come in, are checked once, and are kept by content."""

import contextlib
import hashlib
import io
from collections.abc import Mapping
from typing import BinaryIO

from sekisho.domain.audit import Fact
from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Configuration, Manifest, Upload, check_place
from sekisho.domain.errors import ConfigurationInvalid, ConfigurationUnknown, SourceRefused
from sekisho.domain.git import GitCommit
from sekisho.domain.logs import LogLine
from sekisho.domain.operator_secrets import with_markers
from sekisho.domain.origins import Origin
from sekisho.domain.plans import PlanOptions
from sekisho.domain.workspaces import SourceKind, Workspace
from sekisho.engine.parts import Parts
from sekisho.engine.watching import Listener
from sekisho.ports import DeskOrder, Snapshot

DECLARED = "default"
"""What callers say for the ref that the operator declared."""


class Configurations:
    """Takes configurations from callers; the same content is kept once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def from_inline(
        self, workspace: str, files: Mapping[str, str], caller: Caller
    ) -> Configuration:
        """Keep a few files that came with the call itself."""
        name = self._allowed(workspace, "inline").name
        return self._keep(self._parts.sources.inline(files), name, "inline", caller)

    def from_folder(self, workspace: str, caller: Caller) -> Configuration:
        """Keep the files of the workspace's own folder on this machine, as they are now."""
        declared = self._allowed(workspace, "folder")
        snapshot = self._parts.sources.folder(declared.folder or "")
        return self._keep(snapshot, declared.name, "folder", caller)

    def from_git(self, workspace: str, ref: str, caller: Caller) -> Configuration:
        """Keep the files of a commit of the workspace's own repository.

        `ref` is a branch, a tag, a whole commit id, or `default`: what the operator declared.
        """
        declared = self._allowed(workspace, "git")
        if declared.git is None:
            raise SourceRefused(name=workspace, source="git", allowed=", ".join(declared.sources))
        asked = "" if ref == DECLARED else ref
        snapshot = self._parts.sources.git(declared.git, asked)
        return self._keep(snapshot, declared.name, "git", caller)

    def open_upload(self, workspace: str, caller: Caller) -> tuple[Upload, str]:
        """Give a single-use address: the upload and the secret that its URL ends in."""
        workspace = self._allowed(workspace, "upload").name
        secret = self._parts.ids.secret()
        expires = self._parts.clock.now() + self._parts.limits.upload_for
        upload = Upload(_digest(secret), workspace, caller, expires)
        self._parts.store.uploads.add(upload)
        return upload, secret

    def receive(self, secret: str, stream: BinaryIO) -> Configuration:
        """Take the archive that somebody sends to a single-use address.

        The address is used up before the first byte is read: a failed upload needs a new one.
        """
        now = self._parts.clock.now()
        upload = self._parts.store.uploads.take(_digest(secret), now)
        theirs = Configurations(self._parts.everything.seen_by(upload.caller))
        kept = theirs.from_upload(upload, stream)
        self._parts.store.uploads.finish(upload.key_digest, kept.digest)
        return kept

    def from_upload(self, upload: Upload, stream: BinaryIO) -> Configuration:
        """Keep the archive that came by an upload address, as who asked for the address."""
        self._allowed(upload.workspace, "upload")
        snapshot = self._parts.sources.archive(stream)
        return self._keep(snapshot, upload.workspace, "upload", upload.caller)

    def check_upload(self, workspace: str, manifest: Manifest | None = None) -> Workspace:
        """Return a workspace that takes uploads, and an upload of these files.

        Raises:
            SourceRefused, WorkspaceUnknown: the workspace does not, or is none.
            ConfigurationEmpty, ConfigurationInvalid: no Terraform file where the workspace works.
        """
        declared = self._allowed(workspace, "upload")
        if manifest is not None:
            check_place(manifest, declared.directory)
        return declared

    def from_push(self, snapshot: Snapshot, workspace: str, caller: Caller) -> Configuration:
        """Keep the files of a push that is whole: it is an upload, in pieces."""
        return self._keep(snapshot, workspace, "upload", caller)

    def get(self, digest: str) -> Configuration:
        """Return what is known of a configuration."""
        return self._parts.store.configurations.get(digest)

    def content(self, digest: str) -> BinaryIO:
        """Open the tar of a configuration. Raises ConfigurationUnknown."""
        return open_content(self._parts, digest)

    def validate(self, workspace: str, digest: str) -> tuple[LogLine, ...]:
        """Check a configuration as `terraform validate` does; return its errors (none: valid)."""
        parts = self._parts
        declared = parts.catalog.get(workspace)
        self.get(digest)
        with contextlib.closing(self.content(digest)) as content:
            order = DeskOrder(
                run_id=parts.ids.new("val"),
                phase="validate",
                workspace=with_markers(declared),
                options=PlanOptions(),
                build=parts.terraform.build_for(declared.terraform),
                configuration=content,
                digest=digest,
            )
            finished = parts.terraform.validate(order, Listener())
        if not finished.ok and not finished.errors:
            raise ConfigurationInvalid(problem="terraform validate failed")
        return finished.errors

    def format(self, files: Mapping[str, str]) -> Mapping[str, str]:
        """Return the files as `terraform fmt` writes them."""
        return self._parts.terraform.format(files)

    def _allowed(self, name: str, source: SourceKind) -> Workspace:
        workspace = self._parts.catalog.get(name)
        if source not in workspace.sources:
            raise SourceRefused(name=name, source=source, allowed=", ".join(workspace.sources))
        return workspace

    def _keep(
        self, snapshot: Snapshot, workspace: str, source: SourceKind, caller: Caller
    ) -> Configuration:
        store, manifest = self._parts.store, snapshot.manifest
        with contextlib.closing(snapshot.content) as content:
            check_place(manifest, self._parts.catalog.get(workspace).directory)
            known = store.blobs.has(blob_name(manifest.digest))
            self._parts.charge(caller, 0 if known else manifest.size)
            if not known:
                store.blobs.put(blob_name(manifest.digest), content)
        now = self._parts.clock.now()
        # Told first: what the audit cannot tell of is not there to be planned.
        facts = {"digest": manifest.digest, "files": len(manifest.files), "source": source}
        facts |= commit_facts(snapshot.commit)
        entry = self._parts.about(now, "configuration.create", caller, workspace, **facts)
        store.audit.append(entry)
        origins = {Origin(source), Origin(source, snapshot.commit)}
        for origin in origins:
            store.blobs.put(origin_name(manifest.digest, origin, workspace), io.BytesIO(b"1"))
        configuration = Configuration(
            digest=manifest.digest,
            source=source,
            files=len(manifest.files),
            size=manifest.size,
            created_at=now,
            created_by=caller,
            commit=snapshot.commit,
        )
        store.configurations.put(configuration)
        return configuration


def blob_name(digest: str) -> str:
    """Name the blob of a configuration's content."""
    return f"configurations/{digest.removeprefix('sha256:')}"


def commit_facts(commit: GitCommit | None) -> dict[str, Fact]:
    """Return what the audit keeps of a commit."""
    if commit is None:
        return {}
    facts: dict[str, Fact] = {
        "url": commit.url,
        "ref": commit.ref,
        "commit": commit.commit,
        "path": commit.path,
    }
    facts["protected"] = commit.protected
    return facts


def origin_name(digest: str, origin: Origin, workspace: str) -> str:
    """Name the mark that says: this content came in this way.

    Anybody who may send a file may send it anywhere, so for inline files and uploads the way is
    enough; a folder or a repository stands for the one workspace that it belongs to. A commit has a
    mark of its own, made of all that decides whether it may be applied.
    """
    own = origin.source in ("folder", "git")
    way = f"{origin.source}-{workspace.encode().hex()}" if own else origin.source
    way += f"/{_digest(origin.commit.describe())}" if origin.commit else ""
    return f"{origins(digest)}{way}"


def origins(digest: str) -> str:
    """Return what the names of all origins of a configuration begin with."""
    return f"origins/{digest.removeprefix('sha256:')}/"


def open_content(parts: Parts, digest: str) -> BinaryIO:
    """Open the tar of a configuration. Raises ConfigurationUnknown."""
    try:
        return parts.store.blobs.open(blob_name(digest))
    except KeyError:
        raise ConfigurationUnknown(digest=digest) from None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
