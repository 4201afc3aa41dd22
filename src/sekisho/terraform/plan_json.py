"""`terraform show -json PLAN` → what the plan would do, redacted (facts `plan-json`)."""

import dataclasses
import itertools
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from sekisho.domain.errors import ConfigurationInvalid
from sekisho.domain.plan_changes import Keep, Note, Part, ResourceChange, ValueChange
from sekisho.domain.plan_graphs import Changed, graph_of
from sekisho.domain.plans import PlanReading, count
from sekisho.domain.references import module_of
from sekisho.domain.states import MASK, StatePosition, position_of
from sekisho.terraform.documents import chosen, open_document, raw_part
from sekisho.terraform.files import open_regular
from sekisho.terraform.json_text import Json, check_format, obj, objects
from sekisho.terraform.leaves import Lens
from sekisho.terraform.masks import secrets_in
from sekisho.terraform.plan_code import action_calls, checks, code_in
from sekisho.terraform.plan_rows import Rows, made_from
from sekisho.terraform.redaction import Redactor, strings
from sekisho.terraform.references import StatePairs, state_pairs
from sekisho.terraform.values import differing

_KNOWN = frozenset(
    {
        "format_version",
        "terraform_version",
        "variables",
        "planned_values",
        "resource_drift",
        "resource_changes",
        "deferred_changes",
        "action_invocations",
        "deferred_action_invocations",
        "output_changes",
        "prior_state",
        "configuration",
        "relevant_attributes",
        "checks",
        "timestamp",
        "applyable",
        "complete",
        "errored",
        "proposed_unknown",
    }
)
"""Top-level fields that we know; others are named, so that nobody takes silence for a no."""
LARGEST_STATE = 256 * 1024 * 1024
"""Bytes of a prior state that is read to know where it stands."""
_OUTPUT_LEAVES = 1_000
_STATE_BYTES = 8 * 1024 * 1024
"""Size up to which a prior state is decoded for its dependencies."""


@dataclasses.dataclass(frozen=True)
class PlanOrigin:
    """What a plan JSON does not say of itself, and how secrets in it are told apart.

    `mark` is keyed: equal for equal values, telling nothing else.
    """

    position: StatePosition
    redactor: Redactor
    mark: Callable[[bytes], str]


def read_plan(plan: Mapping[str, Any], origin: PlanOrigin, keep: Keep) -> PlanReading:
    """Read the plan JSON once, change by change; `keep` takes each whole, in the order of numbers.

    Raises:
        ConfigurationInvalid: it is no plan of a format that we know.
    """
    check_format(plan)
    redactor = origin.redactor.also(sensitive_in(plan))
    lens = Lens(redactor, origin.mark)
    configuration = obj(plan.get("configuration"))
    made = made_from(configuration, _state_pairs(plan), redactor.text)
    rows = Rows(lens, made, keep)
    changes = rows.read(objects(plan.get("resource_changes")), Part.CHANGE)
    drift = rows.read(objects(plan.get("resource_drift")), Part.DRIFT)
    deferred = rows.read(_deferred(plan), Part.DEFERRED)
    outputs = obj(plan.get("output_changes"))
    changed = sum(obj(o).get("actions") != ["no-op"] for o in outputs.values())
    actions = tuple(action_calls(plan, redactor))
    return PlanReading(
        counts=count(changes, changed, len(drift), len(actions)),
        changes=changes,
        outputs=_outputs(outputs, lens),
        position=origin.position,
        terraform_version=redactor.text(str(plan.get("terraform_version") or "")),
        applyable=bool(plan.get("applyable", _something(changes, changed, drift))),
        complete=bool(plan.get("complete", True)) and not deferred,
        errored=bool(plan.get("errored", False)),
        from_nothing=not _holds_resources(plan),
        drift=drift,
        deferred=deferred,
        actions=actions,
        code=tuple(code_in(configuration, changes, actions, redactor)),
        checks=tuple(checks(plan, redactor)),
        graph=graph_of(map(_changed, changes), made.references.needs),
        extra=tuple(redactor.text(str(k), 100) for k in plan if k not in _KNOWN)[:20],
    )


def base_position(plan: Path) -> StatePosition:
    """Return the state position that a saved plan rests on: Terraform refuses any other.

    Raises:
        ConfigurationInvalid: the file is no saved plan.
    """
    try:
        with open_regular(plan) as file, zipfile.ZipFile(file) as archive:
            # What ran while it was made could have put a bomb in its place.
            if archive.getinfo("tfstate").file_size > LARGEST_STATE:
                raise ConfigurationInvalid(problem="the state in its plan is too large")
            return position_of(archive.read("tfstate"))
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise ConfigurationInvalid(problem="Terraform left no saved plan") from error


def open_plan(path: Path) -> Mapping[str, Any]:
    """Open `show -json` of a plan for `read_plan`, however large.

    Raises:
        ConfigurationInvalid: it is no JSON object.
    """
    return open_document(path, {"resource_changes": worth_reading, "resource_drift": None})


class _Masks(msgspec.Struct):
    actions: list[str] = []
    before_sensitive: msgspec.Raw = msgspec.Raw(b"")
    after_sensitive: msgspec.Raw = msgspec.Raw(b"")
    importing: msgspec.Raw = msgspec.Raw(b"")


