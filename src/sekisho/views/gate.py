"""The gate's answer as it is shown: open or not, and everything that is unmet."""

from datetime import datetime

from pydantic import Field

from sekisho.domain.gate import Unmet, Verdict
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.text import Language
from sekisho.views.next_steps import next_steps
from sekisho.views.times import minute
from sekisho.views.view import View, shown

_MOST = 10
"""How many unmet conditions are listed; rules are few."""


class UnmetView(View):
    """One condition that is not met. `final`: this plan can never meet it; plan again.

    `at`: when it will be met by itself. `level`: what the rule means by it (soft: may be
    overridden; advisory: holds nothing up).
    """

    code: str
    text: str
    rule: str | None = None
    final: bool = False
    level: str | None = None
    at: datetime | None = None

    def words(self) -> str:
        """Say the condition."""
        said = f"[{self.code}] {self.text}"
        said += f" (rule {self.rule})" if self.rule and self.rule not in self.text else ""
        said += f" (from {minute(self.at)})" if self.at else ""
        said += f" ({self.level})" if self.level else ""
        return said + (" (final: plan again)" if self.final else "")


class GateView(View):
    """Whether a plan may be applied at a moment, judged by the rules of its workspace.

    `at`: another moment than now, where one was asked about. `possible_at`: when all windows are
    open and no freeze holds. `waits`: time alone is missing, so an apply may be queued for then.
    `advice` holds nothing up; `passed` is unmet and was overridden.
    """

    run_id: str
    status: str
    at: datetime | None = None
    open: bool
    rules: list[str]
    approvals_given: int
    approvals_needed: int
    unmet: list[UnmetView]
    advice: list[UnmetView] = Field(default_factory=list[UnmetView])
    passed: list[UnmetView] = Field(default_factory=list[UnmetView])
    waits: bool = False
    possible_at: datetime | None = None
    next: list[str]

    @classmethod
    def of(
        cls, run: Run, verdict: Verdict, language: Language = "en", at: datetime | None = None
    ) -> "GateView":
        """Show a verdict about a run, at a moment."""
        return cls(
            run_id=run.id,
            status=run.status,
            at=at,
            open=verdict.open,
            rules=[shown(r, 100) for r in verdict.rules],
            approvals_given=verdict.approvals_given,
            approvals_needed=verdict.approvals_needed,
            unmet=unmet_of(verdict.unmet, language),
            advice=unmet_of(verdict.advice, language),
            passed=unmet_of(verdict.passed, language),
            waits=verdict.waits,
            possible_at=verdict.possible_at,
            next=[*_later(run, verdict, at), *next_steps(run)],
        )

    def words(self) -> str:
        """Say whether the gate is open, and what is unmet."""
        when = f" at {minute(self.at)}" if self.at else ""
        head = f"Gate of {self.run_id} ({self.status}){when}: "
        head += f"{'open' if self.open else 'closed'}; "
        head += f"approvals {self.approvals_given} of {self.approvals_needed}; "
        head += f"rules: {', '.join(self.rules) or 'none'}."
        lines = [f"- {u.words()}" for u in self.unmet]
        lines += [f"- advice: {u.words()}" for u in self.advice]
        lines += [f"- overridden: {u.words()}" for u in self.passed]
        if self.possible_at:
            lines += [f"Windows and freezes allow it from {minute(self.possible_at)}."]
        elif not self.open:
            lines += ["Windows and freezes allow it at no time that is looked at."]
        return "\n".join([head, *lines, *[f"Next: {n}" for n in self.next]])


def _later(run: Run, verdict: Verdict, at: datetime | None) -> list[str]:
    """Name the way to let an apply wait, where time alone is missing now."""
    if not verdict.waits or at or run.status is not RunStatus.APPROVED:
        return []
    return [f'run_apply(run_id="{run.id}", wait_for_window=true): applies once it is allowed']


def unmet_of(unmet: tuple[Unmet, ...], language: Language) -> list[UnmetView]:
    """Show conditions that are unmet."""
    return [
        UnmetView(
            code=u.code,
            text=shown(getattr(u.text, language), 300),
            rule=shown(u.rule, 100) or None,
            final=u.final,
            level=str(u.level) if u.rule and u.level != "hard" else None,
            at=u.at,
        )
        for u in unmet[:_MOST]
    ]
