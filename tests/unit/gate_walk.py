"""A walk of people, agents, operators and forgers over a whole server, and a judge of its own.

The walk remembers what people were let decide. Whenever an apply has begun, the naive gate (see
`gate_reference`) judges from that memory alone whether it might: not from what the store says.
"""

import contextlib
import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sekisho.domain.access import EVERYTHING, Access, Grant
from sekisho.domain.approvals import Approval
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import SekishoError
from sekisho.domain.intents import NO_INTENT, Intent
from sekisho.domain.overrides import OverrideKind
from sekisho.domain.plans import PlanOptions
from sekisho.domain.rules import Level, Match, PlanFacts, Require, Rule
from sekisho.domain.rules_wants import Promises
from sekisho.domain.runs import WAITING, ApplyRecord, Run, RunStatus
from sekisho.domain.sessions import SignedIn
from sekisho.domain.states import NO_STATE, StatePosition
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.engine import Engine
from sekisho.engine.parts import Parts
from sekisho.engine.plans import PlanOrder
from sekisho.engine.worker import Worker
from sekisho.ports import RunQuery
from tests.fakes.step_up import FakeStepUp
from tests.fakes.world import World, main
from tests.unit import gate_reference as reference
from tests.unit.gate_cases import freeze, window

S = RunStatus
ANY = st.randoms(use_true_random=False)


def person(name: str, *groups: str, subject: str = "") -> Caller:
    return Caller(name, "console", "passkey", subject=subject, groups=groups)


SATO = Caller("sato", "kiro/0.9", "token", subject="id|sato", groups=("devs",))
BOT = Caller("bot", "ci", "token", groups=("bots",))
REQUESTERS = [SATO, SATO, BOT]
PEOPLE = [
    person("suzuki", "sre", subject="id|suzuki"),
    person("ito", "sre", "dba", subject="id|ito"),
    person("kato", "leads", subject="id|kato"),
    person("sato", "devs", "leads", subject="id|sato"),
    person("佐藤", "sre", "leads", subject="id|sato"),
    person("ｓａｔｏ", "sre"),
    person("mallory"),
]
"""Two of them are the requester, renamed or written otherwise; the last belongs nowhere."""
NIGHT = window("22:00-26:00", "mon-thu")
FROZEN = freeze("2026-04-03", "2026-04-05")
RULE_SETS: dict[str, tuple[Rule, ...]] = {
    "none": (),
    "one": (Rule("one", Require()),),
    "free": (Rule("free", Require(approvals=0)),),
    "two": (Rule("two", Require(approvals=2, groups=("sre", "leads"))),),
    "dba": (Rule("dba", Require(groups=("dba",))),),
    "owner": (Rule("one", Require()), Rule("dba", Require(approvals=0, more=1, groups=("dba",)))),
    "self": (Rule("self", Require(self_approval=True)),),
    "night": (Rule("night", Require(window=NIGHT, plan_age=timedelta(days=3))),),
    "frozen": (Rule("calm", Require(freezes=(FROZEN,), plan_age=timedelta(days=6))),),
    "soft": (
        Rule("leads", Require(groups=("leads",)), level=Level.SOFT, overriders=("leads",)),
        Rule("night", Require(0, silent=True, window=NIGHT), level=Level.SOFT),
    ),
    "change": (
        Rule("change", Require(change_id=r"CHG-\d+", rollback=True)),
        Rule("said", Require(0, silent=True, intent=True), level=Level.ADVISORY),
    ),
    "advice": (Rule("nice", Require(), level=Level.ADVISORY),),
    "part": (
        Rule("types", Require(0), Match(types=("terraform_data",), actions=("create",))),
        Rule("mine", Require(self_approval=True), Match(actions=("update",))),
        Rule("young", Require(0, silent=True, plan_age=timedelta(hours=2))),
    ),
    "claim": (Rule("kiro", Require(0), Match(clients=("kiro*",))),),
}
"""The operator's rules change between these."""
LEADS = Access(
    (
        Grant("sre", frozenset({"read", "approve"})),
        Grant("leads", frozenset({"read", "approve", "override", "break_glass"})),
        Grant("devs", frozenset({"read", "plan", "apply", "approve"})),
    )
)
GRANTS = [
    *(EVERYTHING, LEADS, LEADS),
    Access((Grant("dba", frozenset({"approve"})), Grant("bots", frozenset({"plan", "apply"})))),
]
NAMES = ["dev", "prod"]
Promised = tuple[str, str, Intent]
PROMISED: list[Promised] = [
    *(("CHG-7", "revert", NO_INTENT), ("CHG-7", "revert", Intent(max_destroys=0))),
    *(("", "revert", NO_INTENT), ("CHG-7 or so", "revert", NO_INTENT), ("CHG-7", "", NO_INTENT)),
]
"""Change number, way back, intent."""


