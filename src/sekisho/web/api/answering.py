"""How a call is answered: let in, read, handed over, shown; with a tag, or as an error."""

import functools
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from sekisho.domain.callers import Admission, Caller
from sekisho.domain.errors import (
    ArgumentsInvalid,
    MethodWrong,
    PathUnknown,
    Refused,
    SekishoError,
)
from sekisho.engine.engine import Engine
from sekisho.views.http_errors import error_answer
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import (
    ROOT,
    Answer,
    ApiOptions,
    Ask,
    Nothing,
    Operation,
    Versioned,
    Written,
)
from sekisho.web.api.reading import body_of, query_of
from sekisho.web.api.registry import OPERATIONS
from sekisho.web.api.streams import LogStreams
from sekisho.web.api.tags import known, tag_of, versions_seen
from sekisho.web.credentials import admitted, tell_refusal, tell_turned_away
from sekisho.web.options import ConsoleOptions
from sekisho.web.uploads import Uploads

_LOG = logging.getLogger("sekisho.api")
_NOT_MODIFIED = 304
_NOBODY = Admission(Caller("nobody", ""), ())
DOCUMENT = f"{ROOT}/openapi.json"


def api_routes(engine: Engine, options: ApiOptions) -> list[BaseRoute]:
    """Return what to mount: the API under /api/v1, and the upload addresses under /uploads."""
    api = Api(engine, options)
    paths: dict[str, dict[str, Operation[Any, Any]]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.place, {})[operation.method] = operation
    routes: list[BaseRoute] = [Route(p, Endpoint(api, taken)) for p, taken in paths.items()]
    return [*routes, Route(DOCUMENT, Document(options)), *_unknown(ROOT), *_unknown("/uploads")]


def _unknown(root: str) -> list[BaseRoute]:
    return [Route(root, _nothing_here), Mount(root, _nothing_here)]


class _Nowhere:
    """Answers for every address that nothing else answers for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await error_answer(PathUnknown())(scope, receive, send)


_nothing_here = _Nowhere()


class Api:
    """What the calls share: who is let in, and what each is given."""

    def __init__(self, engine: Engine, options: ApiOptions) -> None:
        self._engine = engine
        self._options = options
        self._streams = LogStreams(engine, options.draining, options.streams)
        self._uploads = Uploads(options.upload_bytes)
        own = ConsoleOptions().allowed_hosts
        self._names = ConsoleOptions((*own, *options.hosts), options.base_url)

    async def answer(self, operation: Operation[Any, Any], request: Request) -> Answer:
        """Let a call in, read it, and hand it over."""
        admission = await self._admitted(operation, request)
        query = query_of(request, operation.query)
        body = await self._body(operation, request)
        ask = Ask[Any, Any](
            engine=self._engine.seen_by(admission.caller),
            options=self._options,
            request=request,
            admission=admission,
            query=query,
            body=body,
            seen=versions_seen(request.headers.get("if-match")),
            stream=functools.partial(self._streams.open, admission.caller),
            uploads=self._uploads,
        )
        return await operation.handler(ask)

    async def _admitted(self, operation: Operation[Any, Any], request: Request) -> Admission:
        """Say who asks, who may do this. A decision is refused whatever the powers, and told."""
        if operation.power is None:
            return _NOBODY
        decides = operation.answers is None
        if decides:
            await on_thread(tell_refusal, self._engine, request, "api")
        try:
            admission = await admitted(self._engine, request, self._names)
            if not decides:
                admission.require(operation.power)
        except Refused as error:
            if operation.power == "apply" and "run_id" in operation.parts:
                await on_thread(tell_turned_away, self._engine, request, error)
            raise
        return admission

    async def _body(self, operation: Operation[Any, Any], request: Request) -> Any:
        if not operation.has_body or operation.takes != "application/json":
            return Nothing()
        return await body_of(
            request, operation.body, operation.body_bytes, needed=operation.body_needed
        )


class Endpoint:
    """One path. HEAD is answered as GET; the server leaves the body out."""

    def __init__(self, api: Api, taken: Mapping[str, Operation[Any, Any]]) -> None:
        self._api = api
        self._taken = taken
        self._allowed = allowed_of(tuple(taken))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        method = "GET" if request.method == "HEAD" else request.method
        operation = self._taken.get(method)
        if operation is None:
            response: Response = wrong_method(request.method, self._allowed)
        else:
            response = await self._answered(operation, request)
        await response(scope, receive, send)

    async def _answered(self, operation: Operation[Any, Any], request: Request) -> Response:
        try:
            return _shown(await self._api.answer(operation, request), request)
        except SekishoError as error:
            return error_answer(error)
        except ClientDisconnect:
            return error_answer(ArgumentsInvalid(problem="the request broke off"))
        except Exception:  # noqa: BLE001 (nothing of it may reach the client)
            _LOG.exception("api.failed", extra={"path": request.url.path})
            return error_answer(SekishoError())


class Document:
    """The OpenAPI document: made when it is first asked for, and open to everybody."""

    def __init__(self, options: ApiOptions) -> None:
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in ("GET", "HEAD"):
            response: Response = wrong_method(request.method, "GET, HEAD")
        else:
            from sekisho.web.api.document import document_bytes

            body = await on_thread(document_bytes, self._options.version)
            response = Response(body, media_type="application/json")
            response = _tagged(response, tag_of(body), request, "public, no-cache")
        await response(scope, receive, send)


def allowed_of(methods: Sequence[str]) -> str:
    """Name the methods that a path takes, for `Allow`."""
    return ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))


def wrong_method(method: str, allowed: str) -> Response:
    """Return the refusal of a method that the path does not take."""
    return error_answer(MethodWrong(method=method, allowed=allowed), allow=allowed)


def _shown(answer: Answer, request: Request) -> Response:
    """Show a view: lists say `cursor: null` at their end, what is read can be asked for again."""
    if isinstance(answer, Response):
        return answer
    read = request.method in ("GET", "HEAD")
    caching = "private, no-cache" if read else "no-store"
    if isinstance(answer, Written):
        body = answer.text.encode()
        return _tagged(Response(body, media_type=answer.media), tag_of(body), request, caching)
    view, version = (
        (answer.view, answer.version) if isinstance(answer, Versioned) else (answer, None)
    )
    content = view.structured()
    if "cursor" in type(view).model_fields:
        content = {**content, "cursor": content.get("cursor")}
    response = JSONResponse(content)
    return _tagged(response, tag_of(bytes(response.body), version), request, caching)


def _tagged(response: Response, tag: str, request: Request, caching: str) -> Response:
    read = request.method in ("GET", "HEAD")
    if read and known(request.headers.get("if-none-match"), tag):
        response = Response(status_code=_NOT_MODIFIED)
    response.headers.update(
        {"ETag": tag, "Cache-Control": caching, "Vary": "Authorization, Accept"}
    )
    return response
