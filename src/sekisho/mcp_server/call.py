"""What a tool is given besides its arguments: the engine, who asks, and how to ask the engine."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread

from sekisho.domain.callers import Admission, Caller
from sekisho.engine.engine import Engine
from sekisho.mcp_server.selection import Selection
from sekisho.views.addresses import reached
from sekisho.views.long_calls import at_length

P = ParamSpec("P")
T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class FaceOptions:
    """How this face is set up.

    `base_url` is where this server's HTTP side is reached (empty: it has none, as over stdio),
    `endpoint` the path of MCP there.
    `inline_reads` says that short reads of the store may run on the event loop: true of SQLite and
    memory, where the hop to a thread costs more than the read; false of stores across a network.
    `selection` chooses among the tools.
    """

    version: str
    base_url: str = ""
    endpoint: str = "/mcp"
    inline_reads: bool = True
    selection: Selection = dataclasses.field(default_factory=Selection)


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of one tool: who asks was found to have the power that the tool takes.

    `engine` is as they may see it; `host` is the name by which they reached this server.
    """

    engine: Engine
    options: FaceOptions
    admission: Admission
    inline: bool = False
    host: str | None = None

    @property
    def base_url(self) -> str:
        """The server's address for whoever asks; empty over stdio."""
        return reached(self.options.base_url, self.host)

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.admission.caller

    async def ask(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the engine, which blocks: inline where that is short, else on a thread.

        On a thread it goes on to its end even where the client went away.
        """
        return await ask(self.inline, do, *args, **kwargs)

    async def ask_at_length(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what takes long: it waits for its turn, and holds up no other call."""
        return await at_length(self.caller.person, do, *args, **kwargs)


async def ask(inline: bool, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call something that blocks, here or on a thread."""
    if inline:
        return do(*args, **kwargs)
    return await anyio.to_thread.run_sync(partial(do, *args, **kwargs))