class WalkStepUp(FakeStepUp):
    """Whoever the walk says stands before the console."""

    by = PEOPLE[0]

    def finish(
        self, run_id: str, seal: str, decision: str, proof: str, who: SignedIn | None = None
    ) -> Caller:
        super().finish(run_id, seal, decision, proof, who)
        return self.by


@dataclasses.dataclass
class Known:
    """What the walk knows of a run: how it was planned, and who was let decide."""

    rules: tuple[Rule, ...]
    made_at: datetime | None = None
    seal: str = ""
    base: StatePosition | None = None
    approvals: list[Caller] = dataclasses.field(default_factory=list)
    passes: list[reference.Pass] = dataclasses.field(default_factory=list)


class GateWalk(RuleBasedStateMachine):
    """`broken` is what a test plants in the server, to see that the walk finds it."""

    broken: ClassVar[Callable[[Parts], Parts] | None] = None
    looked_for: ClassVar[str] = ""
    sets: ClassVar[tuple[str, ...]] = tuple(RULE_SETS)

    @initialize(
        dev=st.integers(0, 99),
        prod=st.integers(0, 99),
        promised=st.sampled_from(PROMISED),
    )
    def begin(self, dev: int, prod: int, promised: Promised) -> None:
        world = self.world = World(
            Workspace("dev", rules=self.rules_of(dev)), Workspace("prod", rules=self.rules_of(prod))
        )
        self.door = WalkStepUp(world.clock)
        parts = dataclasses.replace(world.parts, step_up=self.door)
        plant = type(self).broken
        parts = plant(parts) if plant else parts
        self.parts, self.engine, self.worker = parts, Engine.of(parts, open_=True), Worker(parts)
        self.known: dict[str, Known] = {}
        self.proofs: list[tuple[str, str, str]] = []
        self.judged = 0
        world.catalog.declared_access = LEADS
        for name in NAMES:
            self.plan(name, SATO, 1, promised)

    # --- what people and agents do --------------------------------------------------------------

    @rule(
        name=st.sampled_from(NAMES),
        by=st.sampled_from(REQUESTERS),
        value=st.integers(0, 3),
        promised=st.sampled_from(PROMISED),
    )
    def plan(self, name: str, by: Caller, value: int, promised: Promised) -> None:
        files = main(str(value), *"ab"[: 1 + value % 2])
        with contextlib.suppress(SekishoError):
            digest = self.engine.configurations.from_inline(name, files, by).digest
            order = PlanOrder(name, digest, PlanOptions(), "", *promised)
            self.engine.plans.create(order, by)
        self.turn()

    @rule(
        pick=ANY,
        people=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3),
        then=st.booleans(),
    )
    def approve(self, pick: Random, people: list[Caller], then: bool) -> None:
        """Some people approve a run, one after the other; then perhaps an agent applies it."""
        run = self.some(pick, S.AWAITING_APPROVAL)
        for by in people:
            if run:
                self.approve_one(run, by)
        if then:
            self.apply(pick, SATO, pick.random() < 0.5)

    def approve_one(self, run: Run, by: Caller) -> None:
        with contextlib.suppress(SekishoError):
            self.world.clock.advance(13)
            seal = self.engine.approvals.begin(run.id, "approve")
            self.door.by, proof = by, self.door.shown[-1]
            self.proofs.append((run.id, seal, proof))
            self.engine.approvals.approve(run.id, seal, proof)
            assert self.may(by, "approve", run)
            self.known[run.id].approvals.append(by)

    @precondition(lambda self: bool(self.proofs))
    @rule(pick=ANY, by=st.sampled_from(PEOPLE), other=st.booleans())
    def replay(self, pick: Random, by: Caller, other: bool) -> None:
        """An agent that read a proof from its person's disk shows it again, for this or another."""
        run_id, seal, proof = pick.choice(self.proofs)
        run = self.some(pick, S.AWAITING_APPROVAL) if other else None
        if run and run.plan:
            run_id, seal = run.id, run.plan.seal.seal.digest
        self.door.by = by
        with contextlib.suppress(SekishoError):
            self.engine.approvals.approve(run_id, seal, proof)
            # An old proof lets nobody in: what it brought about is not remembered as a decision.
            self.apply(pick, SATO, wait=True)

    @rule(pick=ANY, by=st.sampled_from(PEOPLE), kind=st.sampled_from(list(OverrideKind)))
    def override(self, pick: Random, by: Caller, kind: OverrideKind) -> None:
        run = self.some(pick, S.AWAITING_APPROVAL, S.APPROVED)
        if run is None:
            return
        with contextlib.suppress(SekishoError):
            self.world.clock.advance(13)
            seal = self.engine.approvals.begin(run.id, kind.value)
            self.door.by, proof = by, self.door.shown[-1]
            after = self.engine.overrides.give(run.id, seal, proof, kind, "障害対応")
            glass = kind is OverrideKind.GLASS
            assert self.may(by, "break_glass" if glass else "override", run)
            if not glass:
                assert not reference.same(by, run.requested_by) or self.selves(run)
            names = frozenset(after.overrides[-1].rules)
            self.known[run.id].passes.append(reference.Pass(glass, self.passable(run, by, names)))

    @rule(pick=ANY, by=st.sampled_from([SATO, BOT, PEOPLE[-1]]), wait=st.booleans())
    def apply(self, pick: Random, by: Caller, wait: bool) -> None:
        """An agent starts what is approved, or waits for its window; the worker works."""
        run = self.some(pick, S.APPROVED, S.APPROVED, S.AWAITING_APPROVAL)
        with contextlib.suppress(SekishoError):
            if run:
                self.engine.applies.start(run.id, by, wait=wait)
                assert self.may(by, "apply", run)
        self.turn()

    @rule(hours=st.sampled_from([0.1, 1, 4, 9, 13, 30]))
    def later(self, hours: float) -> None:
        self.world.clock.advance(hours * 3600)
        self.turn()

    @rule(
        pick=ANY,
        by=st.sampled_from(PEOPLE),
        what=st.sampled_from(["reject", "follow_up", "discard", "cancel", "again"]),
    )
    def decide_otherwise(self, pick: Random, by: Caller, what: str) -> None:
        run, engine = self.some(pick, *WAITING), self.engine
        if run is None:
            return
        self.world.clock.advance(13)
        with contextlib.suppress(SekishoError):
            if what == "again":
                engine.applies.start(run.id, SATO)
            elif what in ("discard", "cancel"):
                (engine.runs.discard if what == "discard" else engine.runs.cancel)(run.id, SATO)
            else:
                decision = "reject" if what == "reject" else "follow_up"
                seal = engine.approvals.begin(run.id, decision)
                self.door.by, proof = by, self.door.shown[-1]
                if decision == "reject":
                    engine.approvals.reject(run.id, seal, proof, "no")
                else:
                    engine.overrides.follow_up(run.id, seal, proof)

    # --- what happens around them ---------------------------------------------------------------

    @rule(
        name=st.sampled_from(NAMES),
        what=st.sampled_from(["rules", "access", "state", "lock", "unlock"]),
        rules=st.integers(0, 99),
        access=st.sampled_from(GRANTS),
    )
    def change_around(self, name: str, what: str, rules: int, access: Access) -> None:
        """The operator's file changes, the state moves by another hand, somebody holds it."""
        workspaces, state = self.engine.workspaces, self.world.record(name).state
        if what == "rules":
            self.world.catalog.change(name, rules=self.rules_of(rules))
        elif what == "access":
            self.world.catalog.declared_access = access
        elif what == "state":
            self.world.move_state((state.position.serial if state else 0) + 1, name)
        with contextlib.suppress(SekishoError):
            if what == "lock":
                workspaces.lock(name, BOT, "look")
            elif what == "unlock":
                workspaces.unlock(name, BOT)

    @rule(
        pick=ANY,
        by=st.sampled_from(PEOPLE),
        how=st.sampled_from(["false", "edited", "copied", "none"]),
        to=st.sampled_from([S.AWAITING_APPROVAL, S.AWAITING_APPROVAL, S.APPROVED, S.APPLY_QUEUED]),
    )
    def forge(self, pick: Random, by: Caller, how: str, to: RunStatus) -> None:
        """Somebody writes into the store: an approval, or that the run was approved or queued."""
        run = self.some(pick, S.AWAITING_APPROVAL, S.APPROVED)
        if pick.random() < 0.6 or run is None or run.plan is None or run.status not in WAITING:
            return
        digest, now = run.plan.seal.seal.digest, self.world.clock.now()
        forged = Approval(by, now, run.id, digest, "ok", "0" * 64, self.world.keys.key_id)
        signed = [a for other in self.runs() for a in other.approvals if other.id != run.id]
        if how == "edited" and run.approvals:
            forged = dataclasses.replace(pick.choice(run.approvals), by=by)
        elif how == "copied" and signed:
            forged = pick.choice(signed)
        more = () if how == "none" else (forged,)
        asked = ApplyRecord(SATO, now) if to is S.APPLY_QUEUED else None

        def change(run: Run, _record: WorkspaceRecord) -> Change:
            kept = (*run.approvals, *more)
            written = dataclasses.replace(run, approvals=kept, status=to, apply=asked)
            entry = self.parts.entry(now, "test.forged", by, written)
            return Change(run=written, audit=(entry,))

        self.world.store.runs.update(run.id, change)
        self.apply(pick, SATO, wait=True)

    @rule()
    def turn(self) -> None:
        """Let the worker work, then judge every apply that has begun in this turn."""
        before = {name: self.world.record(name) for name in NAMES}
        self.worker.turn()
        begun = [r.entry for r in self.engine.audits.all() if r.entry.action == "run.apply_start"]
        assert len({entry.run_id for entry in begun}) == len(begun), "a run is applied twice"
        for entry in begun[self.judged :]:
            run = self.engine.runs.get(str(entry.run_id))
            self.judge(run, entry.at, before[run.workspace])
            after = run.apply.after if run.apply else None
            if after:
                assert before[run.workspace].state != after, "a state is used once"
                before[run.workspace] = self.world.record(run.workspace)
            told = str(entry.facts["approved_by"])
            names = sorted({by.person for by in self.known[run.id].approvals})
            self.blame([] if told == ", ".join(names) else ["not those who approved, in the audit"])
        self.judged = len(begun)
        self.learn()

    # --- the judge ------------------------------------------------------------------------------

    def judge(self, run: Run, now: datetime, record: WorkspaceRecord) -> None:
        """Say whether an apply might begin at this moment; all by the walk's own memory."""
        known = self.known[run.id]
        rules = self.world.catalog.get(run.workspace).rules
        plan = self.facts(run)
        held = reference.holds_up(
            rules,
            plan,
            Promises(run.change_id, rollback=run.rollback, intent=bool(run.intent)),
            people=known.approvals,
            given=known.passes,
            now=now,
            requester=run.requested_by,
        )
        ages = [r.require.plan_age for r in reference.applicable(rules, plan)]
        assert known.made_at is not None
        assert run.plan is not None
        base = record.state.position if record.state else NO_STATE
        wrong = {
            "too old": now >= known.made_at + min(ages),
            "another plan": run.plan.seal.seal.digest != known.seal,
            "other rules than those it was planned under": rules != known.rules,
            "locked": record.lock is not None,
            "stale": base != known.base,
        }
        self.blame([*held, *(what for what, is_so in wrong.items() if is_so)])

    def blame(self, wrong: list[str]) -> None:
        """Fail where anything is wrong; where a bug is planted, for what it brings about alone."""
        mine = [what for what in wrong if self.looked_for in what]
        assert not mine, mine

    def learn(self) -> None:
        """Take note of plans that were made just now: nothing else has happened since."""
        for run in self.runs():
            if run.id not in self.known:
                self.known[run.id] = Known(self.world.catalog.get(run.workspace).rules)
            known = self.known[run.id]
            if run.plan and known.made_at is None:
                known.made_at, known.seal = run.plan.made_at, run.plan.seal.seal.digest
                known.base = run.plan.position
                known.rules = self.world.catalog.get(run.workspace).rules

    def facts(self, run: Run) -> PlanFacts:
        asked = run.requested_by
        assert run.plan is not None
        return PlanFacts(
            asked.person, run.source, "normal", asked.via, asked.groups, run.plan.traits
        )

    def passable(self, run: Run, by: Caller, names: frozenset[str]) -> frozenset[str]:
        """Those of the rules that this person may pass: soft, and theirs to override."""
        rules = self.world.catalog.get(run.workspace).rules
        return frozenset(
            r.name
            for r in rules
            if r.name in names
            and r.level is Level.SOFT
            and (not r.overriders or set(r.overriders) & set(by.groups))
        )

    def selves(self, run: Run) -> bool:
        rules = self.world.catalog.get(run.workspace).rules
        return all(r.require.self_approval for r in rules if r.level is Level.SOFT)

    def rules_of(self, number: int) -> tuple[Rule, ...]:
        return RULE_SETS[self.sets[number % len(self.sets)]]

    def may(self, by: Caller, act: str, run: Run) -> bool:
        grants = self.world.catalog.declared_access.grants
        if grants is None:
            return act not in ("override", "break_glass")
        return any(g.group in by.groups and act in g.acts for g in grants)

    def runs(self) -> tuple[Run, ...]:
        return tuple(self.engine.runs.list(RunQuery(limit=500)).items)

    def some(self, pick: Random, *statuses: RunStatus) -> Run | None:
        """One of the runs in these statuses; now and then, and where there is none, of any."""
        runs = self.runs()
        fitting = [r for r in runs if r.status in statuses]
        if not fitting or pick.random() < 0.05:
            fitting = list(runs)
        return pick.choice(fitting) if fitting else None

    def teardown(self) -> None:
        """The audit is whole, and every apply stands in it."""
        if not hasattr(self, "known"):
            return
        applied = {r.id for r in self.runs() if r.status in (S.APPLIED, S.APPLYING)}
        entries = [r.entry for r in self.engine.audits.all()]
        assert applied <= {e.run_id for e in entries if e.action == "run.apply_start"}
