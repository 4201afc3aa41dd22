"""A whole configuration, file by file: everything that is found in it."""

import json
import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sekisho.domain.inspections import Finding, FindingKind
from sekisho.inspection import agreement, blocks, json_files, native
from sekisho.inspection.constants import ANY_NAME, Scope
from sekisho.inspection.functions import Place, in_block
from sekisho.inspection.names import by_name, is_configuration
from sekisho.inspection.shapes import check_shapes
from sekisho.inspection.syntax import Body, Expression, Unmodelled

K = FindingKind

LARGEST = 1024 * 1024
"""Bytes of one file of configuration; people write some thousand lines."""
_ALL = 16 * 1024 * 1024
"""Bytes of all of them."""
_TEMPLATE = 1024 * 1024
"""Bytes of a template that is looked into."""


@dataclass(frozen=True)
class Tree:
    """The files of a configuration: where they are, their paths, and where Terraform works."""

    root: Path
    paths: tuple[str, ...]
    directory: str = ""

    def read(self, path: str) -> bytes:
        """Read a file by its path from the root."""
        return (self.root / path).read_bytes()

    def relative(self, folder: str) -> str:
        """Name a folder of the configuration from where Terraform works."""
        return posixpath.relpath(folder or ".", self.directory or ".")

    def contents(self, path: str) -> Iterator[bytes]:
        """Read the files that a path means from where Terraform works; `ANY_NAME` is any."""
        # Terraform composes what it reads in a configuration; names in an archive may be composed.
        whole = unicodedata.normalize("NFC", posixpath.join(self.directory, path))
        whole = posixpath.normpath(whole)
        wanted = re.compile(re.escape(whole).replace(re.escape(ANY_NAME), ".*"), re.DOTALL)
        for name in self.paths:
            if wanted.fullmatch(unicodedata.normalize("NFC", name)):
                content = self.read(name)
                if len(content) > _TEMPLATE:
                    raise Unmodelled("a template of that size")
                yield content


def inspect(tree: Tree) -> tuple[Finding, ...]:
    """Return everything that is found in a configuration, in order."""
    return tuple(sorted(set(_found(tree))))


def _found(tree: Tree) -> Iterator[Finding]:
    yield from by_name(tree.paths)
    modules: defaultdict[str, dict[str, Body]] = defaultdict(dict)
    total = 0
    for path in filter(is_configuration, tree.paths):
        content = tree.read(path)
        total += len(content)
        try:
            modules[posixpath.dirname(path)][path] = _body(path, content, total)
        except Unmodelled as error:
            yield Finding(path, error.line, K.UNMODELLED, "", error.problem[:200])
        except RecursionError:
            yield Finding(path, 0, K.UNMODELLED, "", "the nesting")
    for folder, bodies in modules.items():
        yield from _module(tree, folder, bodies)


def _body(path: str, content: bytes, total: int) -> Body:
    """Read one file; `total` bytes with those before it. Raises Unmodelled."""
    if len(content) > LARGEST or total > _ALL:
        raise Unmodelled("a file of that size")
    # A C string ends at a NUL: what comes after it would be seen by one reader alone.
    if b"\0" in content or content.startswith(b"\xef\xbb\xbf"):
        raise Unmodelled("a byte that is no text", 1)
    try:
        content.decode()
    except UnicodeDecodeError:
        raise Unmodelled("a text that is no UTF-8", 1) from None
    if path.endswith(".json"):
        body = json_files.read(content)
    else:
        seen = agreement.parsed(content)
        body = native.read(content)
        agreement.check_same(body, seen)
    check_shapes(body)
    return body


def _module(tree: Tree, folder: str, bodies: Mapping[str, Body]) -> Iterator[Finding]:
    """Look at the files of one folder: locals mean the same in all of them."""
    scope = Scope(tree.relative(folder), _locals(bodies.values()))
    here = len(folder.split("/")) if folder else 0
    ups = len(tree.directory.split("/")) if tree.directory else 0
    for path, body in bodies.items():
        yield from blocks.in_body(path, body, here)
        for block in body.blocks:
            place = Place(path, block.title, ups, tree.contents)
            try:
                yield from in_block(block, scope, place)
            except Unmodelled as error:
                yield Finding(path, error.line or block.line, K.UNMODELLED, "", error.problem[:200])
            except RecursionError:
                yield Finding(path, block.line, K.UNMODELLED, "", "the nesting")


def _locals(bodies: Iterable[Body]) -> dict[str, Expression]:
    found: dict[str, Expression] = {}
    for body in bodies:
        for block in body.of("locals"):
            found |= {a.name: a.value for a in block.body.attributes}
    return found


def encoded(findings: Iterable[Finding]) -> str:
    """Write findings as one line, as the child answers."""
    return json.dumps([[f.file, f.line, f.kind, f.subject, f.detail] for f in findings])


def decoded(line: str) -> tuple[Finding, ...]:
    """Read what the child answered."""
    return tuple(Finding(f, int(n), K(kind), s, d) for f, n, kind, s, d in json.loads(line))
