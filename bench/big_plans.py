"""Plan JSON of any size, deterministic, in the shapes that real Terraform made (`shapes.json`).

    python bench/big_plans.py FILE [CHANGES] [BYTES]        (default: 10,000 changes, 100 MB)

Changes stand in modules of a `for_each`; a big file is reached as real ones are, with more nested
blocks in each instance. Beside what changes there are no-ops, moves and drift, as in every plan.
"""

import base64
import copy
import dataclasses
import functools
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHAPES = Path(__file__).with_name("shapes.json")
MEGABYTE = 1_000_000
MIXED = (
    "update", "set", "policy", "replace", "secret", "update", "update", "table", "create", "update",
    "delete", "update", "update", "set", "update", "update", "policy", "update", "update", "update",
)  # fmt: skip
"""The kinds of twenty changes in a row."""
SITES = ("東京", "osaka", "名古屋", "fukuoka", "札幌", "sendai")
NO_OP_EVERY, MOVE_EVERY, DRIFT_EVERY = 20, 100, 50
_MODULE = 250
_ID = re.compile(r"\b(i|vol|eni|sg|subnet|vpc)-[0-9a-f]{17}\b")
_SAMPLE = 200


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a plan is to hold.

    `size`: about so many bytes (0: as it comes); `kinds`: what its changes are, in turn; the rest
    makes it hostile: the length of every address, types that differ, a tag so long, so many more
    outputs and provisioners with long names.
    """

    changes: int
    size: int = 0
    kinds: tuple[str, ...] = MIXED
    address: int = 0
    types: bool = False
    value: int = 0
    extras: int = 0


@dataclasses.dataclass(frozen=True)
class Element:
    """One resource of a plan: where it stands, what happens to it, how many blocks it is given."""

    number: int
    kind: str
    module: str
    index: int
    type: str
    blocks: int

    @property
    def address(self) -> str:
        """Its address, as Terraform writes it."""
        name = SAMPLES[self.kind]["change"]["name"]
        return f'module.site["{self.module}"].{self.type}.{name}[{self.index}]'


def _samples() -> tuple[dict[str, Any], dict[str, Any]]:
    recorded = json.loads(SHAPES.read_text(encoding="utf-8"))
    samples = recorded["shapes"]
    # The emulator forgets an instance's groups: without this, every update would change them too.
    for side in (samples["update"]["change"], samples["update"]["drift"]):
        change = side["change"]
        change["before"]["vpc_security_group_ids"] = change["after"]["vpc_security_group_ids"]
        change["before_sensitive"]["vpc_security_group_ids"] = [False]
    return samples, recorded


SAMPLES, _RECORDED = _samples()


def write_plan(path: Path, recipe: Recipe) -> Path:
    """Write the plan into `path`, and return it.

    Raises:
        ValueError: so many changes take more than that many bytes.
    """
    blocks = 0.0
    if recipe.size:
        few = dataclasses.replace(recipe, changes=min(recipe.changes, _SAMPLE), size=0)
        without, each = (sum(map(len, _pieces(few, b))) for b in (0, 1))
        share = recipe.changes / few.changes
        if without * share > recipe.size * 1.05:
            raise ValueError(f"{recipe.changes} changes take {int(without * share)} bytes")
        blocks = max(recipe.size - without * share, 0) / max((each - without) * share, 1)
    with path.open("wb") as file:
        file.writelines(_pieces(recipe, blocks))
    return path


def addresses(recipe: Recipe) -> list[str]:
    """List the addresses that change, in the order of the file."""
    return [e.address for e in _elements(recipe, 0) if e.kind in recipe.kinds]


def _pieces(recipe: Recipe, blocks: float) -> Iterator[bytes]:
    """Give the file, key by key in Terraform's order."""
    sign = b"{"
    for key in _RECORDED["keys"]:
        yield sign + f'"{key}":'.encode()
        sign = b","
        if key == "planned_values":
            yield b'{"root_module":{"child_modules":['
            yield from _modules(recipe, blocks, "planned")
            yield b"]}}"
        elif key == "prior_state":
            version = _RECORDED["frame"]["terraform_version"]
            yield f'{{"format_version":"1.0","terraform_version":"{version}",'.encode()
            yield b'"values":{"root_module":{"child_modules":['
            yield from _modules(recipe, blocks, "prior")
            yield b"]}}}"
        elif key == "resource_changes":
            yield b"["
            yield from _listed(_elements(recipe, blocks), "change", recipe.value)
            yield b"]"
        elif key == "resource_drift":
            drifted = (e for e in _elements(recipe, blocks) if e.kind == "update")
            yield b"["
            some = (e for n, e in enumerate(drifted) if n % DRIFT_EVERY == 1)
            yield from _listed(some, "drift", recipe.value)
            yield b"]"
        else:
            yield _text(_framed(key, recipe.extras)).encode()
    yield b"}\n"


def _framed(key: str, extras: int) -> Any:
    """Return what stands under a key that is no list of resources."""
    value = copy.deepcopy(_RECORDED["frame"][key])
    names = [f"出力_{n:04}_" + "長い名前" * 60 for n in range(extras)]
    if key == "output_changes":
        value |= {name: value["sha"] | {"after": _noise(name, 5000)} for name in names}
    elif key == "configuration":
        running = {"mode": "managed", "type": "terraform_data", "provisioners": [{}]}
        more = [{"address": f"terraform_data.{name}", **running, "name": name} for name in names]
        value["root_module"]["resources"] += more
    return value


def _modules(recipe: Recipe, blocks: float, side: str) -> Iterator[bytes]:
    sign, open_ = b"", ""
    for element in _elements(recipe, blocks):
        if side not in SAMPLES[element.kind]:
            continue
        if element.module != open_:
            if open_:
                yield _module_end(open_) + b","
            sign, open_ = b'{"resources":[', element.module
        yield sign + _written(element, side, recipe.value)
        sign = b","
    if open_:
        yield _module_end(open_)


