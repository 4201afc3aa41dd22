"""The parts that every engine class works with, handed over as one value by the wiring."""

import dataclasses
import threading
from collections.abc import Iterator
from datetime import datetime

from sekisho.domain.access import ACTS, WHOLE, Act, Sight
from sekisho.domain.audit import AuditEntry, Fact
from sekisho.domain.callers import Caller, is_operator
from sekisho.domain.errors import AccessMissing
from sekisho.domain.runs import Run
from sekisho.engine.allowances import Allowances
from sekisho.engine.closing import ClosedStore, Closure
from sekisho.engine.memory import Memory
from sekisho.engine.reading import ReadableCatalog, ReadableStore
from sekisho.ports import (
    Anchors,
    Authenticators,
    Catalog,
    Clock,
    Executor,
    Identities,
    Ids,
    Journal,
    Keys,
    Lender,
    Limits,
    LoadBalancer,
    PolicyEngine,
    Processes,
    RunQuery,
    Scanner,
    SignIn,
    Sources,
    StepUp,
    Store,
    Terraform,
)


class Bell:
    """Wakes the worker of this process as soon as there is something to do."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        """Wake whoever waits, or the next to wait."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait for a ring, or for the time to pass."""
        self._event.wait(seconds)
        self._event.clear()


@dataclasses.dataclass(frozen=True)
class Entrance:
    """How people sign in at the console and prove themselves: at a provider, or by a balancer."""

    authenticators: Authenticators
    sign_in: SignIn | None = None
    load_balancer: LoadBalancer | None = None


@dataclasses.dataclass(frozen=True)
class Parts:
    """Ports and figures; `console_url` is where people approve (empty: not known here).

    `entrance`: how people sign in at the console, where they do. `closed`: why this server takes no
    runs; the store then refuses all that has to do with them.
    `identities`: who vouches for people besides our own keys.
    `anchors`: where checkpoints of the audit go besides the log.
    `scanner`: what looks for what is unsafe, where one may be. `policies`: what evaluates policies
    in Rego. `lender`: what lends roles of targets to runs.
    `sight`: what the store and the catalog show here, to `viewer`; `whole` are the parts that show
    everything, for what counts over everybody's runs and shows none of them.
    """

    store: Store
    catalog: Catalog
    sources: Sources
    terraform: Terraform
    executor: Executor
    keys: Keys
    processes: Processes
    step_up: StepUp
    clock: Clock
    ids: Ids
    journal: Journal
    limits: Limits = dataclasses.field(default_factory=Limits)
    bell: Bell = dataclasses.field(default_factory=Bell)
    allowances: Allowances = dataclasses.field(default_factory=Allowances)
    console_url: str = ""
    entrance: Entrance | None = None
    closed: Closure | None = None
    identities: Identities | None = None
    anchors: Anchors | None = None
    scanner: Scanner | None = None
    policies: PolicyEngine | None = None
    lender: Lender | None = None
    memory: Memory = dataclasses.field(default_factory=Memory)
    sight: Sight = WHOLE
    viewer: str = ""
    whole: "Parts | None" = None

    def __post_init__(self) -> None:
        """Shut the store where no runs are taken."""
        if self.closed and not isinstance(self.store, ClosedStore):
            # Named by its port, so that the type checker misses no store that comes later.
            closed: Store = ClosedStore(self.store, self.closed)
            object.__setattr__(self, "store", closed)

    @property
    def everything(self) -> "Parts":
        """The parts that keep nothing from anybody: for counting, never for showing."""
        return self.whole or self

    def seen_by(self, caller: Caller) -> "Parts":
        """Return the parts as a caller may see them: the same, where nothing is kept from them."""
        sight = self.sight_of(caller)
        if sight.whole:
            return self
        store, catalog = ReadableStore(self.store, sight), ReadableCatalog(self.catalog, sight)
        theirs = {"sight": sight, "viewer": caller.person, "whole": self.everything}
        return dataclasses.replace(self, store=store, catalog=catalog, **theirs)

    def sight_of(self, caller: Caller) -> Sight:
        """Return what a caller may read; whoever holds the data folder reads everything."""
        return WHOLE if is_operator(caller) else self.catalog.access().sight(caller.groups)

    def entry(
        self, at: datetime, action: str, caller: Caller, run: Run, **facts: Fact
    ) -> AuditEntry:
        """Make an audit entry about a run. The moment is given: inside a write nobody asks a clock.

        A `change` may be called again and must give the same answer then.
        """
        return AuditEntry(at, action, caller, run.workspace, run.id, facts)

    def charge(self, caller: Caller, size: int) -> None:
        """Count what somebody brings in, before it is kept. Raises AllowanceSpent."""
        self.allowances.take(caller, size, self.clock.now(), self.limits.day_bytes)

    def about(
        self, at: datetime, action: str, caller: Caller, workspace: str | None, **facts: Fact
    ) -> AuditEntry:
        """Make an audit entry about a workspace, or about the server where it is None."""
        return AuditEntry(at, action, caller, workspace, None, facts)

    def allow(self, caller: Caller, act: Act, workspace: str) -> None:
        """Let a caller pass who may do this there. Raises AccessMissing."""
        acts = self.catalog.access().acts(caller.groups, workspace)
        if act not in acts:
            mine = ", ".join(a for a in ACTS if a in acts) or "-"
            facts = {"person": caller.person, "act": act, "name": workspace, "acts": mine}
            raise AccessMissing(**facts)

    def walk(self, query: RunQuery) -> Iterator[Run]:
        """Walk every run of a query, newest first, page by page."""
        while True:
            page = self.store.runs.find(query)
            yield from page.items
            if page.cursor is None:
                return
            query = dataclasses.replace(query, cursor=page.cursor)

    def working(self, run: Run) -> bool | None:
        """Say whether Terraform of a run is still at work; None where nobody here can know."""
        if self.terraform.at_work(run.id):
            return True
        return self.processes.alive(run.process) if run.process else None

    def console(self) -> str:
        """Return where people approve: here, or on a server that shares our store; else ""."""
        return self.console_url or next(
            (
                worker.console_url
                for worker in self.store.workers.all()
                if worker.console_url and self.processes.alive(worker.process) is not False
            ),
            "",
        )

    def review_url(self, run_id: str) -> str:
        """Return the review page of a run; relative where no console is known."""
        return f"{self.console()}/runs/{run_id}"
