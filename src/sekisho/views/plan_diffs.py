"""One change of a plan, leaf by leaf."""

import re
from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from sekisho.domain.actions import Action
from sekisho.domain.errors import CursorInvalid
from sekisho.domain.plan_changes import Note, ResourceChange, Side, ValueChange
from sekisho.domain.runs import Run
from sekisho.views.budgets import (
    DETAIL_TOKENS,
    MARGIN,
    brief,
    shrunk,
    size,
    views_within,
    weight,
)
from sekisho.views.plan_changes import FULL, ChangeRow, ref_of
from sekisho.views.plan_leaves import ALONE, VALUE, LeafView
from sekisho.views.view import View, one_line

_FEW = 3
"""Leaves that are shown at length, and unknown ones that are shown each for itself."""
_HEADS = (12, 4, 1, 0)
"""Attributes of which it is counted what is left out."""
_NAME = re.compile(r"[\w-]{1,60}")
_PLAIN = {Action.CREATE: Side.AFTER, Action.READ: Side.AFTER, Action.DELETE: Side.BEFORE}
"""Where an action has one side only, it goes without saying which."""


class DiffView(View):
    """One resource that changes, leaf by leaf: those asked for first, then what forces it.

    `known_after_apply` lists leaves of which no more is known. `left_out` counts by attribute
    what is not shown from here on: ask with `paths`, or go on from `cursor`.
    """

    run_id: str
    status: str
    part: str
    change: ChangeRow
    type: str
    provider: str | None = None
    module: str | None = None
    identity: str | None = None
    generated: bool = False
    forced_by: list[str] = Field(default_factory=list[str])
    total: int
    leaves: list[LeafView] = Field(default_factory=list[LeafView])
    known_after_apply: list[str] = Field(default_factory=list[str])
    left_out: dict[str, int] = Field(default_factory=dict[str, int])
    cursor: int | None = None
    extra: dict[str, str] = Field(default_factory=dict[str, str])
    next: list[str] = Field(default_factory=list[str])

    def words(self) -> str:
        """Say what happens to it, leaf by leaf."""
        lines = [f"Run {self.run_id} ({self.status}), part {self.part}", self.change.words()]
        facts = {"Type": self.type, "Module": self.module, "Provider": self.provider}
        facts |= {"Identity": self.identity}
        lines += [". ".join(f"{name} {said}" for name, said in facts.items() if said)]
        lines += ["Its configuration was generated."] if self.generated else []
        lines += [f"Replacement forced by: {', '.join(self.forced_by)}"] * bool(self.forced_by)
        lines += [f"{self.total} value(s) change:" if self.total else "No value of it changes."]
        lines += [leaf.words() for leaf in self.leaves]
        if self.known_after_apply:
            lines += [f"    (known after apply): {', '.join(self.known_after_apply)}"]
        lines += [f"    {name}: {said}" for name, said in self.extra.items()]
        if self.left_out:
            left = ", ".join(f"{name} ({count})" for name, count in self.left_out.items())
            lines += [f"    … not shown: {left}"]
        lines += [f"    … go on from cursor {self.cursor}"] if self.cursor is not None else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def diff_of(
    run: Run,
    change: ResourceChange,
    others: Sequence[ResourceChange] = (),
    paths: Sequence[str] = (),
    start: int = 0,
) -> DiffView:
    """Show a change that has its values, from a place on; `others` are of the same address.

    Raises:
        CursorInvalid: there is no such place.
    """
    chosen, rest = _sorted(change, paths)
    folded, apart = _folded(rest, paths)
    ordered = [v for v in (*chosen, *rest) if id(v) not in folded]
    if start > len(ordered):
        raise CursorInvalid
    bare = _bare(run, change, others)
    apart = [] if start else apart
    room = DETAIL_TOKENS - size(bare) - MARGIN - _LEFT - sum(map(weight, apart))
    plain = _PLAIN.get(change.action, Side.BOTH)
    cap = ALONE if len(chosen or rest) <= _FEW else VALUE
    leaves = (LeafView.fitting(v, plain, cap, room) for v in ordered[start:])
    kept = views_within(leaves, room, least=1)
    end = start + len(kept)
    left = ordered[end:]
    more = {
        "leaves": kept,
        "known_after_apply": apart,
        "cursor": end if left else None,
        "next": [*_go_on(run, change, left, end), *bare.next],
    }
    full = bare.model_copy(update=more)

    def made(heads: int) -> DiffView:
        return full.model_copy(update={"left_out": _heads(left, heads)})

    return shrunk(made, _HEADS, DETAIL_TOKENS)


