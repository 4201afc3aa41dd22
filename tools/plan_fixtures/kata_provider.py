# pyright: reportMissingImports=false, reportMissingModuleSource=false
"""The Terraform provider acme/kata: every shape that a plan can hold, and nothing behind it.

    resource "kata_form" "one" {
      name     = "a"                       # a new name is a new form; so is a new settings.mode
      pin_wo   = ephemeral.kata_token.t.value
      settings = { mode = "x", password = "p" }
      rules    = [{ port = 22, key = "k" }]
    }
    data "kata_lookup" "one" { key = "k" }
    ephemeral "kata_token" "t" {}
    action "kata_purge" "a" { config { bucket = "b" } }

A form whose note is "stuck" cannot be deleted; one whose note is "tells at plan", "tells at apply",
"warns" or "crashes" repeats its secrets then. Nothing is random: ids are made of names. What
`world.json` in Terraform's folder says about an id is what reading finds: null where the form is
gone, attributes where they are not what they were.

Started with the word `external`, it stands in for hashicorp/external, which no package carries: the
same schema, and nothing is run.

Runs in the interpreter that tests/providers/make_mirror.py prepares: grpcio, msgpack, and `tf` for
the handshake.
"""

import base64
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import grpc
import msgpack
import tf.gen.tfplugin_pb2_grpc as generated
import tf.provider
import tf.runner
from kata_schema import (
    EXTERNAL,
    FORM,
    LOOKUP,
    NOTHING,
    PURGE,
    TOKEN,
    identity_schema,
    schema,
)
from wire import first, message, parse, repeated

State = dict[str, Any]
Raw = dict[int, list[Any]]


class Unknown:
    """Known after apply."""


UNKNOWN = Unknown()
ERROR, WARNING = 1, 2


def decoded(value: bytes) -> Any:
    """Read a DynamicValue; nothing at all is null."""
    fields = parse(value)
    if packed := first(fields, 1):
        return msgpack.unpackb(packed, ext_hook=lambda *_: UNKNOWN, strict_map_key=False)
    return json.loads(first(fields, 2) or "null")


def encoded(value: Any) -> bytes:
    """Write a DynamicValue."""
    return message((1, msgpack.packb(value, default=lambda _: msgpack.ExtType(0, b"\0"))))


def _map(number: int, entries: dict[str, bytes]) -> list[tuple[int, Any]]:
    return repeated(number, [message((1, k), (2, v)) for k, v in entries.items()])


def get_schemas(_: Raw) -> bytes:
    """Answer GetProviderSchema."""
    return message(
        (1, schema(NOTHING)),
        *_map(2, {"kata_form": schema(FORM)}),
        *_map(3, {"kata_lookup": schema(LOOKUP)}),
        *_map(8, {"kata_token": schema(TOKEN)}),
        *_map(11, {"kata_purge": message((1, schema(PURGE)))}),
        (6, message((1, 0), (2, 0))),
    )


def get_external(_: Raw) -> bytes:
    """Answer GetProviderSchema as hashicorp/external does."""
    return message((1, schema(NOTHING)), *_map(3, {"external": schema(EXTERNAL)}))


def get_identities(_: Raw) -> bytes:
    """Answer GetResourceIdentitySchemas."""
    return message(*_map(1, {"kata_form": identity_schema()}))


def upgrade(request: Raw) -> bytes:
    """Take a state as it is."""
    raw = first(parse(first(request, 3)), 1)
    return message((1, message((2, raw))))


def upgrade_identity(request: Raw) -> bytes:
    """Take an identity as it is."""
    raw = first(parse(first(request, 3)), 1)
    return message((1, message((1, message((2, raw))))))


def identity_of(state: State | None) -> bytes:
    """Write ResourceIdentityData."""
    values = None if state is None else {"name": state["name"], "region": "kata-1"}
    return message((1, encoded(values)))


def read(request: Raw) -> bytes:
    """Look at what `world.json` says of a form."""
    state = decoded(first(request, 2))
    world = Path("world.json")
    found = json.loads(world.read_text(encoding="utf-8")) if world.exists() else {}
    if state and state["id"] in found:
        seen = found[state["id"]]
        state = None if seen is None else {**state, **seen}
    return message((1, encoded(state)), *([(5, identity_of(state))] if state else []))


def plan(request: Raw) -> bytes:
    """Say what is not known yet, and what makes a new form of it."""
    before, after = decoded(first(request, 2)), decoded(first(request, 3))
    if after is None:
        return message((1, encoded(None)))
    for name, attribute in FORM.attributes.items():
        if attribute.write_only:
            after[name] = None
        if attribute.computed and (before is None or (name == "revision" and after != before)):
            after[name] = UNKNOWN
    forced = [message(*repeated(1, steps)) for steps in _forced(before, after)]
    # A name that is not known yet identifies nothing.
    known = isinstance(after["name"], str) and not forced
    identity = [(7, identity_of(after))] if known else []
    said = _said(after, {"tells at plan": ERROR, "warns": WARNING})
    return message((1, encoded(after)), *repeated(2, forced), *repeated(4, said), *identity)