class _Head(msgspec.Struct):
    """What decides whether a resource change is decoded at all."""

    change: _Masks
    previous_address: str = ""

    @property
    def masks(self) -> bool:
        """Whether its masks may cover anything."""
        change = self.change
        return any(b"true" in bytes(m) for m in (change.before_sensitive, change.after_sensitive))


_HEAD = msgspec.json.Decoder(_Head)


def worth_reading(raw: bytes) -> bool:
    """Say whether a resource change is more than a plain no-op."""
    try:
        head = _HEAD.decode(raw)
    except (ValueError, RecursionError):
        return True  # of another shape than we know: a look is due
    changes = head.change.actions != ["no-op"] or bool(bytes(head.change.importing))
    return changes or bool(head.previous_address) or head.masks


def _hides(raw: bytes) -> bool:
    """Say whether a resource change may have anything masked."""
    try:
        return _HEAD.decode(raw).masks
    except (ValueError, RecursionError):
        return True


def ephemeral_variables(plan: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the root variables that were given and that the plan does not hold: ephemeral ones.

    Nothing marks them. One without a default is missing; one with a default is there with that,
    whatever was given.
    """
    declared = obj(obj(obj(plan.get("configuration")).get("root_module")).get("variables"))
    kept = obj(plan.get("variables"))
    return tuple(
        name
        for name in declared
        if name in given and (name not in kept or _defaulted(declared, kept, given, name))
    )


def _defaulted(declared: Json, kept: Json, given: Mapping[str, Any], name: str) -> bool:
    """Say whether a plan holds the default of a variable where another value was given."""
    default = obj(declared.get(name)).get("default")
    holds = obj(kept.get(name)).get("value")
    return default is not None and holds == default and str(given[name]) != str(default)


def sensitive_in(plan: Mapping[str, Any]) -> set[str]:
    """Collect the text of what is marked sensitive: it may turn up unmarked elsewhere."""
    found: set[str] = set()
    configuration = obj(obj(plan.get("configuration")).get("root_module"))
    declared = obj(configuration.get("variables"))
    for name, variable in obj(plan.get("variables")).items():
        if obj(declared.get(name)).get("sensitive"):
            found.update(strings(obj(variable).get("value")))
    lists = (plan.get(name) for name in ("resource_changes", "resource_drift"))
    resources = itertools.chain.from_iterable(objects(chosen(each, _hides)) for each in lists)
    changes = (obj(r.get("change")) for r in resources)
    outputs = map(obj, obj(plan.get("output_changes")).values())
    for change in itertools.chain(changes, outputs):
        found.update(secrets_in(change.get("before"), change.get("before_sensitive")))
        found.update(secrets_in(change.get("after"), change.get("after_sensitive")))
    return found


def _something(*found: object) -> bool:
    return any(found)


def _holds_resources(plan: Mapping[str, Any]) -> bool:
    """Say whether the prior state has a managed resource; it may be as large as all the rest."""
    raw = raw_part(plan, "prior_state")
    # A quote inside of a string would be escaped.
    return re.search(rb'"mode"\s*:\s*"managed"', raw) is not None


def _state_pairs(plan: Mapping[str, Any]) -> StatePairs:
    """Give the dependencies in the prior state, where it is small enough to be decoded for them."""
    if raw_part(plan, "prior_state").nbytes > _STATE_BYTES:
        return ()
    return state_pairs(obj(plan.get("prior_state")))


def _changed(row: ResourceChange) -> Changed:
    return Changed(
        address=row.block,
        module=module_of(row.block),
        type=row.type,
        name=row.name,
        action=str(row.action),
        risk=str(row.risk),
    )


def _deferred(plan: Mapping[str, Any]) -> Iterator[Json]:
    """Yield deferred changes as resource changes, with why they are put off as their reason."""
    for raw in objects(plan.get("deferred_changes")):
        resource = obj(raw.get("resource_change"))
        yield {**resource, "action_reason": raw.get("reason") or resource.get("action_reason")}


def _outputs(outputs: Json, lens: Lens) -> tuple[ValueChange, ...]:
    """Give one row a leaf of each output that changes; paths begin with the output's name."""
    found: list[ValueChange] = []
    for name, raw in sorted(outputs.items()):
        change = obj(raw)
        if change.get("actions") == ["no-op"]:
            continue
        rows = differing({**change, **_wrapped(name, change)}, lens)
        found += rows or (_flipped(name, change, lens),)
    if len(found) > _OUTPUT_LEAVES:
        rest = len(found) - _OUTPUT_LEAVES
        found = [*found[:_OUTPUT_LEAVES], ValueChange("…", note=f"{rest} more")]
    return tuple(found)


def _flipped(name: str, change: Json, lens: Lens) -> ValueChange:
    """Show an output whose value stays: what changes is whether it is sensitive.

    Terraform gives both masks as true then, whichever way it goes.
    """
    hidden = change.get("before_sensitive") is True or change.get("after_sensitive") is True
    side = MASK if hidden else None
    return ValueChange(lens.path(name)[0], side, side, str(Note.SENSITIVITY) if hidden else "")


def _wrapped(name: str, change: Json) -> Json:
    """Put an output's sides under its name, so that it reads as one attribute."""
    sides = ("before", "after", "after_unknown", "before_sensitive", "after_sensitive")
    return {s: {name: change[s]} for s in sides if s in change}
