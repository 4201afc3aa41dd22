"""The line that Terraform ends a plan with, and the counts behind it."""

from sekisho.domain.plans import PlanCounts
from sekisho.views.view import View


class CountsView(View):
    """Counts as Terraform prints them: a replacement is one `add` and one `destroy`."""

    add: int
    change: int
    destroy: int
    replace: int
    importing: int
    move: int
    forget: int
    outputs: int
    drift: int
    actions: int

    @classmethod
    def of(cls, counts: PlanCounts) -> "CountsView":
        """Show counts."""
        return cls.model_validate(vars(counts))

    def words(self) -> str:
        """Say them as Terraform does."""
        return plan_line(PlanCounts(**self.model_dump()))


def plan_line(counts: PlanCounts, *, refresh_only: bool = False) -> str:
    """Write the `Plan:` line to the letter, or what Terraform says where no resource changes.

    A refresh-only plan has something to apply where anything drifted: the state takes it over.
    """
    core = counts.add + counts.change + counts.destroy + counts.importing
    if core + counts.move + counts.forget + counts.actions == 0:
        if counts.outputs:
            return f"No resources change; {counts.outputs} output(s) do."
        if refresh_only and counts.drift:
            return f"No resources change; the state takes over {counts.drift} that changed outside."
        return "No changes. Your infrastructure matches the configuration."
    importing = f"{counts.importing} to import, " if counts.importing else ""
    line = f"Plan: {importing}{counts.add} to add, {counts.change} to change, "
    line += f"{counts.destroy} to destroy."
    return line + (f" Actions: {counts.actions} to invoke." if counts.actions else "")
