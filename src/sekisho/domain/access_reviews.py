"""A review of access: every person who is known here, and what each may do where, and why."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sekisho.domain.access import ACTS, ROLES, Access, Act
from sekisho.domain.groups import Claims, Group, Member, folded
from sekisho.domain.tokens import Token

NO_ACCESS_SECTION = "*"
"""In the place of a group, where the file grants nothing and so keeps nothing from anybody."""
EVERYBODY = "*"
"""In the place of a person there: whoever is let in, known or not."""


@dataclasses.dataclass(frozen=True)
class Holder:
    """Somebody who may have access. Without a name: whoever an identity provider says `claim` of.

    `claims` are those of the newest session that is kept: what a provider says today is known at
    the next sign-in alone. `last_decision` is when they last approved, rejected or passed a rule.
    """

    name: str
    claim: tuple[str, str] | None = None
    subject: str = ""
    claims: Claims = dataclasses.field(default_factory=dict[str, tuple[str, ...]])
    keys: tuple[Token, ...] = ()
    passkeys: int = 0
    last_seen_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    last_decision_at: datetime | None = None


@dataclasses.dataclass(frozen=True)
class AccessLine:
    """One person, one workspace, one act. `through`: the groups that grant it, and why they do.

    Somebody who may do nothing anywhere has one line without an act.
    """

    holder: Holder
    workspace: str = ""
    act: Act | None = None
    through: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class AccessReview:
    """All of it, as it was at a moment."""

    at: datetime
    holders: tuple[Holder, ...]
    groups: tuple[Group, ...]
    access: Access
    workspaces: tuple[str, ...]

    def lines(self) -> Iterator[AccessLine]:
        """Walk every line, by person, workspace and act."""
        for holder in self.holders:
            found = False
            mine = memberships(holder, self.groups)
            for workspace in self.workspaces:
                for act in ACTS:
                    through = _through(mine, self.access, act, workspace)
                    if through:
                        found = True
                        yield AccessLine(holder, workspace, act, through)
            if not found:
                yield AccessLine(holder)


def claim_members(groups: Iterable[Group]) -> tuple[tuple[str, str], ...]:
    """Return every claim with a value by which somebody nobody can name belongs to a group."""
    found = {(m.claim, m.value) for g in groups for m in g.members if m.claim}
    return tuple(sorted(found))


def named_members(groups: Iterable[Group]) -> tuple[str, ...]:
    """Return every person whom a group names."""
    names = {folded(m.person): m.person for g in groups for m in g.members if m.person}
    return tuple(names[key] for key in sorted(names))


def memberships(holder: Holder, groups: Sequence[Group]) -> dict[str, tuple[str, ...]]:
    """Return the groups of somebody, each with why: `name`, or the claim as `NAME=VALUE`."""
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        why = tuple(dict.fromkeys(w for m in group.members if (w := _why(m, holder))))
        if why:
            found[group.name] = why
    return found


def _why(member: Member, holder: Holder) -> str:
    if not member.claim:
        named = bool(member.person) and folded(member.person) == folded(holder.name)
        return "name" if named else ""
    known = holder.claims.get(member.claim, ()) if holder.name else ()
    mine = holder.claim == (member.claim, member.value) or member.value in known
    return f"{member.claim}={member.value}" if mine else ""


def _through(
    mine: dict[str, tuple[str, ...]], access: Access, act: Act, workspace: str
) -> tuple[str, ...]:
    if access.grants is None:
        return () if act in ROLES else (NO_ACCESS_SECTION,)
    granting = [
        g.group for g in access.grants if g.group in mine and act in g.acts and g.covers(workspace)
    ]
    return tuple(f"{name} ({', '.join(mine[name])})" for name in dict.fromkeys(granting))
