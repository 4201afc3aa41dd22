"""Access: who may do what in which workspace, as the operator's file grants it."""

import dataclasses
import fnmatch
import itertools
from collections.abc import Iterable
from typing import Literal, get_args

Act = Literal["read", "plan", "apply", "approve", "override", "break_glass", "operate"]
"""What can be granted in a workspace.

`read`: see what is there; whoever may do anything else there sees it too. `approve`: decide about
plans in the console, never with a credential. `override`: pass a soft rule, with a reason.
`break_glass`: apply in an emergency, with a reason and an alarm. `operate`: lock, unlock, stop and
start again.
"""
ACTS: tuple[Act, ...] = get_args(Act)
ROLES: frozenset[Act] = frozenset({"override", "break_glass"})
"""Acts that nobody has unless they were granted: one person alone can pass a rule by them."""


@dataclasses.dataclass(frozen=True)
class Grant:
    """One row of `access`: a group may do these acts in workspaces whose names match."""

    group: str
    acts: frozenset[Act]
    workspaces: tuple[str, ...] = ("*",)

    def covers(self, workspace: str) -> bool:
        """Say whether a workspace is meant; patterns know `*`, `?` and `[…]`, case counts."""
        return any(fnmatch.fnmatchcase(workspace, pattern) for pattern in self.workspaces)


@dataclasses.dataclass(frozen=True)
class Sight:
    """What somebody may read: the workspaces whose names fit a pattern; where None, all of them."""

    patterns: tuple[str, ...] | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is kept from them, whatever there was and will be."""
        return self.patterns is None or "*" in self.patterns

    def sees(self, workspace: str | None) -> bool:
        """Say whether they may read what is of a workspace.

        What is of none is the whole server's: whoever may read anything at all reads that.
        """
        if self.patterns is None:
            return True
        if workspace is None:
            return bool(self.patterns)
        return any(fnmatch.fnmatchcase(workspace, pattern) for pattern in self.patterns)


WHOLE = Sight()
"""Of those from whom nothing is kept."""


@dataclasses.dataclass(frozen=True)
class Access:
    """All grants. Without any (None), whoever is let in may do all but what takes a role."""

    grants: tuple[Grant, ...] | None = None

    def acts(self, groups: Iterable[str], workspace: str) -> frozenset[Act]:
        """Return what somebody of these groups may do in a workspace; nothing is granted twice."""
        if self.grants is None:
            return frozenset(ACTS) - ROLES
        mine = set(groups)
        found = (g.acts for g in self.grants if g.group in mine and g.covers(workspace))
        return frozenset[Act]().union(*found)

    def allows(self, groups: Iterable[str], act: Act, workspace: str) -> bool:
        """Say whether somebody of these groups may do this there."""
        return act in self.acts(groups, workspace)

    def sight(self, groups: Iterable[str]) -> Sight:
        """Return what somebody of these groups may read: wherever they may do anything at all."""
        if self.grants is None:
            return WHOLE
        mine = set(groups)
        found = (g.workspaces for g in self.grants if g.group in mine and g.acts)
        return Sight(tuple(dict.fromkeys(itertools.chain.from_iterable(found))))


EVERYTHING = Access()
"""Where the operator's file says nothing about access."""
