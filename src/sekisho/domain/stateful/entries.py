"""What is known of one resource type: what is lost with it, and which attributes hold that back."""

import dataclasses
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import cast

from sekisho.domain.text import Text


class Weight(StrEnum):
    """How much is gone with the object."""

    DATA = "data"
    """What cannot be made again: records, files, keys, an address that others rely on."""
    LESSER = "lesser"
    """What is usually kept elsewhere or made again: a cache, the disks of one instance."""


class Effect(StrEnum):
    """What an attribute does for the data, while it stands as it should."""

    REFUSES = "refuses"
    """The deletion is refused."""
    OVERRIDES = "overrides"
    """Standing wrong, it lifts what else refuses."""
    EMPTY = "empty"
    """Only an empty object can be deleted."""
    SNAPSHOT = "snapshot"
    """A last snapshot is taken before the deletion."""
    BACKUPS = "backups"
    """Automated backups outlive the deletion."""
    WINDOW = "window"
    """The deletion can be undone for a number of days."""
    KEPT = "kept"
    """Terraform lets go of the object and leaves it as it is."""
    HISTORY = "history"
    """Older versions or backups can be gone back to; says nothing about a deletion."""


class Wanted(StrEnum):
    """The value that protects."""

    TRUE = "true"
    FALSE = "false"
    FILLED = "filled"
    """A text that is not empty, such as the name of a snapshot."""
    MORE = "more"
    """A number: none is off, less protects less."""
    MORE_OR_ZERO = "more_or_zero"
    """A number where 0 means for ever."""


class Stand(StrEnum):
    """How an object stands towards one protection."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"
    """The plan does not say: an older provider, or a value known after apply."""


# Looked up once: Python 3.11 finds members of an enum the slow way.
_ON, _OFF, _UNSURE = Stand
_TRUE, _, _FILLED, _MORE, _MORE_OR_ZERO = Wanted


@dataclasses.dataclass(frozen=True)
class Protection:
    """One attribute that protects data.

    `path` leads to it from the top of the object (`versioning.0.enabled`), `wanted` is the value
    that protects (words: any of these), `unset` says what the provider makes of an explicit null.
    """

    path: str
    effect: Effect
    wanted: Wanted | tuple[str, ...]
    unset: Stand = Stand.OFF

    def stand(self, of: object) -> Stand:
        """Say how an object stands; what the plan does not tell is never guessed."""
        found, value = self._look(of)
        if not found:
            return _UNSURE
        if value is None:
            return self.unset
        return _stand(self.wanted, value)

    def amount(self, of: object) -> float | None:
        """Return the number that protects (for ever: infinity), None where there is none."""
        found, value = self._look(of)
        if not found or not _number(value):
            return None
        number = cast("float", value)
        return float("inf") if self.wanted is _MORE_OR_ZERO and number == 0 else number

    def _look(self, of: object) -> tuple[bool, object]:
        at = of
        for step in self.path.split("."):
            if isinstance(at, Mapping) and step in at:
                at = cast("Mapping[str, object]", at)[step]
            elif step.isdecimal() and isinstance(at, Sequence) and not isinstance(at, str | bytes):
                rows = cast("Sequence[object]", at)
                at = rows[int(step)] if int(step) < len(rows) else None
            else:
                return False, None
            if at is None:  # an explicit null, or a block that is not there: both say "not set"
                return True, None
        return True, at


@dataclasses.dataclass(frozen=True)
class Stateful:
    """A resource type that holds something which is gone when it is deleted or replaced."""

    what: Text
    """What is lost, as a noun phrase that fits into a sentence."""
    weight: Weight = Weight.DATA
    protections: tuple[Protection, ...] = ()


def data(en: str, ja: str, *protections: Protection) -> Stateful:
    """Make a row of a type whose data cannot be made again."""
    return Stateful(Text(en, ja), Weight.DATA, protections)


def lesser(en: str, ja: str, *protections: Protection) -> Stateful:
    """Make a row of a type whose loss is usually made good."""
    return Stateful(Text(en, ja), Weight.LESSER, protections)


def refuses(path: str, *words: str) -> Protection:
    """Make a protection that refuses the deletion: while true, or while one of `words`."""
    return Protection(path, Effect.REFUSES, words or Wanted.TRUE)


def only_empty(path: str) -> Protection:
    """Make a protection by which only an empty object is deleted, while false."""
    return Protection(path, Effect.EMPTY, Wanted.FALSE, Stand.ON)


def history(path: str, *words: str) -> Protection:
    """Make a protection that keeps older versions or backups: while true, or one of `words`."""
    return Protection(path, Effect.HISTORY, words or Wanted.TRUE)


def kept_for(path: str) -> Protection:
    """Make a protection that keeps older data for a time: the more the better, 0 is none."""
    return Protection(path, Effect.HISTORY, Wanted.MORE)


def _stand(wanted: Wanted | tuple[str, ...], value: object) -> Stand:
    if isinstance(wanted, tuple):
        # Words of a cloud's API differ in case between providers' versions.
        on = isinstance(value, str) and value.upper() in wanted
    elif wanted is _FILLED:
        on = isinstance(value, str) and bool(value)
    elif wanted is _MORE or wanted is _MORE_OR_ZERO:
        if not _number(value):
            return _UNSURE
        on = wanted is _MORE_OR_ZERO or cast("float", value) > 0
    else:
        if not isinstance(value, bool):
            return _UNSURE
        on = value is (wanted is _TRUE)
    return _ON if on else _OFF


def _number(value: object) -> bool:
    """Numbers may come as Decimal: whatever can be compared, but no truth value."""
    return not isinstance(value, bool) and hasattr(value, "__float__")