def _module_end(module: str) -> bytes:
    address = f'module.site["{module}"]'
    return f'],"address":{_text(address)}}}'.encode()


def _listed(elements: Iterator[Element], side: str, value: int) -> Iterator[bytes]:
    sign = b""
    for element in elements:
        yield sign + _written(element, side, value)
        sign = b","


def _elements(recipe: Recipe, blocks: float) -> Iterator[Element]:
    """Give what stands in the plan: module by module, in it by type, as Terraform sorts."""
    for start in range(0, recipe.changes, _MODULE):
        numbers = range(start, min(start + _MODULE, recipe.changes))
        kinds = [(recipe.kinds[n % len(recipe.kinds)], n) for n in numbers]
        kinds += [("no-op", n) for n in numbers if n % NO_OP_EVERY == NO_OP_EVERY - 1]
        kinds += [("move", n) for n in numbers if n % MOVE_EVERY == MOVE_EVERY - 1]
        kinds.sort(key=lambda k: (SAMPLES[k[0]]["change"]["type"], k))
        module = _module_name(start // _MODULE, recipe.address)
        for index, (kind, number) in enumerate(kinds):
            due = int(blocks * (number + 1)) - int(blocks * number)
            type_ = SAMPLES[kind]["change"]["type"]
            told = f"{type_}_{number:05}" if recipe.types and kind in recipe.kinds else type_
            yield Element(number, kind, module, index, told, due)


def _module_name(number: int, length: int) -> str:
    site, turn = SITES[number % len(SITES)], number // len(SITES)
    name = f"{site}-{turn}" if turn else site
    around = len('module.site[""].aws_instance.web[100]')
    return name + "・支店" * ((length - around - len(name)) // 3) if length else name


def _written(element: Element, side: str, value: int) -> bytes:
    text = _template(element.kind, side, element.blocks, value)
    module = f'module.site["{element.module}"]'
    digest = hashlib.blake2b(element.number.to_bytes(8, "big"), digest_size=8).hexdigest()[:15]
    return (
        text.replace("§address§", _inside(element.address))
        .replace("§module§", _inside(module))
        .replace("§type§", element.type)
        .replace('"§index§"', str(element.index))
        .replace("§id§", digest)
        .replace("§name§", f"{element.module[:60]}-{element.number}")
        .encode()
    )


@functools.lru_cache(maxsize=256)
def _template(kind: str, side: str, blocks: int, value: int) -> str:
    """Return an element as text, with places for what differs from one to the next."""
    sample = copy.deepcopy(SAMPLES[kind][side])
    placed: dict[str, Any] = {"address": "§address§"}
    if side in ("change", "drift"):
        placed["module_address"] = "§module§"
        if "previous_address" in sample:
            placed["previous_address"] = "§module§.§type§.former"
    placed |= {k: v for k, v in sample.items() if k not in placed}
    placed |= {"type": "§type§"}
    placed["index"] = "§index§"
    order = ("address", "previous_address", "module_address", "mode", "type", "name", "index")
    ordered = {k: placed[k] for k in order if k in placed} | placed
    for values, fill in _values_of(ordered):
        _fatten(values, fill, blocks, value)
    ids: dict[str, str] = {}

    def id_(found: re.Match[str]) -> str:
        return ids.setdefault(found[0], f"{found[1]}-{len(ids):02x}§id§")

    return _ID.sub(id_, _text(ordered))


def _values_of(element: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Give the objects that hold values or masks, and what stands in a long value there."""
    change = element.get("change", {})
    sides = {"before": "b", "after": "a", "values": "a"}
    masks = ("after_unknown", "before_sensitive", "after_sensitive", "sensitive_values")
    for key in (*sides, *masks):
        values = change.get(key, element.get(key))
        if isinstance(values, dict):
            yield values, sides.get(key, "")


def _fatten(values: dict[str, Any], fill: str, blocks: int, value: int) -> None:
    """Give it more blocks, its own name, and a long tag where one is asked for."""
    devices = values.get("ebs_block_device")
    if isinstance(devices, list) and devices:
        first = devices[0]
        more = [copy.deepcopy(first) for _ in range(blocks)]
        for n, device in enumerate(more):
            if "device_name" in device and isinstance(device["device_name"], str):
                device["device_name"] = f"/dev/sd{chr(ord('c') + n % 23)}"
            if isinstance(device.get("volume_id"), str):
                device["volume_id"] = f"vol-{n + 64:017x}"
        devices += more
    for tags in (values.get("tags"), values.get("tags_all")):
        if fill and isinstance(tags, dict) and "owner" in tags:
            tags["Name"] = "§name§"
            if value:
                tags["blob"] = _noise(fill, value)


@functools.lru_cache(maxsize=16)
def _noise(seed: str, length: int) -> str:
    """Return base64 of what looks random: it takes the most tokens a sign."""
    rounds = (hashlib.blake2b(f"{seed}{n}".encode()).digest() for n in range(length // 80 + 1))
    return base64.b64encode(b"".join(rounds)).decode()[:length]


def _inside(text: str) -> str:
    return _text(text)[1:-1]


def _text(value: Any) -> str:
    """Write JSON as Go does: compact, UTF-8, three signs of HTML escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def main() -> None:
    """Write one plan."""
    path, *numbers = sys.argv[1:]
    changes, size = [*map(int, numbers), *(10_000, 100 * MEGABYTE)[len(numbers) :]]
    made = write_plan(Path(path), Recipe(changes, size))
    print(f"{made}: {made.stat().st_size} bytes")


if __name__ == "__main__":
    main()
