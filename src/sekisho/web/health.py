"""Health: for people, load balancers and orchestrators; needs no credential and tells no secret."""

import dataclasses
from collections.abc import Callable

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sekisho.domain.errors import SekishoError, ServerDraining, StoreUnavailable
from sekisho.engine.callers import NO_AUTH
from sekisho.engine.engine import Engine
from sekisho.ports import RunQuery
from sekisho.views.http_errors import http_headers
from sekisho.views.problems import ErrorView

_PATIENCE = 3.0
"""Seconds that the store has to answer."""


@dataclasses.dataclass(frozen=True)
class Health:
    """What health is judged by. `draining` says that this process takes no new work."""

    engine: Engine
    version: str
    endpoint: str = "/mcp"
    draining: Callable[[], bool] = lambda: False

    def routes(self) -> list[BaseRoute]:
        """Return `/health`, `/healthz/live` and `/healthz/ready`."""
        return [
            Route("/health", self._health, methods=["GET"]),
            Route("/healthz/live", self._live, methods=["GET"]),
            Route("/healthz/ready", self._ready, methods=["GET"]),
        ]

    async def _health(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "status": "ok",
                "service": "sekisho",
                "transport": "streamable-http",
                "endpoint": self.endpoint,
                "version": self.version,
                **self._standing(),
            }
        )

    def _standing(self) -> dict[str, str]:
        """Say who may ask without a key, and why no runs are taken where none are."""
        auth, closed = self.engine.callers.auth, self.engine.closed
        told = {"auth": auth}
        if auth == "none":
            told |= {"auth_note": NO_AUTH.en, "auth_note_ja": NO_AUTH.ja}
        if closed is None:
            return told | {"runs": "available"}
        error = closed.error()
        told |= {"runs": "unavailable", "runs_note": f"{error.message()} {error.next_step()}"}
        return told | {"runs_note_ja": error.message("ja") + error.next_step("ja")}

    async def _live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _ready(self, _request: Request) -> Response:
        problem = ServerDraining() if self.draining() else await self._store_problem()
        if problem is None:
            return JSONResponse({"status": "ok"})
        shown = ErrorView.of(problem)
        body = {"status": "unavailable", "reason": shown.code, "error": shown.model_dump()}
        return JSONResponse(body, status_code=503, headers=http_headers(problem))

    def _ask_store(self) -> None:
        if self.engine.closed is None:
            self.engine.runs.list(RunQuery(limit=1))
        else:
            self.engine.audits.list(0, 1, None)

    async def _store_problem(self) -> SekishoError | None:
        """Ask the store something small; a hung one is given up on, not waited for."""
        try:
            with anyio.fail_after(_PATIENCE):
                await anyio.to_thread.run_sync(self._ask_store, abandon_on_cancel=True)
        except TimeoutError:
            return StoreUnavailable(problem=f"it said nothing for {_PATIENCE:g} seconds")
        except SekishoError as error:
            return error
        return None
