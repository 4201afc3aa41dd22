"""The HTTP API: what the tools offer, for scripts and pipelines; and where uploads arrive.

Every path under /api/v1 needs a bearer credential, on loopback too. Nothing here approves.
"""

import dataclasses
from collections.abc import Callable

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Limits
from sekisho.domain.errors import (
    ArgumentsInvalid,
    CredentialNeeded,
    DecisionNotHere,
)
from sekisho.domain.runs import Run, RunStatus
from sekisho.engine.engine import Engine
from sekisho.ports import RunQuery
from sekisho.views.audits import AuditPage, AuditReportView
from sekisho.views.callers import bearer
from sekisho.views.configurations import ConfigurationView
from sekisho.views.orders import PlanAsk
from sekisho.views.reading import log_shown, plan_shown, run_shown
from sekisho.views.runs import RunPage, RunView
from sekisho.views.view import View
from sekisho.views.waiting import LONGEST, follow
from sekisho.views.workspaces import WorkspacePage, WorkspaceView
from sekisho.web.answers import Answer, answering_app, body_of, number_of, on_thread, route
from sekisho.web.pushes import Pushes
from sekisho.web.uploads import Uploads


@dataclasses.dataclass(frozen=True)
class ApiOptions:
    """Where the API answers. `upload_bytes` is the cap on one upload as it is sent."""

    base_url: str = ""
    upload_bytes: int = Limits().packed_bytes


def api_routes(engine: Engine, options: ApiOptions) -> list[BaseRoute]:
    """Return what to mount: the API at /api/v1, and the upload addresses at /uploads."""
    api, uploads = Api(engine, options), Uploads(engine, options.upload_bytes)

    async def upload(request: Request) -> View:
        taken = await uploads.take(request, request.path_params["secret"])
        return ConfigurationView.of(taken)

    return [
        Mount("/api/v1", app=answering_app(api.routes())),
        Mount("/uploads", app=answering_app([route("/{secret}", PUT=upload)])),
    ]


class Reason(BaseModel, extra="forbid"):
    """The body of a verb that ends something; it may be left out."""

    reason: str = Field(default="", max_length=500)


