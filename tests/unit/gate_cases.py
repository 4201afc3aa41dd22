"""What the tables of the gate's cases are written in: people, plans, moments, and one judgement."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sekisho.domain.actions import Risk
from sekisho.domain.approval_places import Asker
from sekisho.domain.approvals import Approval
from sekisho.domain.callers import Caller
from sekisho.domain.gate import GateFacts, Verdict, judge
from sekisho.domain.overrides import Override, OverrideKind
from sekisho.domain.plan_traits import NO_TRAITS, Kind, PlanTraits
from sekisho.domain.rules import Level, Match, PlanFacts, Require, Rule
from sekisho.domain.rules_wants import NO_PROMISES, Promises
from sekisho.domain.states import StatePosition
from sekisho.domain.windows import (
    DAYS,
    Freeze,
    MonthEnds,
    Window,
    parse_days,
    parse_hours,
    parse_period,
)
from tests.unit import gate_reference as reference

TOKYO = "Asia/Tokyo"
SEAL = "sha256:seal"
HERE = StatePosition("lineage", 7)


def at(text: str, zone: str = TOKYO, fold: int = 0) -> datetime:
    """A moment as a clock on a wall shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


NOON = at("2026-06-10 12:00")
"""A Wednesday without anything."""


def who(name: str, *groups: str, subject: str = "") -> Caller:
    return Caller(name, "console", "passkey", subject=subject, groups=groups)


EVERY_PLAN = Match()
SATO = who("sato")
"""Who asks for the plan."""


def rule(
    name: str = "prod",
    approvals: int = 0,
    level: str = "hard",
    match: Match = EVERY_PLAN,
    overriders: tuple[str, ...] = (),
    **require: Any,
) -> Rule:
    """A rule; without any people in it, it says nothing of approvals unless `silent=False`."""
    require.setdefault("silent", not approvals and not require.get("more"))
    return Rule(name, Require(approvals=approvals, **require), match, Level(level), overriders)


FREE = rule("free", silent=False)


def free(**match: Any) -> Rule:
    return rule("free", match=Match(**match), silent=False)


def window(hours: str, days: str = "", zone: str = TOKYO, *, holidays: bool = True) -> Window:
    chosen = parse_days(days) if days else frozenset(DAYS)
    return Window(zone, chosen, parse_hours(hours), "" if holidays else "jp_holidays")


def freeze(begins: str, through: str, zone: str = TOKYO) -> Freeze:
    return Freeze("凍結", zone, parse_period(begins, through))


def month_end(last: int, first: int = 0) -> Freeze:
    return Freeze("月末", TOKYO, MonthEnds(last, first))


def traits(*kinds: str, risk: str = "safe", **more: Any) -> PlanTraits:
    """Kinds are written `type:action`."""
    found = tuple(Kind(*kind.split(":")) for kind in kinds)
    more.setdefault("changes", len(found))
    return PlanTraits(Risk(risk), found, **more)


def soft_pass(*rules: str, seal: str = SEAL) -> Override:
    by = who("tanaka", "leads")
    return Override(by, NOON, "run_1", seal, OverrideKind.SOFT, rules, "障害対応")


def glass(seal: str = SEAL) -> Override:
    return Override(who("tanaka"), NOON, "run_1", seal, OverrideKind.GLASS, (), "障害対応")


@dataclasses.dataclass(frozen=True)
class Case:
    """One row: what is asked, and all that is to be found, each as `rule:code`."""

    name: str
    rules: tuple[Rule, ...]
    unmet: str = ""
    now: datetime = NOON
    by: tuple[Caller, ...] = ()
    old: tuple[Caller, ...] = ()
    """People who approved another seal."""
    author: str = ""
    requester: Caller = SATO
    plan: PlanTraits = NO_TRAITS
    mode: str = "normal"
    source: str = "git"
    client: str = "kiro/0.9"
    promises: Promises = NO_PROMISES
    overrides: tuple[Override, ...] = ()
    advice: str = ""
    passed: str = ""
    possible: datetime | str | None = "any"
    needed: int | None = None
    given: int | None = None
    final: str | None = None
    left: timedelta = timedelta(days=400)
    """How long the plan is good for, from this moment."""

    @property
    def facts(self) -> GateFacts:
        approvals = [Approval(p, self.now, "run_1", SEAL) for p in self.by]
        approvals += [Approval(p, self.now, "run_1", "sha256:other") for p in self.old]
        return GateFacts(
            asker=Asker(self.requester, self.author),
            plan=self.about,
            seal=SEAL,
            expires_at=self.now + self.left,
            planned_on=HERE,
            state_now=HERE,
            promises=self.promises,
            approvals=tuple(approvals),
            overrides=self.overrides,
            run_id="run_1",
        )

    @property
    def about(self) -> PlanFacts:
        asked = self.requester
        return PlanFacts(asked.person, self.source, self.mode, self.client, asked.groups, self.plan)


def told(unmet: Any) -> str:
    return " ".join(f"{u.rule}:{u.code}" if u.rule else u.code for u in unmet)


def check(case: Case, *, told_of: bool = True) -> Verdict:
    """Judge a case, hold it against all that it says, and against the naive gate."""
    verdict = judge(case.rules, case.facts, case.now)
    if told_of:
        assert told(verdict.unmet) == case.unmet, told(verdict.unmet)
        assert told(verdict.advice) == case.advice, told(verdict.advice)
        assert told(verdict.passed) == case.passed, told(verdict.passed)
    said = {
        "possible": verdict.possible_at,
        "needed": verdict.approvals_needed,
        "given": verdict.approvals_given,
        "final": told(verdict.final),
    }
    for name, found in said.items():
        assert getattr(case, name) in (found, *_UNSAID[name]), (name, found)
    assert verdict.open is not bool(verdict.unmet)
    assert all(u.text.en and u.text.ja for u in (*verdict.unmet, *verdict.advice))
    _agree(case, verdict)
    return verdict


_UNSAID = {"possible": ("any",), "needed": (None,), "given": (None,), "final": (None,)}
"""What a case has that says nothing of it."""


def _agree(case: Case, verdict: Verdict) -> None:
    """The naive gate finds the same wants, and misses people where this one does."""
    given = [
        reference.Pass(o.kind is OverrideKind.GLASS, frozenset(o.rules))
        for o in case.overrides
        if o.seal == SEAL
    ]
    found = reference.holds_up(
        case.rules,
        case.about,
        case.promises,
        people=case.by,
        given=given,
        now=case.now,
        requester=case.requester,
        author=case.author,
    )
    ours = [u for u in verdict.unmet if u.rule]
    wants = sorted(f"{u.rule}:{u.code}" for u in ours if u.code != "approval_missing")
    assert wants == sorted(f for f in found if not f.startswith("people:"))
    people = any(f.startswith("people:") for f in found)
    assert people is any(u.code == "approval_missing" for u in ours)


def table(*cases: Case) -> pytest.MarkDecorator:
    """Parametrize a test by cases, named as they are; no two of one name."""
    names = [case.name for case in cases]
    assert len(set(names)) == len(names)
    return pytest.mark.parametrize("case", cases, ids=names)
