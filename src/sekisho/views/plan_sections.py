"""What a plan says besides its changes, in lines: alarms, code, outputs, checks, drift, actions."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from sekisho.domain.actions import DESTRUCTIVE, Action, Risk
from sekisho.domain.errors import CursorInvalid
from sekisho.domain.gate import Verdict
from sekisho.domain.plan_changes import Note, ResourceChange, Side, ValueChange
from sekisho.domain.plan_groups import ChangeGroup, groups_of
from sekisho.domain.plans import PlanMode, PlanReading
from sekisho.domain.reasons import words
from sekisho.domain.runs import Run
from sekisho.views.budgets import DETAIL_TOKENS, MARGIN, brief, lines_within
from sekisho.views.intents import beyond, intent_said
from sekisho.views.overrides import override_said
from sekisho.views.plan_changes import ref_of, why_of
from sekisho.views.plan_diffs import head_of
from sekisho.views.plan_leaves import LeafView
from sekisho.views.view import one_line

Section = Literal["code", "outputs", "checks", "actions"]
DETAILED: tuple[Section, ...] = ("code", "outputs", "checks")
"""Sections of a summary that can be asked for alone."""
_SAMPLES = 12
"""Groups of which the first values are shown."""
_NAMED = 3
"""Addresses that are named where any number may be given."""


@dataclasses.dataclass(frozen=True)
class PlanFacts:
    """All that a plan is shown from; `look` gives changes with their values, by number."""

    run: Run
    reading: PlanReading
    look: Callable[[Sequence[int]], Iterable[ResourceChange]] = lambda _numbers: ()
    verdict: Verdict | None = None
    review_url: str = ""
    late: bool = False
    """An override should have been looked at by now, and was not."""

    @functools.cached_property
    def groups(self) -> tuple[ChangeGroup, ...]:
        """Changes in groups, those worth a look first."""
        return groups_of(self.reading.changes)

    @functools.cached_property
    def rows(self) -> dict[int, ResourceChange]:
        """Changes by their numbers."""
        return {c.number: c for c in self.reading.changes}

    @functools.cached_property
    def samples(self) -> Mapping[int, ResourceChange]:
        """Changes of which a summary shows values: what an update does, its name does not tell."""
        groups = [g for g in self.groups if g.risk not in DESTRUCTIVE or g.count > 1]
        groups = sorted(groups, key=lambda g: -g.count)[:_SAMPLES]
        numbers = [g.numbers[0] for g in groups if g.action is Action.UPDATE]
        return {c.number: c for c in self.look(numbers)}

    @functools.cached_property
    def risks(self) -> dict[str, int]:
        """How many changes there are of each risk, worst first."""
        counted = Counter(c.risk for c in self.reading.changes)
        return {str(r): counted[r] for r in reversed(Risk) if counted[r]}

    @functools.cached_property
    def amounts(self) -> dict[str, int]:
        """How much there is of everything that may be left out."""
        reading = self.reading
        found = {
            "alarms": len(reading.alarms),
            "irreversible": self.risks.get("irreversible", 0),
            "dangerous": self.risks.get("dangerous", 0),
            "code": len(reading.code),
            "checks": sum(c.failing for c in reading.checks),
            "deferred": len(reading.deferred),
            "drift": len(reading.drift),
            "outputs": len(output_leaves(reading)),
            "unmet": len(self.verdict.unmet) if self.verdict else 0,
        }
        return {name: count for name, count in found.items() if count}


def alarms_of(reading: PlanReading) -> list[str]:
    """Say why the plan should be stopped altogether."""
    return [brief(words(reason).en, 260) for reason in reading.alarms]


def notes_of(facts: PlanFacts) -> list[str]:
    """Say what is special about the plan as a whole, above all that rules were passed."""
    options, reading = facts.run.options, facts.reading
    pending = tuple(c.address for c in reading.checks if c.pending)
    said = {
        "Destroy mode: everything that this workspace manages is planned to go.": (
            options.mode is PlanMode.DESTROY
        ),
        "Refresh-only mode: the state is changed, no real object is.": (
            options.mode is PlanMode.REFRESH_ONLY
        ),
        f"Partial plan (-target): only {_few(options.targets)} and what that needs were read.": (
            bool(options.targets)
        ),
        f"Replacement was asked for (-replace): {_few(options.replace)}.": bool(options.replace),
        "Terraform failed while planning: this plan can never be applied.": reading.errored,
        "Not complete: Terraform puts part of it off. Plan again after the apply.": (
            not reading.complete
        ),
        "Not applyable: Terraform sees nothing in it that an apply would do.": (
            not reading.applyable and not reading.errored
        ),
        f"This Terraform says more than Sekisho knows: {_few(reading.extra)}.": bool(reading.extra),
        f"Checks not known until apply ({len(pending)}): {_few(pending)}.": bool(pending),
    }
    return [*_policies(facts), *_promises(facts), *(note for note, holds in said.items() if holds)]


def _policies(facts: PlanFacts) -> list[str]:
    """Name the policies that have something to say of the plan; what they say is in the run."""
    outcomes = facts.run.plan.policies if facts.run.plan else ()
    said = {
        "Policies that could not be evaluated": tuple(o.name for o in outcomes if o.problem),
        "Policies that deny this plan": tuple(
            f"{o.name} ({o.level}, {o.denials})" for o in outcomes if o.denials
        ),
        "Policies that warn": tuple(f"{o.name} ({o.warnings})" for o in outcomes if o.warnings),
    }
    return [f"{what}: {_few(names)}; run_get says why." for what, names in said.items() if names]


_OVERRIDES = 2


def _promises(facts: PlanFacts) -> list[str]:
    """Say who passed rules, how the plan goes beyond its intent, and what that was."""
    run = facts.run
    newest = run.overrides[: -_OVERRIDES - 1 : -1]
    said = [brief(override_said(o, "en", late=facts.late and not o.followed), 400) for o in newest]
    more = beyond(run)
    said += [brief(f"The plan does more than was said beforehand: {'; '.join(more)}", 400)] * bool(
        more
    )
    intent = intent_said(run, "en")
    said += [brief(f"Said beforehand (intent): {intent}.", 300)] * bool(intent)
    return said + [f"Change number: {brief(run.change_id, 60)}."] * bool(run.change_id)


def _few(names: tuple[str, ...]) -> str:
    left = len(names) - _NAMED
    said = ", ".join(brief(name, 60) for name in names[:_NAMED])
    return f"{said} and {left} more" if left > 0 else said


def code_of(reading: PlanReading, cap: int = 120) -> Iterator[str]:
    """Say each piece of code that will run."""
    return (brief(code, cap) for code in reading.code)


def checks_of(reading: PlanReading, cap: int = 200) -> Iterator[str]:
    """Say each check that did not pass, and what it found."""
    for check in (c for c in reading.checks if c.failing):
        problems = " ".join(check.problems)
        yield brief(f"{check.address} ({check.status})", cap) + (
            f": {brief(problems, cap)}" if problems else ""
        )


def drift_of(reading: PlanReading, cap: int = 120) -> Iterator[str]:
    """Say what changed outside Terraform."""
    for change in reading.drift:
        yield f"{ref_of(change)} {change.action} {brief(change.address, cap)}"


def deferred_of(reading: PlanReading, cap: int = 120) -> Iterator[str]:
    """Say what Terraform puts off, and why."""
    for change in reading.deferred:
        why = " ".join(why_of(change, 1, 80))
        said = f"{ref_of(change)} {change.action} {brief(change.address, cap)}"
        yield f"{said}: {why}" if why else said


def actions_of(reading: PlanReading, cap: int = 200) -> Iterator[str]:
    """Say each action that the plan calls: Terraform counts them apart."""
    for call in reading.actions:
        said = brief(call.address, cap)
        said += f", at {brief(call.trigger, cap)}" if call.trigger else ""
        said += f", of {one_line(call.provider, 80)}" if call.provider else ""
        yield said + (", put off" if call.deferred else "")


def output_leaves(reading: PlanReading) -> dict[str, list[ValueChange]]:
    """Return what changes of each output; one whose sensitivity changes comes first."""
    found: dict[str, list[ValueChange]] = {}
    for leaf in reading.outputs:
        found.setdefault(head_of(leaf.path), []).append(leaf)
    flips = {n: any(v.note == Note.SENSITIVITY for v in leaves) for n, leaves in found.items()}
    return dict(sorted(found.items(), key=lambda item: not flips[item[0]]))


def outputs_of(reading: PlanReading) -> Iterator[str]:
    """Name each output that changes, and say how."""
    for name, leaves in output_leaves(reading).items():
        how = _how(name, leaves)
        yield brief(name, 60) + (f" ({how})" if how else "")


def _how(name: str, leaves: list[ValueChange]) -> str:
    if name == "…":
        return one_line(leaves[0].note, 60)
    if any(v.note == Note.SENSITIVITY for v in leaves):
        return "whether it is sensitive changes"
    if any(v.note == Note.UNKNOWN for v in leaves):
        return "known after apply"
    if any(v.note == Note.SENSITIVE for v in leaves):
        return "sensitive"
    sides = {v.side for v in leaves}
    return {frozenset({Side.AFTER}): "added", frozenset({Side.BEFORE}): "removed"}.get(
        frozenset(sides), ""
    )


def _output_values(reading: PlanReading) -> Iterator[str]:
    for leaves in output_leaves(reading).values():
        for leaf in leaves:
            yield LeafView.of(leaf).words().strip()


_LINES: dict[Section, Callable[[PlanReading], Iterator[str]]] = {
    "code": lambda reading: code_of(reading, 500),
    "outputs": _output_values,
    "checks": lambda reading: checks_of(reading, 1000),
    "actions": actions_of,
}


def lines_of(facts: PlanFacts, section: Section, start: int, taken: int) -> tuple[list[str], int]:
    """Return the lines of a section from a place on that fit, and how many are left.

    Raises:
        CursorInvalid: there is no such place.
    """
    lines = list(_LINES[section](facts.reading))
    if start > len(lines):
        raise CursorInvalid
    room = DETAIL_TOKENS - taken - 3 * MARGIN
    kept = lines_within(lines[start:], room) or [brief(x, 500) for x in lines[start : start + 1]]
    return kept, len(lines) - start - len(kept)
