"""Thirty pairs of configurations by chance, the same chance every time: for counting."""

import random
from dataclasses import dataclass, field
from typing import Any

from tools.plan_fixtures.story import Json, Step, Story

HEAD = """terraform {
  required_providers {
    kata = { source = "acme/kata" }
    null = { source = "hashicorp/null" }
    sim  = { source = "acme/sim" }
  }
}
provider "sim" {
  data_dir = "things"
}
"""
FATES = (
    "stay",
    "update",
    "replace",
    "replace_first",
    "delete",
    "forget",
    "move",
    "move_update",
    "move_replace",
    "create",
    "scale",
    "import",
    "import_update",
    "import_replace",
    "lost",
    "module_update",
    "module_delete",
    "module_move",
    "read",
)
_PLACES = 3


@dataclass
class Pair:
    """What is applied and what is planned, as they grow."""

    library: bool
    before: list[str] = field(default_factory=list[str])
    after: list[str] = field(default_factory=list[str])
    world: Json = field(default_factory=dict[str, Any])
    addresses: list[str] = field(default_factory=list[str])


def _block(kind: str, name: str, repetition: str, old: bool, **how: bool) -> str:
    """Write one resource: `old` is how it was; `how` says what is another way now."""
    value = "1" if old or not how.get("update") else "2"
    forcing = "1" if old or not how.get("replace") else "2"
    lines = {
        "terraform_data": [f'  input = "{value}"', f'  triggers_replace = ["{forcing}"]'],
        "null_resource": [f'  triggers = {{ v = "{value}{forcing}" }}'],
        "kata_form": [f'  name = "{name}-{forcing}"', f'  note = "{value}"'],
        "sim_thing": [f'  name = "{name}-{forcing}"', f"  round = {value}"],
    }[kind]
    if how.get("first"):
        lines.append("  lifecycle {\n    create_before_destroy = true\n  }")
    if how.get("acts") and not old:
        lines.append(
            "  lifecycle {\n    action_trigger {\n      events  = [after_create, after_update]\n"
            "      actions = [action.kata_purge.a]\n    }\n  }"
        )
    body = "\n".join([*([f"  {repetition}"] if repetition else []), *lines])
    return f'resource "{kind}" "{name}" {{\n{body}\n}}\n'


def _moved(old: str, new: str) -> str:
    return f"moved {{\n  from = {old}\n  to   = {new}\n}}\n"


def _unit(pair: Pair, rng: random.Random, number: int, fate: str) -> None:
    """Add one resource, and what becomes of it."""
    name = f"r{number}"
    kinds = ("terraform_data", "terraform_data", "null_resource", "kata_form", "sim_thing")
    kind = "kata_form" if fate in ("lost", "read") or "import" in fate else rng.choice(kinds)
    counts = (rng.randint(1, _PLACES), rng.randint(0, _PLACES))
    keys = [f"toset({list('abc'[:n])})".replace("'", '"') for n in counts]
    repetition = rng.choice(("", "", f"count = {counts[0]}", f"for_each = {keys[0]}"))
    address = f"{kind}.{name}"
    if fate.startswith("import"):
        how = {"update": fate == "import_update", "replace": fate == "import_replace"}
        pair.after.append(_block(kind, name, "", old=False, **how))
        pair.after.append(f'import {{\n  to = {address}\n  id = "{name}-1"\n}}\n')
    elif fate == "scale":
        old, new = (f"count = {n}" for n in counts)
        pair.before.append(_block(kind, name, old, old=True))
        pair.after.append(_block(kind, name, new, old=False))
    elif fate.startswith("move"):
        pair.before.append(_block(kind, name, repetition, old=True))
        how = {"update": fate == "move_update", "replace": fate == "move_replace"}
        pair.after.append(_block(kind, f"{name}m", repetition, old=False, **how))
        pair.after.append(_moved(address, f"{kind}.{name}m"))
    else:
        _plain(pair, fate, (kind, name, repetition), address)


def _plain(pair: Pair, fate: str, unit: tuple[str, str, str], address: str) -> None:
    kind, name, repetition = unit
    how = {"update": fate in ("update", "read"), "replace": fate.startswith("replace")}
    how |= {"first": fate == "replace_first", "acts": pair.library and fate in ("update", "create")}
    if fate == "lost":
        repetition = ""
        pair.world[f"form-{name}-1"] = None
    if fate != "create":
        pair.before.append(_block(kind, name, repetition, old=True, **how))
    if fate == "forget":
        pair.after.append(
            f"removed {{\n  from = {address}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
        )
    elif fate != "delete":
        pair.after.append(_block(kind, name, repetition, old=False, **how))
        pair.addresses.append(address)
    if fate == "read":
        data = (
            f'data "kata_lookup" "{name}" {{\n  key        = "k"\n  depends_on = [{address}]\n}}\n'
        )
        pair.after.append(data)


MODULE = """variable "v" {}
resource "terraform_data" "x" {
  count = 2
  input = var.v
}
resource "null_resource" "y" {
  triggers = { v = "same" }
}
"""


def _module(pair: Pair, rng: random.Random, number: int, fate: str) -> None:
    name, many = f"m{number}", rng.choice(("", '  for_each = toset(["a", "b"])\n'))
    call = 'module "{0}" {{\n  source = "./m"\n{1}  v      = "{2}"\n}}\n'
    pair.before.append(call.format(name, many, 1))
    if fate == "module_update":
        pair.after.append(call.format(name, many, 2))
    elif fate == "module_move":
        pair.after.append(call.format(f"{name}m", many, rng.choice((1, 2))))
        pair.after.append(_moved(f"module.{name}", f"module.{name}m"))


def _options(pair: Pair, rng: random.Random, number: int) -> tuple[str, ...]:
    if number % 7 == 0:
        return ("-destroy",)
    if not pair.addresses:
        return ()
    if number % 5 == 0:
        return (f"-target={pair.addresses[0]}", f"-target={rng.choice(pair.addresses)}")
    return ()


def generated(number: int) -> Story:
    """Give the story of a number: the same one every time."""
    rng = random.Random(number)
    pair = Pair(library=number % 3 == 0)
    fates = [FATES[number % len(FATES)], *(rng.choice(FATES) for _ in range(rng.randint(3, 8)))]
    if number % 5 == 0:  # Terraform refuses targets that leave out what moved
        fates = ["create", "update", *(fate for fate in fates if "move" not in fate)]
    for place, fate in enumerate(fates):
        make = _module if fate.startswith("module") else _unit
        make(pair, rng, place, fate)
    options = _options(pair, rng, number)
    if not options and number % 4 == 0:
        pair.after.append(_block("terraform_data", "again", "", old=True))
        pair.before.append(_block("terraform_data", "again", "", old=True))
        options = ("-replace=terraform_data.again",)
    after = list(pair.after)
    if pair.library:
        after.insert(0, 'action "kata_purge" "a" {\n  config {\n    bucket = "b"\n  }\n}\n')
    files = [{"main.tf": HEAD + "".join(body), "m/m.tf": MODULE} for body in (pair.before, after)]
    return Story(
        f"counts-gen-{number:02}",
        f"by chance, seed {number}: {', '.join(fates)}",
        files[1],
        (Step(files[0]),),
        options=options,
        engine="library" if pair.library else "terraform",
        world=pair.world or None,
    )


STORIES = tuple(generated(number) for number in range(1, 31))
