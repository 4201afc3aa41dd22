"""Changes of a plan as they are shown: a row each, or leaf by leaf."""

from typing import Any

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import ResourceChange, ValueChange
from sekisho.domain.plans import PlanReading
from sekisho.views.redaction import names_secret
from sekisho.views.view import View, compact, one_line, tokens, trimmed

_LONGEST_ADDRESS = 200
_VALUE = 200
_LEAVES = 40
_MARKS = {
    Action.CREATE: "+",
    Action.DELETE: "-",
    Action.REPLACE: "-/+",
    Action.UPDATE: "~",
    Action.READ: "<=",
    Action.FORGET: ".",
}


def in_order(reading: PlanReading) -> list[ResourceChange]:
    """Return what changes, in the one order that cursors count in: what deserves a look first."""
    rank = {Risk.DANGEROUS: 0, Risk.REVIEW: 1, Risk.SAFE: 2}
    real = [c for c in reading.changes if c.action is not Action.NO_OP]
    return sorted(real, key=lambda c: (rank[c.risk], c.action is Action.READ))


def size(view: View) -> int:
    """Estimate the tokens of a view, both forms together."""
    return tokens(view.words()) + tokens(view.model_dump_json(exclude_none=True))


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


class LeafView(View):
    """One leaf that changes; `note` says `sensitive` or `unknown` where there is no value."""

    path: str
    before: Any = None
    after: Any = None
    note: str | None = None

    @classmethod
    def of(cls, value: ValueChange) -> "LeafView":
        """Show a leaf."""
        hidden = value.note == "sensitive" or names_secret(value.path)
        return cls(
            path=one_line(value.path),
            before=None if hidden else trimmed(value.before, _VALUE),
            after=None if hidden else trimmed(value.after, _VALUE),
            note="sensitive" if hidden else value.note or None,
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


def sized(change: ResourceChange, room: int) -> ChangeView:
    """Show a change with as many leaves as fit."""
    leaves = _LEAVES
    view = ChangeView.of(change, leaves)
    while leaves > 0 and size(view) > room:
        leaves //= 2
        view = ChangeView.of(change, leaves)
    return view
