"""What is said of one call of the API; everything else derives from the tuple of these."""

import dataclasses
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from sekisho.domain.callers import Admission, Caller, Power
from sekisho.domain.configurations import Limits
from sekisho.domain.errors import SekishoError
from sekisho.engine.engine import Engine
from sekisho.views.view import View
from sekisho.web.uploads import Uploads

ROOT = "/api/v1"
BODY_BYTES = 1024 * 1024
"""Longest JSON body of most calls: inline files of 256 KiB, escaped."""


class Nothing(BaseModel):
    """No query, or no body, is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_NOTHING: Any = Nothing
Query = Nothing
"""Queries are models without room for unknown names: a misspelt filter is no filter."""
Q = TypeVar("Q", bound=BaseModel)
B = TypeVar("B", bound=BaseModel)


@dataclasses.dataclass(frozen=True)
class ApiOptions:
    """Where the API answers.

    `upload_bytes` is the cap on one upload as it is sent; `draining` says that the server stops;
    `streams`: how many logs are streamed at a time; `hosts`: names that lead here.
    """

    base_url: str = ""
    upload_bytes: int = Limits().packed_bytes
    version: str = ""
    draining: Callable[[], bool] = lambda: False
    streams: int = 64
    hosts: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Ask(Generic[Q, B]):
    """One call that was let in: who asks, what for, and what to answer with.

    `engine` is as they may see it. `seen` are the versions of a run that the caller has seen
    (If-Match), None where they do not say. `stream` answers with the log of a run as it comes;
    `uploads` takes files that are sent.
    """

    engine: Engine
    options: ApiOptions
    request: Request
    admission: Admission
    query: Q
    body: B
    seen: frozenset[int] | None
    stream: Callable[[str, int], Awaitable[Response]]
    uploads: Uploads

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.admission.caller

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])


@dataclasses.dataclass(frozen=True)
class Versioned:
    """A view of something that has versions: its ETag begins with the number."""

    view: View
    version: int


@dataclasses.dataclass(frozen=True)
class Written:
    """A text, ready to be read by people. `media` is its media type, without a charset."""

    text: str
    media: str


Answer = View | Versioned | Written | Response


@dataclasses.dataclass(frozen=True)
class Operation(Generic[Q, B]):
    """A call. The handler's name and docstring are the call's id and text, as with tools.

    `answers` is the view that comes back (None: it only ever refuses). `power` is what the
    credential must be good for; None: none is asked for. `raises` are errors beside those that
    every call may give. `body_needed`: an empty body is no body. `body_bytes` is its cap. `takes`
    is the media type of a body that is read as it comes. `holds`: If-Match is understood.
    `streams`: the answer is there as server-sent events too. `media` is the media type of the
    answer; any but JSON is a text. `links` name what to call with a part
    of the answer: call → (parameter, place in the answer).
    """

    method: Literal["GET", "POST", "PUT"]
    path: str
    handler: Callable[[Ask[Q, B]], Awaitable[Answer]]
    answers: type[View] | None
    power: Power | None
    query: type[Q] = _NOTHING
    body: type[B] = _NOTHING
    body_needed: bool = True
    body_bytes: int = BODY_BYTES
    takes: str = "application/json"
    raises: tuple[type[SekishoError], ...] = ()
    holds: bool = False
    streams: bool = False
    media: str = "application/json"
    links: Mapping[str, tuple[str, str]] = dataclasses.field(
        default_factory=dict[str, tuple[str, str]]
    )
    root: str = ROOT

    @property
    def name(self) -> str:
        """The id of the call: the tool of this name does the same."""
        return self.handler.__name__

    @property
    def place(self) -> str:
        """The whole path."""
        return f"{self.root}{self.path}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the path that stand for something."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def has_body(self) -> bool:
        """Whether it reads a body at all."""
        return self.method != "GET"


Place = Annotated[int, Field(ge=0, le=10**15, description="Cursor of the answer before")]
Limit = Annotated[int, Field(ge=1, le=200, description="At most so many")]
WorkspaceName = Annotated[str, Field(max_length=100, description="Name of a workspace")]

PARTS: Mapping[str, tuple[str, int]] = {
    "run_id": ("Id of a run", 100),
    "name": ("Name of a workspace", 100),
    "push_id": ("Id of a push, from push_create", 100),
    "secret": ("The secret of an upload address, from config_upload", 200),
}
"""What can stand in a path, and how long it can be."""
