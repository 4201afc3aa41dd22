"""Functions that read files, and where the paths they are given lead."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from sekisho.domain.inspections import Finding, FindingKind
from sekisho.inspection import native
from sekisho.inspection.constants import (
    ANY_NAME,
    Scope,
    Texts,
    keys_and_values,
    leads_out,
    loop_scope,
    texts,
)
from sekisho.inspection.syntax import (
    Block,
    Call,
    Expression,
    Loop,
    Unmodelled,
)

K = FindingKind

READERS = frozenset(
    {"file", "filebase64", "fileexists", "filemd5", "filesha1", "filesha256", "filesha512"}
    | {"filebase64sha256", "filebase64sha512", "templatefile"}
)
"""Functions whose first argument is a path.

Source: https://developer.hashicorp.com/terraform/language/functions
"""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where an expression stands, and how far up the configuration goes from there."""

    file: str
    subject: str
    ups: int
    contents: Callable[[str], Iterable[bytes]]
    """Reads what files of the configuration a path means, from where Terraform works."""
    templates: frozenset[str] = frozenset()
    """Templates that are being read: one that reads itself ends."""

    def finding(self, kind: FindingKind, line: int, detail: str) -> Finding:
        """Make a finding here."""
        return Finding(self.file, line, kind, self.subject, detail[:200])


def in_block(block: Block, scope: Scope, place: Place) -> Iterator[Finding]:
    """Find what the expressions of a block, and of those in it, read."""
    scope = _each(block, scope)
    for attribute in block.body.attributes:
        yield from in_expression(attribute.value, scope, place)
    for inner in block.body.blocks:
        yield from in_block(inner, _iterator(inner, scope), place)


def _each(block: Block, scope: Scope) -> Scope:
    """Bind what `for_each` gives; a block without one binds nothing new."""
    loop = block.body.attribute("for_each")
    if loop is None or block.type == "dynamic":
        return scope
    keys, values = keys_and_values(loop.value, scope)
    return scope.binding({"each.key": keys, "each.value": values})


def _iterator(block: Block, scope: Scope) -> Scope:
    """Bind what a `dynamic` block loops over, under its label or the iterator's own name."""
    loop = block.body.attribute("for_each") if block.type == "dynamic" else None
    if loop is None:
        return scope
    own = block.body.attribute("iterator")
    names = getattr(own.value, "names", ()) if own else (block.label,)
    if len(names) != 1:
        return scope
    keys, values = keys_and_values(loop.value, scope)
    return scope.taking(names, {f"{names[0]}.key": keys, f"{names[0]}.value": values})


def in_expression(expression: Expression, scope: Scope, place: Place) -> Iterator[Finding]:
    """Find what an expression reads."""
    match expression:
        case Call(arguments=arguments):
            yield from _call(expression, scope, place)
            for argument in arguments:
                yield from in_expression(argument, scope, place)
        case Loop(names=names, over=over, body=body, tests=tests):
            yield from in_expression(over, scope, place)
            inner = loop_scope(names, over, scope)
            for part in (*body, *tests):
                yield from in_expression(part, inner, place)
        case _:
            for part in expression.inside:
                yield from in_expression(part, scope, place)


def _call(call: Call, scope: Scope, place: Place) -> Iterator[Finding]:
    name = call.name.removeprefix("core::")
    if name == "templatestring":
        yield from _template_string(call, scope, place)
    elif name == "fileset":
        yield from _fileset(call, scope, place)
    elif name in READERS:
        found = texts(call.arguments[0], scope) if call.arguments else None
        yield from _paths(call, found, place)
        if name == "templatefile":
            for path in sorted(found or ()):
                yield from _template_file(path, call.line, place)


def _paths(call: Call, found: Texts | None, place: Place) -> Iterator[Finding]:
    if found is None:
        yield place.finding(K.FILE_UNKNOWN, call.line, f"{call.name}(…)")
    for path in sorted(found or ()):
        if leads_out(path, place.ups):
            yield place.finding(K.FILE_OUTSIDE, call.line, f"{call.name}({shown(path)})")


def _fileset(call: Call, scope: Scope, place: Place) -> Iterator[Finding]:
    """A pattern may lead out as well as the folder."""
    found = [texts(argument, scope) for argument in call.arguments]
    if len(found) != 2 or None in found:  # noqa: PLR2004 (folder, pattern)
        yield place.finding(K.FILE_UNKNOWN, call.line, "fileset(…)")
        return
    both = frozenset(f"{a}/{b}" for a in found[0] or () for b in found[1] or ())
    yield from _paths(call, both, place)


def shown(path: str) -> str:
    """Write a path as people read it."""
    return path.replace(ANY_NAME, "*")


def _template_string(call: Call, scope: Scope, place: Place) -> Iterator[Finding]:
    found = texts(call.arguments[0], scope) if call.arguments else None
    if found is None:
        yield place.finding(K.TEMPLATE_UNKNOWN, call.line, "templatestring(…)")
    for text in sorted(found or ()):
        yield from _template(text, call.line, place)


def _template_file(path: str, line: int, place: Place) -> Iterator[Finding]:
    """Read what the template itself would read: it may call any function."""
    if path in place.templates:
        return
    inner = dataclasses.replace(place, subject=shown(path), templates=place.templates | {path})
    contents = list(place.contents(path))
    if not contents and ANY_NAME not in path and not leads_out(path, place.ups):
        # What makes it while it is planned (a data source) could write anything there.
        yield place.finding(K.FILE_UNKNOWN, line, f"templatefile({shown(path)})")
    for content in contents:
        try:
            yield from _template(content.decode(), line, inner)
        except UnicodeDecodeError:
            yield inner.finding(K.UNMODELLED, line, "a template that is no UTF-8")


def _template(text: str, line: int, place: Place) -> Iterator[Finding]:
    try:
        found = native.read_template(text, line)
    except Unmodelled as error:
        yield place.finding(K.UNMODELLED, line, error.problem)
        return
    # Nothing of the module is known inside of a template, and its variables can be anything.
    yield from in_expression(found, Scope(), place)
