"""What a state file marks sensitive: providers repeat it in errors before any plan marks it again.

It is read as Terraform wrote it, which takes no process. Nothing is decided by it: what is not
understood, or larger than is worth it, gives nothing.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from sekisho.terraform.json_text import Json, obj, objects
from sekisho.terraform.operator_secrets import strings

_MOST = 16 * 1024 * 1024
"""Bytes of a state that are read for it."""
_DYNAMIC = frozenset({"value", "type"})
"""How a value is written whose type only the value tells …"""
_TYPES = frozenset({"object", "map", "list", "set", "tuple", "string", "number", "bool", "dynamic"})
"""… and how its type is: these words are no secrets."""


def secrets_in_state(path: Path) -> set[str]:
    """Collect the text of every value that a state marks sensitive; nothing where there is none."""
    try:
        if path.stat().st_size > _MOST:
            return set()
        state = obj(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return set()
    return {text for value in _marked(state) for text in strings(value)}


def _marked(state: Json) -> Iterator[Any]:
    for output in map(obj, obj(state.get("outputs")).values()):
        if output.get("sensitive") is True:
            yield output.get("value")
    for resource in objects(state.get("resources")):
        for instance in objects(resource.get("instances")):
            for path in _list(instance.get("sensitive_attributes")):
                yield _at(instance.get("attributes"), _list(path))


def _at(value: Any, steps: list[Any]) -> Any:
    """Return what a path leads to, None where it leads nowhere."""
    for step in map(obj, steps):
        key = step.get("value")
        # An index is written with its type, the name of an attribute is not.
        key = obj(cast("Any", key)).get("value") if isinstance(key, dict) else key
        value = _below(_bare(value, key), key)
    return _bare(value)


def _bare(value: Any, key: Any = None) -> Any:
    """Take the type off a value that is written with it; `key` may be one of its own."""
    fields = obj(value)
    if fields.keys() != _DYNAMIC or key in fields:
        return value
    kind = fields["type"]
    first = next(iter(_list(kind)), kind)
    return fields["value"] if isinstance(first, str) and first in _TYPES else value


def _below(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).get(key) if isinstance(key, str) else None
    elements = _list(value)
    number = isinstance(key, int) and not isinstance(key, bool)
    return elements[key] if number and 0 <= key < len(elements) else None


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
