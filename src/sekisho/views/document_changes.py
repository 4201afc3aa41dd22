"""Changes of a plan as a review shows them: whole with their diffs, in short, and folded.

Resources to which the same is done are told once, with the addresses of the others.
"""

from collections.abc import Iterable, Sequence

from pydantic import Field

from sekisho.domain.actions import DESTRUCTIVE, Action, Risk
from sekisho.domain.plan_changes import Note, Part, ResourceChange, ValueChange
from sekisho.domain.plan_groups import for_all, in_order
from sekisho.domain.risks import words
from sekisho.domain.text import Language
from sekisho.views.document_leaves import LeafDiff, real, rest_of
from sekisho.views.plan_texts import named, say
from sekisho.views.view import View, one_line

ROOM = 40_000
"""Characters of the values of one change."""
ALSO = 50
"""Addresses that are named of those to which the same is done."""
_ADDRESS = 300
_REASONS = 8
_BRIEF = 3
_SIDE = 60
_NAMED = 3

Members = tuple[ResourceChange, ...]
"""Changes that are told as one; the first stands for all."""


class ChangeHead(View):
    """What is done to one resource or to several. `sign` is Terraform's own.

    `number` is the place of the first in the plan; `count` is of how many this tells.
    """

    number: int
    count: int = 1
    action: str
    action_words: str
    sign: str
    type: str
    risk: str
    risk_words: str

    @property
    def destructive(self) -> bool:
        """Say whether it has to be named before everything else."""
        return self.risk in DESTRUCTIVE


def head_of(members: Members, language: Language) -> dict[str, object]:
    """Return the fields of a head."""
    first = members[0]
    return {
        "number": first.number,
        "count": len(members),
        "action": first.action,
        "action_words": named(language, "action", first.action),
        "sign": first.sign,
        "type": one_line(first.type),
        "risk": first.risk,
        "risk_words": named(language, "risk", first.risk),
    }


class ChangeDiff(ChangeHead):
    """One change with its values. `also`: to these the same is done, each with its own notes."""

    part: str
    address: str
    reasons: list[str] = Field(default_factory=list[str])
    notes: list[str] = Field(default_factory=list[str])
    leaves: list[LeafDiff] = Field(default_factory=list[LeafDiff])
    leaves_left_out: int = 0
    also: list[str] = Field(default_factory=list[str])
    also_left_out: int = 0

    @classmethod
    def of(cls, whole: ResourceChange, members: Members, language: Language) -> "ChangeDiff":
        """Show a change that was read whole, and name those to which the same is done."""
        leaves, left = _within(for_all(whole, members), language)
        others = members[1:]
        return cls(
            **head_of((whole, *others), language),  # pyright: ignore[reportArgumentType] (checked by pydantic)
            part=whole.part,
            address=one_line(whole.address, _ADDRESS),
            reasons=reasons_of(whole, language),
            notes=_notes(whole, language),
            leaves=leaves,
            leaves_left_out=left,
            also=[_told(c, language) for c in others[:ALSO]],
            also_left_out=max(len(others) - ALSO, 0),
        )

    @property
    def weight(self) -> int:
        """How long it is, in characters, more or less."""
        texts = (self.address, *self.reasons, *self.notes, *self.also)
        return 200 + sum(map(len, texts)) + sum(leaf.weight for leaf in self.leaves)


class DangerView(ChangeHead):
    """What may destroy, with the reasons; those with the same reasons are told together."""

    addresses: list[str]
    addresses_left_out: int = 0
    reasons: list[str]

    @classmethod
    def of(cls, members: Members, language: Language, most: int) -> "DangerView":
        """Show the first `most` of them by their addresses."""
        reasons = reasons_of(members[0], language)
        return cls(
            **head_of(members, language),  # pyright: ignore[reportArgumentType] (checked by pydantic)
            addresses=[_told(c, language) for c in members[:most]],
            addresses_left_out=max(len(members) - most, 0),
            reasons=reasons or [say(language, "danger.unsaid")],
        )


class GroupView(ChangeHead):
    """Equal changes on one line. `block`: where all are of one block of the configuration."""

    addresses: list[str]
    block: str | None = None
    brief: list[str] = Field(default_factory=list[str])
    brief_left_out: int = 0

    @classmethod
    def of(cls, members: Members, whole: ResourceChange | None, language: Language) -> "GroupView":
        """Show a group; `whole` is its first, where its values are to be told."""
        blocks = {c.block for c in members}
        block = blocks.pop() if len(blocks) == 1 and len(members) > 1 else ""
        brief, left = _brief(for_all(whole, members) if whole else None, language)
        return cls(
            **head_of(members, language),  # pyright: ignore[reportArgumentType] (checked by pydantic)
            addresses=[_told(c, language) for c in members[:_NAMED]],
            block=one_line(block, _ADDRESS) or None,
            brief=brief,
            brief_left_out=left,
        )


