"""Pushes as they are shown: what one may hold, what is missing, what it became."""

from datetime import datetime

from sekisho.domain.configurations import Limits
from sekisho.engine.pushes import Progress
from sekisho.views.configurations import ConfigurationView
from sekisho.views.view import View


class CapsView(View):
    """What a push may hold; the client checks it before anything is sent."""

    packed_bytes: int
    unpacked_bytes: int
    files: int
    depth: int
    path_bytes: int
    name_bytes: int

    @classmethod
    def of(cls, limits: Limits) -> "CapsView":
        """Show the caps."""
        return cls(
            packed_bytes=limits.packed_bytes,
            unpacked_bytes=limits.unpacked_bytes,
            files=limits.files,
            depth=limits.depth,
            path_bytes=limits.path_bytes,
            name_bytes=limits.name_bytes,
        )

    def words(self) -> str:
        """Say what a push may hold."""
        return f"At most {self.files} files, {self.unpacked_bytes} bytes."


class PushView(View):
    """A push: what is missing (by SHA-256), and what it became where that is known already."""

    id: str
    workspace: str
    digest: str
    files: int
    size: int
    missing: list[str]
    expires_at: datetime
    configuration: ConfigurationView | None = None
    next: list[str]

    @classmethod
    def of(cls, progress: Progress) -> "PushView":
        """Show a push."""
        push, made = progress.push, progress.configuration
        return cls(
            id=push.id,
            workspace=push.workspace,
            digest=push.manifest.digest,
            files=len(push.manifest.files),
            size=push.manifest.size,
            missing=list(progress.missing),
            expires_at=push.expires_at,
            configuration=ConfigurationView.of(made) if made else None,
            next=_next(progress),
        )

    def words(self) -> str:
        """Say how far it is."""
        head = f"Push {self.id}: {len(self.missing)} contents are missing."
        return "\n".join([head, *[f"Next: {n}" for n in self.next]])


def _next(progress: Progress) -> list[str]:
    id = progress.push.id
    if progress.configuration:
        return [f'plan_create(workspace=…, configuration="{progress.configuration.digest}")']
    if progress.missing:
        return [f"PUT /api/v1/pushes/{id}/files: a tar.gz of contents named by their SHA-256"]
    return [f"POST /api/v1/pushes/{id}/finish"]
