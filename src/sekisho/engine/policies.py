"""Policies at work: each is held against a plan; one that could not be never lets it pass."""

from collections.abc import Iterable

from sekisho.domain.errors import PolicyEngineMissing, SekishoError
from sekisho.domain.policies import PolicyOutcome, RegoPolicy, not_evaluated
from sekisho.domain.problems import problem_unchecked
from sekisho.domain.rules import Level
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.engine.parts import Parts
from sekisho.engine.phases import End
from sekisho.engine.watching import RunWatch
from sekisho.ports import PolicyOrder, ScanOrder


def evaluated(
    parts: Parts, run: Run, workspace: Workspace, laid: ScanOrder, watch: RunWatch
) -> tuple[PolicyOutcome, ...]:
    """Hold the plan on a desk against every policy of its workspace; a stop leaves some out."""
    found = list[PolicyOutcome]()
    for policy in workspace.policies:
        if watch.stopping():
            break
        outcome = _outcome(parts, run, PolicyOrder(policy, laid.plan, laid.clean))
        _tell(outcome, watch)
        found.append(outcome)
    return tuple(found)


def unevaluated(workspace: Workspace, outcomes: Iterable[PolicyOutcome]) -> End | None:
    """End a plan that a policy could not be held against, unless that policy only advises."""
    known = {outcome.digest: outcome for outcome in outcomes}
    for policy in workspace.policies:
        outcome = known.get(policy.digest) or _not_reached(policy)
        if outcome.problem and policy.level is not Level.ADVISORY:
            return End(RunStatus.BLOCKED, problem_unchecked(outcome))
    return None


def _not_reached(policy: RegoPolicy) -> PolicyOutcome:
    return not_evaluated(policy, "policy_failed", "the plan was stopped before")


def _outcome(parts: Parts, run: Run, order: PolicyOrder) -> PolicyOutcome:
    try:
        if parts.policies is None:
            raise PolicyEngineMissing
        return parts.policies.evaluate(order)
    except SekishoError as error:
        parts.journal.event("policy.failed", run_id=run.id, policy=order.policy.name, error=error)
        said = str(error.facts.get("problem") or error.message("en"))
        return not_evaluated(order.policy, error.code, said)


def _tell(outcome: PolicyOutcome, watch: RunWatch) -> None:
    """Write what a policy says into the log of the run."""
    loud = "warn" if outcome.level is Level.ADVISORY else "error"
    rows = [(loud, f"denies: {text}") for text in outcome.denied]
    rows += [("warn", f"warns: {text}") for text in outcome.warned]
    rows += [(loud, f"was not evaluated: {outcome.problem}")] if outcome.problem else []
    for level, text in rows:
        watch.said("policy", level, f"[{outcome.name}] {text}")
    counts = f"{outcome.denials} denials, {outcome.warnings} warnings"
    watch.note("plan", f"Policy {outcome.name}: {outcome.code or counts}")
