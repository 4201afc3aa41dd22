"""What an agent is told about approving: where a person does it, and what is unmet."""

from sekisho.domain.runs import Run
from sekisho.domain.text import Language
from sekisho.engine.approvals import ReviewLink
from sekisho.views.gate import UnmetView, unmet_of
from sekisho.views.view import View

START = "sekisho serve"
"""What starts the console where none runs."""

_SAID: dict[Language, tuple[str, str]] = {
    "en": (
        "A person must open this page, review the plan and decide; an agent cannot approve: {url}",
        "The console is not running. Ask the user to start it ({start}), then call again.",
    ),
    "ja": (
        "担当者がこのページで計画を確認し、判断します（エージェントは承認できません）: {url}",
        "コンソールが停止中です。{start} で起動後、approval_request を再度呼び出してください。",
    ),
}


class ApprovalRequestView(View):
    """Where a person decides about a plan. An agent cannot: no tool and no credential approves."""

    run_id: str
    status: str
    url: str
    console_running: bool
    start: str | None = None
    approvals_given: int
    approvals_needed: int
    unmet: list[UnmetView]
    message: str
    next: list[str]

    @classmethod
    def of(cls, run: Run, link: ReviewLink, language: Language) -> "ApprovalRequestView":
        """Show where to go."""
        ask, start = _SAID[language]
        here = f'run_get(run_id="{run.id}", wait_seconds=20)'
        said = ask.format(url=link.url) if link.running else start.format(start=START)
        return cls(
            run_id=run.id,
            status=run.status,
            url=link.url,
            console_running=link.running,
            start=None if link.running else START,
            approvals_given=link.verdict.approvals_given,
            approvals_needed=link.verdict.approvals_needed,
            unmet=unmet_of(link.verdict.unmet, language),
            message=said,
            next=[
                "Give the user the address, and say what the plan changes",
                f"{here}: call it after the user says that they have decided",
                f'run_apply(run_id="{run.id}"): once the run is approved',
            ],
        )

    def words(self) -> str:
        """Say where to go and what is unmet."""
        head = f"Run {self.run_id} ({self.status}): "
        head += f"{self.approvals_given} of {self.approvals_needed} approvals."
        unmet = [f"- {u.words()}" for u in self.unmet]
        return "\n".join([head, self.message, *unmet, *[f"Next: {n}" for n in self.next]])
