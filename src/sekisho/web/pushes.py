"""Pushes over HTTP: announce the files, send packs of what is missing, finish."""

import io
from collections.abc import Awaitable, Callable

import anyio
import anyio.to_thread
from pydantic import BaseModel, Field
from starlette.requests import Request

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import File
from sekisho.domain.errors import InlineTooLarge, UploadTooLarge
from sekisho.engine.engine import Engine
from sekisho.views.configurations import ConfigurationView
from sekisho.views.pushes import CapsView, PushView
from sekisho.views.view import View
from sekisho.web.answers import Answer, body_of, on_thread
from sekisho.web.uploads import BodyReader

_ANNOUNCED_BYTES = 8 * 1024 * 1024
"""Longest announcement: 10,000 files with long names."""
_AT_ONCE = 4
"""Packs that hold a thread each; more wait."""
_BUFFER = 256 * 1024


class PushedFile(BaseModel, extra="forbid"):
    """One file that will be pushed."""

    path: str = Field(min_length=1, max_length=4096)
    size: int = Field(ge=0, le=2**40)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    executable: bool = False


class PushAsk(BaseModel, extra="forbid"):
    """What is going to be pushed, and where to."""

    workspace: str = Field(min_length=1, max_length=200)
    files: list[PushedFile]


class Pushes:
    """One method a path; `caller` says who asks, or refuses."""

    def __init__(
        self, engine: Engine, cap: int, caller: Callable[[Request], Awaitable[Caller]]
    ) -> None:
        self._engine = engine
        self._cap = cap
        self._caller = caller
        self._slots = anyio.CapacityLimiter(_AT_ONCE)

    def paths(self) -> list[tuple[str, dict[str, Answer]]]:
        """Return every path with its methods."""
        return [
            ("/pushes", {"GET": self.push_caps, "POST": self.push_create}),
            ("/pushes/{push_id}/files", {"PUT": self.push_receive}),
            ("/pushes/{push_id}/finish", {"POST": self.push_finish}),
        ]

    async def push_caps(self, request: Request) -> View:
        """Say what a push may hold."""
        await self._caller(request)
        return CapsView.of(self._engine.pushes.caps())

    async def push_create(self, request: Request) -> View:
        """Announce files: {"workspace", "files": [{"path", "size", "sha256", "executable"}]}."""
        caller = await self._caller(request)
        try:
            ask = await body_of(request, PushAsk, cap=_ANNOUNCED_BYTES)
        except InlineTooLarge:
            raise UploadTooLarge(problem=f"a list of more than {_ANNOUNCED_BYTES} bytes") from None
        files = [File(f.path, f.size, f.sha256, f.executable) for f in ask.files]
        begin = self._engine.pushes.begin
        return PushView.of(await on_thread(begin, ask.workspace, files, caller))

    async def push_receive(self, request: Request) -> View:
        """Send a pack: a tar.gz of missing contents, each named by its SHA-256."""
        caller = await self._caller(request)
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._cap:
            raise UploadTooLarge(problem=f"{announced} bytes; the cap is {self._cap}")
        body = io.BufferedReader(BodyReader(request, self._cap), _BUFFER)
        receive, id = self._engine.pushes.receive, _push_id(request)
        progress = await anyio.to_thread.run_sync(receive, id, body, caller, limiter=self._slots)
        return PushView.of(progress)

    async def push_finish(self, request: Request) -> View:
        """Make the configuration of what was pushed; its digest is what to plan from."""
        caller = await self._caller(request)
        return ConfigurationView.of(
            await on_thread(self._engine.pushes.finish, _push_id(request), caller)
        )


def _push_id(request: Request) -> str:
    return str(request.path_params["push_id"])
