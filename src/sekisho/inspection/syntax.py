"""What a configuration file says, in whichever syntax: blocks, attributes, expressions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator


class Unmodelled(Exception):
    """Something that cannot be read with certainty. It is refused: nobody guesses here."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem, self.line = problem, line


@dataclasses.dataclass(frozen=True)
class Text:
    """A text that stands there as it is."""

    value: str
    line: int = 0

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return ()


@dataclasses.dataclass(frozen=True)
class Template:
    """Texts and expressions, one after the other."""

    parts: tuple[Expression, ...]
    line: int = 0

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return self.parts


@dataclasses.dataclass(frozen=True)
class Reference:
    """`var.x`, `path.module`, `each.key`: the names of it; `more` where it goes on by an index."""

    names: tuple[str, ...]
    line: int = 0
    more: tuple[Expression, ...] = ()

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return self.more


@dataclasses.dataclass(frozen=True)
class Call:
    """A function and what it is given."""

    name: str
    arguments: tuple[Expression, ...]
    line: int = 0

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return self.arguments


@dataclasses.dataclass(frozen=True)
class Items:
    """A tuple."""

    items: tuple[Expression, ...]
    line: int = 0

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return self.items


@dataclasses.dataclass(frozen=True)
class Pairs:
    """An object: keys and values; a bare word as a key is a text."""

    pairs: tuple[tuple[Expression, Expression], ...]
    line: int = 0

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return tuple(e for pair in self.pairs for e in pair)


@dataclasses.dataclass(frozen=True)
class Loop:
    """`for NAMES in OVER : BODY if TESTS`; the body is a value, or a key and a value."""

    names: tuple[str, ...]
    over: Expression
    body: tuple[Expression, ...]
    line: int = 0
    tests: tuple[Expression, ...] = ()

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return (self.over, *self.body, *self.tests)


@dataclasses.dataclass(frozen=True)
class Choice:
    """`a ? b : c`: it is one of the two."""

    test: Expression
    one: Expression
    other: Expression
    line: int = 0

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return (self.test, self.one, self.other)


@dataclasses.dataclass(frozen=True)
class Other:
    """Whatever else: what it is made of, and nothing said of its value."""

    parts: tuple[Expression, ...]
    line: int = 0

    @property
    def inside(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return self.parts


Expression = Text | Template | Reference | Call | Items | Pairs | Loop | Choice | Other


@dataclasses.dataclass(frozen=True)
class Attribute:
    """`name = value`."""

    name: str
    value: Expression
    line: int = 0


@dataclasses.dataclass(frozen=True)
class Block:
    """`type "label" { … }`."""

    type: str
    labels: tuple[str, ...]
    body: Body
    line: int = 0

    @property
    def label(self) -> str:
        """The first label, empty where there is none."""
        return self.labels[0] if self.labels else ""

    @property
    def title(self) -> str:
        """How it is called in findings: `resource.aws_instance.web`."""
        return ".".join((self.type, *self.labels))[:200]


@dataclasses.dataclass(frozen=True)
class Body:
    """What stands between braces, or in a file."""

    attributes: tuple[Attribute, ...] = ()
    blocks: tuple[Block, ...] = ()

    def attribute(self, name: str) -> Attribute | None:
        """Return an attribute by name."""
        return next((a for a in self.attributes if a.name == name), None)

    def of(self, *types: str) -> Iterator[Block]:
        """Yield the blocks of some types."""
        return (b for b in self.blocks if b.type in types)