class Api:
    """One method a path."""

    def __init__(self, engine: Engine, options: ApiOptions) -> None:
        self._engine = engine
        self._options = options
        self._pushes = Pushes(engine, options.upload_bytes, self._caller)

    def routes(self) -> list[BaseRoute]:
        """Return what to mount."""
        return [route(path, **answers) for path, answers in self.paths()]

    def paths(self) -> list[tuple[str, dict[str, Answer]]]:
        """Return every path with its methods; the reference page is made from this."""
        return [
            ("/runs", {"GET": self.run_list, "POST": self.run_create}),
            ("/runs/{run_id}", {"GET": self.run_get}),
            ("/runs/{run_id}/plan", {"GET": self.plan_get}),
            ("/runs/{run_id}/log", {"GET": self.run_log}),
            ("/runs/{run_id}/apply", {"POST": self.run_apply}),
            ("/runs/{run_id}/cancel", {"POST": self.run_cancel}),
            ("/runs/{run_id}/discard", {"POST": self.run_discard}),
            ("/runs/{run_id}/approve", {"POST": self.decide}),
            ("/runs/{run_id}/reject", {"POST": self.decide}),
            ("/workspaces", {"GET": self.workspace_list}),
            ("/workspaces/{name}", {"GET": self.workspace_get}),
            *self._pushes.paths(),
            ("/audit", {"GET": self.audit_list}),
            ("/audit/verify", {"GET": self.audit_verify}),
        ]

    async def run_list(self, request: Request) -> View:
        """List runs: ?workspace= ?status= (repeated) ?cursor= ?limit=."""
        await self._caller(request)
        asked = request.query_params
        try:
            statuses = frozenset(RunStatus(s) for s in asked.getlist("status"))
        except ValueError:
            raise ArgumentsInvalid(problem="status is not one of a run") from None
        query = RunQuery(
            workspace=asked.get("workspace") or None,
            statuses=statuses,
            cursor=asked.get("cursor") or None,
            limit=number_of(request, "limit", 50, 1, 200),
        )
        return RunPage.of(await on_thread(self._engine.runs.list, query))

    async def run_create(self, request: Request) -> View:
        """Plan: the arguments of plan_create as JSON."""
        caller = await self._caller(request)
        ask = await body_of(request, PlanAsk)
        return RunView.of(await on_thread(ask.start, self._engine, caller))

    async def run_get(self, request: Request) -> View:
        """Read a run; ?wait= seconds answers as soon as it has settled."""
        await self._caller(request)
        run_id, seconds = _run_id(request), number_of(request, "wait", 0, 0, LONGEST)
        run = await follow(lambda: on_thread(self._engine.runs.get, run_id), seconds)
        return await on_thread(run_shown, self._engine, run, self._options.base_url)

    async def plan_get(self, request: Request) -> View:
        """Read a plan: a summary, ?address= one resource, ?cursor= details from there on."""
        await self._caller(request)
        address = request.query_params.get("address", "")
        paged = "cursor" in request.query_params
        start = number_of(request, "cursor", 0, 0, 10**9) if paged else None
        return await on_thread(plan_shown, self._engine, _run_id(request), address, start)

    async def run_log(self, request: Request) -> View:
        """Read the log: ?cursor= ?limit=."""
        await self._caller(request)
        cursor = number_of(request, "cursor", 0, 0, 10**12)
        limit = number_of(request, "limit", 200, 1, 200)
        return await on_thread(log_shown, self._engine, _run_id(request), cursor, limit)

    async def run_apply(self, request: Request) -> View:
        """Queue the apply of an approved plan."""
        caller = await self._caller(request)
        return RunView.of(await on_thread(self._engine.applies.start, _run_id(request), caller))

    async def run_cancel(self, request: Request) -> View:
        """Cancel a run; {"reason": …} may be sent."""
        return await self._end(request, self._engine.runs.cancel)

    async def run_discard(self, request: Request) -> View:
        """Throw a plan away; {"reason": …} may be sent."""
        return await self._end(request, self._engine.runs.discard)

    async def decide(self, request: Request) -> View:
        """Refuse: a decision is a person's, in the console, whatever credential is shown here."""
        await self._caller(request)
        raise DecisionNotHere(url=f"{self._options.base_url}/runs/{_run_id(request)}")

    async def workspace_list(self, request: Request) -> View:
        """List workspaces: ?cursor= ?limit=."""
        await self._caller(request)
        known = await on_thread(self._engine.workspaces.list)
        limit = number_of(request, "limit", 200, 1, 200)
        return WorkspacePage.of(known, request.query_params.get("cursor", ""), limit)

    async def workspace_get(self, request: Request) -> View:
        """Read a workspace."""
        await self._caller(request)
        name = request.path_params["name"]
        return WorkspaceView.of(await on_thread(self._engine.workspaces.get, name))

    async def audit_list(self, request: Request) -> View:
        """Read the audit: ?after= ?limit= ?run_id=."""
        await self._caller(request)
        after = number_of(request, "after", 0, 0, 10**15)
        limit = number_of(request, "limit", 100, 1, 500)
        run_id = request.query_params.get("run_id") or None
        records = await on_thread(self._engine.audits.list, after, limit, run_id)
        return AuditPage.of(records, after)

    async def audit_verify(self, request: Request) -> View:
        """Walk the whole audit and say whether it holds."""
        await self._caller(request)
        return AuditReportView.of(await on_thread(self._engine.audits.verify))

    async def _end(self, request: Request, verb: Callable[[str, Caller, str], Run]) -> View:
        caller = await self._caller(request)
        body = await body_of(request, Reason, missing=Reason())
        return RunView.of(await on_thread(verb, _run_id(request), caller, body.reason))

    async def _caller(self, request: Request) -> Caller:
        """Say who asks. Raises CredentialNeeded, CredentialInvalid."""
        secret = bearer(request.headers.get("authorization"))
        if secret is None:
            raise CredentialNeeded
        via = request.headers.get("user-agent", "")
        return await on_thread(self._engine.callers.identify, secret, via)


def _run_id(request: Request) -> str:
    return str(request.path_params["run_id"])
