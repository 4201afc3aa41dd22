"""Answers in one piece are never huge: what would be becomes an error with a next step."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekisho.domain.errors import AnswerTooLarge
from sekisho.edge.heads import only
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import refuse
from sekisho.edge.paths import Paths


class AnswerCaps:
    """Refuses an answer that announces more than the cap.

    What streams has no length; tools, which answer as a stream of one event, have a cap of
    their own.
    """

    def __init__(self, app: ASGIApp, options: EdgeOptions) -> None:
        """Pass requests on to `app`."""
        self._app, self._cap = app, options.answer_bytes
        self._paths = Paths(options.endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http" or self._paths.is_endpoint(scope["path"]):
            await self._app(scope, receive, send)
            return
        over = False

        async def capped(message: Message) -> None:
            nonlocal over
            if message["type"] == "http.response.start" and self._over(message):
                over = True
                await refuse(AnswerTooLarge(cap=self._cap), scope, receive, send)
            elif not over:
                await send(message)

        await self._app(scope, receive, capped)

    def _over(self, start: Message) -> bool:
        length = only({"headers": start.get("headers", ())}, b"content-length") or ""
        return length.isdigit() and int(length) > self._cap
