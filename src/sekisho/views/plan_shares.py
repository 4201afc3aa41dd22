"""Who gets how much of a summary: what may not be missed is given room first."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from sekisho.domain.actions import DESTRUCTIVE, Action, Risk
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plan_groups import ChangeGroup, for_all
from sekisho.views.budgets import brief, lines_within, size, views_within, weight
from sekisho.views.gate import UnmetView, unmet_of
from sekisho.views.plan_changes import (
    LEANER,
    LEANEST,
    LEVELS,
    MERGED,
    ChangeRow,
    Detail,
)
from sekisho.views.plan_leaves import leaf_line
from sekisho.views.plan_sections import (
    PlanFacts,
    alarms_of,
    checks_of,
    code_of,
    deferred_of,
    drift_of,
    notes_of,
    outputs_of,
)

_MANY = 40
"""Rows beyond which the leanest form is taken at once."""
_MOST_MIXED = 10
_KEPT = 150
"""Tokens that the worst changes leave to all the rest."""
_IN_SHORT = 100
"""Signs of a line that is said in any case."""
_STEP = 60
_TRIES = 30


class Shares:
    """Fills a summary within so many tokens, in the order of what matters most."""

    def __init__(self, facts: PlanFacts, room: int) -> None:
        self._facts = facts
        self._room = room
        self._tries = 0

    def give_up(self) -> bool:
        """Make do with less; False where there is nothing left to give up."""
        self._tries += 1
        self._room = max(self._room - _STEP, 0)
        return self._tries < _TRIES

    def filled(self) -> dict[str, Any]:
        """Return what to show in each field, and the counts of what is not shown."""
        reading = self._facts.reading
        left = _Left(self._room, self._facts.amounts)
        found: dict[str, Any] = {"notes": left.lines("", notes_of(self._facts), 0.6)}
        found["alarms"] = left.lines("alarms", alarms_of(reading), 0.5, least=1)
        first = list(itertools.islice(checks_of(reading), 1))
        found["checks"] = left.lines("checks", first, 0.15, least=1)
        worst = self._worst(Risk.IRREVERSIBLE, left, 0.7)
        found["unmet"] = self._unmet(left)
        found["code_that_runs"] = left.lines("code", code_of(reading), 0.3)
        dangerous = self._worst(Risk.DANGEROUS, left, 0.6)
        more = itertools.islice(checks_of(reading), 1, None)
        found["checks"] += left.lines("checks", more, 0.2)
        found["deferred"] = left.lines("deferred", deferred_of(reading), 0.2)
        found["drift"] = left.lines("drift", drift_of(reading), 0.15)
        found["outputs"] = left.lines("outputs", outputs_of(reading), 0.2)
        rows = [*worst, *dangerous, *self._rest(left)]
        found["changes"] = rows
        found["left_out"] = len(reading.changes) - sum(row.count or 1 for row in rows)
        found["not_shown"] = {name: count for name, count in left.amounts.items() if count}
        return found

    def _worst(self, risk: Risk, left: "_Left", share: float) -> list[ChangeRow]:
        """Show the changes of a risk as fully as all fit; the leanest take what there is."""
        bunches = [_Bunch.of(g) for g in self._facts.groups if g.risk is risk]
        room, most = int(left.room * share), max(left.room - _KEPT, 0)
        rows = self._all(bunches, room) or self._mixed(bunches, room)
        rows = rows or self._leaner(bunches, most)
        left.spend(sum(map(size, rows)))
        left.amounts[str(risk)] = left.amounts.get(str(risk), 0) - sum(r.count or 1 for r in rows)
        return rows

    def _leaner(self, bunches: Sequence["_Bunch"], room: int) -> list[ChangeRow]:
        """Let types share rows; what does not fit even so is left out."""
        merged = _merged(bunches)
        rows = self._all(merged, room, MERGED)
        return rows or views_within((self._row(b, LEANEST) for b in merged), room)

    def _all(
        self, bunches: Sequence["_Bunch"], room: int, levels: Sequence[Detail] = LEVELS
    ) -> list[ChangeRow]:
        """Return a row a bunch, as fully as all of them fit; none where they do not."""
        for detail in levels if len(bunches) <= _MANY else ():
            rows = [self._row(bunch, detail) for bunch in bunches]
            if sum(map(size, rows)) <= room:
                return rows
        return []

    def _rest(self, left: "_Left") -> list[ChangeRow]:
        """Show all other changes: the same done to many is one row; a type is, if need be."""
        groups = [g for g in self._facts.groups if g.risk not in DESTRUCTIVE]
        bunches = [_Bunch.of(g) for g in groups]
        room = left.room
        return (
            self._all(bunches, room, (*LEVELS[:3], *LEANER))
            or self._mixed(bunches, room)
            or self._all(bunches, room, LEVELS[3:])
            or self._leaner(bunches, room)
        )

    def _mixed(self, bunches: Sequence["_Bunch"], room: int) -> list[ChangeRow]:
        """Keep what is done to many a row of its own, with its values; types share the others."""
        large = sorted((b for b in bunches if len(b.numbers) > 1), key=lambda b: -len(b.numbers))
        for count in range(min(len(large), _MOST_MIXED), 0, -1):
            others = _merged(b for b in bunches if b not in large[:count])
            if len(others) > _MANY:
                break
            for own, shared in ((LEVELS[2], MERGED[-1]), (LEANER[0], MERGED[-1])):
                rows = [self._row(b, own) for b in large[:count]]
                rows += [self._row(b, shared) for b in others]
                if sum(map(size, rows)) <= room:
                    return sorted(rows, key=lambda row: -Risk(row.risk).rank)
        return []

    def _row(self, bunch: "_Bunch", detail: Detail) -> ChangeRow:
        """Show a bunch by its first member, with some of the values that all of them change."""
        first = self._facts.rows[bunch.numbers[0]]
        row = ChangeRow.of(first, detail)
        count = len(bunch.numbers)
        more: dict[str, Any] = {"values": first.leaves or None} if bunch.equal else {}
        if count > 1:
            named = bunch.numbers[1 : 1 + detail.others] if first.risk in DESTRUCTIVE else ()
            others = [brief(self._facts.rows[n].address, detail.address) for n in named]
            more |= {"count": count, "type": brief(first.type, 60), "others": others or None}
            more |= {"alike": count} if bunch.equal else {}
            if len({(c.why, c.reason, c.forced_by) for c in self._of(bunch)}) > 1:
                more["why"] = None  # each has its own
        sample = self._facts.samples.get(first.number) if bunch.equal else None
        if sample:
            told = for_all(sample, self._of(bunch)).values
            leaves = [leaf_line(v) for v in told[: detail.leaves]]
            more["leaves"] = leaves or None
        return row.model_copy(update=more)

    def _of(self, bunch: "_Bunch") -> list[ResourceChange]:
        return [self._facts.rows[n] for n in bunch.numbers]

    def _unmet(self, left: "_Left") -> list[UnmetView]:
        verdict = self._facts.verdict
        if verdict is None:
            return []
        room = int(left.room * 0.35)
        views: list[UnmetView] = []
        for cap in (160, 60, 20):
            views = [_shortened(u, cap) for u in unmet_of(verdict.unmet, "en")]
            if sum(map(size, views)) <= room:
                break
        kept = views_within(views, room, least=1)
        left.spend(sum(map(size, kept)))
        left.amounts["unmet"] = len(verdict.unmet) - len(kept)
        return kept


def _shortened(unmet: UnmetView, cap: int) -> UnmetView:
    rule = brief(unmet.rule, min(cap, 60)) if unmet.rule else None
    return unmet.model_copy(update={"text": brief(unmet.text, cap), "rule": rule})


@dataclasses.dataclass(frozen=True)
class _Bunch:
    """Changes that share a row: to all the same is done (`equal`), or the same kind of thing."""

    key: tuple[Risk, Action, str]
    numbers: tuple[int, ...]
    equal: bool

    @classmethod
    def of(cls, group: ChangeGroup) -> "_Bunch":
        return cls((group.risk, group.action, group.type), group.numbers, equal=True)


def _merged(bunches: Iterable[_Bunch]) -> list[_Bunch]:
    """Put together what has the same risk, action and type: fewer rows, and none is lost."""
    found: dict[tuple[Risk, Action, str], list[_Bunch]] = {}
    for bunch in bunches:
        found.setdefault(bunch.key, []).append(bunch)
    return [
        _Bunch(key, tuple(n for b in same for n in b.numbers), equal=len(same) == 1)
        for key, same in found.items()
    ]


class _Left:
    """Room that is left, and what was not shown yet."""

    def __init__(self, room: int, amounts: dict[str, int]) -> None:
        self.room = room
        self.amounts = dict(amounts)

    def spend(self, tokens: int) -> None:
        """Take room away."""
        self.room = max(self.room - tokens, 0)

    def lines(self, name: str, lines: Iterable[str], share: float, least: int = 0) -> list[str]:
        """Take the first lines that fit into a share of the room; `least` of them in any case."""
        given = list(lines)
        kept = lines_within(given, int(self.room * share))
        kept += [brief(line, _IN_SHORT) for line in given[len(kept) : least]]
        self.spend(sum(map(weight, kept)))
        if name in self.amounts:
            self.amounts[name] -= len(kept)
        return kept
