"""Runs as they are shown: whole (`RunView`), as a row of a list, and a page of rows."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from sekisho.domain.approvals import Approval
from sekisho.domain.plans import PlanRecord
from sekisho.domain.runs import ApplyRecord, Problem, Run, RunStatus, verbs
from sekisho.ports import Page
from sekisho.views.callers import CallerView
from sekisho.views.git import GitView
from sekisho.views.inspections import FindingView
from sekisho.views.intents import IntentView, rollback_shown
from sekisho.views.next_steps import next_steps
from sekisho.views.overrides import OverrideView, waiting
from sekisho.views.plan_line import CountsView, plan_line
from sekisho.views.policies import PolicyView
from sekisho.views.rule_words import short_version
from sekisho.views.times import minute
from sekisho.views.view import View, moment, one_line, shown

_ROLLBACK = 500
"""Characters of the note on rolling back: a run is read often; the review has all of it."""
_OVERRIDES = 5
_WARNED = 3
"""Warnings of inspection that are read out; all are in `findings`."""

Status = Literal[
    "plan_queued",
    "planning",
    "awaiting_approval",
    "approved",
    "apply_queued",
    "applying",
    "applied",
    "no_changes",
    "blocked",
    "rejected",
    "discarded",
    "canceled",
    "expired",
    "stale",
    "errored",
    "interrupted",
]
"""The statuses of a run, spelled out for schemas."""


class ProblemView(View):
    """Why a run ended as it did. `detail` is what Terraform said, redacted."""

    code: str
    text: str
    next: str
    detail: str | None = None

    @classmethod
    def of(cls, problem: Problem) -> "ProblemView":
        """Show a problem."""
        return cls(
            code=problem.code,
            text=shown(problem.text.en),
            next=shown(problem.step.en),
            detail=shown(problem.detail, 3000) or None,
        )

    def words(self) -> str:
        """Say what happened, what Terraform said, and what to do."""
        detail = f"\n{self.detail}" if self.detail else ""
        return f"Problem {self.code}: {self.text}{detail}\n{self.next}"


class RunPlanView(View):
    """The plan of a run in short; `plan_get` tells more. `rules`: the version it was judged by.

    `contained`: what kept its configuration's code in, as `landlock-6 account limits`; or `none`.
    """

    summary: str
    counts: CountsView
    risks: dict[str, int]
    alarms: list[str]
    code_that_runs: int
    made_at: datetime
    expires_at: datetime
    terraform_version: str
    contained: str
    seal: str
    rules: str

    @classmethod
    def of(cls, plan: PlanRecord) -> "RunPlanView":
        """Show a plan record."""
        return cls(
            summary=plan_line(plan.counts),
            counts=CountsView.of(plan.counts),
            risks=dict(plan.risks),
            alarms=list(plan.alarms),
            code_that_runs=len(plan.runs_code),
            made_at=plan.made_at,
            expires_at=plan.seal.seal.expires_at,
            terraform_version=plan.terraform_version,
            contained=plan.contained,
            seal=plan.seal.seal.digest,
            rules=short_version(plan.seal.seal.rules),
        )

    def words(self) -> str:
        """Say the counts, and what deserves a look."""
        named = ((r, self.risks.get(r, 0)) for r in ("irreversible", "dangerous"))
        looks = [f"{count} {risk} change(s)" for risk, count in named if count]
        looks += [f"{self.code_that_runs} piece(s) of code that run"] if self.code_that_runs else []
        said = f"ALARM ({', '.join(self.alarms)}): read plan_get. " if self.alarms else ""
        said += self.summary + (f" Look at: {', '.join(looks)}." if looks else "")
        return f"{said} Judged by version {self.rules} of the rules."


class ApprovalView(View):
    """A person's decision for a plan."""

    person: str
    at: datetime
    proof: str
    comment: str | None = None

    @classmethod
    def of(cls, approval: Approval) -> "ApprovalView":
        """Show an approval."""
        return cls(
            person=one_line(approval.by.person),
            at=approval.at,
            proof=approval.by.proof,
            comment=shown(approval.comment) or None,
        )


