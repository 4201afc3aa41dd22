"""A plan: what Terraform would do, read once, redacted, with what we derive from it."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

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


class Risk(StrEnum):
    """How much a change deserves a look, least first."""

    SAFE = "safe"
    REVIEW = "review"
    DANGEROUS = "dangerous"
    IRREVERSIBLE = "irreversible"


class Action(StrEnum):
    """What happens to one resource, in the terms of Terraform's own plan text."""

    NO_OP = "no-op"
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    FORGET = "forget"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class ValueChange:
    """One leaf that changes. `path` is for reading; `note` is `sensitive`, `unknown` or empty."""

    path: str
    before: Any = None
    after: Any = None
    note: str = ""


@dataclasses.dataclass(frozen=True)
class ResourceChange:
    """One resource that changes, redacted. `actions` are Terraform's own words, in their order."""

    address: str
    type: str
    name: str
    action: Action
    actions: tuple[str, ...]
    mode: str = "managed"
    module: str = ""
    provider: str = ""
    index: str | int | None = None
    deposed: str = ""
    reason: str = ""
    previous_address: str = ""
    importing: bool = False
    forced_by: tuple[str, ...] = ()
    values: tuple[ValueChange, ...] = ()
    risk: Risk = Risk.REVIEW


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
    """What reading a saved plan gives; nothing in it is secret."""

    counts: PlanCounts
    changes: tuple[ResourceChange, ...]
    outputs: tuple[ValueChange, ...]
    position: StatePosition
    terraform_version: str
    applyable: bool = True
    complete: bool = True
    errored: bool = False
    runs_code: tuple[str, ...] = ()


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
    warm: bool = False


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


_ACTIONS: dict[tuple[str, ...], Action] = {
    ("no-op",): Action.NO_OP,
    ("create",): Action.CREATE,
    ("read",): Action.READ,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("forget",): Action.FORGET,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.REPLACE,
}


def action_of(actions: Iterable[str]) -> Action:
    """Name what a list of Terraform's actions means; one we do not know is `UNKNOWN`."""
    return _ACTIONS.get(tuple(actions), Action.UNKNOWN)


_RISKS = {
    Action.NO_OP: Risk.SAFE,
    Action.READ: Risk.SAFE,
    Action.CREATE: Risk.SAFE,
    Action.DELETE: Risk.DANGEROUS,
    Action.REPLACE: Risk.DANGEROUS,
}


def risk_of(action: Action) -> Risk:
    """Give the least risk that an action alone carries."""
    return _RISKS.get(action, Risk.REVIEW)