def reasons_of(change: ResourceChange, language: Language) -> list[str]:
    """Say why a change deserves a look; a safe one does not."""
    if change.risk is Risk.SAFE:
        return []
    return [one_line(words(r).render(language), 600) for r in change.why[:_REASONS]]


def alike_in_danger(changes: Iterable[ResourceChange]) -> list[Members]:
    """Put together what may destroy in the same way for the same reasons, worst first."""
    found: dict[tuple[object, ...], list[ResourceChange]] = {}
    for change in in_order(c for c in changes if c.risk in DESTRUCTIVE):
        key = (change.risk, change.actions, change.type, change.why)
        found.setdefault(key, []).append(change)
    return [tuple(members) for members in found.values()]


def _within(change: ResourceChange, language: Language) -> tuple[list[LeafDiff], int]:
    """Show the first values that fit into the room of one change, and count the rest."""
    leaves: list[LeafDiff] = []
    room = ROOM
    values = telling_first(change)
    for value in values:
        leaf = _leaf(value, change, language)
        room -= leaf.weight
        if room < 0 and leaves:
            break
        leaves.append(leaf)
    return leaves, len(values) - len(leaves) + rest_of(change.values)


def telling_first(change: ResourceChange) -> list[ValueChange]:
    """Put values into the order in which they tell something: what forces a replacement first."""
    return sorted(real(change.values), key=lambda value: _silence(value, change))


def _silence(value: ValueChange, change: ResourceChange) -> int:
    """Say how little a value tells: one that is reset or not known yet, hardly anything."""
    if _forces(value, change):
        return 0
    if value.note == Note.UNKNOWN:
        return 3
    reset = change.action is Action.REPLACE and value.after is None and not value.note
    return 2 if reset else 1


def _forces(value: ValueChange, change: ResourceChange) -> bool:
    below = (f"{value.path}.", f"{value.path}[")
    return any(
        value.path == path
        or value.path.startswith((f"{path}.", f"{path}["))
        or path.startswith(below)
        for path in change.forced_by
    )


def _leaf(value: ValueChange, change: ResourceChange, language: Language) -> LeafDiff:
    leaf = LeafDiff.of(value, language)
    if not _forces(value, change):
        return leaf
    said = say(language, "note.forces")
    remark = f"{leaf.remark}{say(language, 'comma')}{said}" if leaf.remark else said
    return leaf.model_copy(update={"forces": True, "remark": remark})


def folds(leaf: LeafDiff) -> bool:
    """Say whether a value may share a line with others: it is known after apply, and no more."""
    return leaf.note == Note.UNKNOWN and not leaf.forces


def _notes(change: ResourceChange, language: Language) -> list[str]:
    """Say what else there is to know of a change."""
    found: list[str] = []
    if change.previous_address:
        address = one_line(change.previous_address, _ADDRESS)
        found.append(say(language, "change.moved", address=address))
    if change.importing:
        bare = not change.import_id
        key = "change.imported_bare" if bare else "change.imported"
        found.append(say(language, key, id=one_line(change.import_id)))
    if change.deposed:
        found.append(say(language, "change.deposed", key=one_line(change.deposed)))
    found += [say(language, "change.generated")] * change.generated
    found += [say(language, "change.unknown_index")] * change.index_unknown
    return found


def _told(change: ResourceChange, language: Language) -> str:
    """Name a change with its notes."""
    notes = say(language, "comma").join(_notes(change, language))
    return one_line(change.address, _ADDRESS) + (f" ({notes})" if notes else "")


def _brief(whole: ResourceChange | None, language: Language) -> tuple[list[str], int]:
    """Say the first values that are known, shortly, and count the others."""
    if whole is None or whole.part is Part.DEFERRED:
        return [], 0
    values = telling_first(whole)
    brief = [_short(_leaf(v, whole, language)) for v in values[:_BRIEF]]
    return brief, len(values) - len(brief) + rest_of(whole.values)


def _short(leaf: LeafDiff) -> str:
    sides = {"before": _side(leaf.before), "after": _side(leaf.after)}
    return leaf.model_copy(update={"path": one_line(leaf.path, 80), **sides}).words()


def _side(text: str | None) -> str | None:
    return text if text is None or len(text) <= _SIDE else f"{text[: _SIDE - 1]}…"


def folded(groups: Iterable[Sequence[int]], rows: Sequence[ResourceChange]) -> list[Members]:
    """Return the members of groups, by their numbers."""
    by_number = {row.number: row for row in rows}
    return [tuple(by_number[n] for n in numbers) for numbers in groups]
