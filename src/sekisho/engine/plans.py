"""Plans: asking for one, and reading what it said."""

import dataclasses
from collections.abc import Sequence

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Configuration
from sekisho.domain.errors import (
    ArgumentsInvalid,
    PlanMissing,
    PlansWaiting,
    RunsApart,
    SourceRefused,
)
from sekisho.domain.intents import ACTIONS, MOST, NO_INTENT, Intent
from sekisho.domain.origins import Origin, ways
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plan_comparisons import PlanComparison, compare
from sekisho.domain.plans import PlanMode, PlanOptions, PlanReading
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.text import plain
from sekisho.domain.workspaces import Workspace
from sekisho.engine.brakes import Brakes
from sekisho.engine.configurations import commit_facts, origin_name
from sekisho.engine.parts import Parts
from sekisho.ports import RunQuery

_MESSAGE = 500
_ADDRESSES = 100
_ROLLBACK = 4000


@dataclasses.dataclass(frozen=True)
class PlanOrder:
    """What to plan: a stored configuration, in a workspace, in which way, and why."""

    workspace: str
    configuration: str
    options: PlanOptions = dataclasses.field(default_factory=PlanOptions)
    message: str = ""
    change_id: str = ""
    rollback: str = ""
    intent: Intent = NO_INTENT
    origin: Origin | None = None
    """How the files came in just now; None: the caller named a digest, which proves no way."""


class Plans:
    """Makes runs, which begin with a plan, and reads plans back."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._brakes = Brakes(parts)

    def create(self, order: PlanOrder, caller: Caller) -> Run:
        """Queue a plan and return its run at once; a worker does the rest.

        Raises:
            WorkspaceUnknown, ConfigurationUnknown, ArgumentsInvalid.
            AccessMissing: the caller may not plan there.
            SourceRefused: the content came in a way that this workspace does not take.
            ServerStopped: somebody stopped everything.
            PlansWaiting: the caller has enough of them in the queue.
            QuotaSpent, CoolingDown: they began too many of late, or only such as fail.
        """
        parts = self._parts
        workspace = parts.catalog.get(order.workspace)
        parts.allow(caller, "plan", workspace.name)
        configuration = parts.store.configurations.get(order.configuration)
        _check(order)
        origin = self._origin(workspace, configuration, order.origin)
        now = parts.clock.now()
        self._brakes.check_plan(caller, now)
        self._check_queue(caller)
        run = Run(
            id=parts.ids.new("run"),
            workspace=workspace.name,
            configuration=configuration.digest,
            source=origin.source,
            requested_by=caller,
            created_at=now,
            updated_at=now,
            options=order.options,
            message=plain(order.message),
            change_id=plain(order.change_id),
            rollback=plain(order.rollback, _ROLLBACK),
            intent=order.intent,
            commit=origin.commit,
        )
        facts = {"configuration": run.configuration, "options": run.options.describe()}
        facts |= {"source": run.source} | commit_facts(run.commit)
        parts.store.runs.add(run, parts.entry(now, "run.create", caller, run, **facts))
        parts.bell.ring()
        return run

    def _check_queue(self, caller: Caller) -> None:
        """Keep the queue short enough to be looked through at every turn of a worker."""
        cap = self._parts.limits.plans_waiting
        query = RunQuery(statuses=frozenset({RunStatus.PLAN_QUEUED}), limit=200)
        queued = self._parts.everything.walk(query)
        if sum(run.requested_by.person == caller.person for run in queued) >= cap:
            raise PlansWaiting(cap=cap)

    def _origin(
        self, workspace: Workspace, configuration: Configuration, given: Origin | None
    ) -> Origin:
        """Say which way this run's configuration came, and hold it to the workspace's sources.

        What the order says counts only where this server marked that very way.
        """
        blobs, digest = self._parts.store.blobs, configuration.digest
        possible = (given,) if given else ways(workspace)
        for origin in possible:
            marked = blobs.has(origin_name(digest, origin, workspace.name))
            if marked and origin.source in workspace.sources:
                return origin
        source = given.source if given else configuration.source
        allowed = ", ".join(workspace.sources)
        raise SourceRefused(name=workspace.name, source=source, allowed=allowed)

    def changes(self, run_id: str, numbers: Sequence[int]) -> tuple[ResourceChange, ...]:
        """Return changes of a plan with their values, by number, in the order asked for.

        Raises:
            PlanMissing: there is no plan, or none of its changes has such a number.
        """
        run = self._parts.store.runs.get(run_id)
        try:
            return self._parts.store.readings.changes(run_id, numbers)
        except KeyError:
            raise PlanMissing(run_id=run_id, status=run.status) from None

    def compare(self, run_id: str, with_run: str) -> PlanComparison:
        """Hold the plan of a run against that of an earlier run of the same workspace.

        Raises:
            PlanMissing: one of them has none.
            RunsApart: they are of two workspaces.
        """
        runs = self._parts.store.runs
        later, earlier = runs.get(run_id), runs.get(with_run)
        if later.workspace != earlier.workspace:
            raise RunsApart(run_id=run_id, other=with_run)
        return compare(self.reading(with_run).changes, self.reading(run_id).changes)

    def reviewed_before(self, run_id: str) -> Run | None:
        """Return the last run before this one, of its workspace, that a person decided about."""
        run = self._parts.store.runs.get(run_id)
        query = RunQuery(workspace=run.workspace, cursor=run.id, limit=50)
        page = self._parts.store.runs.find(query)
        decided = (r for r in page.items if r.plan and (r.approvals or r.rejection))
        return next(decided, None)

    def reading(self, run_id: str) -> PlanReading:
        """Return what a plan said, redacted; its changes are rows. Raises PlanMissing."""
        run = self._parts.store.runs.get(run_id)
        reading = self._parts.store.readings.plan(run_id) if run.plan else None
        if reading is None:
            raise PlanMissing(run_id=run_id, status=run.status)
        return reading


def _check(order: PlanOrder) -> None:
    addresses = (*order.options.targets, *order.options.replace)
    if len(addresses) > _ADDRESSES:
        raise ArgumentsInvalid(problem=f"more than {_ADDRESSES} addresses")
    if any(not a.strip() or a.startswith("-") or not a.isprintable() for a in addresses):
        raise ArgumentsInvalid(problem="an address is empty, begins with '-' or is not printable")
    if len(order.message) > _MESSAGE or len(order.change_id) > _MESSAGE:
        raise ArgumentsInvalid(problem=f"message or change_id is longer than {_MESSAGE}")
    if len(order.rollback) > _ROLLBACK:
        raise ArgumentsInvalid(problem=f"rollback is longer than {_ROLLBACK} characters")
    _check_intent(order.intent)
    if order.options.replace and order.options.mode is not PlanMode.NORMAL:
        raise ArgumentsInvalid(problem="replace goes with mode normal alone")


def _check_intent(intent: Intent) -> None:
    patterns = intent.addresses
    if len(patterns) > MOST or any(not p.strip() or len(p) > _MESSAGE for p in patterns):
        problem = f"intent.addresses are up to {MOST} patterns of up to {_MESSAGE} characters"
        raise ArgumentsInvalid(problem=problem)
    if not set(intent.actions) <= set(ACTIONS):
        raise ArgumentsInvalid(problem=f"intent.actions are some of {', '.join(ACTIONS)}")
    if intent.max_destroys is not None and intent.max_destroys < 0:
        raise ArgumentsInvalid(problem="intent.max_destroys is less than nothing")
