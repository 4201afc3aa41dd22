"""Which texts an expression can be, where that can be known before Terraform runs.

`path.module` and `path.root` are the folder that they mean, relative to the configuration; the
names that `fileset` will find are `ANY_NAME`. None: it can be anything.
"""

from __future__ import annotations

import dataclasses
import itertools
import posixpath
from collections.abc import Callable, Mapping, Sequence

from sekisho.inspection.syntax import (
    Call,
    Choice,
    Expression,
    Items,
    Loop,
    Pairs,
    Reference,
    Template,
    Text,
)

ANY_NAME = "\x01"
"""Stands for the name of some file below a folder: it never leads out of it."""
Texts = frozenset[str]

_MOST = 400
"""Texts that one expression is followed through."""
_DEPTH = 12
"""Locals through locals."""


@dataclasses.dataclass(frozen=True)
class Scope:
    """What names mean where an expression stands.

    `folder`: of the module, relative to the folder that Terraform works in; `./` is that folder.
    `names`: what loops bind, by name; `each` binds `each.key` and `each.value`.
    `taken`: names that loops bind: `path` of `for path in …` is not Terraform's own any more.
    """

    folder: str = "."
    locals: Mapping[str, Expression] = dataclasses.field(default_factory=dict[str, Expression])
    names: Mapping[str, Texts | None] = dataclasses.field(default_factory=dict[str, Texts | None])
    depth: int = 0
    taken: frozenset[str] = frozenset()

    def binding(self, names: Mapping[str, Texts | None]) -> Scope:
        """Return a scope in which these names mean this too."""
        return dataclasses.replace(self, names={**self.names, **names})

    def taking(self, bound: Sequence[str], names: Mapping[str, Texts | None]) -> Scope:
        """Return a scope in which a loop binds `bound`: whatever they meant before is hidden."""
        kept = {n: t for n, t in self.names.items() if n.partition(".")[0] not in bound}
        return dataclasses.replace(self, names={**kept, **names}, taken=self.taken.union(bound))

    def outside(self) -> Scope:
        """Return the scope of a local: the same wherever it is used, whatever loops bind there."""
        return dataclasses.replace(self, names={}, taken=frozenset(), depth=self.depth + 1)


def texts(expression: Expression, scope: Scope) -> Texts | None:
    """Return all texts that an expression can be."""
    if isinstance(expression, Text):
        return frozenset({expression.value})
    if isinstance(expression, Template):
        return _joined([texts(part, scope) for part in expression.parts])
    if isinstance(expression, Choice):
        return _either([texts(expression.one, scope), texts(expression.other, scope)])
    if isinstance(expression, Reference):
        return _referred(expression, scope)
    return _made(expression, scope) if isinstance(expression, Call) else None


Both = tuple[Texts | None, Texts | None]


def keys_and_values(over: Expression, scope: Scope) -> Both:
    """Return what a loop over an expression binds: keys and values, each as far as it is known."""
    if isinstance(over, Items):
        return None, _either([texts(item, scope) for item in over.items])
    if isinstance(over, Pairs):
        keys = _either([texts(key, scope) for key, _ in over.pairs])
        return keys, _either([texts(value, scope) for _, value in over.pairs])
    if isinstance(over, Loop):
        inner = loop_scope(over.names, over.over, scope)
        found = [texts(b, inner) for b in over.body]
        return (found[0], found[1]) if len(found) > 1 else (None, found[0])
    if isinstance(over, Reference):
        return _keys_of_local(over, scope)
    return _keys_of_call(over, scope) if isinstance(over, Call) else (None, None)


def _keys_of_call(call: Call, scope: Scope) -> Both:
    if call.name in ("toset", "tolist", "distinct", "sort") and len(call.arguments) == 1:
        _, values = keys_and_values(call.arguments[0], scope)
        return values, values
    if call.name == "fileset" and len(call.arguments) == 2:  # noqa: PLR2004 (folder, pattern)
        found = texts(call.arguments[1], scope)
        safe = found is not None and all(_inside(p) for p in found)
        names = frozenset({ANY_NAME}) if safe else None
        return names, names
    return None, None


