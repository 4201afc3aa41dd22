"""`terraform show -json PLAN` → what the plan would do, redacted (facts `plan-json`)."""

import itertools
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from sekisho.domain.errors import ConfigurationInvalid
from sekisho.domain.plans import (
    Action,
    PlanReading,
    ResourceChange,
    ValueChange,
    action_of,
    count,
    risk_of,
)
from sekisho.domain.states import StatePosition, position_of
from sekisho.terraform.documents import open_document
from sekisho.terraform.json_text import Json, check_format, obj, objects
from sekisho.terraform.redaction import Redactor, strings
from sekisho.terraform.values import differing, secrets_in

_REASON_CAP = 100


def read_plan(plan: Mapping[str, Any], position: StatePosition, redactor: Redactor) -> PlanReading:
    """Read the plan JSON.

    Raises:
        ConfigurationInvalid: it is no plan of a format that we know.
    """
    check_format(plan)
    redactor = redactor.also(sensitive_in(plan))
    changes = tuple(c for r in objects(plan.get("resource_changes")) if (c := _change(r, redactor)))
    outputs = tuple(_outputs(obj(plan.get("output_changes")), redactor))
    changed = sum(
        obj(o).get("actions") != ["no-op"] for o in obj(plan.get("output_changes")).values()
    )
    actions = _actions(plan)
    drift = sum(_moves(r) for r in objects(plan.get("resource_drift")))
    return PlanReading(
        counts=count(changes, changed, drift, len(actions)),
        changes=changes,
        outputs=outputs,
        position=position,
        terraform_version=redactor.text(str(plan.get("terraform_version") or "")),
        applyable=bool(plan.get("applyable", _something(changes, outputs, drift))),
        complete=bool(plan.get("complete", True)) and not plan.get("deferred_changes"),
        errored=bool(plan.get("errored", False)),
        runs_code=tuple(dict.fromkeys([*_runs_code(plan), *actions])),
    )


def base_position(plan: Path) -> StatePosition:
    """Return the state position that a saved plan rests on: Terraform refuses any other.

    Raises:
        ConfigurationInvalid: the file is no saved plan.
    """
    try:
        with zipfile.ZipFile(plan) as archive:
            return position_of(archive.read("tfstate"))
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise ConfigurationInvalid(problem="Terraform left no saved plan") from error


def open_plan(path: Path) -> Mapping[str, Any]:
    """Open `show -json` of a plan for `read_plan`, however large.

    Raises:
        ConfigurationInvalid: it is no JSON object.
    """
    return open_document(path, {"resource_changes": worth_reading, "resource_drift": None})


def worth_reading(raw: bytes) -> bool:
    """Say whether a resource change, as Terraform writes it, is more than a plain no-op.

    `change` comes after nothing but strings, in which a quote is escaped: its first occurrence is
    the real one, whatever the values hold. The masks come after the values: their last is.
    """
    start = raw.find(b'"change":{"actions":[')
    if start < 0 or not raw.startswith(b'"change":{"actions":["no-op"]', start):
        return True
    if b'"previous_address"' in raw or b'"importing"' in raw:
        return True
    return b"true" in raw[raw.rfind(b'"before_sensitive"') :]


