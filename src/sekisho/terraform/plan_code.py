"""What in a plan runs a program, what it calls besides resources, and what its checks found."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import ActionCall, Check, CodeKind, CodeRun, ResourceChange
from sekisho.terraform.json_text import Json, obj, objects
from sekisho.terraform.redaction import Redactor

_RUNS = frozenset({Action.CREATE, Action.DELETE, Action.REPLACE, Action.UNKNOWN})
"""Actions at which provisioners run."""
_PROBLEMS = 10


def action_calls(plan: Mapping[str, Any], redactor: Redactor) -> list[ActionCall]:
    """Return the actions (Terraform 1.14) that this plan would call; its own order varies."""
    now = (_call(raw, redactor, deferred=False) for raw in objects(plan.get("action_invocations")))
    later = (
        _call(obj(raw.get("action_invocation")) or raw, redactor, deferred=True)
        for raw in objects(plan.get("deferred_action_invocations"))
    )
    return [*sorted(now, key=_place), *sorted(later, key=_place)]


def _place(call: ActionCall) -> tuple[str, str]:
    return call.address, call.trigger


def _call(raw: Json, redactor: Redactor, *, deferred: bool) -> ActionCall:
    trigger = obj(raw.get("lifecycle_action_trigger"))
    event = str(trigger.get("action_trigger_event") or "")
    by = str(trigger.get("triggering_resource_address") or "")
    kind = str(raw.get("type") or "")
    return ActionCall(
        address=redactor.text(str(raw.get("address") or kind or "action")),
        type=redactor.text(kind),
        provider=redactor.text(str(raw.get("provider_name") or "")),
        trigger=redactor.text(f"{event} {by}".strip()),
        deferred=deferred,
    )


def code_in(
    configuration: Json,
    changes: Iterable[ResourceChange],
    actions: Iterable[ActionCall],
    redactor: Redactor,
) -> Iterator[CodeRun]:
    """Yield what will run: provisioners of what comes or goes, external data, actions."""
    touched = {c.block for c in changes if c.action in _RUNS}
    for address, resource in blocks(configuration):
        external = resource.get("mode") == "data" and resource.get("type") == "external"
        name = redactor.text(address)
        if external:
            yield CodeRun(name, CodeKind.EXTERNAL)
        kinds = [str(p.get("type") or "") for p in objects(resource.get("provisioners"))]
        if kinds and name in touched:
            for kind in dict.fromkeys(kinds):
                yield CodeRun(name, CodeKind.PROVISIONER, redactor.text(kind, 100))
    for call in actions:
        yield CodeRun(call.address, CodeKind.ACTION, call.type)


def blocks(configuration: Json) -> Iterator[tuple[str, Json]]:
    """Yield every resource block of a configuration, with its address in it."""
    waiting = deque([(obj(configuration.get("root_module")), "")])
    while waiting:
        found, at = waiting.popleft()
        for resource in objects(found.get("resources")):
            yield f"{at}{resource.get('address')}", resource
        for name, call in obj(found.get("module_calls")).items():
            waiting.append((obj(obj(call).get("module")), f"{at}module.{name}."))


def checks(plan: Mapping[str, Any], redactor: Redactor) -> Iterator[Check]:
    """Yield the checks that did not pass, an entry an instance."""
    for raw in objects(plan.get("checks")):
        static = obj(raw.get("address"))
        kind = redactor.text(str(static.get("kind") or ""), 100)
        instances = list(objects(raw.get("instances"))) or [raw]
        for instance in instances:
            status = redactor.text(str(instance.get("status") or raw.get("status") or ""), 100)
            if status == "pass":
                continue
            name = obj(instance.get("address")).get("to_display") or static.get("to_display")
            problems = list(objects(instance.get("problems")))
            said = tuple(
                redactor.text(str(p.get("message") or ""), 1000) for p in problems[:_PROBLEMS]
            )
            yield Check(redactor.text(str(name or "")), kind, status, said)
