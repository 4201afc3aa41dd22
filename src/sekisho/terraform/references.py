"""The `configuration` of a plan JSON → what each resource's attributes are made from.

A plan JSON names what an expression refers to and holds no locals: what leads through one is taken
from the state, which knows what each existing resource was last made after. Nor does it name
what stands in `dynamic` and `lifecycle` blocks: the same goes for that.
"""

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from sekisho.domain.references import Feed, References, without_keys
from sekisho.terraform.json_text import Json, obj, objects

Clean = Callable[[str], str]
"""Makes a text from outside fit to keep: redacted and inert."""
StatePairs = Iterable[tuple[str, Iterable[str]]]
"""(address, depends_on) of what exists."""

_STEPS = 400_000
"""References followed in one configuration."""
_STATE_STEPS = 1_000_000
"""Dependencies of the state looked at."""
_EDGES = 100_000
"""Dependencies found in one configuration."""
_MODULES = 5_000
_ATTRIBUTES = 200
"""Attributes of one resource."""
_WRITTEN = 50
"""References of one expression."""
_DEPTH = 20
"""Blocks inside blocks."""
_STEP = re.compile(r'\[(?:"(?:[^"\\]++|\\.)*+"|[^\]\["]*+)\]|\.?[^.\["\]]++', re.DOTALL)
"""One step of a reference: a key, or a name with the dot before it."""
_HERE = frozenset({"path", "terraform", "self", "each", "count"})
"""Names that lead nowhere by themselves; `each` and `count` stand for what is looped over."""


def references_of(
    configuration: Mapping[str, Any], clean: Clean, state: StatePairs = ()
) -> References:
    """Follow every reference of a configuration; `state` adds what only the state knows."""
    return _Following(obj(configuration.get("root_module"))).found(clean, state)


def config_address(module_address: str, type: str, name: str, mode: str) -> str:  # noqa: A002
    """Return the configuration's address of a resource, from Terraform's own parts of it."""
    module = without_keys(module_address)
    kind = type if mode in ("managed", "") else f"{mode}.{type}"
    return f"{module}.{kind}.{name}" if module else f"{kind}.{name}"


