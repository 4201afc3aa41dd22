"""The operator's file as it changes: what is in force, and what became of a newer one."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from sekisho.domain.access import Access
from sekisho.domain.errors import SekishoError
from sekisho.domain.groups import Group
from sekisho.domain.rules import rules_version
from sekisho.domain.workspaces import Workspace

Outcome = Literal["loaded", "refused", "unchanged"]


@dataclasses.dataclass(frozen=True)
class Declared:
    """What the operator declares that can change while a server runs: one whole, never a mix."""

    workspaces: tuple[Workspace, ...]
    groups: tuple[Group, ...]
    access: Access


@dataclasses.dataclass(frozen=True)
class News:
    """What a look at the file brought.

    `digest` is that of the file's bytes (empty: it could not be read). `error` says why it is
    refused, `changes` how many of what are other than before; `restart` names the sections that
    are other than what the process was started with: those wait for the next start.
    """

    outcome: Outcome
    digest: str = ""
    error: SekishoError | None = None
    changes: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    restart: tuple[str, ...] = ()


def changes(before: Declared, after: Declared) -> Mapping[str, int]:
    """Count what is other after than before; what is not is left out.

    `rules` counts the workspaces whose rules are others: plans made there so far are void.
    """
    old = {w.name: w for w in before.workspaces}
    new = {w.name: w for w in after.workspaces}
    both = [(old[name], new[name]) for name in old if name in new]
    counts = {
        "workspaces_added": len(new.keys() - old.keys()),
        "workspaces_removed": len(old.keys() - new.keys()),
        "workspaces_changed": _count(both, lambda w: dataclasses.replace(w, rules=())),
        "rules": _count(both, lambda w: rules_version(w.rules)),
        "groups": len(
            {g.canonical() for g in before.groups} ^ {g.canonical() for g in after.groups}
        ),
        "access": int(before.access != after.access),
    }
    return {name: count for name, count in counts.items() if count}


def _count(pairs: Iterable[tuple[Workspace, Workspace]], of: Callable[[Workspace], object]) -> int:
    return sum(of(one) != of(other) for one, other in pairs)
