"""Which changes a reader wants to see: parameters of the address, and what there is to choose."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from sekisho.domain.actions import Action, Risk
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.plan_changes import Part, ResourceChange
from sekisho.domain.plan_filters import ChangeFilter
from sekisho.web.visits import Visit

_CHOICES = 200
_LONGEST = 300
ROOT = "."
"""What the root module is called in a filter."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a reader asked for. `fields` are the filters as they stand in the address.

    `start` is the place in the list; `number` asks for one change alone (None: for all).
    """

    filter: ChangeFilter = dataclasses.field(default_factory=ChangeFilter)
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    start: int = 0
    number: int | None = None

    def query(self, **more: object) -> str:
        """Return the address's parameters with these filters, and others in place of them."""
        kept = {**self.fields, **more}
        return urlencode({k: v for k, v in kept.items() if v not in ("", None, 0)})


def asked(visit: Visit) -> Asked:
    """Read what a reader asked for.

    Raises:
        ArgumentsInvalid: there is no such action, risk, part or place.
    """
    names = ("action", "type", "module", "risk", "q", "part")
    fields = {n: visit.query(n)[:_LONGEST] for n in names}
    part = fields["part"] or Part.CHANGE
    _known("action", fields["action"], Action)
    _known("risk", fields["risk"], Risk)
    _known("part", part, Part)
    wanted = ChangeFilter(
        actions=frozenset({Action(fields["action"])}) if fields["action"] else frozenset(),
        types=frozenset({fields["type"]}) if fields["type"] else frozenset(),
        risks=frozenset({Risk(fields["risk"])}) if fields["risk"] else frozenset(),
        module=fields["module"],
        text=fields["q"],
        part=Part(part),
    )
    number = visit.number("number") if visit.query("number") else None
    given = {n: v for n, v in fields.items() if v}
    return Asked(wanted, given, visit.number("changes"), number)


def _known(name: str, value: str, kind: type[Action | Risk | Part]) -> None:
    if value and value not in list(kind):
        raise ArgumentsInvalid(problem=f"{name} is one of {', '.join(kind)}")


@dataclasses.dataclass(frozen=True)
class Choices:
    """What there is to choose, each with how many changes it takes; the most common first."""

    actions: tuple[tuple[str, int], ...]
    risks: tuple[tuple[str, int], ...]
    types: tuple[tuple[str, int], ...]
    modules: tuple[tuple[str, int], ...]


def choices(changes: Iterable[ResourceChange], chosen: Asked) -> Choices:
    """Gather what changes can be filtered by; what is chosen now is there whatever it takes."""
    actions, risks, types, modules = (Counter[str]() for _ in range(4))
    for change in changes:
        actions[change.action] += 1
        risks[change.risk] += 1
        types[change.type] += 1
        modules[change.module or ROOT] += 1
    if set(modules) == {ROOT}:
        modules.clear()
    for name, found in (("type", types), ("module", modules)):
        if name in chosen.fields:
            found[chosen.fields[name]] += 0
    order = {str(r): r.rank for r in Risk}
    return Choices(
        tuple(
            (str(a), actions[a]) for a in Action if actions[a] or chosen.fields.get("action") == a
        ),
        tuple(sorted(((str(r), n) for r, n in risks.items()), key=lambda p: -order[p[0]])),
        tuple(types.most_common(_CHOICES)),
        tuple(modules.most_common(_CHOICES)),
    )
