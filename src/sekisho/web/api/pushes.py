"""Pushes over the API: announce the files, send packs of what is missing, finish."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sekisho.domain.configurations import File
from sekisho.domain.errors import (
    AllowanceSpent,
    ArchiveInvalid,
    ConfigurationEmpty,
    DiskFull,
    PushIncomplete,
    PushUnknown,
    SourceRefused,
    UploadTooLarge,
    WorkspaceUnknown,
)
from sekisho.views.configurations import ConfigurationView
from sekisho.views.pushes import CapsView, PushView
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation, WorkspaceName

_ANNOUNCED_BYTES = 8 * 1024 * 1024
"""Longest announcement: 10,000 files with long names; `edge.paths` lets so much through."""


class PushedFile(BaseModel):
    """One file that will be pushed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Annotated[str, Field(min_length=1, max_length=4096)]
    size: Annotated[int, Field(ge=0, le=2**40)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    executable: bool = False


class PushAsk(BaseModel):
    """What is going to be pushed, and where to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workspace: WorkspaceName
    files: list[PushedFile]


async def push_caps(ask: Ask[Nothing, Nothing]) -> Answer:
    """Say what a push may hold."""
    return CapsView.of(ask.engine.pushes.caps())


async def push_create(ask: Ask[Nothing, PushAsk]) -> Answer:
    """Announce files; the answer names the contents that are missing. Again is the same push."""
    files = [File(f.path, f.size, f.sha256, f.executable) for f in ask.body.files]
    begin, workspace = ask.engine.pushes.begin, ask.body.workspace
    return PushView.of(await on_thread(begin, workspace, files, ask.caller))


async def push_receive(ask: Ask[Nothing, Nothing]) -> Answer:
    """Send a pack: a tar.gz of missing contents, each named by its SHA-256."""
    id, receive = ask.path("push_id"), ask.engine.pushes.receive
    caller = ask.caller
    progress = await ask.uploads.take(ask.request, lambda body: receive(id, body, caller))
    return PushView.of(progress)


async def push_finish(ask: Ask[Nothing, Nothing]) -> Answer:
    """Make the configuration of what was pushed; its digest is what to plan from."""
    finish = ask.engine.pushes.finish
    return ConfigurationView.of(await on_thread(finish, ask.path("push_id"), ask.caller))


_ONE = ("push_id", "/id")

PUSH_OPERATIONS = (
    Operation("GET", "/pushes", push_caps, CapsView, "read"),
    Operation(
        "POST",
        "/pushes",
        push_create,
        PushView,
        "plan",
        body=PushAsk,
        body_bytes=_ANNOUNCED_BYTES,
        raises=(
            WorkspaceUnknown,
            SourceRefused,
            ArchiveInvalid,
            ConfigurationEmpty,
            UploadTooLarge,
        ),
        links={"push_receive": _ONE, "push_finish": _ONE},
    ),
    Operation(
        "PUT",
        "/pushes/{push_id}/files",
        push_receive,
        PushView,
        "plan",
        takes="application/octet-stream",
        raises=(PushUnknown, ArchiveInvalid, UploadTooLarge, DiskFull, AllowanceSpent),
    ),
    Operation(
        "POST",
        "/pushes/{push_id}/finish",
        push_finish,
        ConfigurationView,
        "plan",
        body_needed=False,
        raises=(
            PushUnknown,
            PushIncomplete,
            WorkspaceUnknown,
            SourceRefused,
            ArchiveInvalid,
            ConfigurationEmpty,
            UploadTooLarge,
            DiskFull,
            AllowanceSpent,
        ),
    ),
)
