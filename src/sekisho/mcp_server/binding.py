"""A tool as the SDK serves it: strict about its arguments, one shape of result, no leak of errors.

The SDK's own `Tool.run` ignores unknown arguments, repeats rejected values, and gives structured
output no text of its own. Everything else of it is used as it is.
"""

import functools
import logging
from typing import Any, NamedTuple, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.server.session import ServerSession
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import ConfigDict, PrivateAttr, ValidationError

from sekisho.domain.errors import AnswerTooLarge, PowerMissing, SekishoError
from sekisho.engine.engine import Engine
from sekisho.mcp_server.call import Call, FaceOptions, ask
from sekisho.mcp_server.errors import error_result
from sekisho.mcp_server.selection import check_offered, heads
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.callers import bearer, claimed_team
from sekisho.views.problems import unfit
from sekisho.views.view import View

_LOG = logging.getLogger("sekisho.mcp")
_ANSWER_LENGTH = 1024 * 1024
"""Far more than any client hands to its model; views stay well below by themselves."""


class Wires(NamedTuple):
    """What a tool acts on, and how."""

    engine: Engine
    options: FaceOptions
    spec: ToolSpec


class BoundTool(Tool):
    """A tool with the engine that it acts on."""

    # One attribute, looked at once a call: pydantic finds private ones the slow way.
    _wires: Wires = PrivateAttr()

    def wire(self, engine: Engine, options: FaceOptions, spec: ToolSpec) -> None:
        """Give the tool what it acts on."""
        self._wires = Wires(engine, options, spec)

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> CallToolResult:
        """Admit, parse, call, show. Whatever goes wrong is an answer, not a protocol error."""
        del convert_result  # there is one form of result
        try:
            call = await self._admitted(context, arguments)
            view = _fitting(cast("View", await self.fn(call, **self._parsed(arguments))))
            text = TextContent(type="text", text=view.spoken())
            return CallToolResult(content=[text], structured_content=view.structured())
        except MCPError:
            raise
        except SekishoError as error:
            return error_result(error)
        except Exception:  # noqa: BLE001 (nothing of it may reach the client)
            _LOG.exception("tool.failed", extra={"tool": self.name})
            return error_result(SekishoError())

    def _parsed(self, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            allowed = tuple(self.fn_metadata.arg_model.model_fields)
            raise unfit(error, allowed) from None

    async def _admitted(self, context: Context[Any, Any], arguments: dict[str, Any]) -> Call:
        """Say who asks, and let them in if they may do what this tool does."""
        engine, options, spec = self._wires
        request = context.request_context
        headers = heads(getattr(request.request, "headers", None))
        check_offered(spec, headers)
        secret = bearer(headers.get("authorization"))
        via = _client_name(request.session) or headers.get("user-agent", "")
        callers, inline = engine.callers, options.inline_reads
        at_once = inline and not callers.is_slow(secret)
        admission = await ask(at_once, callers.identify, secret, via, claimed_team(headers))
        if not spec.knowledge:
            try:
                admission.require(spec.power)
            except PowerMissing as error:
                if spec.power == "apply":  # whoever tries to apply is told to the audit
                    run_id = str(arguments.get("run_id", ""))
                    await ask(False, engine.applies.refused, run_id, admission.caller, error)
                raise
        theirs = engine.seen_by(admission.caller)
        return Call(theirs, options, admission, spec.short and inline, headers.get("host"))


def bind(spec: ToolSpec, engine: Engine, options: FaceOptions) -> BoundTool:
    """Make the tool that the SDK serves."""
    tool = _shape(spec).model_copy()
    tool.wire(engine, options, spec)
    return tool


@functools.cache
def _shape(spec: ToolSpec) -> BoundTool:
    """Make what of a tool does not depend on the engine: its schemas, which take milliseconds."""
    made = BoundTool.from_function(
        spec.function,
        title=spec.title,
        description=_unwrapped(spec.function.__doc__ or ""),
        context_kwarg="call",
        annotations=ToolAnnotations(
            title=spec.title,
            read_only_hint=spec.read_only,
            destructive_hint=spec.destructive,
            idempotent_hint=spec.idempotent,
            open_world_hint=spec.open_world,
        ),
        meta={"ui": {"resourceUri": spec.app}} if spec.app else None,
    )
    tool = cast("BoundTool", made)
    model = tool.fn_metadata.arg_model
    strict = type(model.__name__, (model,), {"model_config": _STRICT, "__module__": __name__})
    tool.fn_metadata.arg_model = strict
    tool.parameters = lean(strict.model_json_schema())
    tool.fn_metadata.output_schema = lean(tool.fn_metadata.output_schema or {})
    return tool


def _fitting(view: View) -> View:
    """Return a view that fits into an answer. Raises AnswerTooLarge."""
    if view.length() > _ANSWER_LENGTH:
        raise AnswerTooLarge(cap=_ANSWER_LENGTH)
    return view


_STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _client_name(session: ServerSession) -> str:
    """Return what the client calls itself: in the handshake, or in each modern request."""
    said = session.client_params
    return f"{said.client_info.name} {said.client_info.version}".strip() if said else ""


def _unwrapped(text: str) -> str:
    """Return a docstring as paragraphs without line breaks inside."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n")).strip()


def lean(schema: Any) -> Any:
    """Return a JSON schema without the titles that pydantic makes up: every model pays for them."""
    if isinstance(schema, dict):
        fields = cast("dict[str, Any]", schema)
        return {k: lean(v) for k, v in fields.items() if not (k == "title" and isinstance(v, str))}
    if isinstance(schema, list):
        return [lean(v) for v in cast("list[Any]", schema)]
    return schema
