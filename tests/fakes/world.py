"""A whole server over fakes: tests of the engine start here.

    world = World()
    run = world.approved()
    world.apply(run)

Its clock ticks at every look, so a `change` that asks for the time gives two answers to one
question, and the memory store reports it.
"""

import dataclasses
import functools
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sekisho.domain.access import EVERYTHING, Access
from sekisho.domain.audit import RUN_VERSION, WORKSPACE_VERSION
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import WorkspaceUnknown
from sekisho.domain.groups import Group
from sekisho.domain.leases import ProcessMark
from sekisho.domain.plans import PlanOptions
from sekisho.domain.rules import Require, Rule
from sekisho.domain.runs import ApplyRecord, Run, RunStatus
from sekisho.domain.states import StatePointer, StatePosition
from sekisho.domain.targets import S3Backend
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.engine import Engine
from sekisho.engine.parts import Parts
from sekisho.engine.plans import PlanOrder
from sekisho.engine.worker import Worker
from sekisho.ports import DeskOrder, Limits
from sekisho.sources import LocalSources
from sekisho.stores.memory.anchors import MemoryAnchors
from tests.fakes.clock import FakeClock
from tests.fakes.credentials import FakeLender, FakeRoles
from tests.fakes.executor import FakeExecutor, Mode
from tests.fakes.ids import FakeIds
from tests.fakes.journal import FakeJournal
from tests.fakes.keys import FakeKeys
from tests.fakes.policies import FakePolicyEngine
from tests.fakes.processes import FakeProcesses
from tests.fakes.scanners import FakeScanner
from tests.fakes.step_up import FakeStepUp
from tests.fakes.stores import memory_store
from tests.fakes.terraform import PROCESS, FakeDesk, FakeTerraform

AGENT = Caller("sato", "kiro/0.9", "token")
"""Who asks for runs."""
PERSON = Caller("suzuki", "console", "terminal_code")
"""Who locks and unlocks."""
TWO = Rule("two people", Require(approvals=2))
NOBODY = Rule("sandbox", Require(approvals=0))
ALONE = Rule("alone", Require(self_approval=True))
S3 = S3Backend("bucket", "network/terraform.tfstate", "ap-northeast-1")


def main(value: str = "1", *names: str, output: str = "") -> dict[str, str]:
    """Write a configuration: one `terraform_data` a name, and an output where one is wanted."""
    blocks = [
        f'resource "terraform_data" "{n}" {{\n  input = "{value}"\n}}\n' for n in names or ("a",)
    ]
    if output:
        blocks.append(f'output "answer" {{\n  value = "{output}"\n}}\n')
    return {"main.tf": "".join(blocks)}


