"""The MCP server: every tool, prompt and resource, bound to an engine."""

import contextlib
import logging
from collections.abc import Generator
from typing import Any

from mcp.server import MCPServer
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.resources import TextResource

from sekisho.engine.engine import Engine
from sekisho.mcp_server.binding import bind
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.explaining import Explaining
from sekisho.mcp_server.guide import GUIDE_URI, guide, instructions
from sekisho.mcp_server.prompts import PROMPTS
from sekisho.mcp_server.review_app import review_app
from sekisho.mcp_server.selection import Narrowing
from sekisho.mcp_server.spec import ToolSpec
from sekisho.mcp_server.tools import TOOLS

_SAME_FOR_ALL = CacheHint(ttl_ms=300_000, scope="public")
_HINTS: dict[CacheableMethod, CacheHint] = {
    "tools/list": _SAME_FOR_ALL,
    "prompts/list": _SAME_FOR_ALL,
    "resources/list": _SAME_FOR_ALL,
    "resources/templates/list": _SAME_FOR_ALL,
    "resources/read": _SAME_FOR_ALL,
    "server/discover": _SAME_FOR_ALL,
}
"""Lists are the same for every caller and change only with the server."""


def build_server(engine: Engine, options: FaceOptions) -> MCPServer[Any]:
    """Make the server; nothing is served until a transport carries it."""
    specs = chosen(options)
    names = frozenset(spec.name for spec in specs)
    prompts = {make: title for make, title, needed in PROMPTS if names >= needed}
    said = tuple(make.__name__ for make in prompts)
    with _root_logger_kept():
        server = MCPServer[Any](
            name="sekisho",
            title="Sekisho",
            description="Terraform with approvals, for agents",
            instructions=instructions(names),
            version=options.version,
            tools=[bind(spec, engine, options) for spec in specs],
            resources=[_guide(names)],
            cache_hints=_HINTS,
            extensions=[review_app()] if any(spec.app for spec in specs) else [],
            subscriptions=False,
            middleware=[Explaining(tuple(spec.name for spec in specs), said)],
        )
    server.middleware.append(Narrowing(specs))
    for function, title in prompts.items():
        server.add_prompt(Prompt.from_function(function, title=title))
    return server


def chosen(options: FaceOptions) -> tuple[ToolSpec, ...]:
    """Return the tools that this face offers, in their one order."""
    return options.selection.of(TOOLS)


def _guide(names: frozenset[str]) -> TextResource:
    return TextResource(
        uri=GUIDE_URI,
        name="guide",
        title="Working with Sekisho",
        description="How to plan, get approved, apply, and what to do when something goes wrong",
        mime_type="text/markdown",
        text=guide(names),
    )


@contextlib.contextmanager
def _root_logger_kept() -> Generator[None]:
    """Keep the SDK's constructor from configuring logging, which it does where nobody has yet."""
    root, guard = logging.getLogger(), logging.NullHandler()
    root.addHandler(guard)
    try:
        yield
    finally:
        root.removeHandler(guard)
