"""Approvals: a person's decision about one sealed plan. No tool and no credential gives one."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from sekisho.domain.approvals import Approval, Rejection, people
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import ApprovalRepeated, ArgumentsInvalid, PlanMissing, SealBroken
from sekisho.domain.gate import Verdict
from sekisho.domain.runs import Run, RunStatus, approve, move, reject
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.engine.gate import Gate
from sekisho.engine.parts import Parts

Decision = Literal["approve", "reject"]


@dataclasses.dataclass(frozen=True)
class ReviewLink:
    """Where a person reviews a run; `running` says whether a console answers there."""

    url: str
    running: bool
    verdict: Verdict


class Approvals:
    """Takes people's decisions. The step-up is asked here, so that no face can leave it out."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._gate = Gate(parts)

    def link(self, run_id: str) -> ReviewLink:
        """Say where a person decides, and everything that is unmet. Raises PlanMissing."""
        verdict = self._gate.check(run_id)
        mine = self._parts.console_url
        url = mine or self._console_elsewhere()
        return ReviewLink(f"{url}/runs/{run_id}", bool(url), verdict)

    def _console_elsewhere(self) -> str:
        parts = self._parts
        for worker in parts.store.workers.all():
            if worker.console_url and parts.processes.alive(worker.process) is not False:
                return worker.console_url
        return ""

    def begin(self, run_id: str, decision: Decision) -> str:
        """Ask the person to prove themselves for this decision; return the seal it is about."""
        run = self._parts.store.runs.get(run_id)
        if run.plan is None:
            raise PlanMissing(run_id=run_id, status=run.status)
        _may_decide(run, decision, self._parts.clock.now())
        seal = run.plan.seal.seal.digest
        self._parts.step_up.begin(run_id, seal, decision)
        return seal

    def approve(self, run_id: str, seal: str, proof: str, comment: str = "") -> Run:
        """Approve the plan with this very seal.

        Raises:
            CodeWrong: the proof is wrong, used or too old.
            SealBroken: the plan on the person's screen is not the plan of the run.
            ApprovalRepeated: the person has approved it before.
            MoveIllegal: the run does not wait for an approval.
        """
        by = self._parts.step_up.finish(run_id, seal, "approve", proof)
        parts = self._parts
        after = parts.store.runs.update(run_id, self._approve(by, seal, comment))
        parts.bell.ring()
        return after

    def reject(self, run_id: str, seal: str, proof: str, reason: str) -> Run:
        """Say no for good; a reason is needed. Raises as `approve` does."""
        if not reason.strip():
            raise ArgumentsInvalid(problem="reason is needed")
        by = self._parts.step_up.finish(run_id, seal, "reject", proof)
        rejection = Rejection(by, self._parts.clock.now(), reason.strip())

        def change(run: Run, _record: WorkspaceRecord) -> Change:
            _same_seal(run, seal)
            no = reject(run, rejection)
            entry = self._parts.entry("run.reject", by, no, seal=seal, reason=rejection.reason)
            return Change(run=no, audit=(entry,))

        return self._parts.store.runs.update(run_id, change)

    def _approve(
        self, by: Caller, seal: str, comment: str
    ) -> Callable[[Run, WorkspaceRecord], Change]:
        parts, now = self._parts, self._parts.clock.now()

        def change(run: Run, record: WorkspaceRecord) -> Change:
            _same_seal(run, seal)
            if by.person in people(run.approvals, seal):
                raise ApprovalRepeated(person=by.person, run_id=run.id)
            bare = Approval(by, now, run.id, seal, comment)
            signature = parts.keys.sign(bare.canonical())
            signed = dataclasses.replace(bare, signature=signature, key_id=parts.keys.key_id)
            with_it = approve(run, signed)
            verdict = self._gate.verdict(with_it, record)
            if not any(u.code == "approval_missing" for u in verdict.unmet):
                with_it = move(with_it, RunStatus.APPROVED, now, "approve")
                with_it = dataclasses.replace(with_it, allowed_by=verdict.rules)
            facts = {"seal": seal, "given": verdict.approvals_given, "comment": comment}
            facts |= {"needed": verdict.approvals_needed, "proof": by.proof}
            return Change(run=with_it, audit=(parts.entry("run.approve", by, with_it, **facts),))

        return change


def _same_seal(run: Run, seal: str) -> None:
    if run.plan is None or run.plan.seal.seal.digest != seal:
        raise SealBroken(parts="plan")


def _may_decide(run: Run, decision: Decision, now: datetime) -> None:
    """Raise MoveIllegal where the decision is not open: nobody is asked for a proof in vain."""
    if decision == "reject":
        move(run, RunStatus.REJECTED, now, "reject")
    elif run.status is not RunStatus.AWAITING_APPROVAL:
        move(run, RunStatus.APPROVED, now, "approve")
