"""The changes of a plan, redacted: resources, drift, deferrals, action calls, code and checks."""

import dataclasses
import hashlib
import marshal
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from sekisho.domain.actions import NEW_FIRST, Action, Risk
from sekisho.domain.reasons import Reason


class Side(StrEnum):
    """Where a leaf is: null is a value, and not the same as not being there at all."""

    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


_BOTH = Side.BOTH


class Note(StrEnum):
    """What is special about a leaf."""

    SENSITIVE = "sensitive"
    """Masked on either side; `mark` tells whether two are equal."""
    UNKNOWN = "unknown"
    """Known after apply."""
    SENSITIVITY = "sensitivity"
    """The value stays; whether it is sensitive changes."""
    WRITE_ONLY = "write_only"
    """Given to the provider and kept nowhere: null on both sides."""
    SPACING = "spacing"
    """Text that means the same, written differently: JSON in a string."""
    ORDER = "order"
    """The same elements in another order."""


@dataclasses.dataclass(frozen=True, init=False)
class ValueChange:
    """One leaf that changes.

    `path` is for reading. `mark` is a keyed digest of a sensitive value after the change: equal
    for equal values, telling nothing else.
    """

    path: str
    before: Any = None
    after: Any = None
    note: str = ""
    side: Side = Side.BOTH
    mark: str = ""

    # A large plan has a hundred thousand of these: what dataclasses write takes twice as long.
    def __init__(
        self,
        path: str,
        before: Any = None,
        after: Any = None,
        note: str = "",
        side: Side = _BOTH,
        mark: str = "",
    ) -> None:
        """Make one; nothing in it can be changed after that."""
        fields = self.__dict__
        fields["path"], fields["before"], fields["after"] = path, before, after
        fields["note"], fields["side"], fields["mark"] = note, side, mark


class Part(StrEnum):
    """Which list of the plan a change is from."""

    CHANGE = "change"
    DRIFT = "drift"
    """What changed outside Terraform since the last apply; shown apart."""
    DEFERRED = "deferred"
    """What Terraform puts off to a later plan."""


@dataclasses.dataclass(frozen=True)
class ResourceChange:
    """One resource that changes, redacted. `actions` are Terraform's own words, in their order.

    `number` is its place in the plan. A row of a reading has no `values`, `references` and
    `extra`: these are kept apart, by number, and `leaves` counts the values. `block` is its
    address in the configuration, without instance keys. `diff` is a digest of what changes, to
    the letter; `shape` is equal for resources to which the same is done (see `shape_digest`).
    `references`: attributes that change, and what the configuration sets them from. `extra`: fields
    of newer formats, as they came.
    """

    address: str
    type: str
    name: str
    action: Action
    actions: tuple[str, ...]
    mode: str = "managed"
    module: str = ""
    provider: str = ""
    index: str | int | None = None
    index_unknown: bool = False
    deposed: str = ""
    reason: str = ""
    previous_address: str = ""
    importing: bool = False
    import_id: str = ""
    identity: str = ""
    generated: bool = False
    forced_by: tuple[str, ...] = ()
    values: tuple[ValueChange, ...] = ()
    risk: Risk = Risk.REVIEW
    why: tuple[Reason, ...] = ()
    number: int = 0
    part: Part = Part.CHANGE
    leaves: int = 0
    unknown: int = 0
    """How many of the values are known only after apply."""
    block: str = ""
    diff: str = ""
    shape: str = ""
    references: tuple[tuple[str, tuple[str, ...]], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def sign(self) -> str:
        """Terraform's own sign; of a replacement it tells what comes first."""
        new_first = self.actions[:1] == ("create",) and self.action is Action.REPLACE
        return NEW_FIRST if new_first else self.action.sign

    def row(self) -> "ResourceChange":
        """Return it as a reading keeps it: without what is kept apart."""
        # Ten thousand of these are made of a large plan: `replace` would take ten times as long.
        row = object.__new__(ResourceChange)
        row.__dict__.update(self.__dict__, values=(), references=(), extra=())
        return row


Keep = Callable[[ResourceChange], None]
"""Takes each change, whole, as it is read: nobody holds all values in memory at once."""


@dataclasses.dataclass(frozen=True)
class ActionCall:
    """An action (Terraform 1.14) that the plan calls: it may change or destroy, uncounted."""

    address: str
    type: str = ""
    provider: str = ""
    trigger: str = ""
    deferred: bool = False


class CodeKind(StrEnum):
    """Ways in which a configuration runs a program."""

    PROVISIONER = "provisioner"
    EXTERNAL = "external"
    ACTION = "action"


@dataclasses.dataclass(frozen=True)
class CodeRun:
    """A program that runs: `kind` says by what, `detail` which one (`local-exec`)."""

    address: str
    kind: CodeKind
    detail: str = ""

    def __str__(self) -> str:
        """Write it in one line."""
        said = f"{self.kind} {self.detail}".strip()
        return f"{self.address} ({said})"


@dataclasses.dataclass(frozen=True)
class Check:
    """What a `check`, a condition or a validation found. `status` is Terraform's own word."""

    address: str
    kind: str
    status: str
    problems: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Say whether nobody knows before the apply what it finds."""
        return self.status == "unknown"

    @property
    def failing(self) -> bool:
        """Say whether it does not pass; a status that we do not know is no pass."""
        return self.status != "pass" and not self.pending


def diff_digest(action: Action, values: Iterable[ValueChange]) -> str:
    """Return a digest of what is done to a resource. Nothing in it is secret: masks are masks."""
    return _digest(action, ((v, v.before) for v in values))


def shape_digest(action: Action, values: Iterable[ValueChange]) -> str:
    """Return the same, but for what stood where nobody knows yet what will.

    Each resource has an id of its own; 150 that get a new one are 150 times the same.
    """
    return _digest(action, ((v, None if v.note == "unknown" else v.before) for v in values))


def _digest(action: Action, values: Iterable[tuple[ValueChange, Any]]) -> str:
    rows = [(v.path, before, v.after, v.note, str(v.side), v.mark) for v, before in values]
    found = (str(action), rows)
    try:
        # Version 2 writes equal values alike, and is four times as fast as a text of them.
        written = marshal.dumps(found, 2)
    except ValueError:
        written = repr(found).encode(errors="replace")
    return hashlib.sha256(written).hexdigest()[:16]
