"""How errors reach an agent: one table of kinds, one result.

The result carries text, which models read, and the same in `_meta` for programs. It has no
structured content: clients hold that against the tool's output schema, errors too (the TypeScript
SDK does), and would throw the message away.
"""

from typing import Any

from mcp_types import CallToolResult, TextContent

from sekisho.domain.errors import (
    Conflict,
    Invalid,
    NotFound,
    Refused,
    SekishoError,
    TooLarge,
    Unavailable,
)
from sekisho.views.problems import ErrorView

META = "sekisho/error"
"""Key of the machine-readable error in `_meta` of a result."""

KINDS: dict[type[SekishoError], str] = {
    NotFound: "not_found",
    Invalid: "invalid",
    TooLarge: "too_large",
    Conflict: "conflict",
    Refused: "refused",
    Unavailable: "unavailable",
    SekishoError: "internal",
}
"""Every class of the error tree has its kind here, by its nearest ancestor."""


def kind_of(error: type[SekishoError]) -> str:
    """Return the kind of a class of errors."""
    return next(KINDS[c] for c in error.__mro__ if c in KINDS)


def error_result(error: SekishoError) -> CallToolResult:
    """Make what a tool answers when it raised `error`."""
    return CallToolResult(
        is_error=True,
        content=[TextContent(type="text", text=ErrorView.of(error).words())],
        _meta=described(error),
    )


def described(error: SekishoError) -> dict[str, Any]:
    """Return an error for programs, under our key."""
    return {META: {**ErrorView.of(error).model_dump(), "kind": kind_of(type(error))}}
