"""Terraform state, as far as it may be known outside: names, places, and redacted values."""

import dataclasses
import json
from datetime import datetime
from typing import Any, cast

MASK = "(sensitive)"
"""Stands for every value that must not be seen."""


@dataclasses.dataclass(frozen=True)
class StatePosition:
    """Where a state stands; Terraform calls a plan stale when either part moved."""

    lineage: str
    serial: int

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.lineage or '-'}#{self.serial}"


NO_STATE = StatePosition(lineage="", serial=0)
"""Before the first apply."""


@dataclasses.dataclass(frozen=True)
class StateResource:
    """One resource instance; `values` has every sensitive value masked."""

    address: str
    type: str
    name: str
    provider: str
    mode: str = "managed"
    module: str = ""
    values: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])


@dataclasses.dataclass(frozen=True)
class Output:
    """One root output; a sensitive one carries `MASK` and no value."""

    name: str
    value: Any
    sensitive: bool = False


@dataclasses.dataclass(frozen=True)
class StateIndex:
    """A redacted reading of one state."""

    position: StatePosition
    terraform_version: str
    resources: tuple[StateResource, ...] = ()
    outputs: tuple[Output, ...] = ()


@dataclasses.dataclass(frozen=True)
class StatePointer:
    """The newest state known of a workspace.

    `blob` names the encrypted state where the server keeps it (None with another backend).
    """

    position: StatePosition
    at: datetime
    run_id: str
    blob: str | None = None


def position_of(raw: bytes) -> StatePosition:
    """Read where a raw state stands; an empty one is `NO_STATE`.

    Raises:
        ValueError: this is no Terraform state.
    """
    if not raw.strip():
        return NO_STATE
    body = json.loads(raw)
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    serial = fields.get("serial")
    if not isinstance(serial, int):
        raise ValueError("no Terraform state")  # noqa: TRY004 (one error, whatever is wrong)
    return StatePosition(lineage=str(fields.get("lineage", "")), serial=serial)


def newer(found: StatePosition, known: StatePosition) -> bool:
    """Say whether `found` is further on than `known` in the same history (or the first one)."""
    return found.serial > known.serial and known.lineage in ("", found.lineage)
