"""The plan phase: `PLAN_STEPS`, from a stored configuration to a sealed, judged plan."""

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sekisho.domain.approval_places import wanted, wanted_of_others
from sekisho.domain.callers import SYSTEM
from sekisho.domain.changes import Change
from sekisho.domain.inspections import NOTHING_FOUND, Finding, Judged
from sekisho.domain.intents import excess
from sekisho.domain.leases import WorkerLease
from sekisho.domain.operator_secrets import withheld
from sekisho.domain.origins import origin_of
from sekisho.domain.plan_changes import Keep
from sekisho.domain.plans import PlanReading, PlanRecord
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.problems import problem, problem_beyond, problem_unmet
from sekisho.domain.rules import Level, Rule, about
from sekisho.domain.runs import Problem, Run, RunStatus, end_phase
from sekisho.domain.scans import ScanMark
from sekisho.domain.states import NO_STATE, StatePointer, StatePosition, newer
from sekisho.domain.targets import ServerBackend
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine import lending
from sekisho.engine.alarms import alarmed
from sekisho.engine.configurations import open_content
from sekisho.engine.inspecting import end_of, in_plan, tell, weighed
from sekisho.engine.judging import plan_facts, traits_read, verdict
from sekisho.engine.parts import Parts
from sekisho.engine.phases import Claimed, End, Step, change_held, run_steps, said
from sekisho.engine.policies import evaluated, unevaluated
from sekisho.engine.scanning import scan_of_plan
from sekisho.engine.sealing import Found, seal_of, sign
from sekisho.engine.watching import RunWatch
from sekisho.ports import Desk, DeskOrder, Finished, ScanOrder


@dataclasses.dataclass
class PlanPhase:
    """What the steps of a plan hand to each other."""

    parts: Parts
    run: Run
    lease: WorkerLease
    workspace: Workspace
    watch: RunWatch
    desk: Desk | None = None
    warm: bool = False
    found: Judged = NOTHING_FOUND
    reading: PlanReading | None = None
    record: PlanRecord | None = None
    scan: ScanMark | None = None
    policies: tuple[PolicyOutcome, ...] = ()
    laid: ScanOrder | None = None
    loan: contextlib.ExitStack = dataclasses.field(default_factory=contextlib.ExitStack)

    @property
    def table(self) -> Desk:
        """The desk, once `restore` has laid it."""
        if self.desk is None:
            raise RuntimeError("restore comes first")
        return self.desk

    def to_scan(self) -> ScanOrder:
        """Lay the plan for scanner and policies: once, since all of it is read for its secrets."""
        if self.laid is None:
            self.laid = self.table.to_scan()
        return self.laid


def restore(phase: PlanPhase) -> End | None:
    """Lay out the configuration, the backend and the newest state in a fresh working directory."""
    parts, run = phase.parts, phase.run
    known = parts.store.workspaces.get(run.workspace).state
    if run.attempts > 1:
        parts.terraform.clean(run.id)
    missing = withheld(phase.workspace, origin_of(run))
    if missing:
        phase.watch.note(
            "plan", f"Secrets are withheld from this configuration: {', '.join(missing)}"
        )
    with contextlib.ExitStack() as stack:
        opened = stack.enter_context(contextlib.closing(open_content(parts, run.configuration)))
        state = parts.store.blobs.open(known.blob) if known and known.blob else None
        if state:
            stack.enter_context(contextlib.closing(state))
        phase.desk = parts.terraform.open(
            DeskOrder(
                run_id=run.id,
                phase=_desk_name(run),
                workspace=phase.workspace,
                options=run.options,
                build=parts.terraform.build_for(phase.workspace.terraform),
                configuration=opened,
                digest=run.configuration,
                state=state,
            )
        )
    return None


def inspect(phase: PlanPhase) -> End | None:
    """Look for what the configuration would run or reach for, before Terraform sees it."""
    return _look(phase, phase.table.inspect())


def inspect_installed(phase: PlanPhase) -> End | None:
    """Look at what was installed: modules bring modules along, and providers."""
    return _look(phase, phase.table.inspect_installed())


def _look(phase: PlanPhase, findings: Iterable[Finding]) -> End | None:
    found = weighed(phase.workspace, findings)
    tell(found, phase.watch)
    phase.found += found
    return end_of(found)


def lend(phase: PlanPhase) -> End | None:
    """Lend the plan role, where the target has one: only to what inspection let through."""
    lending.lend(phase, phase.loan, "plan")
    return None


def init(phase: PlanPhase) -> End | None:
    """Install providers and modules, where that was not done before for the same inputs."""
    finished = phase.table.init(phase.watch)
    phase.warm = finished.warm
    return None if finished.ok else _failed(finished, "init_failed")