def _keys_of_local(reference: Reference, scope: Scope) -> Both:
    names = reference.names
    if names[0] != "local" or "local" in scope.taken or len(names) != 2:  # noqa: PLR2004
        return None, None
    known = scope.locals.get(names[1])
    if known is None or reference.more or scope.depth > _DEPTH:
        return None, None
    return keys_and_values(known, scope.outside())


def loop_scope(names: tuple[str, ...], over: Expression, scope: Scope) -> Scope:
    """Return the scope inside of `for NAMES in OVER`."""
    keys, values = keys_and_values(over, scope)
    if len(names) == 1:
        return scope.taking(names, {names[0]: values})
    return scope.taking(names, dict(zip(names, (keys, values), strict=False)))


def _inside(pattern: str) -> bool:
    return not pattern.startswith("/") and ".." not in pattern.replace("\\", "/").split("/")


def _referred(reference: Reference, scope: Scope) -> Texts | None:
    names = reference.names
    if reference.more or names[0] in scope.taken:
        return None if reference.more else scope.names.get(".".join(names))
    if names == ("path", "module"):
        return frozenset({scope.folder})
    if names == ("path", "root"):
        return frozenset({"."})
    if names[0] == "local" and len(names) == 2 and scope.depth <= _DEPTH:  # noqa: PLR2004
        known = scope.locals.get(names[1])
        return texts(known, scope.outside()) if known else None
    return scope.names.get(".".join(names))


def _made(call: Call, scope: Scope) -> Texts | None:
    """Follow the few functions that put paths together."""
    maker = _MAKERS.get(call.name)
    return maker(call.arguments, scope) if maker and call.arguments else None


def _same(arguments: Sequence[Expression], scope: Scope) -> Texts | None:
    return texts(arguments[0], scope)


def _join(arguments: Sequence[Expression], scope: Scope) -> Texts | None:
    parts: list[Texts | None] = []
    for item in arguments[-1].items if isinstance(arguments[-1], Items) else ():
        parts += [texts(arguments[0], scope), texts(item, scope)]
    return _joined(parts[1:]) if parts and len(arguments) == 2 else None  # noqa: PLR2004


def _format(arguments: Sequence[Expression], scope: Scope) -> Texts | None:
    formats = texts(arguments[0], scope) or ()
    pieces = next(iter(formats)).split("%s") if len(formats) == 1 else []
    if len(pieces) != len(arguments) or any("%" in p for p in pieces):
        return None
    mixed: list[Texts | None] = [frozenset({pieces[0]})]
    for piece, given in zip(pieces[1:], arguments[1:], strict=True):
        mixed += [texts(given, scope), frozenset({piece})]
    return _joined(mixed)


_MAKERS: Mapping[str, Callable[[Sequence[Expression], Scope], Texts | None]] = {
    "tostring": _same,
    "join": _join,
    "format": _format,
}


def _joined(parts: list[Texts | None]) -> Texts | None:
    known = [part for part in parts if part is not None]
    size = 1
    for part in known:
        size *= len(part)
    if len(known) != len(parts) or size > _MOST:
        return None
    return frozenset("".join(pieces) for pieces in itertools.product(*known))


def _either(parts: list[Texts | None]) -> Texts | None:
    found = frozenset[str]().union(*(part for part in parts if part is not None))
    return found if all(part is not None for part in parts) and len(found) <= _MOST else None


def leads_out(path: str, ups: int) -> bool:
    """Say whether a path, relative to where Terraform works, leaves the configuration.

    `ups`: how many folders up the configuration begins.
    """
    # With a line break it came out of a heredoc, which may be shifted to the left (`<<-`).
    if path.startswith(("/", "~")) or any(c in path for c in "\\\0\r\n"):
        return True
    parts = posixpath.normpath(path).split("/")
    return parts.count("..") > ups
