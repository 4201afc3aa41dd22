"""Rules: what the operator wants of a plan before it may be applied, and which plans each is about.

A rule is about a workspace (its name, labels and target decide that when the file is read) and
about plans in it (`Match`). Where no rule speaks of approvals, `DEFAULT_RULES` do.
"""

import dataclasses
import fnmatch
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sekisho.domain.actions import Risk
from sekisho.domain.groups import Group, folded
from sekisho.domain.plan_traits import NO_TRAITS, Kind, PlanTraits
from sekisho.domain.scans import Suppression
from sekisho.domain.windows import Freeze, Window

DAY = timedelta(hours=24)


class Level(StrEnum):
    """What it means that a rule is not met."""

    HARD = "hard"
    """Nothing is applied."""
    SOFT = "soft"
    """Nothing is applied, unless somebody who may overrides it, with a reason."""
    ADVISORY = "advisory"
    """It is said, and holds nothing up."""


@dataclasses.dataclass(frozen=True)
class PlanFacts:
    """What rules may look at to say whether they are about a plan."""

    requester: str
    source: str
    mode: str = "normal"
    client: str = ""
    groups: tuple[str, ...] = ()
    traits: PlanTraits = NO_TRAITS


@dataclasses.dataclass(frozen=True)
class Match:
    """Which plans a rule is about: all that is given must hold; nothing given is every plan.

    `risk` is the least that a plan's worst risk may be, `risk_at_most` the most. `types` (patterns)
    and `actions` must meet in one change. `requesters` are persons by name, or groups;
    `requester_groups` are groups alone, so that nobody comes under them who is called like one.
    `clients` are patterns over what an agent calls itself: a claim, by which nobody should be asked
    for less.
    """

    risk: Risk | None = None
    risk_at_most: Risk | None = None
    types: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    changes_over: int | None = None
    destroys_over: int | None = None
    requesters: tuple[str, ...] = ()
    requester_groups: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()

    def meets(self, plan: PlanFacts) -> bool:
        """Say whether a rule is about a plan."""
        return (
            self._risky(plan)
            and self._large(plan)
            and self._kind(plan)
            and self._asked(plan)
            and (not self.sources or plan.source in self.sources)
            and (not self.modes or plan.mode in self.modes)
        )

    def _risky(self, plan: PlanFacts) -> bool:
        least = self.risk is None or plan.traits.risk.rank >= self.risk.rank
        return least and (
            self.risk_at_most is None or plan.traits.risk.rank <= self.risk_at_most.rank
        )

    def _large(self, plan: PlanFacts) -> bool:
        many = self.changes_over is None or plan.traits.changes > self.changes_over
        return many and (self.destroys_over is None or plan.traits.destroys > self.destroys_over)

    def whole(self, plan: PlanFacts) -> bool:
        """Say whether nothing in a plan lies outside of the kinds that a rule is about."""
        parts = bool(self.types or self.actions)
        return not parts or (not plan.traits.kinds_cut and all(map(self._fits, plan.traits.kinds)))

    def _kind(self, plan: PlanFacts) -> bool:
        parts = bool(self.types or self.actions)
        return not parts or plan.traits.kinds_cut or any(map(self._fits, plan.traits.kinds))

    def _fits(self, kind: Kind) -> bool:
        fits = not self.types or _like(kind.type, self.types)
        return fits and (not self.actions or kind.action in self.actions)

    def _asked(self, plan: PlanFacts) -> bool:
        if self.clients and not _like(plan.client.casefold(), self.clients):
            return False
        if not self.requesters and not self.requester_groups:
            return True
        named = {folded(r) for r in self.requesters}
        groups = {*self.requesters, *self.requester_groups}
        return folded(plan.requester) in named or not set(plan.groups).isdisjoint(groups)