_LEFT = 500
"""Tokens kept for what is left out and how to ask for it."""


def _sorted(
    change: ResourceChange, paths: Sequence[str]
) -> tuple[list[ValueChange], list[ValueChange]]:
    """Part the leaves into those asked for and the others; what forces it leads."""
    forcing = [v for v in change.values if under(v.path, change.forced_by)]
    others = [v for v in change.values if not under(v.path, change.forced_by)]
    known = [v for v in others if v.note != Note.UNKNOWN]
    unknown = [v for v in others if v.note == Note.UNKNOWN]
    ordered = [*forcing, *known, *unknown]
    chosen = [v for v in ordered if under(v.path, paths)]
    return chosen, [v for v in ordered if not under(v.path, paths)]


def under(path: str, prefixes: Sequence[str]) -> bool:
    """Say whether a path is one of these, or below one: `tags` takes `tags.env`, not `tags_all`."""
    return any(path == p or path.startswith((f"{p}.", f"{p}[")) for p in prefixes)


def _folded(rest: Sequence[ValueChange], paths: Sequence[str]) -> tuple[set[int], list[str]]:
    """Fold what is known only after apply into one line, where there is much of it."""
    bare = [v for v in rest if v.note == Note.UNKNOWN and v.before is None]
    if len(bare) <= _FEW:
        return set(), []
    named = [one_line(v.path, 80) for v in bare[: 5 if paths else 25]]
    left = len(bare) - len(named)
    return {id(v) for v in bare}, [*named, *([f"… {left} more"] if left else [])]


def head_of(path: str) -> str:
    """Return the attribute that a path begins with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _heads(left: Sequence[ValueChange], most: int) -> dict[str, int]:
    counted = Counter(one_line(head_of(v.path), 60) for v in left).most_common()
    shown, rest = counted[:most], counted[most:]
    return dict(shown) | ({"…": sum(n for _, n in rest)} if rest else {})


def _bare(run: Run, change: ResourceChange, others: Sequence[ResourceChange]) -> DiffView:
    here = f'run_id="{run.id}"'
    explain = f'plan_explain({here}, address="{ref_of(change)}"): why it happens'
    steps = [explain, f"plan_changes({here}): the other changes"]
    steps += [
        f'plan_change({here}, address="{ref_of(o)}"): {_differs(o)} of the same address'
        for o in others[:3]
    ]
    return DiffView(
        run_id=run.id,
        status=run.status,
        part=change.part,
        change=ChangeRow.of(change, FULL),
        type=one_line(change.type, 100),
        provider=one_line(change.provider, 100) or None,
        module=brief(change.module, 200) or None,
        identity=brief(change.identity, 200) or None,
        generated=change.generated,
        forced_by=[brief(p, 100) for p in change.forced_by[:10]],
        total=len(change.values),
        extra={one_line(name, 60): brief(said, 200) for name, said in change.extra[:5]},
        next=steps,
    )


def _differs(other: ResourceChange) -> str:
    return f"deposed {one_line(other.deposed, 40)}" if other.deposed else f"the {other.part}"


def _go_on(run: Run, change: ResourceChange, left: Sequence[ValueChange], end: int) -> list[str]:
    if not left:
        return []
    here = f'run_id="{run.id}", address="{ref_of(change)}"'
    head = head_of(left[0].path)
    steps = [f'plan_change({here}, paths=["{head}"]): these first'] if _NAME.fullmatch(head) else []
    return [*steps, f"plan_change({here}, cursor={end}): the next, with the same paths"]
