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


LEVELS = ("trace", "debug", "info", "warn", "error")
"""From what matters least to what matters most."""


@dataclasses.dataclass(frozen=True)
class LogFilter:
    """Which lines somebody wants; an empty field asks for nothing.

    `level` takes lines of at least that level. `text` is looked for as it stands, whatever its
    case, in what a line says, its detail and its address.
    """

    phase: str = ""
    level: str = ""
    text: str = ""

    @property
    def takes_all(self) -> bool:
        """Say whether every line is wanted."""
        return self == LogFilter()

    def takes(self, line: LogLine) -> bool:
        """Say whether a line is wanted."""
        text = self.text.casefold()
        return (
            (not self.phase or _in_phase(line.phase, self.phase))
            and (not self.level or _rank(line.level) >= _rank(self.level))
            and (
                not text
                or any(text in t.casefold() for t in (line.text, line.detail, line.address))
            )
        )


def _in_phase(phase: str, wanted: str) -> bool:
    """Say whether a phase is the wanted one, or a later attempt at it (`plan-2`)."""
    return phase == wanted or phase.startswith(f"{wanted}-")


def _rank(level: str) -> int:
    """Place a level; one that is not known matters: a filter never hides it."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


@dataclasses.dataclass(frozen=True)
class LogFound:
    """Lines that a filter took, each with its number, in order.

    `cursor` is the number of the last line that was dealt with; `more` says that lines after it
    are there. `matched` of the `searched` lines were taken, more of them perhaps than are given.
    `earlier`: of a tail, how many lines lie before what was searched.
    """

    lines: tuple[tuple[int, LogLine], ...]
    cursor: int
    more: bool
    matched: int
    searched: int
    earlier: int = 0
