"""A plan: what Terraform would do, read once, redacted, with what we derive from it."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sekisho.domain.actions import DESTRUCTIVE, Action
from sekisho.domain.plan_changes import (
    ActionCall,
    Check,
    CodeRun,
    ResourceChange,
    ValueChange,
)
from sekisho.domain.plan_graphs import PlanGraph
from sekisho.domain.plan_traits import WORST_TRAITS, PlanTraits
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.reasons import Reason
from sekisho.domain.scans import ScanMark
from sekisho.domain.seals import SignedSeal
from sekisho.domain.states import StatePosition


class PlanMode(StrEnum):
    """Terraform's planning modes; not in the plan JSON, so recorded when planning."""

    NORMAL = "normal"
    DESTROY = "destroy"
    REFRESH_ONLY = "refresh_only"


@dataclasses.dataclass(frozen=True)
class PlanOptions:
    """How to plan: the mode, and `-target` and `-replace` addresses."""

    mode: PlanMode = PlanMode.NORMAL
    targets: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()

    def describe(self) -> str:
        """Write the options in one stable line, for the seal."""
        parts = [str(self.mode), *(f"target={t}" for t in sorted(self.targets))]
        return " ".join(parts + [f"replace={r}" for r in sorted(self.replace)])


@dataclasses.dataclass(frozen=True)
class PlanCounts:
    """Counts as Terraform prints them: a replacement is one `add` and one `destroy`."""

    add: int = 0
    change: int = 0
    destroy: int = 0
    replace: int = 0
    importing: int = 0
    move: int = 0
    forget: int = 0
    outputs: int = 0
    drift: int = 0
    actions: int = 0


@dataclasses.dataclass(frozen=True)
class PlanReading:
    """What reading a saved plan gives; nothing in it is secret.

    `changes`, `drift` and `deferred` are rows: their values are kept apart, by number. `outputs`
    has one row a leaf; `code` is what will run; `alarms` are reasons to stop altogether. `extra`:
    top-level fields of newer formats, by name.
    """

    counts: PlanCounts
    changes: tuple[ResourceChange, ...]
    outputs: tuple[ValueChange, ...]
    position: StatePosition
    terraform_version: str
    applyable: bool = True
    complete: bool = True
    errored: bool = False
    from_nothing: bool = False
    """The state that it was planned from held no resource."""
    drift: tuple[ResourceChange, ...] = ()
    deferred: tuple[ResourceChange, ...] = ()
    actions: tuple[ActionCall, ...] = ()
    code: tuple[CodeRun, ...] = ()
    checks: tuple[Check, ...] = ()
    alarms: tuple[Reason, ...] = ()
    graph: PlanGraph = dataclasses.field(default_factory=PlanGraph)
    extra: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[ResourceChange, ...]:
        """All rows, in the order of their numbers."""
        return self.changes + self.drift + self.deferred

    @property
    def destructive(self) -> tuple[ResourceChange, ...]:
        """The changes to name before all others, worst first."""
        found = [c for c in self.changes if c.risk in DESTRUCTIVE]
        return tuple(sorted(found, key=lambda c: -c.risk.rank))


@dataclasses.dataclass(frozen=True)
class PlanRecord:
    """The plan of a run, as the run keeps it; the large parts lie in blobs and the reading."""

    made_at: datetime
    counts: PlanCounts
    position: StatePosition
    terraform_version: str
    seal: SignedSeal
    plan_blob: str
    bundle_blob: str
    risks: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    runs_code: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    warm: bool = False
    traits: PlanTraits = WORST_TRAITS
    """What rules look at."""
    contained: str = ""
    """What kept code of the configuration in while it was planned; empty where nobody noted it."""
    scan: ScanMark | None = None
    """What a security scan found, or why there is none; nothing where none was wanted."""
    policies: tuple[PolicyOutcome, ...] = ()
    """What each policy of the workspace said of it."""


DESTROYS_TYPED = 10
"""Destroys beyond which a person types the workspace's name to approve."""


def wants_name(plan: PlanRecord) -> bool:
    """Say whether approving this plan takes more than a click: it destroys much, or alarms."""
    return plan.counts.destroy > DESTROYS_TYPED or bool(plan.alarms)


def count(changes: Iterable[ResourceChange], outputs: int, drift: int, actions: int) -> PlanCounts:
    """Count as Terraform's `Plan:` line does: data reads do not count, deposed objects do."""
    tally = dict.fromkeys(Action, 0)
    importing = moved = forget_and_create = 0
    for c in changes:
        if c.mode != "managed":
            continue
        tally[c.action] += 1
        importing += c.importing
        moved += bool(c.previous_address)
        forget_and_create += c.actions == ("create", "forget")
    replaced = tally[Action.REPLACE]
    return PlanCounts(
        add=tally[Action.CREATE] + replaced,
        change=tally[Action.UPDATE],
        destroy=tally[Action.DELETE] + replaced - forget_and_create,
        replace=replaced,
        importing=importing,
        move=moved,
        forget=tally[Action.FORGET] + forget_and_create,
        outputs=outputs,
        drift=drift,
        actions=actions,
    )
