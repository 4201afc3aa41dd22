"""The gate: the rules that decide whether a plan may be applied; it lists everything unmet."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from sekisho.domain.approval_places import (
    Asker,
    approvers,
    counts,
    missing,
    wanted,
)
from sekisho.domain.approvals import Approval
from sekisho.domain.callers import Caller
from sekisho.domain.gate_texts import TEXTS, listed_groups
from sekisho.domain.leases import WorkspaceLease, WorkspaceLock
from sekisho.domain.overrides import Override, passed
from sekisho.domain.rules import Level, PlanFacts, Rule, about, rules_version
from sekisho.domain.rules_wants import NO_PROMISES, Promises, unmet_wants
from sekisho.domain.states import StatePosition
from sekisho.domain.text import Text
from sekisho.domain.unmet import Unmet
from sekisho.domain.windows import opens

__all__ = ["GateFacts", "Unmet", "Verdict", "judge", "too_old"]

TIMED = frozenset({"window_closed", "frozen", "workspace_busy"})
"""What passes by itself: an apply may be queued and wait for it."""


@dataclasses.dataclass(frozen=True)
class GateFacts:
    """All that the gate looks at; gathered by the engine, judged here."""

    asker: Asker
    plan: PlanFacts
    seal: str
    expires_at: datetime
    planned_on: StatePosition
    state_now: StatePosition | None
    promises: Promises = NO_PROMISES
    approvals: tuple[Approval, ...] = ()
    overrides: tuple[Override, ...] = ()
    lease: WorkspaceLease | None = None
    lock: WorkspaceLock | None = None
    run_id: str = ""
    rules_then: str = ""
    """The version of the rules that the plan was made under (empty: not looked at)."""
    inspection: str = ""
    """The version of what the operator lets configurations do now (`Policy.version`)."""
    plan_only: Text | None = None
    """Why the way in which the configuration came never reaches an apply (see `origins`)."""


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Everything unmet (empty: the gate is open), and the rules that were judged.

    `advice`: what advisory rules miss. `passed`: what is unmet and was overridden. `possible_at`:
    when all windows are open and no freeze holds; None: not within the time that is looked at.
    """

    unmet: tuple[Unmet, ...]
    rules: tuple[str, ...]
    approvals_given: int
    approvals_needed: int
    advice: tuple[Unmet, ...] = ()
    passed: tuple[Unmet, ...] = ()
    possible_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Say whether the plan may be applied now."""
        return not self.unmet

    @property
    def final(self) -> tuple[Unmet, ...]:
        """Return what this plan can never meet."""
        return tuple(u for u in self.unmet if u.final)

    @property
    def waits(self) -> bool:
        """Say whether time alone is what is missing: an apply may be queued for then."""
        return bool(self.unmet) and all(u.code in TIMED for u in self.unmet)

    @property
    def approved(self) -> bool:
        """Say whether no approval is missing."""
        return not any(u.code == "approval_missing" for u in self.unmet)


def judge(rules: Sequence[Rule], facts: GateFacts, now: datetime) -> Verdict:
    """Hold a plan against every rule that is about it, and say everything that is unmet at once.

    What it finds is about the moment `now`: another one answers "could it be applied then?".
    """
    mine = about(rules, facts.plan)
    people = approvers(facts.approvals, facts.seal)
    fixed = [*_origin(facts), *_time(facts, now), *_rules(rules, facts), *_workspace(facts)]
    of_rules = [*_approvals(mine, facts, people)]
    for rule in mine:
        of_rules += ((rule, unmet) for unmet in unmet_wants(rule, facts.promises, now))
    sorted_out = _sorted(facts, of_rules)
    possible = _possible(mine, facts, now)
    timed = any(u.code in TIMED for u in sorted_out["unmet"])
    if timed and (possible is None or possible >= facts.expires_at):
        fixed.append(Unmet("plan_expires_first", _too_late(facts, possible)))
    holding = [rule for rule in mine if rule.level is not Level.ADVISORY]
    return Verdict(
        unmet=(*fixed, *sorted_out["unmet"]),
        rules=tuple(r.name for r in mine),
        approvals_given=sum(counts(holding, person, facts.asker) for person in people),
        approvals_needed=wanted(holding),
        advice=sorted_out["advice"],
        passed=sorted_out["passed"],
        possible_at=possible,
    )


_Bin = Literal["unmet", "advice", "passed"]


def _sorted(facts: GateFacts, found: Iterable[tuple[Rule, Unmet]]) -> dict[_Bin, tuple[Unmet, ...]]:
    """Sort what is unmet by what it means: it holds up, it is said, or it was overridden."""
    bins: dict[_Bin, list[Unmet]] = {"unmet": [], "advice": [], "passed": []}
    for rule, each in found:
        level = rule.level
        # Nobody passes what is hard and can never be met: another plan can meet it.
        unmet = dataclasses.replace(each, level=level, final=each.final and level is Level.HARD)
        if level is Level.ADVISORY:
            bins["advice"].append(unmet)
        elif not unmet.final and _passed(rule, facts):
            bins["passed"].append(unmet)
        else:
            bins["unmet"].append(unmet)
    return {name: tuple(unmet) for name, unmet in bins.items()}


def _possible(rules: Sequence[Rule], facts: GateFacts, now: datetime) -> datetime | None:
    """Return when all times that hold a plan up are right; those that somebody passed do not."""
    held = [r for r in rules if r.level is not Level.ADVISORY and not _passed(r, facts)]
    windows = [rule.require.window for rule in held if rule.require.window]
    freezes = [freeze for rule in held for freeze in rule.require.freezes]
    return opens(windows, freezes, now)


def _passed(rule: Rule, facts: GateFacts) -> bool:
    """Say whether somebody passed a rule, for all that it wants and this plan could still meet."""
    return passed(facts.overrides, facts.seal, rule.name, soft=rule.level is Level.SOFT)


def _too_late(facts: GateFacts, possible: datetime | None) -> Text:
    """Say that the plan will be too old by the time it could be applied."""
    said = {
        "expires": facts.expires_at.isoformat(),
        "at": possible.isoformat() if possible else "-",
    }
    return TEXTS["plan_expires_first"].fill(said)


def _approvals(
    rules: Sequence[Rule], facts: GateFacts, people: Sequence[Caller]
) -> Iterable[tuple[Rule, Unmet]]:
    # Whoever fills a place that somebody passed is not missing where people are still wanted.
    weighed = [
        dataclasses.replace(r, level=Level.ADVISORY) if _passed(r, facts) else r for r in rules
    ]
    for rule, lacks in zip(rules, missing(weighed, people, facts.asker), strict=True):
        if lacks:
            yield rule, Unmet("approval_missing", _who(rule, lacks, facts.asker), rule.name)


def _who(rule: Rule, lacks: int, asker: Asker) -> Text:
    """Say how many people are missing, and who they may be."""
    require = rule.require
    facts: dict[str, object] = {"rule": rule.name, "missing": lacks}
    facts["requester"] = asker.requester.person
    key = "approval_anybody" if require.self_approval else "approval_others"
    if require.groups:
        key, facts["groups"] = f"{key}_of", listed_groups(require.groups)
    return TEXTS[key].fill(facts)


def _origin(facts: GateFacts) -> list[Unmet]:
    """Name first what no approval and no waiting can mend."""
    return [Unmet("plan_only", facts.plan_only, final=True)] if facts.plan_only else []


def _rules(rules: Sequence[Rule], facts: GateFacts) -> list[Unmet]:
    """Other rules than those it was planned under: its seal can never hold any more."""
    if facts.rules_then in ("", rules_version(rules, facts.inspection)):
        return []
    return [Unmet("rules_changed", TEXTS["rules_changed"], final=True)]


def too_old(expires_at: datetime, now: datetime) -> list[Unmet]:
    """Say that a plan is too old, where it is."""
    if now < expires_at:
        return []
    text = TEXTS["plan_expired"].fill({"at": expires_at.isoformat()})
    return [Unmet("plan_expired", text, final=True)]


def _time(facts: GateFacts, now: datetime) -> list[Unmet]:
    found = too_old(facts.expires_at, now)
    if facts.state_now is not None and facts.state_now != facts.planned_on:
        text = TEXTS["plan_stale"].fill({"then": facts.planned_on, "now": facts.state_now})
        found.append(Unmet("plan_stale", text, final=True))
    return found


def _workspace(facts: GateFacts) -> list[Unmet]:
    found: list[Unmet] = []
    if facts.lock:
        held = {"owner": facts.lock.owner, "reason": facts.lock.reason}
        found.append(Unmet("workspace_locked", TEXTS["workspace_locked"].fill(held)))
    if facts.lease and facts.lease.run_id != facts.run_id:
        busy = TEXTS["workspace_busy"].fill({"run": facts.lease.run_id})
        found.append(Unmet("workspace_busy", busy))
    return found
