"""A plan as it is shown: a summary that fits in 1,500 tokens at any size, and a way into it."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pydantic import Field

from sekisho.domain.errors import AddressUnknown, CursorInvalid
from sekisho.domain.gate import Verdict
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import Run
from sekisho.views.gate import UnmetView, unmet_of
from sekisho.views.next_steps import next_steps
from sekisho.views.plan_changes import ChangeRow, ChangeView, in_order, size, sized
from sekisho.views.plan_line import CountsView, plan_line
from sekisho.views.view import View, one_line, tokens

SUMMARY_TOKENS = 1500
"""Budget of a summary, text and structured form together."""
DETAIL_TOKENS = 4000
"""Budget of a page of details, the same way."""
_GROUPS = 8
_MARGIN = 60
"""Left for what the estimate of the parts misses of the whole."""


class GroupRow(View):
    """How many resources of a type have the same done to them."""

    action: str
    type: str
    count: int

    def words(self) -> str:
        """Say it."""
        return f"{self.action} {self.type} ×{self.count}"


class PlanView(View):
    """What a plan would do: code that runs, dangerous changes, then the rest as far as it fits.

    `changes` are rows of the summary; `details` are filled when details were asked for. `cursor`
    is where to go on, with `details=true`; `left_out` counts what is not shown from there.
    """

    run_id: str
    workspace: str
    status: str
    summary: str
    counts: CountsView
    code_that_runs: list[str] = Field(default_factory=list[str])
    groups: list[GroupRow] = Field(default_factory=list[GroupRow])
    changes: list[ChangeRow] = Field(default_factory=list[ChangeRow])
    details: list[ChangeView] = Field(default_factory=list[ChangeView])
    total: int
    left_out: int
    cursor: int | None = None
    outputs: list[str] = Field(default_factory=list[str])
    unmet: list[UnmetView] = Field(default_factory=list[UnmetView])
    review_url: str | None = None
    next: list[str]

    def words(self) -> str:
        """Say it, most important first."""
        lines = [f"Plan of run {self.run_id} in {self.workspace} ({self.status})", self.summary]
        if self.code_that_runs:
            lines += ["Code that will run:", *[f"  ! {c}" for c in self.code_that_runs]]
        lines += ["By type: " + "; ".join(g.words() for g in self.groups)] * bool(self.groups)
        lines += ["Changes:", *[c.words() for c in self.changes]] if self.changes else []
        lines += [d.words() for d in self.details]
        if self.cursor is not None:
            more = f'plan_get(run_id="{self.run_id}", details=true, cursor={self.cursor})'
            lines += [f"  … {self.left_out} more: {more}"]
        lines += [f"Outputs that change: {', '.join(self.outputs)}"] * bool(self.outputs)
        lines += [f"Unmet: {u.words()}" for u in self.unmet]
        lines += [f"Review page: {self.review_url}"] if self.review_url else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def summary_of(
    run: Run, reading: PlanReading, verdict: Verdict | None = None, review_url: str = ""
) -> PlanView:
    """Show a plan within `SUMMARY_TOKENS`; what does not fit is counted and can be asked for."""
    changes = in_order(reading)
    code = _within((one_line(c, 160) for c in reading.code), 80)
    names = list(dict.fromkeys(re.split(r"[.\[]", o.path)[0] for o in reading.outputs))
    outputs = _within((one_line(name, 80) for name in names), 60)
    bare = _bare(run, reading, len(changes)).model_copy(
        update={
            "code_that_runs": _with_rest(code, len(reading.code)),
            "groups": _groups(changes),
            "outputs": _with_rest(outputs, len(names)),
            "unmet": unmet_of(verdict.unmet[:3], "en") if verdict else [],
            "review_url": review_url or None,
        }
    )
    rows = _fitting((ChangeRow.of(c) for c in changes), SUMMARY_TOKENS - size(bare) - _MARGIN)
    left = len(changes) - len(rows)
    return bare.model_copy(
        update={"changes": rows, "left_out": left, "cursor": len(rows) if left else None}
    )


def page_of(run: Run, reading: PlanReading, start: int) -> PlanView:
    """Show as many changes from `start` on as fit in `DETAIL_TOKENS`; at least one.

    Raises:
        CursorInvalid: there is no such place in the plan.
    """
    changes = in_order(reading)
    if start > len(changes):
        raise CursorInvalid
    bare = _bare(run, reading, len(changes))
    whole = DETAIL_TOKENS - size(bare) - _MARGIN
    room, kept = whole, list[ChangeView]()
    for change in changes[start:]:
        view = sized(change, whole)
        room -= size(view)
        if room < 0 and kept:
            break
        kept.append(view)
    end = start + len(kept)
    left = len(changes) - end
    return bare.model_copy(
        update={"details": kept, "left_out": left, "cursor": end if left else None}
    )


def one_of(run: Run, reading: PlanReading, address: str) -> PlanView:
    """Show the changes of one address (a deposed object may stand beside the current one).

    Raises:
        AddressUnknown: the plan changes nothing of this address.
    """
    found = [c for c in in_order(reading) if c.address == address]
    if not found:
        raise AddressUnknown(address=address, name=f"the plan of {run.id}")
    shown = found[:5]
    bare = _bare(run, reading, len(found))
    room = (DETAIL_TOKENS - size(bare) - _MARGIN) // len(shown)
    details = [sized(c, room) for c in shown]
    return bare.model_copy(update={"details": details, "left_out": len(found) - len(shown)})


def _bare(run: Run, reading: PlanReading, total: int) -> PlanView:
    return PlanView(
        run_id=run.id,
        workspace=run.workspace,
        status=run.status,
        summary=plan_line(reading.counts),
        counts=CountsView.of(reading.counts),
        total=total,
        left_out=total,
        next=[step for step in next_steps(run) if not step.startswith("plan_get(")],
    )


def _fitting(rows: Iterable[ChangeRow], room: int) -> list[ChangeRow]:
    """Return the first rows that fit."""
    kept: list[ChangeRow] = []
    for row in rows:
        room -= size(row)
        if room < 0:
            break
        kept.append(row)
    return kept


def _within(texts: Iterable[str], room: int) -> list[str]:
    """Return the first texts that take no more than `room` tokens together."""
    listed = list(itertools.islice(texts, 50))
    spent = itertools.accumulate(tokens(t) for t in listed)
    return [t for t, total in zip(listed, spent, strict=True) if total <= room]


def _with_rest(shown: Sequence[str], total: int) -> list[str]:
    left = total - len(shown)
    return [*shown, *([f"… {left} more"] if left else [])]


def _groups(changes: Sequence[ResourceChange]) -> list[GroupRow]:
    """Group what changes, where there is enough of it to be worth grouping."""
    if len(changes) <= _GROUPS:
        return []
    tally = Counter((str(c.action), c.type) for c in changes)
    most = tally.most_common(_GROUPS)
    return [GroupRow(action=a, type=one_line(t, 60), count=n) for (a, t), n in most]