def ephemeral_variables(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the root variables that are declared and not in the plan: it never holds these."""
    declared = obj(obj(obj(plan.get("configuration")).get("root_module")).get("variables"))
    return tuple(n for n in declared if n not in obj(plan.get("variables")))


def sensitive_in(plan: Mapping[str, Any]) -> set[str]:
    """Collect the text of what is marked sensitive: it may turn up unmarked elsewhere."""
    found: set[str] = set()
    configuration = obj(obj(plan.get("configuration")).get("root_module"))
    declared = obj(configuration.get("variables"))
    for name, variable in obj(plan.get("variables")).items():
        if obj(declared.get(name)).get("sensitive"):
            found.update(strings(obj(variable).get("value")))
    changes = (obj(r.get("change")) for r in objects(plan.get("resource_changes")))
    outputs = map(obj, obj(plan.get("output_changes")).values())
    for change in itertools.chain(changes, outputs):
        found.update(secrets_in(change.get("before"), change.get("before_sensitive")))
        found.update(secrets_in(change.get("after"), change.get("after_sensitive")))
    return found


def _something(*found: object) -> bool:
    return any(found)


def _moves(resource: Json) -> bool:
    return obj(resource.get("change")).get("actions") != ["no-op"]


def _change(resource: Json, redactor: Redactor) -> ResourceChange | None:
    change = obj(resource.get("change"))
    actions = tuple(str(a) for a in cast("list[Any]", change.get("actions") or []))
    action = action_of(actions)
    moved = str(resource.get("previous_address") or "")
    importing = change.get("importing") is not None
    if action is Action.NO_OP and not moved and not importing:
        return None
    index = resource.get("index")
    return ResourceChange(
        address=redactor.text(str(resource.get("address") or "")),
        type=redactor.text(str(resource.get("type") or "")),
        name=redactor.text(str(resource.get("name") or "")),
        action=action,
        actions=tuple(redactor.text(a, _REASON_CAP) for a in actions),
        mode=redactor.text(str(resource.get("mode") or "managed"), _REASON_CAP),
        module=redactor.text(str(resource.get("module_address") or "")),
        provider=redactor.text(str(resource.get("provider_name") or "")),
        index=redactor.text(index) if isinstance(index, str) else _number(index),
        deposed=redactor.text(str(resource.get("deposed") or ""), _REASON_CAP),
        reason=redactor.text(str(resource.get("action_reason") or ""), _REASON_CAP),
        previous_address=redactor.text(moved),
        importing=importing,
        forced_by=_forced_by(change, redactor),
        values=differing(change, redactor),
        risk=risk_of(action),
    )


def _number(index: Any) -> int | None:
    return int(index) if isinstance(index, int | float) else None


def _forced_by(change: Json, redactor: Redactor) -> tuple[str, ...]:
    paths = cast("list[Any]", change.get("replace_paths") or [])
    return tuple(redactor.text(_path(cast("list[Any]", p))) for p in paths)


def _path(steps: list[Any]) -> str:
    parts = [f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps]
    return "".join(parts).removeprefix(".")


def _outputs(outputs: Json, redactor: Redactor) -> Iterator[ValueChange]:
    """Give one row a leaf of each output that changes; paths begin with the output's name."""
    for name, raw in sorted(outputs.items()):
        change = obj(raw)
        if change.get("actions") == ["no-op"]:
            continue
        rows = differing({**change, **_wrapped(name, change)}, redactor)
        yield from rows or (ValueChange(redactor.text(name)),)


def _wrapped(name: str, change: Json) -> Json:
    """Put an output's sides under its name, so that it reads as one attribute."""
    sides = ("before", "after", "after_unknown", "before_sensitive", "after_sensitive")
    return {s: {name: change[s]} for s in sides if s in change}


def _actions(plan: Mapping[str, Any]) -> list[str]:
    """Name the actions (Terraform 1.14) that this plan would call."""
    found = [*objects(plan.get("action_invocations"))]
    found += [
        obj(d.get("action_invocation")) or d
        for d in objects(plan.get("deferred_action_invocations"))
    ]
    return [str(a.get("address") or a.get("type") or "action") for a in found]


def _runs_code(plan: Mapping[str, Any]) -> Iterator[str]:
    root = obj(obj(plan.get("configuration")).get("root_module"))
    yield from _code_in(root, "")


def _code_in(module: Json, prefix: str) -> Iterator[str]:
    for resource in objects(module.get("resources")):
        address = f"{prefix}{resource.get('address')}"
        external = resource.get("mode") == "data" and resource.get("type") == "external"
        if external or resource.get("provisioners"):
            yield address
    for name, call in obj(module.get("module_calls")).items():
        yield from _code_in(obj(obj(call).get("module")), f"{prefix}module.{name}.")
