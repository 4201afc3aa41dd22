"""Which tools are offered: the operator chooses; a request may ask for fewer, never for more."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from sekisho.domain.errors import ToolHidden
from sekisho.mcp_server.spec import ToolSpec

DEFAULT = ("runs", "registry", "docs", "scan")
"""Toolsets offered where nobody says which; those of them that have tools."""
TOOLSETS_HEADER = "x-mcp-toolsets"
TOOLS_HEADER = "x-mcp-tools"
EXCLUDE_HEADER = "x-mcp-exclude-tools"
READ_ONLY_HEADER = "x-mcp-readonly"
_HEADERS = (TOOLSETS_HEADER, TOOLS_HEADER, EXCLUDE_HEADER, READ_ONLY_HEADER)
_YES = ("true", "1", "yes", "on")


@dataclasses.dataclass(frozen=True)
class Selection:
    """A choice among tools: `tools` by name, or else whole `toolsets`; then what is left out.

    A name that nothing has chooses nothing: a mistake offers less, never more.
    """

    toolsets: tuple[str, ...] = ("default",)
    tools: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    read_only: bool = False

    def of(self, specs: Iterable[ToolSpec]) -> tuple[ToolSpec, ...]:
        """Return the tools that are chosen, in their one order."""
        return tuple(spec for spec in specs if self._takes(spec))

    def unknown(self, specs: Iterable[ToolSpec]) -> tuple[str, ...]:
        """Return the names that choose nothing here: mistyped, or of tools to come."""
        known = {spec.name for spec in specs}
        sets = {spec.toolset for spec in specs} | {"all", "default"}
        named = [name for name in (*self.tools, *self.exclude) if name not in known]
        return (*named, *(name for name in self.toolsets if name not in sets))

    def _takes(self, spec: ToolSpec) -> bool:
        if spec.name in self.exclude or (self.read_only and not spec.read_only):
            return False
        if self.tools:
            return spec.name in self.tools
        named = self.toolsets
        by_default = "default" in named and spec.toolset in DEFAULT
        return "all" in named or by_default or spec.toolset in named


def heads(given: Mapping[str, str] | None) -> dict[str, str]:
    """Return headers decoded once, however often they are looked at.

    One that is there again is joined by a comma, as HTTP has it: what a gateway adds to leave out
    more is not outdone by what stands before it, and of two credentials none is chosen.
    """
    found: dict[str, str] = {}
    for name, value in given.items() if given else ():
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def asked(headers: Mapping[str, str]) -> Selection | None:
    """Return what the headers of a request ask for; None where they ask for nothing."""
    if not any(name in headers for name in _HEADERS):
        return None
    return Selection(
        toolsets=_words(headers.get(TOOLSETS_HEADER, "")) or ("all",),
        tools=_words(headers.get(TOOLS_HEADER, "")),
        exclude=_words(headers.get(EXCLUDE_HEADER, "")),
        read_only=any(word in _YES for word in _words(headers.get(READ_ONLY_HEADER, ""))),
    )


def check_offered(spec: ToolSpec, headers: Mapping[str, str]) -> None:
    """Let through a call of a tool that the headers of its request leave.

    Raises:
        ToolHidden: they leave it out.
    """
    choice = asked(headers)
    if choice is not None and not choice.of((spec,)):
        raise ToolHidden(name=spec.name)


class Narrowing:
    """Middleware of the SDK's server: a request lists what its own headers leave."""

    def __init__(self, specs: Iterable[ToolSpec]) -> None:
        self._specs = tuple(specs)

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Let a message through, narrowed where it lists tools."""
        result = await call_next(ctx)
        if ctx.method != "tools/list":
            return result
        choice = asked(heads(getattr(ctx.request, "headers", None)))
        if choice is None or not isinstance(result, dict):
            return result
        names = {spec.name for spec in choice.of(self._specs)}
        kept = [tool for tool in result["tools"] if tool["name"] in names]
        # Not for caches that serve others: they asked with other headers.
        private = {"cacheScope": "private"} if "cacheScope" in result else {}
        return result | {"tools": kept} | private


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip().lower()))
