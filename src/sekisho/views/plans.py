"""A plan as it is shown: a summary that fits in 1,500 tokens at any size, and a way into it."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

from sekisho.domain.gate import Verdict
from sekisho.domain.plans import Action, PlanReading, ResourceChange, Risk
from sekisho.domain.runs import Run
from sekisho.views.gate import UnmetView, unmet_of
from sekisho.views.next_steps import next_steps
from sekisho.views.plan_line import CountsView, plan_line
from sekisho.views.view import View, compact, one_line, tokens

SUMMARY_TOKENS = 1500
"""Budget of a summary, text and structured form together."""
_LONGEST_ADDRESS = 200
_GROUPS = 8
_MARKS = {
    Action.CREATE: "+",
    Action.DELETE: "-",
    Action.REPLACE: "-/+",
    Action.UPDATE: "~",
    Action.READ: "<=",
    Action.FORGET: ".",
}


class ChangeRow(View):
    """One resource that changes. `why`: what forces a replacement, or Terraform's reason."""

    action: str
    address: str
    risk: str | None = None
    why: str | None = None

    @classmethod
    def of(cls, change: ResourceChange) -> "ChangeRow":
        """Show a change in one row; a safe one needs no remark."""
        why = ", ".join(change.forced_by[:3]) or change.reason.replace("_", " ")
        return cls(
            action=change.action,
            address=one_line(change.address, _LONGEST_ADDRESS),
            risk=None if change.risk is Risk.SAFE else str(change.risk),
            why=one_line(why, 80) or None if change.risk is not Risk.SAFE else None,
        )

    def words(self) -> str:
        """Say it with Terraform's own sign."""
        sign = _MARKS.get(Action(self.action), "?")
        remark = "DANGEROUS " if self.risk == Risk.DANGEROUS else ""
        return f"  {remark}{sign} {self.address}" + (f" ({self.why})" if self.why else "")


class GroupRow(View):
    """How many resources of a type have the same done to them."""

    action: str
    type: str
    count: int

    def words(self) -> str:
        """Say it."""
        return f"{self.action} {self.type} ×{self.count}"


class PlanSummary(View):
    """What a plan would do: code that runs, dangerous changes, then the rest as far as it fits."""

    run_id: str
    workspace: str
    status: str
    summary: str
    counts: CountsView
    code_that_runs: list[str]
    changes: list[ChangeRow]
    left_out: int
    cursor: int | None = None
    groups: list[GroupRow]
    outputs: list[str]
    unmet: list[UnmetView]
    review_url: str | None = None
    next: list[str]

    def words(self) -> str:
        """Say it, most important first."""
        lines = [f"Plan of run {self.run_id} in {self.workspace} ({self.status})", self.summary]
        if self.code_that_runs:
            lines += ["Code that will run:", *[f"  ! {c}" for c in self.code_that_runs]]
        lines += ["By type: " + "; ".join(g.words() for g in self.groups)] * bool(self.groups)
        lines += ["Changes:", *[c.words() for c in self.changes]] if self.changes else []
        if self.left_out:
            lines += [f"  … {self.left_out} more: plan_get(run_id=…, cursor={self.cursor})"]
        lines += [f"Outputs that change: {', '.join(self.outputs)}"] * bool(self.outputs)
        lines += [f"Unmet: {u.words()}" for u in self.unmet]
        lines += [f"Review page: {self.review_url}"] if self.review_url else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def in_order(reading: PlanReading) -> list[ResourceChange]:
    """Return what changes, in the one order that cursors count in: what deserves a look first."""
    rank = {Risk.DANGEROUS: 0, Risk.REVIEW: 1, Risk.SAFE: 2}
    real = [c for c in reading.changes if c.action is not Action.NO_OP]
    return sorted(real, key=lambda c: (rank[c.risk], c.action is Action.READ))


def summary_of(
    run: Run, reading: PlanReading, verdict: Verdict | None, review_url: str
) -> PlanSummary:
    """Show a plan within `SUMMARY_TOKENS`; what does not fit is counted and can be asked for."""
    changes = in_order(reading)
    code = _within((one_line(c, 160) for c in reading.runs_code), 250)
    bare = PlanSummary(
        run_id=run.id,
        workspace=run.workspace,
        status=run.status,
        summary=plan_line(reading.counts),
        counts=CountsView.of(reading.counts),
        code_that_runs=_with_rest(code, len(reading.runs_code)),
        changes=[],
        left_out=len(changes),
        cursor=0,
        groups=_groups(changes),
        outputs=_with_rest(
            _within((one_line(o.path, 80) for o in reading.outputs), 60), len(reading.outputs)
        ),
        unmet=unmet_of(verdict.unmet[:4], "en") if verdict else [],
        review_url=review_url or None,
        next=next_steps(run),
    )
    room = SUMMARY_TOKENS - _size(bare) - 30
    rows = _fitting((ChangeRow.of(c) for c in changes), room)
    left = len(changes) - len(rows)
    return bare.model_copy(
        update={"changes": rows, "left_out": left, "cursor": len(rows) if left else None}
    )


def _size(view: View) -> int:
    return tokens(view.words()) + tokens(compact(view.structured()))


def _fitting(rows: Iterable[ChangeRow], room: int) -> list[ChangeRow]:
    """Return the first rows that fit, in both forms together."""
    kept: list[ChangeRow] = []
    for row in rows:
        room -= _size(row)
        if room < 0:
            break
        kept.append(row)
    return kept


def _within(texts: Iterable[str], room: int) -> list[str]:
    spent = itertools.accumulate((t for t in texts), lambda total, t: total + "\n" + t)
    whole = ""
    for total in spent:
        if tokens(total) > room:
            break
        whole = total
    return whole.split("\n") if whole else []


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
