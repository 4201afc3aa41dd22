"""What rules look at in a plan, kept with the run: a gate is asked often, a reading is large."""

import dataclasses
from collections.abc import Iterable

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import ResourceChange

MOST_KINDS = 500
"""Kinds that are kept of one plan; real ones have a few dozen."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of change in a plan: all changes of one type and action are one."""

    type: str
    action: str


@dataclasses.dataclass(frozen=True)
class PlanTraits:
    """What a plan brings to the rules.

    `risk` is the worst of anything in it. `kinds_cut`: there are more kinds than are kept, so every
    rule about kinds is about this plan.
    """

    risk: Risk = Risk.SAFE
    kinds: tuple[Kind, ...] = ()
    kinds_cut: bool = False
    changes: int = 0
    destroys: int = 0


NO_TRAITS = PlanTraits()
WORST_TRAITS = PlanTraits(Risk.IRREVERSIBLE, kinds_cut=True, changes=10**9, destroys=10**9)
"""Of a plan whose traits nobody kept."""


def traits_of(changes: Iterable[ResourceChange], least: Risk, destroys: int) -> PlanTraits:
    """Return the traits of a plan; `least` is the risk that it has whatever its changes are."""
    found: set[Kind] = set()
    risk, count = least, 0
    for change in changes:
        if change.mode != "managed" and change.action is not Action.UNKNOWN:
            continue
        count += 1
        risk = change.risk if change.risk.rank > risk.rank else risk
        found.add(Kind(change.type, str(change.action)))
    return with_kinds(PlanTraits(risk, changes=count, destroys=destroys), found)


def with_kinds(traits: PlanTraits, more: Iterable[Kind]) -> PlanTraits:
    """Return the traits with these kinds too, as many as are kept."""
    kinds = sorted({*traits.kinds, *more}, key=lambda k: (k.type, k.action))
    cut = traits.kinds_cut or len(kinds) > MOST_KINDS
    return dataclasses.replace(traits, kinds=tuple(kinds[:MOST_KINDS]), kinds_cut=cut)
