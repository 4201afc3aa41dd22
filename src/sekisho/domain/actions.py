"""What happens to one resource, and how much it deserves a look."""

from collections.abc import Iterable
from enum import StrEnum


class Risk(StrEnum):
    """How much a change deserves a look, least first."""

    SAFE = "safe"
    REVIEW = "review"
    DANGEROUS = "dangerous"
    IRREVERSIBLE = "irreversible"
    """Data may be gone: no plan brings it back."""

    @property
    def rank(self) -> int:
        """Place among all risks: the greater, the more it deserves a look."""
        return _RANKS[self]


_RANKS = {risk: rank for rank, risk in enumerate(Risk)}
DESTRUCTIVE = frozenset({Risk.DANGEROUS, Risk.IRREVERSIBLE})
"""Risks that are named to people before everything else."""


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

    @property
    def sign(self) -> str:
        """Terraform's own sign for it; `=`: only its address or its state entry changes."""
        return SIGNS.get(self, UNKNOWN_SIGN)


UNKNOWN_SIGN = "?"
NEW_FIRST = "+/-"
"""The sign of a replacement that creates before it destroys."""
SIGNS: dict[str, str] = {
    Action.CREATE: "+",
    Action.DELETE: "-",
    Action.REPLACE: "-/+",
    Action.UPDATE: "~",
    Action.READ: "<=",
    Action.FORGET: ".",
    Action.NO_OP: "=",
}


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
