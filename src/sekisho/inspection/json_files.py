"""`.tf.json` → `syntax`: JSON has no blocks, so the language says which properties are some.

Every string may be a template. In the body of a resource nobody knows without its provider which
property is a block: all are read as arguments, whose expressions are looked at just the same.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, cast

from sekisho.inspection import native
from sekisho.inspection.shapes import LABELS
from sekisho.inspection.syntax import (
    Attribute,
    Block,
    Body,
    Expression,
    Items,
    Pairs,
    Text,
    Unmodelled,
)

Pair = tuple[str, Any]

_INNER = {
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0, "provider_meta": 1},
    "resource": {"provisioner": 1, "connection": 0, "lifecycle": 0, "dynamic": 1},
    "data": {"lifecycle": 0, "dynamic": 1},
    "ephemeral": {"lifecycle": 0, "dynamic": 1},
    "removed": {"provisioner": 1, "lifecycle": 0},
    "check": {"data": 2, "assert": 0},
    "action": {"config": 0},
    "variable": {"validation": 0},
    "lifecycle": {"action_trigger": 0, "precondition": 0, "postcondition": 0},
    "provider": {"assume_role": 0, "assume_role_with_web_identity": 0, "endpoints": 0, "exec": 0},
    "provisioner": {"connection": 0},
}
"""Blocks inside of blocks, with their labels; only those that are looked at as such."""


class _Object(tuple[Pair, ...]):
    """A JSON object with its properties in order, those that are there twice too."""

    __slots__ = ()


def read(content: bytes) -> Body:
    """Read a file. Raises Unmodelled."""
    try:
        text = content.decode()
        whole = json.loads(text, object_pairs_hook=_Object, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise Unmodelled("the JSON", line) from None
    lines = _Lines(text)
    blocks: list[Block] = []
    for name, value in _properties(whole):
        if name == "//":
            continue
        if name not in LABELS:
            raise Unmodelled(f"a property {name[:60]}", lines.of(name))
        blocks.extend(_blocks(name, value, LABELS[name], lines, 0))
    return Body((), tuple(blocks))


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


class _Lines:
    """On which line a name stands for the first time: JSON parsers tell no positions."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, name: str) -> int:
        found = re.search(re.escape(json.dumps(name, ensure_ascii=False)), self._text)
        return self._text.count("\n", 0, found.start()) + 1 if found else 1


def _properties(value: Any) -> Iterable[Pair]:
    """Return the properties of a body: of an object, or of several in a list."""
    if isinstance(value, _Object):
        if len({name for name, _ in value}) != len(value):
            raise Unmodelled("a property that is there twice")
        return value
    if isinstance(value, list):
        return [pair for one in cast("list[Any]", value) for pair in _properties(one)]
    raise Unmodelled("a value where a block is wanted")


def _blocks(
    kind: str, value: Any, labels: int, lines: _Lines, depth: int, given: tuple[str, ...] = ()
) -> list[Block]:
    if depth > native.DEEPEST:
        raise Unmodelled("the nesting")
    if len(given) < labels:
        return [
            block
            for label, inner in _properties(value)
            if label != "//"
            for block in _blocks(kind, inner, labels, lines, depth + 1, (*given, label))
        ]
    if value is None:
        return []
    many = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [_block(kind, given, one, lines, depth) for one in many]


def _block(kind: str, labels: tuple[str, ...], value: Any, lines: _Lines, depth: int) -> Block:
    known = _INNER.get(kind, {})
    attributes: list[Attribute] = []
    blocks: list[Block] = []
    line = lines.of(labels[-1] if labels else kind)
    for name, inner in _properties(value):
        if name in known and isinstance(inner, _Object | list):
            blocks.extend(_blocks(name, inner, known[name], lines, depth + 1))
        elif name != "//":
            there = lines.of(name)
            attributes.append(Attribute(name, _expression(inner, there, depth), there))
    return Block(kind, labels, Body(tuple(attributes), tuple(blocks)), line)


def _expression(value: Any, line: int, depth: int) -> Expression:
    if depth > native.DEEPEST:
        raise Unmodelled("the nesting", line)
    if isinstance(value, str):
        return native.read_template(value, line) if "{" in value else Text(value, line)
    if isinstance(value, _Object):
        pairs = [
            (_expression(k, line, depth + 1), _expression(v, line, depth + 1)) for k, v in value
        ]
        return Pairs(tuple(pairs), line)
    if isinstance(value, list):
        many = cast("list[Any]", value)
        return Items(tuple(_expression(v, line, depth + 1) for v in many), line)
    return Text("" if value is None else json.dumps(value), line)