@dataclasses.dataclass(frozen=True)
class Require:
    """What a rule wants before an apply.

    `approvals` people, and `more` on top of what all other rules want (one person fills one place).
    `groups`: they belong to one of these; empty: anybody who may approve. The requester counts only
    where `self_approval` says so, the author of the commit where `author_approval` does.
    `change_id` is a pattern for the whole change number. `rollback`, `intent`: the requester must
    have given them. `protected`: the configuration is a commit on the declared ref. `scan`: a scan
    found nothing worse than `scan_at_most` (empty: nothing at all); `suppressions` are what the
    operator lives with there, for another one is another rule. `policy` is the digest of a policy
    in Rego: it denied nothing of the plan.
    """

    approvals: int = 1
    plan_age: timedelta = DAY
    self_approval: bool = False
    more: int = 0
    groups: tuple[str, ...] = ()
    author_approval: bool = False
    change_id: str = ""
    window: Window | None = None
    freezes: tuple[Freeze, ...] = ()
    protected: bool = False
    rollback: bool = False
    scan: bool = False
    scan_at_most: str = ""
    policy: str = ""
    suppressions: tuple[Suppression, ...] = ()
    intent: bool = False
    silent: bool = False
    """It says nothing of approvals: that nobody is wanted must be said."""

    @property
    def places(self) -> int:
        """How many people this rule alone wants."""
        return self.approvals + self.more


@dataclasses.dataclass(frozen=True)
class Rule:
    """A named requirement; every rule that is about a plan must be met.

    `overriders`: groups that may pass it where it is soft; empty: whoever may override there.
    """

    name: str
    require: Require
    match: Match = Match()
    level: Level = Level.HARD
    overriders: tuple[str, ...] = ()
    members: tuple[Group, ...] = ()
    """The groups that it speaks of, as they are declared: another member is another rule."""

    def settles(self, plan: PlanFacts) -> bool:
        """Say whether it decides who approves a plan that it is about, so that no default does.

        What holds nothing up decides nothing, nor does what only adds to what other rules want, or
        what an agent brings about by what it calls itself. Of a part of the plan, only a rule that
        asks for no less than the default one.
        """
        if self.level is Level.ADVISORY or self.match.clients:
            return False
        if self.match.whole(plan):
            return bool(self.require.approvals) or not (self.require.silent or self.require.more)
        lax = self.require.self_approval or self.require.author_approval
        return self.level is Level.HARD and bool(self.require.approvals) and not lax


DEFAULT_RULES = (Rule("default", Require()),)
"""One person who is not the requester approves, within a day."""


def about(rules: Sequence[Rule], plan: PlanFacts) -> tuple[Rule, ...]:
    """Return the rules that are about a plan; the default one too, where none settles who approves.

    That nobody needs to approve, or the requester alone, can only be said about everything in a
    plan: a rule that frees one type of resource does not free what else is in there.
    """
    found = tuple(rule for rule in rules if rule.match.meets(plan))
    return found if any(r.settles(plan) for r in found) else (*found, *DEFAULT_RULES)


def rules_version(rules: Sequence[Rule], inspection: str = "") -> str:
    """Return the digest of the rules of a workspace; it is part of the seal.

    `inspection`: the version of what the operator lets configurations do, where it is not the
    default one.
    """
    rows: list[Any] = [_canonical(rule) for rule in rules]
    rows += [{"inspection": inspection}] if inspection else []
    return f"sha256:{hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()}"


def expiry(rules: Sequence[Rule], made_at: datetime) -> datetime:
    """Return when a plan made then becomes too old, by the strictest rule that holds it up."""
    holding = (r.require.plan_age for r in rules if r.level is not Level.ADVISORY)
    return made_at + min(holding, default=DAY)


def _canonical(rule: Rule) -> dict[str, Any]:
    """Write what a rule says; what it says nothing of is left out, so that new keys change none."""
    found = {"name": rule.name, "level": str(rule.level), "overriders": rule.overriders}
    found |= {"members": sorted(g.canonical() for g in rule.members)}
    found |= {"match": _said(rule.match), "require": _said(rule.require)}
    return {key: value for key, value in found.items() if value}


def _said(of: Match | Require) -> dict[str, Any]:
    fields = ((f.name, getattr(of, f.name), f.default) for f in dataclasses.fields(of))
    return {name: _plain(value) for name, value, default in fields if value != default}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [_plain(v) for v in cast("tuple[Any, ...]", value)]
    return value.canonical() if isinstance(value, Window | Freeze | Suppression) else value


def _like(value: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns)
