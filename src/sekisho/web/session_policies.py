"""The session policy of an apply, as the review page shows it: folded, and ready to be copied."""

import json
from dataclasses import dataclass

from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import Run
from sekisho.domain.session_policies import LIMIT
from sekisho.domain.text import Language
from sekisho.views.session_policies import gap_said, note_said, policy_of, wider_said

_SHOWN = 100


@dataclass(frozen=True)
class PolicyCard:
    """What is shown of a policy. `readable` is the same document for reading, over many lines."""

    document: str
    readable: str
    characters: int
    note: str
    widened: tuple[str, ...]
    not_covered: tuple[str, ...]
    more: int
    limit: int = LIMIT


def policy_card(run: Run, reading: PlanReading, language: Language) -> PolicyCard | None:
    """Gather the session policy of a plan that may still be applied; None where it has none."""
    policy = policy_of(run, reading)
    if policy is None:
        return None
    document = policy.document
    return PolicyCard(
        document=document,
        readable=json.dumps(json.loads(document), indent=2) if document else "",
        characters=policy.length,
        note=note_said(policy, language),
        widened=tuple(wider_said(w, language) for w in policy.widened),
        not_covered=tuple(gap_said(u, language) for u in policy.uncovered[:_SHOWN]),
        more=max(len(policy.uncovered) - _SHOWN, 0),
    )
