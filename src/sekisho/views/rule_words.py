"""What a rule says, in sentences as they leave the process: masked, and not too long."""

from sekisho.domain.rule_words import said
from sekisho.domain.rules import Rule
from sekisho.views.budgets import brief

_SENTENCES = 12
_LONGEST = 160


def rule_sentences(rule: Rule) -> list[str]:
    """Say everything that a rule is about and wants, for agents; what is left out is counted."""
    lines = [brief(text.en, _LONGEST) for text in said(rule)]
    if len(lines) <= _SENTENCES:
        return lines
    left = len(lines) - _SENTENCES + 1
    # The last one says what it means that the rule is not met.
    return [*lines[: _SENTENCES - 2], f"… {left} more.", lines[-1]]


def short_version(version: str) -> str:
    """Return the part of a version of rules that people compare."""
    return version.removeprefix("sha256:")[:12]
