"""What rules of the operator's file mean for each workspace."""

import fnmatch
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sekisho.catalog.rules_section import MatchSection, RequireSection, RuleSection
from sekisho.catalog.scan_section import ScanWantSection
from sekisho.domain.actions import Risk
from sekisho.domain.groups import Group
from sekisho.domain.rules import Level, Match, Require, Rule
from sekisho.domain.scans import Suppression


def is_for(match: MatchSection, name: str, labels: Mapping[str, str], target: str) -> bool:
    """Say whether a rule is for a workspace: its name, its labels and its target decide."""
    mine = {_nfc(key): _nfc(value) for key, value in labels.items()}
    return (
        (match.workspaces is None or like(name, match.workspaces))
        and all(mine.get(_nfc(key)) in values for key, values in match.labels.items())
        and (match.targets is None or like(target, match.targets))
    )


def like(name: str, patterns: Iterable[str]) -> bool:
    """Say whether a name is of one of these patterns; case counts."""
    return any(fnmatch.fnmatchcase(_nfc(name), pattern) for pattern in patterns)


def rule_of(
    section: RuleSection,
    groups: Sequence[Group],
    age: timedelta,
    suppressions: tuple[Suppression, ...] = (),
) -> Rule:
    """Return a rule; `age` is how old a plan may be where it says nothing.

    It carries the groups that it speaks of: who belongs to them is part of what it says.
    """
    known = {group.name: group for group in groups}
    match, require = section.match, section.require
    asked = require.approvals.from_ if require.approvals else None
    spoken = {*(asked or ()), *(section.override_by or ()), *(match.requesters or ())}
    return Rule(
        name=section.name,
        require=_require(require, age, suppressions),
        match=_match(match, known),
        level=Level(section.level),
        overriders=tuple(section.override_by or ()),
        members=tuple(known[name] for name in sorted(spoken & set(known))),
    )


def _match(section: MatchSection, groups: Mapping[str, Group]) -> Match:
    requesters = section.requesters or ()
    return Match(
        risk=Risk(section.risk) if section.risk else None,
        risk_at_most=Risk(section.risk_at_most) if section.risk_at_most else None,
        types=tuple(section.types or ()),
        actions=tuple(section.actions or ()),
        changes_over=section.changes_over,
        destroys_over=section.destroys_over,
        requesters=tuple(name for name in requesters if name not in groups),
        requester_groups=tuple(name for name in requesters if name in groups),
        sources=tuple(section.sources or ()),
        modes=tuple(section.modes or ()),
        clients=tuple(pattern.casefold() for pattern in section.clients or ()),
    )


def _require(
    section: RequireSection, age: timedelta, suppressions: tuple[Suppression, ...]
) -> Require:
    asked = section.approvals
    zone = section.window.tz if section.window else ""
    return Require(
        approvals=asked.count if asked else 0,
        more=asked.add if asked else 0,
        groups=tuple(asked.from_ or ()) if asked else (),
        self_approval=asked.self_ if asked else False,
        author_approval=asked.author if asked else False,
        silent=asked is None,
        plan_age=section.plan_age or age,
        change_id=section.change_id or "",
        window=section.window.meant() if section.window else None,
        freezes=tuple(freeze.meant(zone) for freeze in section.freezes or ()),
        protected=section.source == "protected",
        rollback=section.rollback,
        scan=section.scan is not None,
        scan_at_most=section.scan.max_severity if isinstance(section.scan, ScanWantSection) else "",
        suppressions=suppressions if section.scan is not None else (),
        intent=section.intent,
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
