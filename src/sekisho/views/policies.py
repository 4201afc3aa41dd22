"""What policies in Rego said of a plan, for agents and people."""

from collections.abc import Sequence
from typing import Literal

from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.text import Text
from sekisho.views.plan_texts import TEXTS
from sekisho.views.view import View, one_line

MOST = 12
"""Messages of a kind in one answer, shared by all policies; the log of the run has more."""
_LONGEST = 200
_NAMED = 3
Level = Literal["hard", "soft", "advisory"]


class PolicyView(View):
    """What a policy said. `denials` and `warnings` count all messages, the lists are the first.

    `problem`: why it could not be evaluated; it then lets nothing pass, unless it is advisory.
    """

    name: str
    level: Level
    denials: int
    warnings: int
    denied: list[str]
    warned: list[str]
    code: str | None = None
    problem: str | None = None

    @classmethod
    def all(cls, outcomes: Sequence[PolicyOutcome]) -> "list[PolicyView]":
        """Show what all said, within a few messages; every policy has its share."""
        share = max(1, MOST // max(1, len(outcomes)))
        return [cls._of(o, o.denied[:share], o.warned[:share]) for o in outcomes]

    @property
    def loud(self) -> bool:
        """Say whether there is anything to tell."""
        return bool(self.denials or self.warnings or self.problem)

    def words(self) -> str:
        """Say it in one line."""
        said = [f"not evaluated: {self.problem}"] if self.problem else []
        said += [f"{self.denials} denied: {_few(self.denied)}"] if self.denials else []
        said += [f"{self.warnings} warned: {_few(self.warned)}"] if self.warnings else []
        return f"Policy {self.name} ({self.level}): {'; '.join(said) or 'nothing to say'}"

    @classmethod
    def _of(
        cls, outcome: PolicyOutcome, denied: Sequence[str], warned: Sequence[str]
    ) -> "PolicyView":
        level: Level = outcome.level.value
        return cls(
            name=one_line(outcome.name, 90),
            level=level,
            denials=outcome.denials,
            warnings=outcome.warnings,
            denied=[one_line(text, _LONGEST) for text in denied],
            warned=[one_line(text, _LONGEST) for text in warned],
            code=outcome.code or None,
            problem=one_line(outcome.problem, _LONGEST) or None,
        )


def _few(texts: Sequence[str]) -> str:
    return " / ".join(texts[:_NAMED])


def policy_warnings(outcomes: Sequence[PolicyOutcome]) -> list[Text]:
    """Say what policies found, where they found something: a line for each."""
    found = list[Text]()
    for outcome in outcomes:
        named = {"name": outcome.name, "level": str(outcome.level)}
        if outcome.problem:
            said = TEXTS["warning.policy_unchecked"]
            found.append(said.fill(named | {"problem": one_line(outcome.problem, _LONGEST)}))
        for key, count, first in (
            ("warning.policy_denies", outcome.denials, outcome.denied),
            ("warning.policy_warns", outcome.warnings, outcome.warned),
        ):
            if count:
                words = " / ".join(one_line(text, _LONGEST) for text in first[:_NAMED])
                found.append(TEXTS[key].fill(named | {"count": count, "first": words}))
    return found