def _said(form: State, notes: dict[str, int]) -> list[bytes]:
    """Repeat every secret of a form, as services do in their answers, where its note says so."""
    severity = notes.get(form["note"])
    if severity is None:
        return []
    pin, settings = str(form["pin"]), form["settings"] or {}
    told = {"pin": pin, "settings": {k: v for k, v in settings.items() if v is not UNKNOWN}}
    detail = (
        f"PUT /forms/{form['name']}: 400, the service said: {pin} is no good"
        f"\nbody {json.dumps(told)}"
        f"\nGET /forms?pin={quote(pin)}&again={base64.b64encode(pin.encode()).decode()}"
        f"\nstruct {{Pin:{pin} Settings:{settings.get('password')}}}"
    )
    return [message((1, severity), (2, f"The form refused {pin}"), (3, detail))]


def _forced(before: State | None, after: State) -> Iterator[list[bytes]]:
    """Yield the path of each attribute that must not change in place."""
    for name, attribute in FORM.attributes.items():
        if before is None:
            return
        if attribute.replaces and before[name] != after[name]:
            yield [message((1, name))]
        for inner, nested in (attribute.nested or {}).items():
            old, new = before[name] or {}, after[name] or {}
            if nested.replaces and old and new and old.get(inner) != new.get(inner):
                yield [message((1, name)), message((1, inner))]


def apply(request: Raw) -> bytes:
    """Fill in what was not known."""
    before, state = decoded(first(request, 2)), decoded(first(request, 3))
    if state is None:
        if before["note"] == "stuck":
            return message((1, encoded(before)), (3, message((1, 1), (2, "It is stuck"))))
        return message((1, encoded(None)))
    if said := _said(state, {"tells at apply": ERROR}):
        return message((1, encoded(before)), *repeated(3, said))
    if state["note"] == "crashes":
        sys.stderr.write(f"panic: pin {state['pin']}\n\ngoroutine 1 [running]:\n")
        sys.stderr.flush()
        os._exit(2)
    if state["id"] is UNKNOWN:
        state["id"] = f"form-{state['name']}"
    if state["endpoints"] is UNKNOWN:
        state["endpoints"] = [{"host": f"{state['name']}.example", "port": 443}]
    if state["revision"] is UNKNOWN:
        state["revision"] = f"r{int(before['revision'][1:]) + 1 if before else 1}"
    warned = _said(state, {"warns": WARNING})
    return message((1, encoded(state)), *repeated(3, warned), (5, identity_of(state)))


def import_(request: Raw) -> bytes:
    """Find any form, by its name or its identity."""
    identity = first(request, 4)
    given = decoded(first(parse(identity), 1)) if identity else None
    name = given["name"] if given else first(request, 2).decode()
    state: State = dict.fromkeys(FORM.attributes)
    state |= {block: [] for block in FORM.blocks}
    state |= {"id": f"form-{name}", "name": name, "revision": "r1", "endpoints": []}
    found = message((1, "kata_form"), (2, encoded(state)), (4, identity_of(state)))
    return message((1, found))


def look_up(request: Raw) -> bytes:
    """Read a data source."""
    config = decoded(first(request, 2))
    if "program" in config:
        return message((1, encoded({**config, "id": "-", "result": {"answer": "42"}})))
    return message((1, encoded({**config, "value": f"value of {config['key']}"})))


def open_(request: Raw) -> bytes:
    """Open an ephemeral resource."""
    config = decoded(first(request, 2))
    return message((3, encoded({**config, "value": "himitsu-ephemeral-value"})))


def nothing(_: Raw) -> bytes:
    """Have nothing to say against it."""
    return b""


def invoke(_: bytes, __: Any) -> Iterator[bytes]:
    """Complete an action."""
    yield message((2, b""))


CALLS: dict[str, Callable[[Raw], bytes]] = {
    "GetProviderSchema": get_schemas,
    "GetResourceIdentitySchemas": get_identities,
    "UpgradeResourceState": upgrade,
    "UpgradeResourceIdentity": upgrade_identity,
    "ReadResource": read,
    "PlanResourceChange": plan,
    "ApplyResourceChange": apply,
    "ImportResourceState": import_,
    "ReadDataSource": look_up,
    "OpenEphemeralResource": open_,
    "PlanAction": nothing,
    "ConfigureProvider": nothing,
    "CloseEphemeralResource": nothing,
    "GetFunctions": nothing,
    "StopProvider": nothing,
    "ValidateProviderConfig": nothing,
    "ValidateResourceConfig": nothing,
    "ValidateDataResourceConfig": nothing,
    "ValidateEphemeralResourceConfig": nothing,
    "ValidateActionConfig": nothing,
}


def offer(_: Any, server: Any) -> None:
    """Answer the calls of Terraform's protocol, with bytes in and bytes out."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(lambda raw, _, call=call: call(parse(raw)))
        for name, call in CALLS.items()
    }
    handlers["InvokeAction"] = grpc.unary_stream_rpc_method_handler(invoke)
    service = grpc.method_handlers_generic_handler("tfplugin6.Provider", handlers)
    server.add_generic_rpc_handlers((service,))


if __name__ == "__main__":
    if "external" in sys.argv:
        CALLS |= {"GetProviderSchema": get_external, "GetResourceIdentitySchemas": nothing}
    tf.provider.ProviderServicer = lambda _: None
    generated.add_ProviderServicer_to_server = offer
    tf.runner.run_provider(None)
