"""Changes of a plan, a row each: what happens to which resource, how risky it is, and why."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from sekisho.domain.actions import DESTRUCTIVE, Action, Risk
from sekisho.domain.errors import CursorInvalid
from sekisho.domain.plan_changes import Part, ResourceChange
from sekisho.domain.plan_filters import ChangeFilter
from sekisho.domain.plan_groups import groups_of, in_order
from sekisho.domain.plans import PlanReading
from sekisho.domain.reasons import Reason, words
from sekisho.domain.runs import Run
from sekisho.views.budgets import DETAIL_TOKENS, MARGIN, brief, size, views_within
from sekisho.views.view import View, one_line

ActionName = Literal["create", "update", "replace", "delete", "forget", "read", "no-op", "unknown"]
RiskName = Literal["irreversible", "dangerous", "review", "safe"]
PartName = Literal["change", "drift", "deferred"]
_TYPES = 15
"""Types that are named where a filter takes nothing."""


@dataclasses.dataclass(frozen=True)
class Detail:
    """How much a row says: lengths of addresses, reasons, and how many of a group it names."""

    address: int = 200
    reasons: int = 20
    others: int = 2
    leaves: int = 3


FULL = Detail()
LEVELS = (FULL, Detail(160, 3, 1, 2), Detail(120, 2, 0, 1), Detail(90, 1, 0, 0))
"""From the fullest to the leanest."""
LEANER = (Detail(90, 1, 0, 1), Detail(60, 0, 0, 1))
"""Where few words keep different changes in rows of their own, with their first value."""
MERGED = (Detail(120, 3, 11, 0), Detail(90, 2, 7, 0), Detail(60, 1, 3, 0), Detail(60, 1, 0, 0))
"""The same for rows that many different changes of a type share."""
LEANEST = Detail(60, 0, 0, 0)


def ref_of(change: ResourceChange) -> str:
    """Return what stands for a change in calls: addresses are long, and hold quotes."""
    return f"#{change.number}"


def reasons_of(change: ResourceChange) -> tuple[Reason, ...]:
    """Return why a change deserves a look, with Terraform's reason and what forces it."""
    known = {r.code for r in change.why}
    more: list[Reason] = []
    if change.reason and change.reason not in known:
        more.append(Reason(change.reason))
    if change.forced_by and "forced_by" not in known:
        more.append(Reason("forced_by", (("paths", ", ".join(change.forced_by[:5])),)))
    return (*change.why, *more)


_PLAIN = frozenset(
    {"created", "updated", "deleted", "read", "unchanged", "forgotten", "moved", "imported"}
)


def why_of(change: ResourceChange, most: int, cap: int = 160) -> list[str]:
    """Say the first reasons, what matters most first; what forces it is always among them.

    What the row says anyway is left out.
    """
    reasons = [r for r in reasons_of(change) if r.code not in _PLAIN]
    kept = [*reasons[:most], *[r for r in reasons[most:] if r.code == "forced_by" and most]]
    return [brief(words(reason).en, cap) for reason in kept]


class ChangeRow(View):
    """One resource that changes, or `count` of a type with the same action, by the first of them.

    `ref` stands for it in calls. `leaves` are its first values; `values` counts all of them,
    `alike` the resources to which the very same is done. With `count` but without `alike`,
    different changes share the row, and what it says besides is of the first.
    """

    ref: str
    action: str
    address: str
    risk: str
    sign: str | None = None
    why: str | None = None
    count: int | None = None
    type: str | None = None
    others: list[str] | None = None
    deposed: str | None = None
    moved_from: str | None = None
    imported: str | None = None
    values: int | None = None
    alike: int | None = None
    leaves: list[str] | None = None

    @classmethod
    def of(cls, change: ResourceChange, detail: Detail = FULL) -> "ChangeRow":
        """Show a change in one row."""
        why = " ".join(why_of(change, detail.reasons))
        return cls(
            ref=ref_of(change),
            action=change.action,
            address=brief(change.address, detail.address),
            risk=change.risk,
            sign=change.sign if change.sign != change.action.sign else None,
            why=why or None,
            deposed=one_line(change.deposed, 60) or None,
            moved_from=brief(change.previous_address, detail.address) or None,
            imported=(brief(change.import_id, 80) or "yes") if change.importing else None,
        )

    def words(self) -> str:
        """Say it with Terraform's own sign."""
        loud = f"{self.risk.upper()} " if Risk(self.risk) in DESTRUCTIVE else ""
        said = f"  {loud}{self.ref} {self.sign or Action(self.action).sign} {self.action} "
        apart = "" if self.alike else ", different changes, first"
        said += f"{self.count} × {self.type}{apart}: " if self.count else ""
        said += ", ".join([self.address, *(self.others or [])])
        said += "".join(f"; {remark}" for remark in self._remarks())
        said += "" if loud else f" [{self.risk}]"
        said += f": {self.why}" if self.why else ""
        return said + "".join(f"\n      {leaf}" for leaf in self.leaves or [])

    def _remarks(self) -> list[str]:
        found = [f"deposed {self.deposed}"] if self.deposed else []
        found += [f"moved from {self.moved_from}"] if self.moved_from else []
        found += [f"imported: {self.imported}"] if self.imported else []
        found += [f"{self.values} values"] if self.values else []
        alike = "all alike" if self.alike == self.count else f"{self.alike} alike"
        return found + ([alike] if self.alike else [])


