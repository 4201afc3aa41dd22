"""Who fills which place: approvals of distinct people, held against everything that rules want.

One person fills one place of each rule's own (`approvals`), and none of these once they fill one
that a rule adds (`more`): "two, and one of the service's owners" takes three people.
"""

import dataclasses
import functools
from collections.abc import Iterable, Sequence

from sekisho.domain.approvals import Approval
from sekisho.domain.callers import Caller
from sekisho.domain.groups import folded
from sekisho.domain.rules import Level, Rule

_MOST = 200
"""Approvals that are looked at; a plan never has as many."""


@dataclasses.dataclass(frozen=True)
class Asker:
    """Who may not count: the requester, and the author of the commit (empty: nobody knows)."""

    requester: Caller
    author: str = ""


def approvers(approvals: Iterable[Approval], seal: str) -> tuple[Caller, ...]:
    """Return the distinct people who approved this very seal, each as they first did.

    Two approvals are one person's where the name or the provider's subject is the same.
    """
    found: list[Caller] = []
    for approval in list(approvals)[:_MOST]:
        if approval.seal == seal and not any(same_person(approval.by, other) for other in found):
            found.append(approval.by)
    return tuple(found)


def same_person(one: Caller, other: Caller) -> bool:
    """Say whether two callers are one person: renamed, they keep their subject."""
    same_subject = bool(one.subject) and one.subject == other.subject
    return same_subject or folded(one.person) == folded(other.person)


def fits(rule: Rule, person: Caller, asker: Asker) -> bool:
    """Say whether an approval by this person counts for this rule."""
    require = rule.require
    if not require.self_approval and same_person(person, asker.requester):
        return False
    if not require.author_approval and asker.author and _wrote(person, asker.author):
        return False
    return not require.groups or not set(require.groups).isdisjoint(person.groups)


def missing(rules: Sequence[Rule], people: Sequence[Caller], asker: Asker) -> tuple[int, ...]:
    """Return how many people each rule still misses, with all places filled as well as can be.

    Those of hard rules come first: nobody is taken from them for what may be overridden, or for
    what is only advised.
    """
    fit = [tuple(fits(rule, person, asker) for rule in rules) for person in people]
    # People who count for the same rules are alike: few kinds of them are told apart.
    kinds = sorted({f for f in fit if any(f)}, reverse=True)
    # What more is wanted than there are people stays unfilled, whoever fills what.
    places = [min(rule.require.more, len(people)) for rule in rules]
    added = [i for i, count in enumerate(places) for _ in range(count)]
    beyond = tuple(rule.require.more - n for rule, n in zip(rules, places, strict=True))

    def short(left: tuple[int, ...], unfilled: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            unfilled[i]
            + max(
                0, rule.require.approvals - sum(n for n, k in zip(left, kinds, strict=True) if k[i])
            )
            for i, rule in enumerate(rules)
        )

    @functools.cache
    def best(at: int, left: tuple[int, ...], unfilled: tuple[int, ...]) -> tuple[int, ...]:
        if at == len(added):
            return short(left, unfilled)
        rule = added[at]
        none = tuple(n + (i == rule) for i, n in enumerate(unfilled))
        choices = [best(at + 1, left, none)]
        for j, kind in enumerate(kinds):
            if kind[rule] and left[j]:
                rest = tuple(n - (i == j) for i, n in enumerate(left))
                choices.append(best(at + 1, rest, unfilled))
        return min(choices, key=lambda found: (_by_level(rules, found), found))

    return best(0, tuple(fit.count(kind) for kind in kinds), beyond)


def _by_level(rules: Sequence[Rule], lacks: Sequence[int]) -> tuple[int, ...]:
    """Add up what is missing, apart for each level."""
    both = list(zip(rules, lacks, strict=True))
    return tuple(sum(n for rule, n in both if rule.level is level) for level in Level)


def counts(rules: Iterable[Rule], person: Caller, asker: Asker) -> bool:
    """Say whether an approval by this person counts for any of the rules that want people."""
    return any(rule.require.places and fits(rule, person, asker) for rule in rules)


def wanted(rules: Sequence[Rule]) -> int:
    """Return how many distinct people all rules together want at least."""
    most = max((r.require.approvals for r in rules), default=0)
    return most + sum(r.require.more for r in rules)


def wanted_of_others(rules: Sequence[Rule]) -> int:
    """Return how many distinct people beside the requester all rules together want at least."""
    return wanted([r for r in rules if not r.require.self_approval])


def _wrote(person: Caller, author: str) -> bool:
    """Compare a name with an address: where the name is none, with what is before the @."""
    name, address = folded(person.person), folded(author)
    return name in (address, address.partition("@")[0])
