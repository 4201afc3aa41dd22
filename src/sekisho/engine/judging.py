"""What the gate is told of a run: gathered here, judged in the domain; pure, for use in a write."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from sekisho.domain.actions import Risk
from sekisho.domain.approval_places import Asker
from sekisho.domain.approvals import Approval
from sekisho.domain.errors import PlanMissing
from sekisho.domain.gate import GateFacts, Verdict, judge
from sekisho.domain.origins import origin_of, plan_only
from sekisho.domain.overrides import Override
from sekisho.domain.plan_traits import Kind, PlanTraits, traits_of, with_kinds
from sekisho.domain.plans import PlanReading, PlanRecord
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.rules import PlanFacts, about, expiry
from sekisho.domain.rules_wants import Promises
from sekisho.domain.runs import Run
from sekisho.domain.scans import ScanMark
from sekisho.domain.states import NO_STATE, StatePosition
from sekisho.domain.targets import ServerBackend
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.parts import Parts


def verdict(
    parts: Parts, workspace: Workspace, run: Run, record: WorkspaceRecord, now: datetime
) -> Verdict:
    """Judge values already at hand, as they are at a moment. Raises PlanMissing."""
    plan = plan_of(run)
    sealed = plan.seal.seal
    facts = GateFacts(
        asker=Asker(run.requested_by, run.commit.author if run.commit else ""),
        plan=plan_facts(run, plan.traits),
        seal=sealed.digest,
        expires_at=min(sealed.expires_at, expires(workspace, run)),
        planned_on=plan.position,
        state_now=_position_now(record, workspace),
        promises=promises_of(run, now),
        approvals=signed_approvals(parts, run),
        overrides=signed_overrides(parts, run),
        lease=record.lease,
        lock=record.lock,
        run_id=run.id,
        rules_then=sealed.rules,
        inspection=workspace.inspection.version(),
        plan_only=plan_only(workspace, origin_of(run)),
    )
    return judge(workspace.rules, facts, now)


def plan_of(run: Run) -> PlanRecord:
    """Return the plan of a run. Raises PlanMissing."""
    if run.plan is None:
        raise PlanMissing(run_id=run.id, status=run.status)
    return run.plan


def traits_read(reading: PlanReading) -> PlanTraits:
    """Return what rules look at in a plan.

    What stops a plan altogether is the worst there is; what runs programs, or leaves something out,
    is never just safe.
    """
    least = Risk.SAFE
    if reading.code or reading.actions or reading.deferred or not reading.complete:
        least = Risk.REVIEW
    if reading.alarms:
        least = Risk.IRREVERSIBLE
    found = traits_of(reading.changes, least, reading.counts.destroy)
    # Rules about kinds see these too: what frees a type frees nothing that runs beside it.
    others = {Kind(call.type, "action") for call in reading.actions}
    others |= {Kind(change.type, str(change.action)) for change in reading.deferred}
    return with_kinds(found, others)


def plan_facts(run: Run, traits: PlanTraits) -> PlanFacts:
    """Return what rules may look at to say whether they are about the plan of a run."""
    return PlanFacts(
        requester=run.requested_by.person,
        source=origin_of(run).source,
        mode=str(run.options.mode),
        client=run.requested_by.via,
        groups=run.requested_by.groups,
        traits=traits,
    )


def promises_of(run: Run, now: datetime) -> Promises:
    """Return what came with a run beside its configuration, and what its scan says by now."""
    commit, scan = run.commit, run.plan.scan if run.plan else None
    return Promises(
        change_id=run.change_id,
        protected=run.source == "git" and commit is not None and commit.protected,
        rollback=run.rollback,
        intent=bool(run.intent),
        scan=scan.outcome(now.date()) if scan else "",
        policies={p.digest: p for p in run.plan.policies} if run.plan else {},
    )


def promised(run: Run) -> str:
    """Write what the requester promised in one stable text, for the seal; empty for nothing."""
    said = {"intent": run.intent.describe() if run.intent else "", "rollback": run.rollback}
    kept = {name: text for name, text in said.items() if text}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False) if kept else ""


def judged(
    run: Run,
    traits: PlanTraits,
    scan: ScanMark | None,
    policies: Iterable[PolicyOutcome] = (),
) -> str:
    """Write what rules go by beside what is sealed anyway, as one digest for the seal.

    Without it, another requester or a smaller risk in the store would be other rules for a plan.
    """
    kinds = [[kind.type, kind.action] for kind in traits.kinds]
    figures = [str(traits.risk), traits.kinds_cut, traits.changes, traits.destroys]
    author = run.commit.author if run.commit else ""
    facts = [run.requested_by.record(), author, kinds, figures]
    # As seals were before there were scans: their signatures hold.
    facts += [scan.canonical()] if scan else []
    said = [outcome.canonical() for outcome in policies]
    facts += [{"policies": said}] if said else []
    body = json.dumps(facts, sort_keys=True)
    return f"sha256:{hashlib.sha256(body.encode()).hexdigest()}"


def expires(workspace: Workspace, run: Run) -> datetime:
    """Return when the plan of a run becomes too old by the rules of today."""
    if run.plan is None:
        return expiry(workspace.rules, run.updated_at)
    rules = about(workspace.rules, plan_facts(run, run.plan.traits))
    return expiry(rules, run.plan.made_at)


def signed_approvals(parts: Parts, run: Run) -> tuple[Approval, ...]:
    """Return the approvals that the server itself wrote about this run."""
    return tuple(a for a in run.approvals if signed(parts, run, a))


def signed_overrides(parts: Parts, run: Run) -> tuple[Override, ...]:
    """Return the overrides that the server itself wrote about this run."""
    return tuple(o for o in run.overrides if signed(parts, run, o))


def signed(parts: Parts, run: Run, decision: Approval | Override) -> bool:
    """Say whether the server itself wrote this decision, about this run: no other one counts."""
    keys, mine = parts.keys, decision.run_id == run.id
    return mine and keys.verify(decision.canonical(), decision.signature, decision.key_id)


def _position_now(record: WorkspaceRecord, workspace: Workspace) -> StatePosition | None:
    if record.state:
        return record.state.position
    return NO_STATE if isinstance(workspace.backend, ServerBackend) else None
