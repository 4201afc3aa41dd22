"""A closer look at the changes of a plan: each leaf that changes, within 4,000 tokens a page."""

from typing import Any

from sekisho.domain.errors import AddressUnknown, CursorInvalid
from sekisho.domain.plans import PlanReading, ResourceChange, ValueChange
from sekisho.domain.runs import Run
from sekisho.views.next_steps import next_steps
from sekisho.views.plans import in_order
from sekisho.views.view import View, compact, one_line, tokens, trimmed

DETAIL_TOKENS = 4000
"""Budget of a page of details, text and structured form together."""
_VALUE = 200
_LEAVES = 40


class LeafView(View):
    """One leaf that changes; `note` says `sensitive` or `unknown` where there is no value."""

    path: str
    before: Any = None
    after: Any = None
    note: str | None = None

    @classmethod
    def of(cls, value: ValueChange) -> "LeafView":
        """Show a leaf."""
        return cls(
            path=one_line(value.path),
            before=trimmed(value.before, _VALUE),
            after=trimmed(value.after, _VALUE),
            note=value.note or None,
        )

    def words(self) -> str:
        """Say it as Terraform does."""
        if self.note == "sensitive":
            return f"    {self.path}: (sensitive)"
        after = "(known after apply)" if self.note == "unknown" else compact(self.after)
        return f"    {self.path}: {compact(self.before)} -> {after}"


class ChangeView(View):
    """One resource that changes, in full as far as it may be shown."""

    address: str
    action: str
    type: str
    provider: str | None = None
    risk: str
    reason: str | None = None
    previous_address: str | None = None
    importing: bool = False
    forced_by: list[str]
    leaves: list[LeafView]
    leaves_left_out: int = 0

    @classmethod
    def of(cls, change: ResourceChange, leaves: int = _LEAVES) -> "ChangeView":
        """Show a change with its first `leaves` leaves."""
        return cls(
            address=one_line(change.address, 400),
            action=change.action,
            type=one_line(change.type),
            provider=one_line(change.provider) or None,
            risk=change.risk,
            reason=one_line(change.reason.replace("_", " ")) or None,
            previous_address=one_line(change.previous_address, 400) or None,
            importing=change.importing,
            forced_by=[one_line(p) for p in change.forced_by[:10]],
            leaves=[LeafView.of(v) for v in change.values[:leaves]],
            leaves_left_out=max(len(change.values) - leaves, 0),
        )

    def words(self) -> str:
        """Say what happens to it, leaf by leaf."""
        head = f"{self.action} {self.address} [{self.risk}]"
        head += f" ({self.reason})" if self.reason else ""
        head += f"; moved from {self.previous_address}" if self.previous_address else ""
        head += "; imported" if self.importing else ""
        head += f"; replacement forced by {', '.join(self.forced_by)}" if self.forced_by else ""
        rest = [f"    … {self.leaves_left_out} more"] if self.leaves_left_out else []
        return "\n".join([head, *[leaf.words() for leaf in self.leaves], *rest])


class PlanDetails(View):
    """A page of changes of a plan; ask again with `cursor` for the next."""

    run_id: str
    details: list[ChangeView]
    total: int
    cursor: int | None = None
    next: list[str]

    def words(self) -> str:
        """Say the changes one after the other."""
        lines = [f"Changes of run {self.run_id} ({self.total} in all):"]
        lines += [d.words() for d in self.details]
        more = f'plan_get(run_id="{self.run_id}", cursor={self.cursor})'
        lines += [f"More: {more}"] if self.cursor is not None else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def page_of(run: Run, reading: PlanReading, start: int) -> PlanDetails:
    """Show as many changes from `start` on as fit in `DETAIL_TOKENS`; at least one.

    Raises:
        CursorInvalid: there is no such place in the plan.
    """
    changes = in_order(reading)
    if not 0 <= start <= len(changes):
        raise CursorInvalid
    room, kept = DETAIL_TOKENS - 500, list[ChangeView]()
    for change in changes[start:]:
        view = _sized(change, DETAIL_TOKENS - 500)
        room -= _size(view)
        if room < 0:
            break
        kept.append(view)
    end = start + len(kept)
    return PlanDetails(
        run_id=run.id,
        details=kept,
        total=len(changes),
        cursor=end if end < len(changes) else None,
        next=next_steps(run),
    )


def one_of(run: Run, reading: PlanReading, address: str) -> PlanDetails:
    """Show the changes of one address (an address may have a deposed object beside it).

    Raises:
        AddressUnknown: the plan changes nothing of this address.
    """
    found = [c for c in in_order(reading) if c.address == address]
    if not found:
        raise AddressUnknown(address=address, name=f"the plan of {run.id}")
    details = [_sized(c, (DETAIL_TOKENS - 500) // len(found[:5])) for c in found[:5]]
    return PlanDetails(run_id=run.id, details=details, total=len(found), next=next_steps(run))


def _sized(change: ResourceChange, room: int) -> ChangeView:
    """Show a change with as many leaves as fit."""
    leaves = _LEAVES
    view = ChangeView.of(change, leaves)
    while leaves > 0 and _size(view) > room:
        leaves //= 2
        view = ChangeView.of(change, leaves)
    return view


def _size(view: View) -> int:
    return tokens(view.words()) + tokens(compact(view.structured()))
