"""A whole server in memory, for tests of the faces: the engine over fakes, and a worker."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

from sekisho.domain.access import EVERYTHING, Access
from sekisho.domain.callers import Caller
from sekisho.domain.errors import WorkspaceUnknown
from sekisho.domain.groups import Group
from sekisho.domain.rules import Require, Rule
from sekisho.domain.runs import AT_WORK, Run, RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.engine.parts import Parts
from sekisho.engine.plans import PlanOrder
from sekisho.engine.worker import Worker
from sekisho.executors.local import LocalExecutor
from sekisho.ports import RunQuery
from sekisho.sources import LocalSources
from sekisho.stores.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.journal import FakeJournal
from tests.fakes.keys import FakeKeys
from tests.fakes.processes import FakeProcesses
from tests.fakes.step_up import FakeStepUp
from tests.fakes.stores import memory_store
from tests.fakes.terraform import FakeTerraform

CONSOLE = "http://127.0.0.1:8321"
SATO = Caller("sato@example.jp", "kiro", "token")
ONE = 'resource "terraform_data" "a" {\n  input = "1"\n}\noutput "site" {\n  value = "x"\n}\n'
_UNSETTLED = AT_WORK | {RunStatus.PLAN_QUEUED, RunStatus.APPLY_QUEUED}


class FewWorkspaces:
    """A catalog of what a test names."""

    def __init__(self, *workspaces: Workspace) -> None:
        self._known = {w.name: w for w in workspaces}
        self.declared_groups: tuple[Group, ...] = ()
        self.declared_access = EVERYTHING

    def get(self, name: str) -> Workspace:
        if name not in self._known:
            raise WorkspaceUnknown(name=name, near=", ".join(self._known))
        return self._known[name]

    def all(self) -> tuple[Workspace, ...]:
        return tuple(self._known.values())

    def groups(self) -> tuple[Group, ...]:
        return self.declared_groups

    def access(self) -> Access:
        return self.declared_access


@dataclasses.dataclass
class House:
    """What a test plays with."""

    parts: Parts
    engine: Engine
    store: MemoryStore
    terraform: FakeTerraform
    clock: FakeClock
    step_up: FakeStepUp
    journal: FakeJournal
    worker: Worker

    def work(self) -> None:
        """Let the worker carry whatever waits to its end."""
        until = time.monotonic() + 20
        while self._unsettled() or self.worker.carrying:
            self.worker.turn()
            self.parts.bell.wait(0.01)
            assert time.monotonic() < until, "the worker does not come to an end"

    def _unsettled(self) -> bool:
        return bool(self.store.runs.find(RunQuery(statuses=frozenset(_UNSETTLED))).items)

    def planned(self, workspace: str = "network", text: str = ONE) -> Run:
        """Make a run and let it be planned."""
        taken = self.engine.configurations.from_inline(workspace, {"main.tf": text}, SATO)
        run = self.engine.plans.create(PlanOrder(workspace, taken.digest, message="why"), SATO)
        self.work()
        return self.engine.runs.get(run.id)

    def approved(self, workspace: str = "network") -> Run:
        """Make a run, plan it, and approve it as another person."""
        run = self.planned(workspace)
        self.approve(run.id)
        return self.engine.runs.get(run.id)

    def approve(self, run_id: str) -> None:
        """Approve as a person does: with a code from the terminal."""
        seal = self.engine.approvals.begin(run_id, "approve")
        self.engine.approvals.approve(run_id, seal, self.step_up.shown[-1])

    def applied(self, workspace: str = "network") -> Run:
        """Make a run, and bring it all the way."""
        run = self.approved(workspace)
        self.engine.applies.start(run.id, SATO)
        self.work()
        return self.engine.runs.get(run.id)

    def token(self, person: str = "sato@example.jp") -> str:
        """Make a credential."""
        return self.engine.tokens.create(person, "test", None)[1]


def build(folder: Path, *, open_: bool = True, console: str = CONSOLE, **parts: Any) -> House:
    """Build a server whose files lie in `folder`."""
    clock, journal, terraform = FakeClock(), FakeJournal(), FakeTerraform()
    store, step_up = memory_store(), FakeStepUp(clock)
    files = folder / "own"
    files.mkdir(exist_ok=True)
    (files / "main.tf").write_text(ONE, encoding="utf-8")
    catalog = FewWorkspaces(
        Workspace("network", description="The network", variables={"env": "prod"}),
        Workspace("free", rules=(Rule("none", Require(approvals=0)),)),
        Workspace("own", folder=str(files), sources=("folder",)),
    )
    given: dict[str, Any] = {
        "store": store,
        "catalog": catalog,
        "sources": LocalSources(folder),
        "terraform": terraform,
        "executor": LocalExecutor(journal),
        "keys": FakeKeys(),
        "processes": FakeProcesses(),
        "step_up": step_up,
        "clock": clock,
        "ids": FakeIds(),
        "journal": journal,
        "console_url": console,
    }
    whole = Parts(**(given | parts))
    engine = Engine.of(whole, open_=open_)
    return House(whole, engine, store, terraform, clock, step_up, journal, Worker(whole))
