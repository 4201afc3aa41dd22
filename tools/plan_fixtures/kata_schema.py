"""What acme/kata offers, in Python, and the same as Terraform's protocol writes it."""

import json
from dataclasses import dataclass, field
from typing import Any

from wire import message, repeated

SINGLE, LIST, SET, MAP = 1, 2, 3, 4


@dataclass(frozen=True)
class Attribute:
    """One argument or attribute; with `nested` its value is made of attributes itself."""

    type: Any = "string"
    required: bool = False
    computed: bool = False
    sensitive: bool = False
    write_only: bool = False
    replaces: bool = False
    nested: "dict[str, Attribute] | None" = None
    nesting: int = 0


@dataclass(frozen=True)
class Body:
    """Attributes, and blocks (how they nest, what is in one)."""

    attributes: dict[str, Attribute]
    blocks: "dict[str, tuple[int, Body]]" = field(default_factory=dict)


FORM = Body(
    attributes={
        "id": Attribute(computed=True),
        "name": Attribute(required=True, replaces=True),
        "note": Attribute(),
        "pin": Attribute(sensitive=True),
        "pin_wo": Attribute(sensitive=True, write_only=True),
        "pin_wo_version": Attribute("number"),
        "revision": Attribute(computed=True),
        "zones": Attribute(["set", "string"]),
        "settings": Attribute(
            nesting=SINGLE,
            nested={
                "mode": Attribute(replaces=True),
                "password": Attribute(sensitive=True),
                "level": Attribute("number"),
            },
        ),
        "rules": Attribute(
            nesting=SET,
            nested={
                "port": Attribute("number", required=True),
                "source": Attribute(),
                "key": Attribute(sensitive=True),
            },
        ),
        "routes": Attribute(
            nesting=SET,
            nested={
                "port": Attribute("number", required=True),
                "source": Attribute(),
                "tags": Attribute(["map", "string"]),
            },
        ),
        "steps": Attribute(
            nesting=LIST,
            nested={"run": Attribute(required=True), "token": Attribute(sensitive=True)},
        ),
        "parts": Attribute(
            nesting=MAP,
            nested={"size": Attribute("number"), "secret": Attribute(sensitive=True)},
        ),
        "endpoints": Attribute(
            computed=True,
            nesting=LIST,
            nested={"host": Attribute(computed=True), "port": Attribute("number", computed=True)},
        ),
    },
    blocks={
        "ingress": (
            SET,
            Body({"from": Attribute("number"), "to": Attribute("number"), "note": Attribute()}),
        ),
        "disk": (LIST, Body({"size": Attribute("number"), "name": Attribute()})),
    },
)
LOOKUP = Body({"key": Attribute(required=True), "value": Attribute(computed=True)})
TOKEN = Body({"name": Attribute(), "value": Attribute(computed=True, sensitive=True)})
PURGE = Body({"bucket": Attribute(required=True), "force": Attribute("bool")})
EXTERNAL = Body(
    {
        "program": Attribute(["list", "string"], required=True),
        "query": Attribute(["map", "string"]),
        "id": Attribute(computed=True),
        "result": Attribute(["map", "string"], computed=True),
    }
)
NOTHING = Body({})

IDENTITY = (("name", True), ("region", False))
"""What identifies a form, and whether an import must give it."""


def identity_schema() -> bytes:
    """Write ResourceIdentitySchema."""
    attributes = [
        message((1, name), (2, b'"string"'), (3, needed), (4, not needed))
        for name, needed in IDENTITY
    ]
    return message((1, 0), *repeated(2, attributes))


def schema(body: Body) -> bytes:
    """Write Schema."""
    return message((1, 0), (2, _block(body)))


def _block(body: Body) -> bytes:
    attributes = [_attribute(name, a) for name, a in body.attributes.items()]
    blocks = [
        message((1, name), (2, _block(inner)), (3, nesting))
        for name, (nesting, inner) in body.blocks.items()
    ]
    return message(*repeated(2, attributes), *repeated(3, blocks))


def _attribute(name: str, a: Attribute) -> bytes:
    optional = not a.required and not a.computed
    flags = ((4, a.required), (5, optional), (6, a.computed), (7, a.sensitive), (11, a.write_only))
    if a.nested is None:
        return message((1, name), (2, json.dumps(a.type)), *flags)
    inner = message(*repeated(1, [_attribute(n, x) for n, x in a.nested.items()]), (3, a.nesting))
    return message((1, name), *flags, (10, inner))
