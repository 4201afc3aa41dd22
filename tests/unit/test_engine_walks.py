"""Random walks: whatever people, agents, clocks and dying workers do, the promises hold."""

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sekisho.domain.approvals import people
from sekisho.domain.errors import Conflict, PlanMissing, WorkspaceNotLocked
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.engine.runs import settled
from sekisho.engine.worker import Worker
from sekisho.ports import RunQuery
from tests.fakes.world import AGENT, NOBODY, PERSON, TWO, World, main

S = RunStatus
ANY = st.randoms(use_true_random=False)
MOSTLY = st.sampled_from([True, True, True, False])
NAMES = st.sampled_from(["dev", "sandbox", "prod"])
ENDINGS = st.sampled_from(["good", "good", "failed", "unsaved", "bug"])


class Walk(RuleBasedStateMachine):
    """Two workers, two workspaces, one after the other; phases run when the walk says so."""

    @initialize()
    def begin(self) -> None:
        self.world = World(
            Workspace("dev"), Workspace("sandbox", rules=(NOBODY,)), Workspace("prod", rules=(TWO,))
        )
        self.world.executor.mode = "held"
        self.workers: list[Worker] = [self.world.worker, self.world.other_worker(300)]
        self.pid = 300

    def some(self, pick: Random, *statuses: RunStatus) -> Run | None:
        """One of the runs in these statuses, of any where there is none."""
        runs = self.world.engine.runs.list(RunQuery(limit=500)).items
        fitting = [r for r in runs if r.status in statuses] or runs
        return pick.choice(fitting) if fitting else None

    def work(self, *, at_once: bool) -> None:
        """Let the first worker take what there is, and carry it to its end where `at_once`."""
        self.world.executor.mode = "inline" if at_once else "held"
        self.workers[0].turn()
        self.world.executor.mode = "held"

    @rule(workspace=NAMES, value=st.integers(0, 5), at_once=MOSTLY)
    def ask(self, workspace: str, value: int, at_once: bool) -> None:
        self.world.asked(main(str(value)), workspace)
        self.work(at_once=at_once)

    @rule(pick=ANY, person=st.sampled_from(["suzuki", "ito", "sato"]))
    def approve(self, pick: Random, person: str) -> None:
        run = self.some(pick, S.AWAITING_APPROVAL)
        self.attempt(run, lambda run: self.world.approve(run, person))

    @rule(pick=ANY, at_once=st.booleans())
    def apply(self, pick: Random, at_once: bool) -> None:
        run = self.some(pick, S.APPROVED)
        self.attempt(run, lambda run: self.world.engine.applies.start(run.id, AGENT))
        self.work(at_once=at_once)

    @rule(pick=ANY, verb=st.sampled_from(["reject", "cancel", "discard", "again"]))
    def change_ones_mind(self, pick: Random, verb: str) -> None:
        verbs = {
            "reject": self.world.reject,
            "cancel": lambda run: self.world.engine.runs.cancel(run.id, AGENT),
            "discard": lambda run: self.world.engine.runs.discard(run.id, AGENT),
            "again": lambda run: self.world.engine.applies.start(run.id, AGENT),
        }
        self.attempt(self.some(pick), verbs[verb])

    @rule(workspace=NAMES, lock=st.booleans())
    def hold(self, workspace: str, lock: bool) -> None:
        workspaces = self.world.engine.workspaces
        with contextlib.suppress(Conflict):
            if lock:
                workspaces.lock(workspace, PERSON, "look")
        if not lock:
            self.unlock(workspace)

    @rule(seconds=st.sampled_from([0.0, 3.0, 3.0, 20.0]), which=st.integers(0, 1))
    def turn(self, seconds: float, which: int) -> None:
        self.world.clock.advance(seconds)
        self.workers[which].turn()

    @rule(jump=st.sampled_from([-3600, 3600, -86400, 86400]))
    def jump(self, jump: int) -> None:
        self.world.clock.jump(jump)

    @precondition(lambda self: any(not e.done() for e in self.world.executor.started))
    @rule(pick=ANY, ending=ENDINGS)
    def carry_on(self, pick: Random, ending: str) -> None:
        """Let a phase run, even one whose worker is long thought dead."""
        world = self.world
        waiting = [e for e in world.executor.started if not e.done()]
        script = world.terraform.script
        script.apply_error = "no quota" if ending == "failed" else ""
        script.unsaved = ending == "unsaved"
        untwisted = world.terraform.open
        if ending == "bug":
            world.twist("apply", apply=lambda *_: 1 / 0)
        pick.choice(waiting).run()
        world.terraform.open = untwisted

    @rule(which=st.integers(0, 1))
    def kill(self, which: int) -> None:
        self.world.kill(self.workers[which])
        self.pid += 1
        self.workers[which] = self.world.other_worker(self.pid)

    def attempt(self, run: Run | None, verb: Callable[[Run], object]) -> None:
        """Try a verb; what it refuses, it refuses with an error of ours that says why."""
        self.world.clock.advance(13)
        with contextlib.suppress(Conflict, PlanMissing):
            if run:
                verb(run)

    @invariant()
    def one_apply_at_a_time_and_it_holds_its_workspace(self) -> None:
        if not hasattr(self, "world"):
            return
        runs = self.world.engine.runs.list(RunQuery(limit=500)).items
        applying = [r for r in runs if r.status is S.APPLYING]
        assert max(Counter(r.workspace for r in applying).values(), default=0) <= 1
        held = {
            name: record.lease.run_id
            for name, record in self.world.store.workspaces.all().items()
            if record.lease
        }
        assert held == {r.workspace: r.id for r in applying}, "no lease outlives its apply"
        begun = [
            r.entry.run_id
            for r in self.world.engine.audits.all()
            if r.entry.action == "run.apply_start"
        ]
        assert len(set(begun)) == len(begun), "no run is applied twice"
        for run in runs:
            if run.id in begun and run.plan:
                approved = people(run.approvals, run.plan.seal.seal.digest) - {AGENT.person}
                assert len(approved) >= {"dev": 1, "sandbox": 0, "prod": 2}[run.workspace]

    def teardown(self) -> None:
        """In the end everything settles, nothing stays held but by a person, the audit is sound."""
        if not hasattr(self, "world"):
            return
        world = self.world
        for workspace in world.catalog.workspaces:
            self.unlock(workspace)
        for execution in world.executor.started:
            if not execution.done():
                execution.run()
        world.executor.mode = "inline"
        world.terraform.script = dataclasses.replace(
            world.terraform.script, apply_error="", unsaved=False
        )
        world.clock.advance(90 * 86400 / 2)  # more than all jumps back together
        world.pass_time(100, *self.workers, step=4)
        for workspace in world.catalog.workspaces:
            self.unlock(workspace)
        world.pass_time(30 * 3600, *self.workers, step=3600)
        runs = world.engine.runs.list(RunQuery(limit=500)).items
        assert [r.status for r in runs if not settled(r)] == []
        assert [r.status for r in runs if r.status in (S.AWAITING_APPROVAL, S.APPROVED)] == []
        assert all(record.free() for record in world.store.workspaces.all().values())
        assert world.engine.audits.verify().faults == ()
        assert not world.journal.named("recovery.failed")

    def unlock(self, workspace: str) -> None:
        with contextlib.suppress(WorkspaceNotLocked):
            self.world.engine.workspaces.unlock(workspace, PERSON)


Walk.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestWalk = Walk.TestCase
