"""What is said of a tool besides its function; everything else derives from the tuple of these."""

import dataclasses
from collections.abc import Awaitable, Callable

from sekisho.domain.callers import Power
from sekisho.views.view import View


@dataclasses.dataclass(frozen=True)
class ToolSpec:
    """A tool. The function's name, docstring and types are the tool's name, text and schemas.

    `power`: what a caller's credential must be good for; `read` for all that is `read_only`, and
    for nothing else. `knowledge`: it needs no run store and tells nothing of what is run here, so
    it answers on a server that takes no runs, and to whoever may not even read.
    `destructive`: it may end or change something that stood. `idempotent`: again changes nothing
    more. `open_world`: it reaches beyond this server. `short`: it reads little from the store, and
    may do so on the event loop (see `FaceOptions.inline_reads`). `app`: the `ui://` page that hosts
    may show beside its answer.
    """

    function: Callable[..., Awaitable[View]]
    title: str
    toolset: str = "runs"
    power: Power = "read"
    knowledge: bool = False
    read_only: bool = True
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = False
    short: bool = False
    app: str = ""

    @property
    def name(self) -> str:
        """The name that clients call it by: `noun_verb`."""
        return self.function.__name__
