"""Which changes of a plan somebody wants to see."""

import dataclasses
from collections.abc import Iterable

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import Part, ResourceChange


@dataclasses.dataclass(frozen=True)
class ChangeFilter:
    """What a change has to be like; an empty field asks for nothing.

    `module` takes that module and all below it, written with or without instance keys; `.` is the
    root alone. `text` is looked for in the address, the type and the former address, whatever its
    case.
    """

    actions: frozenset[Action] = frozenset()
    types: frozenset[str] = frozenset()
    risks: frozenset[Risk] = frozenset()
    module: str = ""
    text: str = ""
    part: Part = Part.CHANGE

    def takes(self, change: ResourceChange) -> bool:
        """Say whether a change is wanted."""
        return (
            change.part is self.part
            and (not self.actions or change.action in self.actions)
            and (not self.types or change.type in self.types)
            and (not self.risks or change.risk in self.risks)
            and _in_module(change, self.module)
            and _mentions(change, self.text.casefold())
        )

    def apply(self, changes: Iterable[ResourceChange]) -> tuple[ResourceChange, ...]:
        """Return the changes that are wanted."""
        return tuple(c for c in changes if self.takes(c))


def _in_module(change: ResourceChange, module: str) -> bool:
    if not module:
        return True
    if module == ".":
        return not change.module
    exact = change.module == module or change.module.startswith((f"{module}.", f"{module}["))
    return exact or change.block.startswith(f"{module}.")


def _mentions(change: ResourceChange, text: str) -> bool:
    if not text:
        return True
    return any(text in t.casefold() for t in (change.address, change.type, change.previous_address))
