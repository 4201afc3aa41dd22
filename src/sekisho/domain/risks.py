"""TEMPORARY until p-stateful merges."""

import dataclasses

from sekisho.domain.actions import Action, Risk
from sekisho.domain.risk_texts import RISK_TEXTS
from sekisho.domain.text import Text


@dataclasses.dataclass(frozen=True)
class Reason:
    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class RiskFacts:
    type: str
    mode: str
    action: Action
    actions: tuple[str, ...]
    reason: str = ""
    forced_by: tuple[str, ...] = ()
    importing: bool = False
    deposed: str = ""
    moved: bool = False
    before: object = None
    after: object = None


@dataclasses.dataclass(frozen=True)
class Judgement:
    risk: Risk
    reasons: tuple[Reason, ...] = ()


_R = {
    Action.NO_OP: Risk.SAFE,
    Action.READ: Risk.SAFE,
    Action.CREATE: Risk.SAFE,
    Action.DELETE: Risk.DANGEROUS,
    Action.REPLACE: Risk.DANGEROUS,
}


def judge(facts: RiskFacts) -> Judgement:
    return Judgement(_R.get(facts.action, Risk.REVIEW))


def words(reason: Reason) -> Text:
    text = RISK_TEXTS.get(reason.code)
    return text.fill(dict(reason.facts)) if text else Text(reason.code, reason.code)