def plan(phase: PlanPhase) -> End | None:
    """Make the saved plan."""
    finished = phase.table.plan(phase.watch)
    phase.warm = finished.warm and phase.warm
    return None if finished.ok else _failed(finished, "plan_failed")


def read(phase: PlanPhase) -> End | None:
    """Read the plan, redacted, into what people and agents will see."""

    def look(keep: Keep) -> PlanReading:
        return alarmed(phase.table.read_plan(keep), known, phase.run.options)

    readings = phase.parts.store.readings
    known = readings.state(phase.run.workspace)
    phase.reading = readings.put_plan(phase.run.id, look)
    # Terraform is done: nothing that looks at the plan needs an account.
    phase.loan.close()
    return None


def scan(phase: PlanPhase) -> End | None:
    """Let a scanner look at the configuration and the plan, where that is wanted."""
    phase.scan = scan_of_plan(phase.parts, phase.run, phase.workspace, phase.to_scan)
    return None


def policies(phase: PlanPhase) -> End | None:
    """Hold the plan against the operator's policies, where there are some."""
    if phase.workspace.policies:
        laid = phase.to_scan()
        phase.policies = evaluated(phase.parts, phase.run, phase.workspace, laid, phase.watch)
        if len(phase.policies) < len(phase.workspace.policies):
            return End(RunStatus.CANCELED)
    return None


def seal(phase: PlanPhase) -> End | None:
    """Keep the plan file and everything it needs, and seal it all."""
    parts, run, reading = phase.parts, phase.run, _read(phase)
    names = {part: f"runs/{run.id}/{run.attempts}/{part}" for part in ("plan", "bundle")}
    with contextlib.closing(phase.table.open_plan()) as content:
        parts.store.blobs.put(names["plan"], content)
    with contextlib.closing(phase.table.open_bundle()) as content:
        parts.store.blobs.put(names["bundle"], content)
    prints = phase.table.fingerprints()
    now = parts.clock.now()
    dated = dataclasses.replace(run, plan=None, updated_at=now)
    laid = Found(prints, reading.position, traits_read(reading), phase.scan, phase.policies)
    phase.record = PlanRecord(
        made_at=now,
        counts=reading.counts,
        position=reading.position,
        terraform_version=reading.terraform_version,
        seal=sign(parts, seal_of(parts, dated, phase.workspace, laid)),
        plan_blob=names["plan"],
        bundle_blob=names["bundle"],
        risks=dict(Counter(str(c.risk) for c in reading.changes)),
        runs_code=tuple(map(str, reading.code)),
        alarms=tuple(a.code for a in reading.alarms),
        warm=phase.warm,
        traits=laid.traits,
        contained=phase.table.held,
        scan=phase.scan,
        policies=phase.policies,
    )
    return None


def judge(phase: PlanPhase) -> End | None:
    """Say where the run goes: the gate judges it again whenever it matters."""
    reading = _read(phase)
    if reading.errored:
        return End(RunStatus.BLOCKED, problem("plan_not_applyable"))
    if not reading.applyable:
        return End(RunStatus.NO_CHANGES)
    held = _look(phase, in_plan(reading)) or unevaluated(phase.workspace, phase.policies)
    if held:
        return held
    beyond = excess(phase.run.intent, reading.changes, (a.address for a in reading.actions))
    if beyond:
        return End(RunStatus.BLOCKED, problem_beyond(beyond))
    return End(RunStatus.AWAITING_APPROVAL)


PLAN_STEPS: tuple[Step[PlanPhase], ...] = (
    ("restore", restore),
    ("inspect", inspect),
    ("lend", lend),
    ("init", init),
    ("inspect_installed", inspect_installed),
    ("plan", plan),
    ("read", read),
    ("scan", scan),
    ("policies", policies),
    ("seal", seal),
    ("judge", judge),
)


def run_plan(parts: Parts, claimed: Claimed, stop: Callable[[], bool]) -> None:
    """Carry the plan phase of a claimed run to its end."""
    run, lease = claimed.run, claimed.lease
    watch = RunWatch(parts, run, lease, stop)
    phase = PlanPhase(parts, run, lease, claimed.workspace, watch)
    try:
        end = run_steps(phase, PLAN_STEPS)
        watch.flush()
    finally:
        phase.loan.close()
        # Before the run may be queued again: whoever takes it then lays a desk at the same place.
        if phase.desk is not None:
            phase.desk.close()
    parts.store.runs.update(run.id, change_held(phase, _finish(phase, end)))