def until(happens: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that other threads bring about."""
    for _ in range(round(seconds / 0.002)):
        if happens():
            return
        threading.Event().wait(0.002)
    raise AssertionError("it did not happen")


def between(owner: Any, method: str, happens: Callable[[], object]) -> None:
    """Let something happen once, just after `owner.method` has answered and before it returns."""
    inner = getattr(owner, method)

    def answer(*args: Any, **more: Any) -> Any:
        answered = inner(*args, **more)
        setattr(owner, method, inner)
        happens()
        return answered

    setattr(owner, method, answer)


def failing(owner: Any, method: str, error: Exception, *, times: int = 10**6) -> Callable[[], None]:
    """Let a method fail the next `times`; call the result to mend it."""
    inner, left = getattr(owner, method), [times]

    def fail(*args: Any, **more: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise error
        return inner(*args, **more)

    setattr(owner, method, fail)
    return lambda: setattr(owner, method, inner)


class TickingClock(FakeClock):
    """A microsecond passes at every look at the wall clock."""

    def __init__(self) -> None:
        super().__init__()
        self._tick = threading.Lock()

    def now(self) -> datetime:
        with self._tick:
            self._now += timedelta(microseconds=1)
            return self._now


class FakeCatalog:
    """Workspaces in a dict that a test may change while the server runs."""

    def __init__(self, *workspaces: Workspace) -> None:
        self.workspaces = {w.name: w for w in workspaces}
        self.declared_groups: tuple[Group, ...] = ()
        self.declared_access = EVERYTHING

    def get(self, name: str) -> Workspace:
        if name not in self.workspaces:
            raise WorkspaceUnknown(name=name, near=", ".join(self.workspaces))
        return self.workspaces[name]

    def all(self) -> tuple[Workspace, ...]:
        return tuple(self.workspaces.values())

    def groups(self) -> tuple[Group, ...]:
        return self.declared_groups

    def access(self) -> Access:
        return self.declared_access

    def change(self, name: str, **changes: Any) -> None:
        self.workspaces[name] = dataclasses.replace(self.workspaces[name], **changes)


class Seat:
    """The processes of the world, seen by a worker that is another process."""

    def __init__(self, processes: FakeProcesses, mark: ProcessMark) -> None:
        self._processes, self._mark = processes, mark

    def me(self) -> ProcessMark:
        return self._mark

    def alive(self, mark: ProcessMark) -> bool | None:
        return self._processes.alive(mark)

    def interrupt(self, mark: ProcessMark) -> None:
        self._processes.interrupt(mark)


class World:
    """`worker` is the first of the workers; `other_worker` brings more, as other processes."""

    def __init__(
        self, *workspaces: Workspace, limits: Limits | None = None, mode: Mode = "inline"
    ) -> None:
        self.clock = TickingClock()
        self.keys = FakeKeys()
        self.processes = FakeProcesses(host=PROCESS.host)
        self.terraform = FakeTerraform()
        self.step_up = FakeStepUp(self.clock)
        self.journal = FakeJournal()
        self.catalog = FakeCatalog(*workspaces or (Workspace("dev"), Workspace("other")))
        self.executor = FakeExecutor(self.journal, mode)
        self.store = memory_store()
        self.anchors = MemoryAnchors()
        self.scanner = FakeScanner("")
        self.policies = FakePolicyEngine()
        self.lender = FakeLender(FakeRoles(self.clock), self.clock)
        self.parts = Parts(
            store=self.store,
            catalog=self.catalog,
            sources=LocalSources(Path(tempfile.gettempdir())),
            terraform=self.terraform,
            executor=self.executor,
            keys=self.keys,
            processes=self.processes,
            step_up=self.step_up,
            clock=self.clock,
            ids=FakeIds(),
            journal=self.journal,
            limits=limits or Limits(),
            console_url="http://127.0.0.1:8080",
            anchors=self.anchors,
            scanner=self.scanner,
            policies=self.policies,
            lender=self.lender,
        )
        self.engine = Engine.of(self.parts, open_=True)
        self.worker = Worker(self.parts)

    # --- the verbs of a journey -----------------------------------------------------------------

    def configuration(self, files: Mapping[str, str] | None = None, workspace: str = "dev") -> str:
        files = main() if files is None else files
        return self.engine.configurations.from_inline(workspace, files, AGENT).digest

    def asked(
        self,
        files: Mapping[str, str] | None = None,
        workspace: str = "dev",
        options: PlanOptions | None = None,
        **order: Any,
    ) -> Run:
        """A run whose plan is queued."""
        digest = self.configuration(files, workspace)
        wanted = PlanOrder(workspace, digest, options or PlanOptions(), **order)
        return self.engine.plans.create(wanted, AGENT)

    def planned(
        self, files: Mapping[str, str] | None = None, workspace: str = "dev", **order: Any
    ) -> Run:
        """A run whose plan is made."""
        run = self.asked(files, workspace, **order)
        self.worker.turn()
        return self.run(run)

    def approve(self, run: Run, person: str = "terminal") -> Run:
        self.step_up.person = person
        seal = self.engine.approvals.begin(run.id, "approve")
        return self.engine.approvals.approve(run.id, seal, self.step_up.shown[-1], "looks right")

    def reject(self, run: Run, reason: str = "not today") -> Run:
        seal = self.engine.approvals.begin(run.id, "reject")
        return self.engine.approvals.reject(run.id, seal, self.step_up.shown[-1], reason)

    def approved(
        self, files: Mapping[str, str] | None = None, workspace: str = "dev", **order: Any
    ) -> Run:
        """A run whose plan is approved."""
        return self.approve(self.planned(files, workspace, **order))

    def queued(
        self, files: Mapping[str, str] | None = None, workspace: str = "dev", **order: Any
    ) -> Run:
        """A run whose apply is queued."""
        return self.engine.applies.start(self.approved(files, workspace, **order).id, AGENT)

    def queued_in(self, run: Run) -> Run:
        """The same run, its apply queued without asking anybody: what a forger would write."""
        record = ApplyRecord(AGENT, self.clock.now())
        return dataclasses.replace(run, status=RunStatus.APPLY_QUEUED, apply=record)

    def apply(self, run: Run) -> Run:
        self.engine.applies.start(run.id, AGENT)
        self.worker.turn()
        return self.run(run)

    def applied(
        self, files: Mapping[str, str] | None = None, workspace: str = "dev", **order: Any
    ) -> Run:
        """A run that is applied."""
        return self.apply(self.approved(files, workspace, **order))

    def twist(self, phase: str, **methods: Callable[..., Any]) -> None:
        """Replace methods of the desks of a phase; each gets the desk, then its arguments."""
        inner = self.terraform.open

        def opened(order: DeskOrder) -> FakeDesk:
            desk = inner(order)
            if order.phase == phase:
                for name, method in methods.items():
                    setattr(desk, name, functools.partial(method, desk))
            return desk

        self.terraform.open = opened

    # --- looking --------------------------------------------------------------------------------

    def run(self, run: Run) -> Run:
        return self.engine.runs.get(run.id)

    def record(self, workspace: str = "dev") -> WorkspaceRecord:
        return self.store.workspaces.get(workspace)

    def audit(self, run: Run | None = None) -> list[str]:
        """The actions in the audit, oldest first."""
        records = self.engine.audits.all()
        return [r.entry.action for r in records if run is None or r.entry.run_id == run.id]

    def facts(self, action: str) -> dict[str, Any]:
        """The facts of the newest audit record of this action; not the versions stores add."""
        entries = [r.entry for r in self.engine.audits.all() if r.entry.action == action]
        by_store = {RUN_VERSION, WORKSPACE_VERSION}
        return {k: v for k, v in entries[-1].facts.items() if k not in by_store}

    # --- what happens to a server ---------------------------------------------------------------

    def other_worker(self, pid: int = 200, *, host: str = "", **options: Any) -> Worker:
        """A worker in another process; its phases go to the same executor."""
        mark = ProcessMark(host, pid, "1") if host else self.processes.start(pid)
        parts = dataclasses.replace(self.parts, processes=Seat(self.processes, mark))
        return Worker(parts, **options)

    def kill(self, worker: Worker) -> None:
        """End the process of a worker without a word."""
        self.processes.end(worker._record.process)

    def terraform_lives(self) -> ProcessMark:
        """Let the process of the fake Terraform live on, as an orphan does."""
        self.processes._living.add(PROCESS)
        return PROCESS

    def pass_time(self, seconds: float, *workers: Worker, step: float = 1.0) -> None:
        """Let time pass while these workers work (none: the first one)."""
        for _ in range(round(seconds / step)):
            self.clock.advance(step)
            for worker in workers or (self.worker,):
                worker.turn()

    def move_state(self, serial: int, workspace: str = "dev", lineage: str = "") -> None:
        """Let the store believe that the state moved on by another hand."""
        known = self.record(workspace).state
        lineage = lineage or (known.position.lineage if known else f"lineage-{workspace}")
        blob = known.blob if known else None
        pointer = StatePointer(StatePosition(lineage, serial), self.clock.now(), "run_x", blob)

        def change(record: WorkspaceRecord) -> Change:
            return Change(workspace=dataclasses.replace(record, state=pointer))

        self.store.workspaces.update(workspace, change)
