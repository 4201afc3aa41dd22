"""Errors of the protocol itself: what the SDK refuses says our code and the next step too.

A JSON-RPC error carries ours in `error.data`, under the key that results of tools have it under in
`_meta`; what the SDK put there stays. An HTTP answer without a JSON-RPC body gets ours as its body.
"""

import difflib
import json
import logging
from collections.abc import Mapping
from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    UNSUPPORTED_PROTOCOL_VERSION,
    ErrorData,
)
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekisho.domain.errors import (
    AcceptWrong,
    ArgumentsInvalid,
    BodyTooLarge,
    MediaTypeWrong,
    MessageInvalid,
    MethodWrong,
    OriginRefused,
    PromptUnknown,
    ProtocolUnsupported,
    ResourceUnknown,
    RpcMethodUnknown,
    SekishoError,
    ToolUnknown,
)
from sekisho.views.call_errors import META
from sekisho.views.problems import ErrorView

_LOG = logging.getLogger("sekisho.mcp")
_REFUSAL = 400
"""From this status on an answer is a refusal."""
_ACCEPT = "application/json, text/event-stream"
Json = dict[str, Any]


class Explaining(ServerMiddleware[Any]):
    """Sees every request that is well formed, and explains what is wrong with it."""

    def __init__(self, tools: tuple[str, ...], prompts: tuple[str, ...]) -> None:
        self._named = {
            "tools/call": (tools, ToolUnknown),
            "prompts/get": (prompts, PromptUnknown),
        }

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Let the request through; what goes wrong leaves explained."""
        self._check_name(ctx)
        try:
            return await call_next(ctx)
        except MCPError as error:
            raise explained(error.error, ctx.method) from None
        except ValidationError:
            raise explained(ErrorData(code=INVALID_PARAMS, message=""), ctx.method) from None
        except ValueError as error:
            raise _of_prompt(ctx, error) from None

    def _check_name(self, ctx: ServerRequestContext[Any, Any]) -> None:
        names, unknown = self._named.get(ctx.method, ((), None))
        name = ctx.params.get("name") if ctx.params else None
        if unknown is None or not isinstance(name, str) or name in names:
            return
        near = difflib.get_close_matches(name, names, 3, 0.4) or names[:3]
        raise _with(
            ErrorData(code=INVALID_PARAMS, message=""), unknown(name=name, near=_list(near))
        )


def explained(error: ErrorData, method: str = "") -> MCPError:
    """Return an error of the SDK with ours in it; one that has it already stays as it is."""
    if META in _data(error):
        return MCPError.from_error_data(error)
    return _with(error, _meant(error, method))


def _of_prompt(ctx: ServerRequestContext[Any, Any], error: ValueError) -> MCPError:
    """Explain what a handler raised: a prompt is given wrong arguments, all else is a bug."""
    if ctx.method == "prompts/get":
        refused = ArgumentsInvalid(problem="this prompt does not take these arguments")
        return _with(ErrorData(code=INVALID_PARAMS, message=""), refused)
    _LOG.error("request.failed", extra={"method": ctx.method}, exc_info=error)
    return _with(ErrorData(code=INTERNAL_ERROR, message=""), SekishoError())


def _with(error: ErrorData, ours: SekishoError) -> MCPError:
    """Put our error in; models read the message, programs the data. Nothing sent is repeated."""
    view = ErrorView.of(ours)
    data = {**_data(error), META: view.model_dump()}
    return MCPError(code=error.code, message=view.words(), data=data)


def _data(error: ErrorData) -> Json:
    given: Any = error.data
    return cast("Json", given) if isinstance(given, dict) else {}


def _meant(error: ErrorData, method: str) -> SekishoError:
    """Return which of our errors one of the SDK is."""
    data = _data(error)
    if error.code == METHOD_NOT_FOUND:
        return RpcMethodUnknown(method=method or "of this name")
    if error.code == UNSUPPORTED_PROTOCOL_VERSION:
        return ProtocolUnsupported(allowed=_list(data.get("supported") or ()))
    if error.code == INTERNAL_ERROR:
        return SekishoError()
    if error.code == INVALID_PARAMS and "uri" in data:
        return ResourceUnknown()
    said = {PARSE_ERROR: "it is not JSON", INVALID_PARAMS: "its parameters do not fit"}
    return MessageInvalid(problem=said.get(error.code, "its envelope or its headers do not fit"))


def _list(names: Any) -> str:
    return ", ".join(str(name) for name in names)


class ExplainedApp:
    """An ASGI app of the SDK whose refusals leave explained. `cap`: bytes that a body may have."""

    def __init__(self, app: ASGIApp, cap: int) -> None:
        self._app = app
        self._cap = cap

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; refusals are short, and held until they are whole."""
        held: list[Message] = []
        body = bytearray()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= _REFUSAL:
                held.append(message)
                return
            if not held:
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                answer = self._refusal(scope, held[0], bytes(body))
                await answer(scope, receive, send)

        await self._app(scope, receive, watched)

    def _refusal(self, scope: Scope, start: Message, body: bytes) -> Response:
        status = int(start["status"])
        kept = {"allow", "www-authenticate", "retry-after"}
        pairs = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in start["headers"]]
        headers = {n: v for n, v in pairs if n.lower() in kept}
        message = _message(body)
        if message is None:
            content: Json = {"error": ErrorView.of(self._by_status(scope, status)).model_dump()}
        else:
            content = self._rpc(scope, status, message)
        return JSONResponse(content, status_code=status, headers=headers)

    def _rpc(self, scope: Scope, status: int, message: Json) -> Json:
        try:
            error = ErrorData.model_validate(message["error"])
        except ValidationError:
            error = ErrorData(code=INTERNAL_ERROR, message="")
        known = self._statuses(scope)
        ours = _with(error, known[status]) if status in known else explained(error)
        shown = ours.error.model_dump(mode="json", exclude_none=True)
        return {"jsonrpc": "2.0", "id": message.get("id"), "error": shown}

    def _by_status(self, scope: Scope, status: int) -> SekishoError:
        others: Mapping[int, SekishoError] = {
            400: MediaTypeWrong(wanted="application/json"),
            403: OriginRefused(),
            421: OriginRefused(),
        }
        known = {**self._statuses(scope), **others}
        return known.get(status) or MessageInvalid(problem="the request does not fit")

    def _statuses(self, scope: Scope) -> dict[int, SekishoError]:
        """Return what a status alone says, whatever the body."""
        return {
            405: MethodWrong(method=scope["method"], allowed="POST"),
            406: AcceptWrong(wanted=_ACCEPT),
            413: BodyTooLarge(cap=self._cap),
            415: MediaTypeWrong(wanted="application/json"),
            500: SekishoError(),
        }


def _message(body: bytes) -> Json | None:
    """Return the JSON-RPC error in a body, if it is one."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and "jsonrpc" in found and "error" in found:
        return cast("Json", found)
    return None
