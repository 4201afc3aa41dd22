"""Approvals: a person's decision about one sealed plan. No tool and no credential gives one."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from sekisho.domain.approval_places import Asker, approvers, counts, same_person
from sekisho.domain.approvals import Approval, Rejection
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import (
    ApprovalOwn,
    ApprovalRepeated,
    ApprovalUncounted,
    ArgumentsInvalid,
    DecisionNotHere,
    NameNeeded,
    PlanMissing,
    PlanOver,
    SekishoError,
)
from sekisho.domain.gate import Verdict
from sekisho.domain.plans import wants_name
from sekisho.domain.rules import Rule, about
from sekisho.domain.runs import Run, RunStatus, approve, illegal, move, reject
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import Way
from sekisho.domain.text import plain
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.engine.gate import Gate, listed
from sekisho.engine.judging import plan_facts, plan_of, verdict
from sekisho.engine.overrides import check_may_pass, check_seal, waiting_follow_up
from sekisho.engine.parts import Parts
from sekisho.engine.refusals import NOBODY, attempting, audited, tell
from sekisho.engine.requesters import requester_of

Decision = Literal["approve", "reject", "override", "break_glass", "follow_up"]
"""What a person decides in the console, each with a proof of its own."""


@dataclasses.dataclass(frozen=True)
class ReviewLink:
    """Where a person reviews a run; `running` says whether a console answers there."""

    url: str
    running: bool
    verdict: Verdict


@dataclasses.dataclass(frozen=True)
class Asked:
    """A proof was asked for, about this seal. `answer_to` is what a browser needs to give it."""

    seal: str
    answer_to: str


class Approvals:
    """Takes people's decisions. The step-up is asked here, so that no face can leave it out."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._gate = Gate(parts)
        self._told = parts.memory.approvals

    def link(self, run_id: str) -> ReviewLink:
        """Say where a person decides, and everything that is unmet. Raises PlanMissing."""
        verdict = self._gate.check(run_id)
        url = self._parts.console()
        return ReviewLink(f"{url}/runs/{run_id}", bool(url), verdict)

    def console(self) -> str:
        """Return the address of a running console; empty where none is known."""
        return self._parts.console()

    def page(self, run_id: str) -> str:
        """Return the review page of a run on this server; relative where it has no console."""
        return f"{self._parts.console_url}/runs/{run_id}"

    def refused(self, run_id: str, *, decision: str, face: str, client: str) -> None:
        """Tell that a credential was shown where a person decides; nothing was decided."""
        facts = {"run_id": run_id, "decision": decision, "face": face, "client": client}
        self._parts.journal.event("decision.refused", **facts)
        by = Caller("nobody", plain(f"{face} {client}", 120), "credential")
        tell(self._parts, self._told, decision, run_id, by, DecisionNotHere(url=""))

    def turned_away(self, run_id: str, decision: str, error: SekishoError) -> None:
        """Tell that somebody was not let in to decide: nobody knows who, nothing was decided."""
        tell(self._parts, self._told, decision, run_id, NOBODY, error)

    def begin(self, run_id: str, decision: Decision) -> str:
        """Ask the person to prove themselves for this decision; return the seal it is about."""
        return self.ask(run_id, decision).seal

    def ask(
        self, run_id: str, decision: Decision, who: SignedIn | None = None, way: Way = "passkey"
    ) -> Asked:
        """As `begin`, for the person who is signed in; what their browser needs comes with it."""
        with audited(self._parts, self._told, decision, run_id, attempting(who)):
            return self._ask(run_id, decision, who, way)

    def _ask(self, run_id: str, decision: Decision, who: SignedIn | None, way: Way) -> Asked:
        run = self._parts.store.runs.get(run_id)
        if run.plan is None:
            raise PlanMissing(run_id=run_id, status=run.status)
        _may_decide(run, decision, self._parts.clock.now())
        seal = run.plan.seal.seal.digest
        return Asked(seal, self._parts.step_up.begin(run_id, seal, decision, who, way))

    def approve(
        self,
        run_id: str,
        seal: str,
        proof: str,
        comment: str = "",
        typed: str = "",
        who: SignedIn | None = None,
    ) -> Run:
        """Approve the plan with this very seal.

        `typed` is the name of the workspace, as the person wrote it: some plans want it.

        Raises:
            NameNeeded: this is such a plan; the proof is not used up.
            CodeWrong: the proof is wrong, used or too old.
            SealBroken: the plan on the person's screen is not the plan of the run.
            ApprovalRepeated: the person has approved it before.
            ApprovalOwn: the person asked for the run, and no rule lets them approve it too.
            ApprovalUncounted: no rule counts an approval by this person.
            AccessMissing: the person may not approve there.
            MoveIllegal: the run does not wait for an approval.
            PlanOver: the plan became too old or stale meanwhile.
        """
        with audited(self._parts, self._told, "approve", run_id, attempting(who)):
            return self._approved(run_id, seal, proof, comment, typed, who)

    def _approved(
        self,
        run_id: str,
        seal: str,
        proof: str,
        comment: str,
        typed: str,
        who: SignedIn | None,
    ) -> Run:
        parts = self._parts
        run = parts.store.runs.get(run_id)
        if run.plan and wants_name(run.plan) and typed.strip() != run.workspace:
            raise NameNeeded(name=run.workspace)
        by = parts.step_up.finish(run_id, seal, "approve", proof, who)
        parts.allow(by, "approve", run.workspace)
        bare = Approval(by, parts.clock.now(), run_id, seal, plain(comment))
        signature = parts.keys.sign(bare.canonical())
        signed = dataclasses.replace(bare, signature=signature, key_id=parts.keys.key_id)
        after = parts.store.runs.update(run_id, self._approve(signed))
        parts.bell.ring()
        return after

    def reject(
        self, run_id: str, seal: str, proof: str, reason: str, who: SignedIn | None = None
    ) -> Run:
        """Say no for good; a reason is needed. Raises as `approve` does."""
        if not reason.strip():
            raise ArgumentsInvalid(problem="reason is needed")
        with audited(self._parts, self._told, "reject", run_id, attempting(who)):
            return self._rejected(run_id, seal, proof, reason, who)

    def _rejected(
        self, run_id: str, seal: str, proof: str, reason: str, who: SignedIn | None
    ) -> Run:
        by = self._parts.step_up.finish(run_id, seal, "reject", proof, who)
        self._parts.allow(by, "approve", self._parts.store.runs.get(run_id).workspace)
        rejection = Rejection(by, self._parts.clock.now(), plain(reason).strip())

        def change(run: Run, _record: WorkspaceRecord) -> Change:
            check_seal(run, seal)
            no = reject(run, rejection)
            facts = {"seal": seal, "reason": rejection.reason}
            entry = self._parts.entry(rejection.at, "run.reject", by, no, **facts)
            return Change(run=no, audit=(entry,))

        return self._parts.store.runs.update(run_id, change)

    def _approve(self, signed: Approval) -> Callable[[Run, WorkspaceRecord], Change]:
        parts, by, now, seal = self._parts, signed.by, signed.at, signed.seal
        asked = parts.store.runs.get(signed.run_id)
        workspace, requester = parts.catalog.get(asked.workspace), requester_of(parts, asked)

        def change(run: Run, record: WorkspaceRecord) -> Change:
            check_seal(run, seal)
            if any(same_person(by, other) for other in approvers(run.approvals, seal)):
                raise ApprovalRepeated(person=by.person, run_id=run.id)
            _check_counts(run, workspace.rules, by, requester)
            with_it = approve(run, signed)
            judged = verdict(parts, workspace, with_it, record, now)
            if judged.final:
                raise PlanOver(run_id=run.id, unmet=listed(judged.final))
            if judged.approved:
                with_it = move(with_it, RunStatus.APPROVED, now, "approve")
                with_it = dataclasses.replace(with_it, allowed_by=judged.rules)
            facts = {"seal": seal, "given": judged.approvals_given, "comment": signed.comment}
            facts |= {"needed": judged.approvals_needed, "proof": by.proof}
            entry = parts.entry(now, "run.approve", by, with_it, **facts)
            return Change(run=with_it, audit=(entry,))

        return change


def _check_counts(run: Run, rules: Sequence[Rule], by: Caller, requester: Caller) -> None:
    """Let through who counts for a rule: nobody gives an approval that is worth nothing."""
    mine = about(rules, plan_facts(run, plan_of(run).traits))
    asker = Asker(requester, run.commit.author if run.commit else "")
    if counts(mine, by, asker):
        return
    if same_person(by, requester):
        raise ApprovalOwn(person=by.person, run_id=run.id)
    names = sorted({group for rule in mine for group in rule.require.groups})
    raise ApprovalUncounted(person=by.person, run_id=run.id, wanted=", ".join(names) or "-")


def _may_decide(run: Run, decision: Decision, now: datetime) -> None:
    """Raise MoveIllegal where the decision is not open: nobody is asked for a proof in vain."""
    if decision == "reject":
        move(run, RunStatus.REJECTED, now, "reject")
    elif decision == "follow_up":
        waiting_follow_up(run)
    elif decision in ("override", "break_glass"):
        check_may_pass(run, decision)
    elif run.status is not RunStatus.AWAITING_APPROVAL:
        raise illegal(run, "approve")
