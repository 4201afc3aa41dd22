"""YAML with line numbers, read as YAML 1.2 means it and safely.

`yes`, `on`, `22:00`, `2026-04-01` and `0123` stay text; nothing but plain data comes out; a key
given twice is a problem; aliases and `<<` are followed, and counted so that no bomb goes off.
"""

import dataclasses
import math
import re
import unicodedata
from typing import Any, ClassVar, Final, cast

import yaml
from yaml.reader import ReaderError

Path = tuple[str | int, ...]
"""Keys and indexes from the root of the document."""

MOST_BYTES: Final = 1024 * 1024
"""No file is larger."""
_MOST_NODES: Final = 100_000
_DEEPEST: Final = 40
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """One problem, and the line it is on (from 1)."""

    line: int
    text: str

    def __str__(self) -> str:
        """Write it for people."""
        return f"line {self.line}: {self.text}"


@dataclasses.dataclass
class Document:
    """Plain data, the line of everything in it, and what was wrong on the way."""

    data: Any = None
    lines: dict[Path, int] = dataclasses.field(default_factory=dict[Path, int])
    findings: list[Finding] = dataclasses.field(default_factory=list[Finding])
    written: dict[Path, str] = dataclasses.field(default_factory=dict[Path, str])
    """Each scalar as the file has it: `1.10`, where the data has 1.1."""

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


_SCALARS = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan",
        "-+0123456789.",
    ),
    "null": (r"~|null|Null|NULL|", ("~", "n", "N", "")),
    "merge": (r"<<", "<"),
}
"""YAML 1.2's core schema, and `<<`: tag → how it looks, and what it can begin with."""

_Safe: Any = yaml.SafeLoader  # PyYAML's own types are not complete


class _Loader(_Safe):
    """Knows the scalars above and no others."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {}
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose, to a depth that our own stack survives."""
        self.depth += 1
        if self.depth > _DEEPEST:
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)
        node: Any = _Safe.compose_node(self, parent, index)
        self.depth -= 1
        return node


for _name, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), list(_first))


def read_document(content: bytes) -> Document:
    """Read one YAML document; whatever is wrong with it is in `findings`."""
    document = Document()
    if len(content) > MOST_BYTES:
        document.findings.append(Finding(1, f"the file is larger than {MOST_BYTES} bytes"))
        return document
    try:
        root = _compose(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        document.findings.append(Finding(line, "the file is not in UTF-8"))
    except yaml.MarkedYAMLError as error:
        document.findings.append(_syntax(error))
    except ReaderError as error:
        line = content.decode("utf-8-sig").count("\n", 0, error.position) + 1
        document.findings.append(Finding(line, "a control character"))
    else:
        if root is None:
            document.findings.append(Finding(1, "the file is empty; begin with `version: 1`"))
        else:
            document.data = _Reader(document).value(root, ())
    return document


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _syntax(error: yaml.MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    problem = error.problem or "this is not YAML"
    if "\\t" in problem:
        problem = "a tab: indent with spaces"
    elif "another document" in problem:
        problem = "a second document: the file holds one"
    return Finding(line, problem)


class _Reader:
    """Turns YAML nodes into plain data, once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._nodes = 0
        self._open: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        """Return what a node means; None where it means nothing that we take."""
        self._document.lines.setdefault(path, _line(node))
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            if self._nodes == _MOST_NODES + 1:
                self._report(node, "too much: do the aliases multiply?")
            return None
        if node in self._open:
            self._report(node, "an alias of itself")
            return None
        self._open.append(node)
        try:
            return self._plain(node, path)
        finally:
            self._open.pop()

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            items = cast("list[yaml.Node]", node.value)
            return [self.value(item, (*path, i)) for i, item in enumerate(items)]
        if isinstance(node, yaml.ScalarNode):
            self._document.written.setdefault(path, str(node.value))
            return self._scalar(node)
        self._report(node, f"the tag {node.tag.replace(_TAG, '!!')} is not taken")
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merges: list[yaml.Node] = []
        for key, content in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if not isinstance(key, yaml.ScalarNode):
                self._report(key, "a key is needed here, not a list or a mapping")
            elif key.tag == _MERGE:
                merges += _one_or_many(content)
            else:
                name = unicodedata.normalize("NFC", str(key.value))
                if name in own:
                    self._report(key, f"{name!r} is given twice")
                    continue
                self._document.lines.setdefault((*path, name), _line(key))
                own[name] = self.value(content, (*path, name))
        merged: dict[str, Any] = {}
        for other in merges:
            merged = self._mapped(other, path) | merged
        return merged | own

    def _mapped(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        if isinstance(node, yaml.MappingNode):
            return self.value(node, path) or {}
        self._report(node, "`<<` takes a mapping")
        return {}

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        kind = node.tag.removeprefix(_TAG)
        text = str(node.value)
        words = {"str": text, "merge": text, "null": None, "true": True, "false": False}
        try:
            if kind == "int":
                return int(text, 0)
            if kind == "float":
                return self._float(node, float(text.replace(".inf", "inf").replace(".nan", "nan")))
            return words[text.lower() if kind == "bool" else kind]
        except ValueError:
            self._report(node, "not a number")
        except KeyError:
            self._report(node, f"the tag {node.tag.replace(_TAG, '!!')} is not taken")
        return None

    def _float(self, node: yaml.ScalarNode, number: float) -> float | None:
        if math.isfinite(number):
            return number
        self._report(node, "JSON, and so Terraform, has no such number")
        return None

    def _report(self, node: yaml.Node, text: str) -> None:
        self._document.findings.append(Finding(_line(node), text))


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


def _one_or_many(node: yaml.Node) -> list[yaml.Node]:
    return cast("list[yaml.Node]", node.value) if isinstance(node, yaml.SequenceNode) else [node]