class RejectionView(View):
    """A person's no, and why."""

    person: str
    at: datetime
    reason: str


class ApplyView(View):
    """An apply: who asked, when it ran, and where the state stood before and after."""

    requested_by: CallerView
    queued_at: datetime
    not_before: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    state_before: str | None = None
    state_after: str | None = None
    lock_left: bool = False
    state_rescued: bool = False

    @classmethod
    def of(cls, apply: ApplyRecord) -> "ApplyView":
        """Show an apply."""
        return cls(
            requested_by=CallerView.of(apply.requested_by),
            queued_at=apply.queued_at,
            not_before=apply.not_before,
            started_at=apply.started_at,
            finished_at=apply.finished_at,
            state_before=str(apply.before) if apply.before else None,
            state_after=str(apply.after) if apply.after else None,
            lock_left=apply.lock_left,
            state_rescued=apply.rescued_blob is not None,
        )

    def words(self) -> str:
        """Say when it ran, and what was left behind."""
        said = f"Apply asked for by {self.requested_by.person} at {moment(self.queued_at)}"
        said += self._waits() if self.not_before and not self.started_at else ""
        said += f", started {moment(self.started_at)}" if self.started_at else ""
        said += f", ended {moment(self.finished_at)}" if self.finished_at else ""
        said += "; a state lock was left behind" if self.lock_left else ""
        said += "; the state was rescued, not saved by Terraform" if self.state_rescued else ""
        return said + "."

    def _waits(self) -> str:
        at = minute(self.not_before) if self.not_before else ""
        return (
            f"; it waits and begins by itself, not before {at}. What it needs is judged again then;"
            " where a window passes, it waits for the next one until the plan is too old"
        )


class RunView(View):
    """A run: what was asked, where it stands, and what can be done next."""

    id: str
    workspace: str
    status: Status
    mode: str
    targets: list[str]
    replace: list[str]
    message: str
    change_id: str
    intent: IntentView | None = None
    rollback: str | None = None
    configuration: str
    source: str
    git: GitView | None = None
    requested_by: CallerView
    created_at: datetime
    updated_at: datetime
    plan: RunPlanView | None = None
    problem: ProblemView | None = None
    findings: list[FindingView] = Field(default_factory=list[FindingView])
    policies: list[PolicyView] = Field(default_factory=list[PolicyView])
    allowed_by: list[str]
    approvals: list[ApprovalView]
    overrides: list[OverrideView] = Field(default_factory=list[OverrideView])
    rejection: RejectionView | None = None
    apply: ApplyView | None = None
    cancel_requested_by: str | None = None
    stopped: str | None = None
    review_url: str | None = None
    next: list[str]

    @classmethod
    def of(cls, run: Run, review_url: str = "") -> "RunView":
        """Show a run; `review_url` where a person should look at it."""
        return cls(
            id=run.id,
            workspace=run.workspace,
            status=run.status.value,
            mode=run.options.mode,
            targets=[shown(t) for t in run.options.targets],
            replace=[shown(r) for r in run.options.replace],
            message=shown(run.message),
            change_id=one_line(run.change_id, 500),
            intent=IntentView.of(run),
            rollback=rollback_shown(run, _ROLLBACK),
            configuration=run.configuration,
            source=run.source,
            git=GitView.of(run.commit) if run.commit else None,
            requested_by=CallerView.of(run.requested_by),
            created_at=run.created_at,
            updated_at=run.updated_at,
            plan=RunPlanView.of(run.plan) if run.plan else None,
            problem=ProblemView.of(run.problem) if run.problem else None,
            findings=FindingView.all(run.inspection),
            policies=PolicyView.all(run.plan.policies) if run.plan else [],
            allowed_by=list(run.allowed_by),
            approvals=[ApprovalView.of(a) for a in run.approvals],
            overrides=[OverrideView.of(o) for o in run.overrides[-_OVERRIDES:]],
            rejection=_rejection(run),
            apply=ApplyView.of(run.apply) if run.apply else None,
            cancel_requested_by=one_line(run.cancel.by.person) if run.cancel else None,
            review_url=review_url or None,
            next=next_steps(run),
        )

    def words(self) -> str:
        """Say where the run stands, what was asked, and what to do next."""
        lines = [f"Run {self.id} in {self.workspace}: {self.status} ({moment(self.updated_at)})"]
        lines += [self._asked()]
        lines += [self.intent.words()] if self.intent else []
        lines += [f"Roll back: {one_line(self.rollback, _ROLLBACK)}"] if self.rollback else []
        lines += [o.words() for o in self.overrides]
        lines += [self.git.words()] if self.git else []
        lines += [self.plan.words()] if self.plan else []
        lines += [f"Approved by: {', '.join(a.person for a in self.approvals)}"] * bool(
            self.approvals
        )
        lines += [f"Allowed by rules: {', '.join(self.allowed_by)}"] * bool(self.allowed_by)
        if self.rejection:
            lines += [f"Rejected by {self.rejection.person}: {self.rejection.reason}"]
        if self.cancel_requested_by:
            lines += [f"{self.cancel_requested_by} asked to stop it."]
        lines += [self.apply.words()] if self.apply else []
        lines += [f"It waits: {self.stopped}"] if self.stopped else []
        lines += [self.problem.words()] if self.problem else []
        lines += [f.words() for f in self.findings if not f.refused][:_WARNED]
        lines += [p.words() for p in self.policies if p.loud]
        lines += [f"Review page: {self.review_url}"] if self.review_url else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])

    def _asked(self) -> str:
        parts = [f"Asked by {self.requested_by.words()}, mode {self.mode}"]
        parts += [f"targets {', '.join(self.targets)}"] if self.targets else []
        parts += [f"replace {', '.join(self.replace)}"] if self.replace else []
        parts += [f"change {self.change_id}"] if self.change_id else []
        return "; ".join(parts) + (f": {one_line(self.message)}" if self.message else "")


