"""What feeds what: the variables and resources that a configuration makes each attribute from.

Addresses here are those of the configuration: `module.m.aws_instance.web`, without keys.
"""

import dataclasses
import re
from collections.abc import Collection, Mapping

_KEY = re.compile(r'\[(?:"(?:[^"\\]++|\\.)*+"|[^\]\["]*+)\]', re.DOTALL)
"""One key of an instance. A quoted one may hold anything: dots, brackets, escaped quotes."""


def without_keys(address: str) -> str:
    """Return an address without the keys of instances; what follows may be split at its dots."""
    return _KEY.sub("", address)


def module_of(address: str) -> str:
    """Return the module part of an address of the configuration; empty for the root."""
    steps = address.split(".")
    place = 0
    while place + 2 < len(steps) and steps[place] == "module":
        place += 2
    return ".".join(steps[:place])


def parts_of(address: str) -> tuple[str, str, str]:
    """Split an address of the configuration into module, type (`data.` kept) and name."""
    module = module_of(address)
    kind, _, name = address[len(module) :].removeprefix(".").rpartition(".")
    return module, kind, name


@dataclasses.dataclass(frozen=True)
class Feed:
    """What one attribute is made from.

    `written` is what its expression refers to, word for word. `sources` is where that leads,
    through the inputs and outputs of modules: resources, variables of the root (`var.x`), and ends
    that a plan does not look behind: locals (`module.m.local.x`), and inputs of modules that are
    left at their default or get a constant (`module.m.var.x`).
    """

    path: str
    written: tuple[str, ...]
    sources: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class References:
    """What each resource of a configuration is made from, by its address.

    `needs`: the resources that it depends on. `left_out`: how many attributes and resources were
    not followed to the end, because there were too many.
    """

    feeds: Mapping[str, tuple[Feed, ...]] = dataclasses.field(
        default_factory=dict[str, tuple[Feed, ...]]
    )
    needs: Mapping[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict[str, tuple[str, ...]]
    )
    left_out: int = 0

    def feeding(self, address: str, path: str) -> tuple[Feed, ...]:
        """Return what feeds one attribute, given by the path of a leaf of it, best fit first.

        A leaf lies below the expression that made it (`tags.git_sha` below `tags`), and elements
        have other places in a plan than in the configuration.
        """
        asked = _steps(path)
        found = [(_shared(asked, _steps(f.path)), f) for f in self.feeds.get(address, ())]
        near = [(n, f) for n, f in found if n]
        most = max((n for n, _ in near), default=0)
        return tuple(f for n, f in near if n == most)

    def only(self, addresses: Collection[str]) -> "References":
        """Keep what is about these resources, so that it is small enough to be stored."""
        wanted = frozenset(addresses)
        return References(
            {a: f for a, f in self.feeds.items() if a in wanted},
            {a: n for a, n in self.needs.items() if a in wanted},
            self.left_out,
        )


def _steps(path: str) -> list[str]:
    return without_keys(path).split(".")


def _shared(asked: list[str], have: list[str]) -> int:
    """Count the steps that both begin with; none where they part before one of them ends."""
    count = 0
    for one, other in zip(asked, have, strict=False):
        if one != other:
            return 0
        count += 1
    return count
