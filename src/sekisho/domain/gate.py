"""The gate: the rules that decide whether a plan may be applied; it lists everything unmet."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sekisho.domain.approvals import Approval, people
from sekisho.domain.leases import WorkspaceLease, WorkspaceLock
from sekisho.domain.states import StatePosition
from sekisho.domain.text import Text


@dataclasses.dataclass(frozen=True)
class Require:
    """What a rule wants before an apply. `approvals` counts distinct people."""

    approvals: int = 1
    plan_age: timedelta = timedelta(hours=24)
    self_approval: bool = False


@dataclasses.dataclass(frozen=True)
class Rule:
    """A named requirement; every rule of a workspace must be met."""

    name: str
    require: Require


DEFAULT_RULES = (Rule("default", Require()),)
"""One person who is not the requester approves, within a day."""


def rules_version(rules: Sequence[Rule]) -> str:
    """Return the digest of the rules in effect; it is part of the seal."""
    rows = [
        (r.name, r.require.approvals, r.require.plan_age.total_seconds(), r.require.self_approval)
        for r in rules
    ]
    return f"sha256:{hashlib.sha256(json.dumps(rows).encode()).hexdigest()}"


def expiry(rules: Sequence[Rule], made_at: datetime) -> datetime:
    """Return when a plan made then becomes too old, by the strictest rule."""
    return made_at + min((r.require.plan_age for r in rules), default=Require().plan_age)


@dataclasses.dataclass(frozen=True)
class GateFacts:
    """All that the gate looks at; gathered by the engine, judged here."""

    requester: str
    seal: str
    expires_at: datetime
    planned_on: StatePosition
    state_now: StatePosition | None
    approvals: tuple[Approval, ...] = ()
    lease: WorkspaceLease | None = None
    lock: WorkspaceLock | None = None
    run_id: str = ""
    rules_then: str = ""
    """The version of the rules that the plan was made under (empty: not looked at)."""
    plan_only: Text | None = None
    """Why the way in which the configuration came never reaches an apply (see `origins`)."""


@dataclasses.dataclass(frozen=True)
class Unmet:
    """One condition that is not met. `final`: this plan can never meet it; plan again."""

    code: str
    text: Text
    rule: str = ""
    final: bool = False


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Everything unmet (empty: the gate is open), and the rules that were judged."""

    unmet: tuple[Unmet, ...]
    rules: tuple[str, ...]
    approvals_given: int
    approvals_needed: int

    @property
    def open(self) -> bool:
        """Say whether the plan may be applied now."""
        return not self.unmet

    @property
    def final(self) -> tuple[Unmet, ...]:
        """Return what this plan can never meet."""
        return tuple(u for u in self.unmet if u.final)


def judge(rules: Sequence[Rule], facts: GateFacts, now: datetime) -> Verdict:
    """Hold a plan against every rule, and say everything that is unmet at once."""
    given = people(facts.approvals, facts.seal)
    unmet = [*_origin(facts), *_time(facts, now), *_rules(rules, facts), *_workspace(facts)]
    for rule in rules:
        unmet += _approvals(rule, facts, given)
    names = tuple(r.name for r in rules)
    counted = frozenset(p for p in given if counts(rules, p, facts.requester))
    return Verdict(tuple(unmet), names, len(counted), most_approvals(rules))


def needs_approval(rules: Sequence[Rule]) -> bool:
    """Say whether any rule wants a person's approval."""
    return most_approvals(rules) > 0


def most_approvals(rules: Sequence[Rule]) -> int:
    """Return how many distinct people the strictest rule wants."""
    return max((r.require.approvals for r in rules), default=0)


def most_approvals_of_others(rules: Sequence[Rule]) -> int:
    """Return how many distinct people beside the requester the strictest rule wants."""
    wanted = (r.require.approvals for r in rules if not r.require.self_approval)
    return max(wanted, default=0)


def counts(rules: Sequence[Rule], person: str, requester: str) -> bool:
    """Say whether an approval by this person can count for any of the rules."""
    return person != requester or any(r.require.self_approval for r in rules)


def _origin(facts: GateFacts) -> list[Unmet]:
    """Name first what no approval and no waiting can mend."""
    return [Unmet("plan_only", facts.plan_only, final=True)] if facts.plan_only else []


def _rules(rules: Sequence[Rule], facts: GateFacts) -> list[Unmet]:
    """Other rules than those it was planned under: its seal can never hold any more."""
    if facts.rules_then in ("", rules_version(rules)):
        return []
    text = Text(
        "The rules of the workspace changed since the plan.",
        "計画後にワークスペースのルールが変わりました。",
    )
    return [Unmet("rules_changed", text, final=True)]


def _time(facts: GateFacts, now: datetime) -> list[Unmet]:
    found: list[Unmet] = []
    if now >= facts.expires_at:
        text = Text("The plan is too old (since {at}).", "計画の有効期限が切れています（{at}）。")
        found.append(
            Unmet("plan_expired", text.fill({"at": facts.expires_at.isoformat()}), final=True)
        )
    if facts.state_now is not None and facts.state_now != facts.planned_on:
        text = Text(
            "The state has moved on since the plan ({then} → {now}).",
            "計画後に state が更新されました（{then} → {now}）。",
        )
        filled = text.fill({"then": facts.planned_on, "now": facts.state_now})
        found.append(Unmet("plan_stale", filled, final=True))
    return found


def _workspace(facts: GateFacts) -> list[Unmet]:
    found: list[Unmet] = []
    if facts.lock:
        text = Text(
            "The workspace is locked by {owner}: {reason}.",
            "ワークスペースは {owner} がロックしています（理由: {reason}）。",
        )
        filled = text.fill({"owner": facts.lock.owner, "reason": facts.lock.reason})
        found.append(Unmet("workspace_locked", filled))
    if facts.lease and facts.lease.run_id != facts.run_id:
        text = Text(
            "Run {run} is applying in this workspace.",
            "このワークスペースでは実行 {run} が適用中です。",
        )
        found.append(Unmet("workspace_busy", text.fill({"run": facts.lease.run_id})))
    return found


_ANYBODY = Text(
    "Rule {rule} wants {missing} more approval(s).",
    "ルール {rule}: 承認があと {missing} 件必要です。",
)
_SOMEBODY_ELSE = Text(
    "Rule {rule} wants {missing} more approval(s) by a person other than {requester}.",
    "ルール {rule}: {requester} 以外の承認があと {missing} 件必要です。",
)


def _approvals(rule: Rule, facts: GateFacts, given: frozenset[str]) -> list[Unmet]:
    counted = given if rule.require.self_approval else given - {facts.requester}
    missing = rule.require.approvals - len(counted)
    if missing <= 0:
        return []
    text = _ANYBODY if rule.require.self_approval else _SOMEBODY_ELSE
    filled = text.fill({"rule": rule.name, "missing": missing, "requester": facts.requester})
    return [Unmet("approval_missing", filled, rule.name)]