def state_pairs(prior_state: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (address, depends_on) of all that a prior state holds."""
    waiting = [obj(obj(prior_state.get("values")).get("root_module"))]
    while waiting:
        module = waiting.pop()
        for resource in objects(module.get("resources")):
            needed = _texts(resource.get("depends_on"))
            if needed:
                yield str(resource.get("address") or ""), tuple(needed)
        waiting.extend(objects(module.get("child_modules")))


class _Module:
    """One module of the configuration, with the call that it comes from."""

    def __init__(self, address: str, body: Json, call: Json, parent: "_Module | None") -> None:
        self.address, self.body, self.call, self.parent = address, body, call, parent
        self.children: dict[str, _Module] = {}

    def named(self, name: str) -> str:
        return f"{self.address}.{name}" if self.address else name


_Name = tuple[_Module, str]
"""A reference, without keys, and the module that it is written in."""


class _Following:
    """One walk through a configuration."""

    def __init__(self, root: Json) -> None:
        self._modules = list(_modules(root))
        self._steps, self._edges, self._left_out = _STEPS, _EDGES, 0
        self._orders: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[str, str], list[_Name] | None] = {}
        self._ends: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        self._resources = {
            m.named(str(r.get("address") or "")): (m, r)
            for m in self._modules
            for r in objects(m.body.get("resources"))
        }

    def found(self, clean: Clean, state: StatePairs) -> References:
        clean = functools.cache(clean)
        feeds: dict[str, tuple[Feed, ...]] = {}
        needs: dict[str, set[str]] = {}
        for address, (module, resource) in self._resources.items():
            made = list(self._feeds(module, resource))
            feeds[clean(address)] = tuple(_cleaned(f, clean) for f in made)
            sources = {s for f in made for s in f.sources} | self._waits(module)
            needs[address] = self._within(sources & self._resources.keys(), address)
        self._add_state(needs, state)
        shown = {clean(a): tuple(sorted(map(clean, n))) for a, n in sorted(needs.items()) if n}
        return References(feeds, shown, self._left_out)

    def _feeds(self, module: _Module, resource: Json) -> Iterator[Feed]:
        loop = _loop(resource)
        attributes = list(_attributes(resource))
        self._left_out += max(len(attributes) - _ATTRIBUTES, 0)
        for path, written in attributes[:_ATTRIBUTES]:
            yield Feed(path, tuple(written), tuple(self._follow(module, written, loop)))
        ordered = _texts(resource.get("depends_on"))
        if ordered:
            yield Feed("depends_on", tuple(ordered), tuple(self._everything(module, ordered)))

    def _waits(self, module: _Module) -> frozenset[str]:
        """Return what the calls of a module and of those around it wait for."""
        if module.parent is None:
            return frozenset()
        if module.address not in self._orders:
            ordered = _texts(module.call.get("depends_on"))
            self._orders[module.address] = frozenset(self._everything(module.parent, ordered))
        return self._orders[module.address] | self._waits(module.parent)

    def _everything(self, module: _Module, ordered: list[str]) -> list[str]:
        """Follow what somebody waits for: a module stands for all that is in it."""
        found = set[str]()
        for name in ordered:
            inside = module.named(without_keys(name)) + "."
            whole = name.startswith("module.")
            found.update(r for r in self._resources if whole and r.startswith(inside))
            self._steps -= len(self._resources) if whole else 1
        plain = [n for n in ordered if not n.startswith("module.")]
        return sorted(found | set(self._follow(module, plain, [])))

    def _follow(self, module: _Module, written: list[str], loop: list[str]) -> list[str]:
        """Return where references lead, through the inputs and outputs of modules."""
        names = tuple(_looped(written, loop))
        key = (module.address, names)
        if key not in self._ends:
            self._ends[key] = self._followed([(module, n) for n in names])
        return self._ends[key]

    def _followed(self, waiting: list[_Name]) -> list[str]:
        found = set[str]()
        seen = {(m.address, n) for m, n in waiting}
        while waiting:
            if self._steps <= 0:
                self._left_out += 1
                break
            self._steps -= 1
            place, name = waiting.pop()
            ahead = self._ahead(place, name)
            if ahead is None:
                found.add(place.named(name))
                continue
            new = [(m, n) for m, n in ahead if (m.address, n) not in seen]
            seen.update((m.address, n) for m, n in new)
            waiting += new
        return sorted(found)

    def _ahead(self, module: _Module, name: str) -> list[_Name] | None:
        """Return what a reference stands for; None where it is an end."""
        key = (module.address, name)
        if key not in self._known:
            self._known[key] = self._behind(module, name)
        return self._known[key]

    def _behind(self, module: _Module, name: str) -> list[_Name] | None:
        kind, _, rest = name.partition(".")
        if kind in _HERE:
            return []
        if kind == "var" and module.parent is not None:
            given = obj(obj(module.call.get("expressions")).get(rest))
            asked = _looped(_written(given), _loop(module.call))
            return [(module.parent, n) for n in asked] or None
        if kind == "module":
            called, _, output = rest.partition(".")
            child = module.children.get(called)
            return _outputs(child, output) if child else []
        known = kind in ("var", "local") or module.named(name) in self._resources
        return None if known else []

    def _within(self, sources: set[str], address: str) -> set[str]:
        """Keep dependencies within the bounds, and a resource from depending on itself."""
        kept = sorted(sources - {address})[: max(self._edges, 0)]
        self._left_out += len(sources - {address}) > len(kept)
        self._edges -= len(kept)
        return set(kept)

    def _add_state(self, needs: dict[str, set[str]], state: StatePairs) -> None:
        """Add what only the state knows. It holds every step of every way: the nearest are kept."""
        self._steps = _STATE_STEPS
        before: dict[str, set[str]] = {}
        for address, needed in state:
            before.setdefault(without_keys(address), set()).update(map(without_keys, needed))
        for address, all_of_them in sorted(before.items()):
            if self._steps <= 0:
                self._left_out += 1
                continue
            near = all_of_them - needs.get(address, set()) - {address}
            near -= self._reachable(needs, address) if near else set()
            for other in all_of_them - {address} if near else ():
                near -= before.get(other, set()) - {other}
                self._steps -= 1
            needs[address] = needs.get(address, set()) | self._within(near, address)

    def _reachable(self, needs: dict[str, set[str]], address: str) -> set[str]:
        seen, waiting = set[str](), [address]
        while waiting and self._steps > 0:
            self._steps -= 1
            new = needs.get(waiting.pop(), set()) - seen
            seen |= new
            waiting.extend(new)
        return seen


def _modules(root: Json) -> Iterator[_Module]:
    waiting = [_Module("", root, {}, None)]
    count = 0
    while waiting and count < _MODULES:
        module = waiting.pop()
        count += 1
        yield module
        for name, raw in obj(module.body.get("module_calls")).items():
            call = obj(raw)
            child = _Module(module.named(f"module.{name}"), obj(call.get("module")), call, module)
            module.children[name] = child
            waiting.append(child)


def _outputs(child: _Module, output: str) -> list[_Name]:
    """Return what one output of a module is made from; every one, where the whole is asked for."""
    outputs = obj(child.body.get("outputs"))
    chosen = [obj(outputs.get(output))] if output else [obj(o) for o in outputs.values()]
    return [
        (child, without_attributes(n)) for o in chosen for n in _written(obj(o.get("expression")))
    ]


def without_attributes(reference: str) -> str:
    """Cut a reference to what it refers to: `aws_vpc.main["a"].id` → `aws_vpc.main`."""
    steps = without_keys(reference).split(".")
    length = 3 if steps[0] in ("data", "ephemeral", "module") else 2
    return ".".join(steps[:length])


def _looped(written: list[str], loop: list[str]) -> list[str]:
    """Put what is looped over in the place of `each` and `count`."""
    inside = any(n.startswith(("each.", "count.")) for n in written)
    names = [*written, *(loop if inside else [])]
    return list(dict.fromkeys(without_attributes(n) for n in names))


def _loop(block: Json) -> list[str]:
    return [
        n for key in ("for_each_expression", "count_expression") for n in _written(block.get(key))
    ]


def _attributes(resource: Json) -> Iterator[tuple[str, list[str]]]:
    """Yield each expression of a resource that refers to something, by its path."""
    for key, path in (("for_each_expression", "for_each"), ("count_expression", "count")):
        if written := _written(resource.get(key)):
            yield path, written
    yield from _expressions(resource.get("expressions"), "", _DEPTH)
    for i, provisioner in enumerate(objects(resource.get("provisioners"))):
        yield from _expressions(provisioner.get("expressions"), f"provisioner[{i}]", _DEPTH)


def _expressions(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[str]]]:
    if depth == 0:
        return
    if isinstance(value, list):
        for i, block in enumerate(cast("list[Any]", value)):
            yield from _expressions(block, f"{path}[{i}]", depth - 1)
    elif written := _written(value):
        yield path, written
    elif "constant_value" not in obj(value):
        for name, inner in obj(value).items():
            yield from _expressions(inner, f"{path}.{name}" if path else name, depth - 1)


def _written(expression: Any) -> list[str]:
    """Return the references of an expression as written; Terraform lists each one's parts too."""
    names = list(dict.fromkeys(_texts(obj(expression).get("references"))))[:_WRITTEN]
    parts = {p for n in names for p in _parts(n)}
    return [n for n in names if n not in parts]


def _parts(reference: str) -> Iterator[str]:
    """Yield what a reference begins with, step by step: `a.b` and `a.b["x"]` of `a.b["x"].id`."""
    for step in itertools.islice(_STEP.finditer(reference), _WRITTEN):
        if step.end() < len(reference):
            yield reference[: step.end()]


def _texts(value: Any) -> list[str]:
    found = cast("list[Any]", value) if isinstance(value, list) else []
    return [v for v in found if isinstance(v, str)]


def _cleaned(feed: Feed, clean: Clean) -> Feed:
    return Feed(clean(feed.path), tuple(map(clean, feed.written)), tuple(map(clean, feed.sources)))
