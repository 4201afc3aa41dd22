"""A short conversation in MCP: initialize, tools/list, a tool or two."""

import itertools
import json
from typing import Any, cast

from sekisho_client import __version__, probes
from sekisho_client.probes import Answer, Place

_PROTOCOL = "2025-06-18"
_PAGES = 20


class McpProblem(Exception):
    """What went wrong: an HTTP status (0: it was well), and what was said."""

    def __init__(self, what: str, status: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.status = status


class Conversation:
    """Speaks to one endpoint."""

    def __init__(self, place: Place, endpoint: str, token: str | None) -> None:
        self._place = place
        self._endpoint = endpoint
        self._ids = itertools.count(1)
        self._headers = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "User-Agent": f"sekisho-doctor/{__version__}",
        }
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self.protocol = ""
        self.tools: frozenset[str] = frozenset()

    def open(self) -> None:
        """Shake hands and list the tools. Raises McpProblem, OSError."""
        about = {"name": "sekisho-doctor", "version": __version__}
        asked = {"protocolVersion": _PROTOCOL, "capabilities": {}, "clientInfo": about}
        told = self._ask("initialize", asked)
        self.protocol = str(told.get("protocolVersion", ""))
        if not self.protocol:
            raise McpProblem("no protocolVersion")
        self._headers["MCP-Protocol-Version"] = self.protocol
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.tools = frozenset(self._listed())

    def call(self, tool: str) -> dict[str, Any]:
        """Call a tool without arguments. Raises McpProblem, OSError."""
        result = self._ask("tools/call", {"name": tool, "arguments": {}})
        content: Any = result.get("structuredContent")
        if result.get("isError") or not isinstance(content, dict):
            raise McpProblem(_first_text(result))
        return cast("dict[str, Any]", content)

    def _listed(self) -> list[str]:
        names: list[str] = []
        cursor: dict[str, Any] = {}
        for _ in range(_PAGES):
            page = self._ask("tools/list", cursor)
            tools: Any = page.get("tools")
            if not isinstance(tools, list):
                raise McpProblem("no tools")
            names += [str(tool.get("name")) for tool in cast("list[dict[str, Any]]", tools)]
            if not page.get("nextCursor"):
                break
            cursor = {"cursor": page["nextCursor"]}
        return names

    def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        message = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        answer = self._send(message).document()
        error: Any = answer.get("error")
        if isinstance(error, dict):
            raise McpProblem(str(cast("dict[str, Any]", error).get("message", "error")))
        result: Any = answer.get("result")
        if not isinstance(result, dict):
            raise McpProblem("no result")
        return cast("dict[str, Any]", result)

    def _send(self, message: dict[str, Any]) -> Answer:
        body = json.dumps(message).encode()
        answer = probes.ask(self._place, "POST", self._endpoint, self._headers, body)
        if answer.status not in (200, 202):
            raise McpProblem(f"status {answer.status}", answer.status)
        if session := answer.headers.get("mcp-session-id"):
            self._headers["Mcp-Session-Id"] = session
        return answer


def _first_text(result: dict[str, Any]) -> str:
    content: Any = result.get("content") or [{}]
    first = cast("list[dict[str, Any]]", content)[0]
    return str(first.get("text", "error"))[:200]