def _desk_name(run: Run) -> str:
    """Name the desk of this attempt: a worker thought lost may still close its own, late."""
    return "plan" if run.attempts <= 1 else f"plan-{run.attempts}"


def _finish(phase: PlanPhase, end: End) -> Callable[[Run, WorkspaceRecord], Change]:
    parts, now = phase.parts, phase.parts.clock.now()
    rules = phase.workspace.rules

    def change(run: Run, record: WorkspaceRecord) -> Change:
        if end.status is RunStatus.CANCELED and run.cancel is None:
            again = dataclasses.replace(end_phase(run, RunStatus.PLAN_QUEUED, now), attempts=0)
            return Change(run=again, audit=(parts.entry(now, "run.requeue", SYSTEM, again),))
        run = dataclasses.replace(run, plan=phase.record, inspection=phase.found)
        seen = _observed(phase, run, record, now)
        status, why, allowed = _status(phase, run, seen, end, now)
        ended = dataclasses.replace(end_phase(run, status, now, why), allowed_by=allowed)
        facts = _told(ended) | _needs(ended, rules)
        action = f"run.{'plan' if ended.plan else status}"
        entry = parts.entry(now, action, SYSTEM, ended, **facts)
        return Change(run=ended, workspace=seen, audit=(entry,))

    return change


def _status(
    phase: PlanPhase, run: Run, record: WorkspaceRecord, end: End, now: datetime
) -> tuple[RunStatus, Problem | None, tuple[str, ...]]:
    """Refine `awaiting_approval`: somebody canceled it, no rule wants one, or it can never pass."""
    if end.status is not RunStatus.AWAITING_APPROVAL:
        return end.status, end.problem, ()
    if run.cancel:
        return RunStatus.CANCELED, None, ()
    judged = verdict(phase.parts, phase.workspace, run, record, now)
    if judged.final:
        return RunStatus.BLOCKED, problem_unmet(judged.final[0]), ()
    if not judged.approved:
        return end.status, end.problem, ()
    return RunStatus.APPROVED, end.problem, judged.rules


def _needs(run: Run, rules: Sequence[Rule]) -> dict[str, int]:
    """Tell the audit how many people the rules that are about this plan want."""
    mine = about(rules, plan_facts(run, run.plan.traits)) if run.plan else rules
    mine = [rule for rule in mine if rule.level is not Level.ADVISORY]
    return {"needed": wanted(mine), "needed_of_others": wanted_of_others(mine)}


def _observed(
    phase: PlanPhase, run: Run, record: WorkspaceRecord, now: datetime
) -> WorkspaceRecord:
    """Take note of where a state outside was seen, if that is news; older plans are then stale.

    Only applies move a state that the server keeps.
    """
    if phase.reading is None or isinstance(phase.workspace.backend, ServerBackend):
        return record
    position, known = phase.reading.position, record.state
    if position == NO_STATE or (known and not _supersedes(position, known, phase.lease.since)):
        return record
    return dataclasses.replace(record, state=StatePointer(position, now, run.id))


def _supersedes(found: StatePosition, known: StatePointer, since: datetime) -> bool:
    """Say whether what a plan found that began at `since` takes the place of what was known."""
    if known.blob:
        # Kept here until the operator moved the workspace to a backend outside: it must be the
        # state that went there. Whatever else is found there leaves every plan stale.
        return found.lineage == known.position.lineage and found.serial >= known.position.serial
    anew = found.lineage != known.position.lineage and known.at < since
    return anew or newer(found, known.position)


def _told(run: Run) -> dict[str, str | int | bool | None]:
    facts: dict[str, str | int | bool | None] = {"status": str(run.status)}
    if run.problem:
        facts["problem"] = run.problem.code
    if run.plan:
        signed = run.plan.seal
        facts |= {"seal": signed.seal.digest, "plan": signed.seal.plan}
        facts |= {"add": run.plan.counts.add, "destroy": run.plan.counts.destroy}
        facts |= {"change": run.plan.counts.change, "state": signed.seal.state}
        facts |= {"contained": run.plan.contained}
    return facts


def _failed(finished: Finished, code: str) -> End:
    if finished.stopped:
        return End(RunStatus.CANCELED)
    if finished.killed:
        return End(RunStatus.ERRORED, problem("plan_killed"))
    if finished.lock_holder:
        why = problem("state_locked", said(finished), holder=finished.lock_holder)
        return End(RunStatus.ERRORED, why)
    return End(RunStatus.ERRORED, problem(code, said(finished)))


def _read(phase: PlanPhase) -> PlanReading:
    if phase.reading is None:
        raise RuntimeError("read comes first")
    return phase.reading