def _rejection(run: Run) -> RejectionView | None:
    if run.rejection is None:
        return None
    no = run.rejection
    return RejectionView(person=one_line(no.by.person), at=no.at, reason=shown(no.reason))


class RunRow(View):
    """A run as one row of a list."""

    id: str
    workspace: str
    status: Status
    message: str | None = None
    requested_by: str
    created_at: datetime
    summary: str | None = None
    follow_up_due: datetime | None = None
    next: list[str]

    @classmethod
    def of(cls, run: Run) -> "RunRow":
        """Show a run in one row; `follow_up_due`: an override in it waits to be looked at."""
        due = waiting(run)
        return cls(
            id=run.id,
            workspace=run.workspace,
            status=run.status.value,
            message=one_line(run.message, 80) or None,
            requested_by=one_line(run.requested_by.person, 80),
            created_at=run.created_at,
            summary=plan_line(run.plan.counts) if run.plan else None,
            follow_up_due=due.due if due else None,
            next=[] if run.status is RunStatus.NO_CHANGES else list(verbs(run)),
        )

    def words(self) -> str:
        """Say it in one line."""
        due = self.follow_up_due
        said = f"{self.id}  {self.workspace}  {self.status}  {moment(self.created_at)}"
        said += f"  {self.summary}" if self.summary else ""
        said += f"  OVERRIDDEN, follow-up due {moment(due)}" if due else ""
        return said + f"  by {self.requested_by}" + (f": {self.message}" if self.message else "")


class RunPage(View):
    """Runs, newest first; ask again with `cursor` for older ones."""

    runs: list[RunRow]
    cursor: str | None = None
    next: list[str]

    @classmethod
    def of(cls, page: Page[Run]) -> "RunPage":
        """Show a page of runs."""
        follow = ["run_get(run_id=…) for one of them"] if page.items else []
        return cls(runs=[RunRow.of(r) for r in page.items], cursor=page.cursor, next=follow)

    def words(self) -> str:
        """List the rows."""
        lines = [r.words() for r in self.runs] or ["No runs."]
        more = [f'More: run_list(cursor="{self.cursor}")'] if self.cursor else []
        return "\n".join([*lines, *more, *[f"Next: {n}" for n in self.next]])