class ChangePage(View):
    """Changes that a filter takes, most worth a look first; `cursor` asks for the next.

    `total` counts those taken, `actions` and `risks` what they are. `in_plan` says what there is
    where nothing was taken.
    """

    run_id: str
    status: str
    part: str
    total: int
    actions: dict[str, int]
    risks: dict[str, int]
    changes: list[ChangeRow]
    left_out: int
    cursor: int | None = None
    in_plan: dict[str, int] | None = None
    next: list[str] = Field(default_factory=list[str])

    def words(self) -> str:
        """List the rows under their totals."""
        head = f"Run {self.run_id} ({self.status}), part {self.part}: {self.total} taken"
        tallies = [f"{n} {name}" for t in (self.actions, self.risks) for name, n in t.items()]
        head += f" ({', '.join(tallies)})" if tallies else ""
        lines = [head, *[row.words() for row in self.changes]]
        if self.in_plan is not None:
            there = ", ".join(f"{t} ({n})" for t, n in self.in_plan.items())
            lines += [f"No change of this part is like that. Its types: {there or 'none'}"]
        if self.cursor is not None:
            lines += [f"  … {self.left_out} more, from cursor {self.cursor}"]
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def wanted_changes(
    *,
    actions: Iterable[ActionName] = (),
    types: Iterable[str] = (),
    risks: Iterable[RiskName] = (),
    module: str = "",
    text: str = "",
    part: PartName = "change",
) -> ChangeFilter:
    """Turn what a caller asks for into a filter."""
    return ChangeFilter(
        actions=frozenset(map(Action, actions)),
        types=frozenset(types),
        risks=frozenset(map(Risk, risks)),
        module=module,
        text=text,
        part=Part(part),
    )


def page_of(
    run: Run, reading: PlanReading, wanted: ChangeFilter, start: int = 0, limit: int = 50
) -> ChangePage:
    """Show the changes that a filter takes, from a place on, as far as they fit.

    Raises:
        CursorInvalid: there is no such place.
    """
    taken = in_order(wanted.apply(reading.rows))
    if start > len(taken):
        raise CursorInvalid
    bare = ChangePage(
        run_id=run.id,
        status=run.status,
        part=wanted.part,
        total=len(taken),
        actions=_tally(str(c.action) for c in taken),
        risks=_tally(str(c.risk) for c in taken),
        changes=[],
        left_out=len(taken) - start,
        in_plan=None if taken else _types(reading.rows, wanted.part),
    )
    room = DETAIL_TOKENS - size(bare) - MARGIN - _STEPS
    rows = _rows(reading, taken[start : start + limit])
    kept = views_within(rows, room, least=1)
    end = start + len(kept)
    cursor = end if end < len(taken) else None
    more = {"changes": kept, "left_out": len(taken) - end, "cursor": cursor}
    return bare.model_copy(update=more | {"next": _next(run, kept, cursor)})


_STEPS = 200
"""Tokens kept for the cursor and what to call next."""


def _rows(reading: PlanReading, changes: Iterable[ResourceChange]) -> Iterable[ChangeRow]:
    shown = tuple(changes)
    parts = {c.part for c in shown}
    groups = groups_of(c for c in reading.rows if c.part in parts)
    counts = {n: g.count for g in groups for n in g.numbers}
    for change in shown:
        alike = counts.get(change.number, 1)
        remarks = {"values": change.leaves or None, "alike": alike if alike > 1 else None}
        yield ChangeRow.of(change).model_copy(update=remarks)


def _next(run: Run, rows: Sequence[ChangeRow], cursor: int | None) -> list[str]:
    here = f'run_id="{run.id}"'
    steps: list[str] = []
    if rows:
        steps += [f'plan_change({here}, address="{rows[0].ref}"): the values of one']
    if cursor is not None:
        steps += [f"plan_changes({here}, cursor={cursor}) with the same filters: the next"]
    if rows and Risk(rows[0].risk) in DESTRUCTIVE:
        steps += [f'plan_explain({here}, address="{rows[0].ref}"): why, and what would avoid it']
    return steps or [f"plan_changes({here}): without filters", f"plan_get({here}): the summary"]


def _tally(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _types(changes: Iterable[ResourceChange], part: Part) -> dict[str, int]:
    counted = Counter(one_line(c.type, 60) for c in changes if c.part is part)
    return dict(counted.most_common(_TYPES))
