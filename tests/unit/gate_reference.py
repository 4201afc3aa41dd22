"""The gate once more, naively, to hold the real one against: every assignment is tried.

It shares values with `sekisho.domain` (rules, facts, callers) and none of its judgements. Windows
are judged by the clock on the wall, so not within an hour of a change of clocks.
"""

import dataclasses
import fnmatch
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import jpholiday

from sekisho.domain.callers import Caller
from sekisho.domain.rules import Level, PlanFacts, Require, Rule
from sekisho.domain.rules_wants import Promises
from sekisho.domain.windows import Freeze, MonthEnds, Period, Window, Yearly

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT = Rule("default", Require())
FINAL = frozenset(
    {
        "change_id_missing",
        "change_id_wrong",
        "source_unprotected",
        "rollback_missing",
        "intent_missing",
        "scan_missing",
        "scan_failed",
        "policy_denied",
        "policy_unchecked",
    }
)
"""Wants that one plan can never meet."""


@dataclasses.dataclass(frozen=True)
class Pass:
    """An override of this plan: every rule, or the soft ones of these names."""

    everything: bool
    rules: frozenset[str] = frozenset()


def name_of(person: str) -> str:
    return unicodedata.normalize("NFKC", person).casefold().strip()


def same(one: Caller, other: Caller) -> bool:
    if one.subject and one.subject == other.subject:
        return True
    return name_of(one.person) == name_of(other.person)


def distinct(people: Iterable[Caller]) -> list[Caller]:
    found: list[Caller] = []
    for person in people:
        if all(not same(person, known) for known in found):
            found.append(person)
    return found


def counts(rule: Rule, person: Caller, requester: Caller, author: str = "") -> bool:
    want = rule.require
    if same(person, requester) and not want.self_approval:
        return False
    addresses = {name_of(author), name_of(author).split("@")[0]} if author else set()
    if name_of(person.person) in addresses and not want.author_approval:
        return False
    return not want.groups or any(g in person.groups for g in want.groups)


def lacking(
    rules: Sequence[Rule], people: Sequence[Caller], requester: Caller, author: str = ""
) -> tuple[int, ...]:
    """Say how many people are missing, for hard, soft and advisory rules: the best there is."""
    best: tuple[int, ...] | None = None
    choices = [[None, *(i for i, r in enumerate(rules) if r.require.more)] for _ in people]
    for seats in itertools.product(*choices):
        lacks = dict.fromkeys(Level, 0)
        for i, rule in enumerate(rules):
            fit = [counts(rule, p, requester, author) for p in people]
            extra = sum(seat == i and ok for seat, ok in zip(seats, fit, strict=True))
            own = sum(seat is None and ok for seat, ok in zip(seats, fit, strict=True))
            missing = max(0, rule.require.more - extra) + max(0, rule.require.approvals - own)
            lacks[rule.level] += missing
        found = tuple(lacks[level] for level in Level)
        best = found if best is None else min(best, found)
    assert best is not None
    return best


def applicable(rules: Sequence[Rule], plan: PlanFacts) -> list[Rule]:
    """The rules about a plan, and the default one unless another decides who approves."""
    found = [rule for rule in rules if _about(rule, plan)]
    return found if any(_decides(rule, plan) for rule in found) else [*found, DEFAULT]


def _about(rule: Rule, plan: PlanFacts) -> bool:
    match, traits = rule.match, plan.traits
    order = ["safe", "review", "dangerous", "irreversible"]
    rank = order.index(traits.risk)
    if match.risk is not None and rank < order.index(match.risk):
        return False
    if match.risk_at_most is not None and rank > order.index(match.risk_at_most):
        return False
    if match.changes_over is not None and not traits.changes > match.changes_over:
        return False
    if match.destroys_over is not None and not traits.destroys > match.destroys_over:
        return False
    if (match.types or match.actions) and not traits.kinds_cut and not any(_kinds(rule, plan)):
        return False
    if match.sources and plan.source not in match.sources:
        return False
    if match.modes and plan.mode not in match.modes:
        return False
    client = plan.client.casefold()
    if match.clients and not any(fnmatch.fnmatchcase(client, p) for p in match.clients):
        return False
    if not match.requesters and not match.requester_groups:
        return True
    named = any(name_of(r) == name_of(plan.requester) for r in match.requesters)
    grouped = any(g in match.requesters or g in match.requester_groups for g in plan.groups)
    return named or grouped


