"""The log of a run: Terraform's events by allow-list, redacted where they come in."""

import dataclasses
from datetime import datetime


@dataclasses.dataclass(frozen=True)
class LogLine:
    """One line of a run's log. `kind` is Terraform's event type, or `step` for our own.

    `text` is plain and redacted; `address` names the resource where there is one.
    """

    at: datetime
    phase: str
    kind: str
    level: str
    text: str
    address: str = ""
    detail: str = ""
    file: str = ""
    line: int = 0


@dataclasses.dataclass(frozen=True)
class LogPage:
    """Lines after a cursor; `cursor` is what to ask with next time."""

    lines: tuple[LogLine, ...]
    cursor: int
    more: bool = False
