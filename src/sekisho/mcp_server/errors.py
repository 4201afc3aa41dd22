"""How an error of a tool reaches an agent.

The result carries text, which models read, and the same in `_meta` for programs. It has no
structured content: clients hold that against the tool's output schema, errors too (the TypeScript
SDK does), and would throw the message away.
"""

from mcp_types import CallToolResult, TextContent

from sekisho.domain.errors import SekishoError
from sekisho.views.call_errors import described
from sekisho.views.problems import ErrorView


def error_result(error: SekishoError) -> CallToolResult:
    """Make what a tool answers when it raised `error`."""
    return CallToolResult(
        is_error=True,
        content=[TextContent(type="text", text=ErrorView.of(error).words())],
        _meta=described(error),
    )