def _kinds(rule: Rule, plan: PlanFacts) -> Iterator[bool]:
    for kind in plan.traits.kinds:
        typed = not rule.match.types or any(
            fnmatch.fnmatchcase(kind.type, p) for p in rule.match.types
        )
        yield typed and (not rule.match.actions or kind.action in rule.match.actions)


def _decides(rule: Rule, plan: PlanFacts) -> bool:
    want, match = rule.require, rule.match
    if rule.level is Level.ADVISORY or match.clients:
        return False
    people = want.approvals
    says_nobody = not want.silent and not want.more
    if not match.types and not match.actions:
        return people > 0 or says_nobody
    if not plan.traits.kinds_cut and all(_kinds(rule, plan)):
        return people > 0 or says_nobody
    strict = not want.self_approval and not want.author_approval
    return people > 0 and strict and rule.level is Level.HARD


def wants(rule: Rule, promises: Promises, now: datetime) -> Iterator[str]:
    """The codes of everything but approvals that a rule misses."""
    want = rule.require
    if want.change_id:
        given = promises.change_id
        if not given:
            yield "change_id_missing"
        elif len(given) > 500 or not re.match(rf"(?:{want.change_id})\Z", given):
            yield "change_id_wrong"
    if want.protected and not promises.protected:
        yield "source_unprotected"
    if want.rollback and not promises.rollback.strip():
        yield "rollback_missing"
    if want.intent and not promises.intent:
        yield "intent_missing"
    if want.scan and not promises.scan:
        yield "scan_missing"
    elif want.scan and promises.scan not in taken(want.scan_at_most):
        yield "scan_failed"
    if want.policy:
        said = [p for digest, p in promises.policies.items() if digest == want.policy]
        if not said or any(p.problem for p in said):
            yield "policy_unchecked"
        elif any(p.denials for p in said):
            yield "policy_denied"
    if want.window and not is_open(want.window, now):
        yield "window_closed"
    if any(is_frozen(freeze, now) for freeze in want.freezes):
        yield "frozen"


def taken(at_most: str) -> set[str]:
    """Return what a scan may say where a rule takes a severity at most."""
    return {
        "": {"clean"},
        "low": {"clean", "low"},
        "medium": {"clean", "low", "medium"},
        "high": {"clean", "low", "medium", "high"},
        "critical": {"clean", "low", "medium", "high", "critical"},
    }[at_most]


def is_open(window: Window, now: datetime) -> bool:
    wall = now.astimezone(ZoneInfo(window.zone)).replace(tzinfo=None)
    for back in range(3):
        day = wall.date() - timedelta(days=back)
        minutes = (wall - datetime.combine(day, time())) / timedelta(minutes=1)
        if not window.hours.opens <= minutes < window.hours.closes:
            continue
        closed = window.except_ and jpholiday.is_holiday(day)
        if _DAYS[day.weekday()] in window.days and not closed:
            return True
    return False


def is_frozen(freeze: Freeze, now: datetime) -> bool:
    wall = now.astimezone(ZoneInfo(freeze.zone)).replace(tzinfo=None)
    when, today = freeze.when, (wall.month, wall.day)
    if isinstance(when, Period):
        return when.begins <= wall < when.ends
    if isinstance(when, Yearly):
        if when.begins <= when.through:
            return when.begins <= today <= when.through
        return today >= when.begins or today <= when.through
    assert isinstance(when, MonthEnds)
    following = (wall.replace(day=1) + timedelta(days=32)).replace(day=1)
    left = (following.date() - wall.date()).days
    return wall.day <= when.first or left <= when.last


def passes(rule: Rule, given: Iterable[Pass]) -> bool:
    soft = rule.level is Level.SOFT
    return any(p.everything or (soft and rule.name in p.rules) for p in given)


def holds_up(
    rules: Sequence[Rule],
    plan: PlanFacts,
    promises: Promises,
    *,
    people: Sequence[Caller],
    given: Sequence[Pass],
    now: datetime,
    requester: Caller,
    author: str = "",
) -> list[str]:
    """Everything of rules that holds a plan up at a moment: `rule:code`, `people:LACKING`."""
    mine = applicable(rules, plan)
    found: list[str] = []
    for rule in mine:
        for code in wants(rule, promises, now):
            never = code in FINAL and rule.level is Level.HARD
            if rule.level is not Level.ADVISORY and (never or not passes(rule, given)):
                found.append(f"{rule.name}:{code}")
    held = [r for r in mine if r.level is not Level.ADVISORY and not passes(r, given)]
    lacks = lacking(held, distinct(people), requester, author)
    return found if not sum(lacks) else [*found, f"people:{sum(lacks)}"]
