"""The gate's answer as it is shown: open or not, and everything that is unmet."""

from sekisho.domain.gate import Unmet, Verdict
from sekisho.domain.runs import Run
from sekisho.domain.text import Language
from sekisho.views.next_steps import next_steps
from sekisho.views.view import View, shown

_MOST = 10
"""How many unmet conditions are listed; rules are few."""


class UnmetView(View):
    """One condition that is not met. `final`: this plan can never meet it; plan again."""

    code: str
    text: str
    rule: str | None = None
    final: bool = False

    def words(self) -> str:
        """Say the condition."""
        said = f"[{self.code}] {self.text}"
        said += f" (rule {self.rule})" if self.rule and self.rule not in self.text else ""
        return said + (" (final: plan again)" if self.final else "")


class GateView(View):
    """Whether a plan may be applied now, judged by the rules of its workspace."""

    run_id: str
    status: str
    open: bool
    rules: list[str]
    approvals_given: int
    approvals_needed: int
    unmet: list[UnmetView]
    next: list[str]

    @classmethod
    def of(cls, run: Run, verdict: Verdict, language: Language = "en") -> "GateView":
        """Show a verdict about a run."""
        return cls(
            run_id=run.id,
            status=run.status,
            open=verdict.open,
            rules=[shown(r, 100) for r in verdict.rules],
            approvals_given=verdict.approvals_given,
            approvals_needed=verdict.approvals_needed,
            unmet=unmet_of(verdict.unmet, language),
            next=next_steps(run),
        )

    def words(self) -> str:
        """Say whether the gate is open, and what is unmet."""
        head = f"Gate of {self.run_id} ({self.status}): {'open' if self.open else 'closed'}; "
        head += f"approvals {self.approvals_given} of {self.approvals_needed}; "
        head += f"rules: {', '.join(self.rules) or 'none'}."
        unmet = [f"- {u.words()}" for u in self.unmet]
        return "\n".join([head, *unmet, *[f"Next: {n}" for n in self.next]])


def unmet_of(unmet: tuple[Unmet, ...], language: Language) -> list[UnmetView]:
    """Show conditions that are unmet."""
    return [
        UnmetView(
            code=u.code,
            text=shown(getattr(u.text, language), 300),
            rule=shown(u.rule, 100) or None,
            final=u.final,
        )
        for u in unmet[:_MOST]
    ]
