"""What rules and access speak of is there: groups, and what rules match workspaces by.

A word that means nothing is a mistake in writing, and a mistake must not loosen anything: so a rule
that is about no workspace, or one of whose words fits none, makes the file invalid.
"""

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sekisho.catalog.documents import Document, Finding, Path
from sekisho.catalog.rule_meanings import is_for, like
from sekisho.catalog.rules_section import MatchSection, RuleSection
from sekisho.catalog.values import nfc
from sekisho.domain.groups import folded
from sekisho.domain.targets import LOCAL_TARGET

if TYPE_CHECKING:
    from sekisho.catalog.policies_section import PolicySection
    from sekisho.catalog.sections import FileSection

_NEAR = 0.8
Problem = tuple[Path, str]


def hint(name: str, known: Sequence[str]) -> str:
    """Name what was probably meant, or all there is."""
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"; did you mean `{near[0]}`?" if near else f"; known here: {', '.join(known)}"


def speaks_of_what_is_there(document: Document, section: "FileSection") -> list[Finding]:
    """Find every word of rules and access that means nothing."""
    found = [*_names(section), *_groups(section), *_requesters(section), *_matches(section)]
    return [
        Finding(document.line(path), f"{'.'.join(map(str, path))}: {problem}")
        for path, problem in found
    ]


def _names(section: "FileSection") -> Iterator[Problem]:
    """Rules are told apart by their names: overrides and the audit name them."""
    seen: set[str] = set()
    for index, rule in enumerate(section.rules):
        if folded(rule.name) in seen:
            yield ("rules", index, "name"), f"there is a rule {rule.name!r} already"
        seen.add(folded(rule.name))
    for path, policies in _policies(section):
        # Those for all workspaces come first, and count in each; one for a workspace does there.
        here = set(seen) if len(path) > 1 else seen
        for index, policy in enumerate(policies):
            if folded(policy.name) in here:
                yield (*path, index, "name"), f"there is a rule or policy {policy.name!r} already"
            here.add(folded(policy.name))


def _policies(section: "FileSection") -> Iterator[tuple[Path, Sequence["PolicySection"]]]:
    yield ("policies",), section.policies
    for name, workspace in section.workspaces.items():
        yield ("workspaces", name, "policies"), workspace.policies


def _groups(section: "FileSection") -> Iterator[Problem]:
    for path, name in _spoken(section):
        if name not in section.groups:
            known = list(section.groups)
            meant = hint(name, known) if known else "; there is nothing under `groups`"
            yield path, f"there is no group {name!r}{meant}"


def _spoken(section: "FileSection") -> Iterator[tuple[Path, str]]:
    """Walk everything that must be a group."""
    for index, rule in enumerate(section.rules):
        asked = rule.require.approvals.from_ if rule.require.approvals else None
        where: Path = ("rules", index, "require", "approvals", "from")
        yield from (((*where, i), name) for i, name in enumerate(asked or []))
        where = ("rules", index, "override_by")
        yield from (((*where, i), name) for i, name in enumerate(rule.override_by or []))
    for place, policies in _policies(section):
        for index, policy in enumerate(policies):
            where = (*place, index, "override_by")
            yield from (((*where, i), name) for i, name in enumerate(policy.override_by or []))
    for index, grant in enumerate(section.access or []):
        yield ("access", index, "group"), grant.group


def _requesters(section: "FileSection") -> Iterator[Problem]:
    """A requester may be any person, so only what looks like a group is held to be one."""
    people = {folded(m.person) for members in section.groups.values() for m in members if m.person}
    for index, rule in enumerate(section.rules):
        for i, name in enumerate(rule.match.requesters or []):
            if name in section.groups or folded(name) in people:
                continue
            near = difflib.get_close_matches(name, section.groups, n=1, cutoff=_NEAR)
            if near:
                problem = f"there is no group {name!r}; did you mean `{near[0]}`?"
                yield ("rules", index, "match", "requesters", i), problem


def _matches(section: "FileSection") -> Iterator[Problem]:
    for index, rule in enumerate(section.rules):
        words = [*_words(section, index, rule.match), *_labels(section, index, rule.match)]
        yield from words
        if not words and not _fits(section, rule):
            problem = (
                "the rule is about no workspace: match.workspaces, labels and targets fit none"
                " together; correct them, or take the rule out"
            )
            yield ("rules", index, "match"), problem


def _words(section: "FileSection", index: int, match: MatchSection) -> Iterator[Problem]:
    """Check each word alone: of several, one could be wrong unseen."""
    lists = (
        ("workspaces", match.workspaces, list(section.workspaces)),
        ("targets", match.targets, [*section.targets, LOCAL_TARGET.name]),
    )
    for key, patterns, known in lists:
        for i, pattern in enumerate(patterns or []):
            if not any(like(name, [pattern]) for name in known):
                problem = f"{pattern!r} fits none of them{hint(pattern, known)}"
                yield ("rules", index, "match", key, i), problem


def _labels(section: "FileSection", index: int, match: MatchSection) -> Iterator[Problem]:
    there: dict[str, set[str]] = {}
    for workspace in section.workspaces.values():
        for label, value in workspace.labels.items():
            there.setdefault(label, set()).add(nfc(value))
    for label, values in match.labels.items():
        path: Path = ("rules", index, "match", "labels", label)
        if label not in there:
            meant = hint(label, sorted(there)) if there else "; no workspace has labels"
            yield path, f"no workspace has this label{meant}"
            continue
        for i, value in enumerate(values):
            if value not in there[label]:
                problem = f"no workspace has {label}: {value}{hint(value, sorted(there[label]))}"
                yield (*path, i), problem


def _fits(section: "FileSection", rule: RuleSection) -> bool:
    return any(
        is_for(rule.match, name, of.labels, of.target or LOCAL_TARGET.name)
        for name, of in section.workspaces.items()
    )
