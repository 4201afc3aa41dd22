"""State as Terraform shows it → a redacted index."""

from collections.abc import Iterator

from sekisho.domain.states import (
    MASK,
    Output,
    StateIndex,
    StatePosition,
    StateResource,
)
from sekisho.terraform.json_text import Json, check_format, obj, objects
from sekisho.terraform.masks import masked, secrets_in, shown
from sekisho.terraform.redaction import SENSITIVE_NAME, Redactor


def read_state(shown_state: Json, position: StatePosition, redactor: Redactor) -> StateIndex:
    """Read `show -json` of a state.

    Raises:
        ConfigurationInvalid: a format that we do not know.
    """
    check_format(shown_state)
    values = obj(shown_state.get("values"))
    root = obj(values.get("root_module"))
    redactor = redactor.also(_sensitive(values))
    return StateIndex(
        position=position,
        terraform_version=redactor.text(str(shown_state.get("terraform_version") or "")),
        resources=tuple(_resources(root, redactor)),
        outputs=tuple(_outputs(obj(values.get("outputs")), redactor)),
    )


def _modules(module: Json) -> Iterator[Json]:
    yield module
    for child in objects(module.get("child_modules")):
        yield from _modules(child)


def _resources(root: Json, redactor: Redactor) -> Iterator[StateResource]:
    for module in _modules(root):
        where = redactor.text(str(module.get("address") or ""))
        for r in objects(module.get("resources")):
            hidden = masked(
                obj(r.get("values")), r.get("sensitive_values"), lambda v: shown(v, redactor)
            )
            yield StateResource(
                address=redactor.text(_address(r)),
                type=redactor.text(str(r.get("type") or "")),
                name=redactor.text(str(r.get("name") or "")),
                provider=redactor.text(str(r.get("provider_name") or "")),
                mode=redactor.text(str(r.get("mode") or "managed")),
                module=where,
                values=shown(hidden, redactor),
            )


def _address(resource: Json) -> str:
    address = str(resource.get("address") or "")
    deposed = resource.get("deposed_key")
    return f"{address} (deposed {deposed})" if deposed else address


def _outputs(outputs: Json, redactor: Redactor) -> Iterator[Output]:
    for name, raw in sorted(outputs.items()):
        output = obj(raw)
        hidden = bool(output.get("sensitive")) or bool(SENSITIVE_NAME.search(name))
        value = MASK if hidden else shown(output.get("value"), redactor)
        yield Output(redactor.text(name), value, sensitive=hidden)


def _sensitive(values: Json) -> set[str]:
    found: set[str] = set()
    for output in map(obj, obj(values.get("outputs")).values()):
        if output.get("sensitive"):
            found.update(secrets_in(output.get("value"), mask=True))
    for module in _modules(obj(values.get("root_module"))):
        for r in objects(module.get("resources")):
            found.update(secrets_in(r.get("values"), r.get("sensitive_values")))
    return found
