"""What a rule wants beside approvals: one small judgement for each thing that can be required."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from sekisho.domain.gate_texts import TEXTS
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.rules import Rule
from sekisho.domain.scans import exceeds
from sekisho.domain.unmet import Unmet

_LONGEST = 500
"""Characters of a change number that are looked at."""


@dataclasses.dataclass(frozen=True)
class Promises:
    """What came with a run beside its configuration; all of it is sealed.

    `protected`: the configuration is a commit on the ref that the operator declared. `scan`: the
    worst severity that a scan found and nothing suppresses today, `clean`, or empty where no scan
    was made. `policies`: what each policy said of the plan, by its digest.
    """

    change_id: str = ""
    protected: bool = False
    rollback: str = ""
    intent: bool = False
    scan: str = ""
    policies: Mapping[str, PolicyOutcome] = dataclasses.field(
        default_factory=dict[str, PolicyOutcome]
    )


NO_PROMISES = Promises()


def unmet_wants(rule: Rule, promises: Promises, now: datetime) -> Iterator[Unmet]:
    """Say what a rule wants and does not find at a moment."""
    for want in _WANTS:
        unmet = want(rule, promises, now)
        if unmet is not None:
            yield unmet


def _change_id(rule: Rule, promises: Promises, _now: datetime) -> Unmet | None:
    pattern, given = rule.require.change_id, promises.change_id
    if not pattern or (len(given) <= _LONGEST and re.fullmatch(pattern, given)):
        return None
    key = "change_id_wrong" if given else "change_id_missing"
    text = TEXTS[key].fill({"rule": rule.name, "pattern": pattern, "given": given})
    return Unmet(key, text, rule.name, final=True)


def _protected(rule: Rule, promises: Promises, _now: datetime) -> Unmet | None:
    if not rule.require.protected or promises.protected:
        return None
    return _final("source_unprotected", rule)


def _rollback(rule: Rule, promises: Promises, _now: datetime) -> Unmet | None:
    if not rule.require.rollback or promises.rollback.strip():
        return None
    return _final("rollback_missing", rule)


def _intent(rule: Rule, promises: Promises, _now: datetime) -> Unmet | None:
    if not rule.require.intent or promises.intent:
        return None
    return _final("intent_missing", rule)


def _scan(rule: Rule, promises: Promises, _now: datetime) -> Unmet | None:
    if not rule.require.scan:
        return None
    if not promises.scan:
        return _final("scan_missing", rule)
    return (
        _final("scan_failed", rule) if exceeds(promises.scan, rule.require.scan_at_most) else None
    )


def _policy(rule: Rule, promises: Promises, _now: datetime) -> Unmet | None:
    digest = rule.require.policy
    if not digest:
        return None
    found = promises.policies.get(digest)
    if found is None or found.problem:
        facts = {"rule": rule.name, "problem": found.problem if found else "not evaluated"}
        text = TEXTS["policy_unchecked"].fill(facts)
        return Unmet("policy_unchecked", text, rule.name, final=True)
    if not found.denied:
        return None
    facts = {"rule": rule.name, "first": found.denied[0], "more": found.denials - 1}
    key = "policy_denied_more" if found.denials > 1 else "policy_denied"
    return Unmet("policy_denied", TEXTS[key].fill(facts), rule.name, final=True)


def _window(rule: Rule, _promises: Promises, now: datetime) -> Unmet | None:
    window = rule.require.window
    if window is None or window.open_at(now):
        return None
    text = TEXTS["window_closed"].fill({"rule": rule.name, "window": window.describe()})
    return Unmet("window_closed", text, rule.name, at=window.next_open(now))


def _freeze(rule: Rule, _promises: Promises, now: datetime) -> Unmet | None:
    for freeze in rule.require.freezes:
        if freeze.frozen_at(now):
            text = TEXTS["frozen"].fill({"rule": rule.name, "freeze": freeze.describe()})
            return Unmet("frozen", text, rule.name, at=freeze.ends_at(now))
    return None


def _final(code: str, rule: Rule) -> Unmet:
    return Unmet(code, TEXTS[code].fill({"rule": rule.name}), rule.name, final=True)


_WANTS: tuple[Callable[[Rule, Promises, datetime], Unmet | None], ...] = (
    _change_id,
    _protected,
    _rollback,
    _intent,
    _scan,
    _policy,
    _window,
    _freeze,
)
