"""Groups of people, declared by the operator: by name, or by what an identity provider says."""

import dataclasses
import unicodedata
from collections.abc import Iterable, Mapping

Claims = Mapping[str, tuple[str, ...]]
"""What an identity provider says of a person, by the name of the claim: each value as text."""


@dataclasses.dataclass(frozen=True)
class Member:
    """Who belongs to a group: a person by name, or everybody with this value in a claim."""

    person: str = ""
    claim: str = ""
    value: str = ""


@dataclasses.dataclass(frozen=True)
class Group:
    """A named set of people; rules and access speak of groups alone."""

    name: str
    members: tuple[Member, ...] = ()

    def has(self, person: str, claims: Claims) -> bool:
        """Say whether a person belongs to it. Values of claims are compared to the letter."""
        return any(_is(member, person, claims) for member in self.members)

    def canonical(self) -> tuple[str, tuple[tuple[str, str, str], ...]]:
        """Return what the version of rules is taken over where they speak of this group."""
        return self.name, tuple(sorted((m.person, m.claim, m.value) for m in self.members))


def groups_of(groups: Iterable[Group], person: str, claims: Claims) -> tuple[str, ...]:
    """Name the groups of a person, sorted. An empty name is nobody."""
    return tuple(sorted(g.name for g in groups if person and g.has(person, claims)))


def same_name(one: str, other: str) -> bool:
    """Say whether two names of persons are one: case and Unicode form tell nobody apart."""
    return folded(one) == folded(other)


def folded(person: str) -> str:
    """Return a person's name in the form by which names are compared."""
    return unicodedata.normalize("NFKC", person).casefold().strip()


def _is(member: Member, person: str, claims: Claims) -> bool:
    if member.claim:
        return member.value in claims.get(member.claim, ())
    return bool(member.person) and same_name(member.person, person)
