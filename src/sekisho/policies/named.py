"""Values under names that tell of a secret: no message of a policy repeats them.

Terraform marks few of them, and a message may quote a value without its name: nobody who sees only
the message could tell.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from sekisho.domain.secret_names import harmless, telling
from sekisho.domain.states import MASK

_LEAST = 4
"""Shorter values are not looked for: they would mask half of every message."""
_SAME = frozenset({"value", "constant_value", "default"})
"""Under these, Terraform has the value of what the key above names."""


def without_named(messages: list[str], plan: Any) -> list[str]:
    """Return messages with the mask in the place of values that only their names give away."""
    said = "\0".join(messages)
    found = sorted({v for v in _named(plan, tells=False) if v in said}, key=len, reverse=True)
    if not found:
        return messages
    pattern = re.compile("|".join(map(re.escape, found)))
    return [pattern.sub(MASK, message) for message in messages]


def _named(value: Any, *, tells: bool) -> Iterator[str]:
    if isinstance(value, str):
        if value[:1] in ("{", "["):
            yield from _inside(value, tells=tells)
        if tells and len(value) >= _LEAST and not harmless(value):
            yield value
    elif isinstance(value, list):
        yield from _all((each, tells) for each in cast("list[Any]", value))
    elif isinstance(value, dict):
        yield from _all(_entries(cast("dict[str, Any]", value), tells=tells))


def _all(values: Iterable[tuple[Any, bool]]) -> Iterator[str]:
    for value, tells in values:
        yield from _named(value, tells=tells)


def _entries(fields: dict[str, Any], *, tells: bool) -> Iterator[tuple[Any, bool]]:
    """Yield what is in an object, and whether its name tells; pairs of name and value are one."""
    name = fields.get("name")
    tells = tells or (isinstance(name, str) and telling(name))
    for key, value in fields.items():
        yield value, telling(key) or (tells and key in _SAME)


def _inside(text: str, *, tells: bool) -> Iterator[str]:
    """Look into JSON that is written as text: policies of AWS, definitions of containers."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from _named(found, tells=tells)
