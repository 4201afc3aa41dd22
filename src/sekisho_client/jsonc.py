"""Edits one member of a JSON file with comments, and leaves every other character as it is.

Comments and trailing commas are blanked out with spaces, so that places in the strict text are
places in the file. Every edit is read back: what does not say exactly what was meant is refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])')
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()
Path = tuple[str, str]
"""The name of an object at the root, and of a member in it."""


class JsoncError(ValueError):
    """The text cannot be read, or not be edited without doubt; `line` is where, 0 if nowhere."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


class Member(NamedTuple):
    """Where a member of an object lies: its key begins at `start`, its value at `value`."""

    key: str
    start: int
    value: int
    end: int


def load(text: str) -> dict[str, Any]:
    """Read the object in a file; nothing but space and comments is an empty one.

    Raises:
        JsoncError: it is broken, or something else than an object.
    """
    strict = _strict(_bare(text))
    if not strict.strip():
        return {}
    try:
        found: Any = json.loads(strict)
    except json.JSONDecodeError as error:
        line = text.count("\n", 0, error.pos) + 1
        raise JsoncError(error.msg, line) from None
    except RecursionError:
        raise JsoncError("nested too deeply") from None
    if not isinstance(found, dict):
        raise JsoncError("an object { … } is needed", 1)
    return cast("dict[str, Any]", found)


def put(text: str, path: Path, value: Mapping[str, Any]) -> str:
    """Add a member, or replace the one that is there.

    Raises:
        JsoncError: the text is broken, or what would come out is not what was meant.
    """
    meant = load(text)
    outer, inner = path
    group = _group(meant, outer)
    meant[outer] = group | {inner: dict(value)}
    if not _strict(_bare(text)).strip():
        head = text.rstrip() + _newline(text) if text.strip() else ""
        return _checked(head + _written(meant, "  ", "", _newline(text)) + _newline(text), meant)
    root = _root(text)
    unit = _unit(text, root)
    within = _find(text, root, outer)
    if within is None:
        return _checked(_insert(text, root, outer, {inner: dict(value)}, unit), meant)
    there = _find(text, within.value, inner)
    if there is None:
        return _checked(_insert(text, within.value, inner, dict(value), unit), meant)
    fresh = _written(value, unit, _indent(text, there.start), _newline(text))
    return _checked(text[: there.value] + fresh + text[there.end :], meant)


def drop(text: str, path: Path) -> str:
    """Take a member out; the text stays as it is where there is none.

    Raises:
        JsoncError: the text is broken, or what would come out is not what was meant.
    """
    meant = load(text)
    outer, inner = path
    group = _group(meant, outer)
    if inner not in group:
        return text
    meant[outer] = {k: v for k, v in group.items() if k != inner}
    within = _find(text, _root(text), outer)
    there = _find(text, within.value, inner) if within else None
    if there is None:
        raise JsoncError("the entry was not found again")
    return _checked(_without(text, there), meant)


def _without(text: str, there: Member) -> str:
    bare = _bare(text)
    after = _SPACE.match(bare, there.end)
    comma = after.end() if after else there.end
    if bare[comma : comma + 1] == ",":
        start, end, before = there.start, comma + 1, None
    else:
        start, end = there.start, there.end
        previous = bare[:start].rstrip()
        before = len(previous) - 1 if previous.endswith(",") else None
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    if line_end >= 0 and not text[line_start:start].strip() and not text[end:line_end].strip():
        start, end = line_start, line_end + 1
    head = text[:start]
    if before is not None:
        head = head[:before] + head[before + 1 :]
    return head + text[end:]


def _checked(text: str, meant: dict[str, Any]) -> str:
    """Return the text if it says what was meant."""
    try:
        same = load(text) == meant
    except JsoncError:
        same = False
    if not same:
        raise JsoncError("it is written in a way that cannot be edited safely")
    return text


def _group(root: dict[str, Any], name: str) -> dict[str, Any]:
    group = root.get(name, {})
    if not isinstance(group, dict):
        raise JsoncError(f'"{name}" is not an object {{ … }}')
    return cast("dict[str, Any]", group)


def _blank(found: re.Match[str]) -> str:
    """Keep strings; a newline within a comment goes too, so that others end a line for sure."""
    return found[0] if found[0].startswith('"') else " " * len(found[0])


def _bare(text: str) -> str:
    """Blank out comments."""
    return _TOKEN.sub(_blank, text.replace("\ufeff", " "))


def _strict(bare: str) -> str:
    """Blank out trailing commas."""
    return _TRAILING.sub(_blank, bare)


def _root(text: str) -> int:
    return _strict(_bare(text)).index("{")


def _members(text: str, start: int) -> Iterator[Member]:
    """Walk the members of the object that begins at `start`."""
    strict = _strict(_bare(text))
    at = _skip(strict, start + 1)
    while strict[at] == '"':
        key, end = _DECODER.raw_decode(strict, at)
        value = _skip(strict, _skip(strict, end) + 1)
        _, end = _DECODER.raw_decode(strict, value)
        yield Member(str(key), at, value, end)
        at = _skip(strict, end)
        if strict[at] == ",":
            at = _skip(strict, at + 1)


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _find(text: str, start: int, key: str) -> Member | None:
    """Find a member; of several with one name the last counts, as for every reader of JSON."""
    return next((m for m in reversed(list(_members(text, start))) if m.key == key), None)


def _insert(text: str, start: int, key: str, value: Mapping[str, Any], unit: str) -> str:
    """Add a member at the end of the object that begins at `start`."""
    newline, members = _newline(text), list(_members(text, start))
    outer = _indent(text, start)
    indent = _indent(text, members[0].start) if members else outer + unit
    fresh = f"{json.dumps(key, ensure_ascii=False)}: {_written(value, unit, indent, newline)}"
    bare = _bare(text)
    if not members:
        close = bare.index("}", start)
        inside = text[start + 1 : close]
        tail = "" if "\n" in inside or inside.strip() else newline + outer
        kept = text[close:] if tail else text[start + 1 :]
        return text[: start + 1] + newline + indent + fresh + tail + kept
    end = members[-1].end
    comma = _skip(bare, end)
    trailing = bare[comma] == ","
    end = comma + 1 if trailing else end
    split = _line_end(text, bare, end)
    close = bare.index("}", end)
    after = "" if "\n" in bare[split:close] else newline + outer
    rest = text[split:].lstrip(" \t") if after else text[split:]
    before, behind = ("", ",") if trailing else (",", "")
    return text[:end] + before + text[end:split] + newline + indent + fresh + behind + after + rest


def _line_end(text: str, bare: str, end: int) -> int:
    """Return the end of a line if nothing but a comment follows: it stays behind its member."""
    line_end = bare.find("\n", end)
    if line_end < 0 or bare[end:line_end].strip():
        return end
    return line_end - 1 if line_end > end and text[line_end - 1] == "\r" else line_end


def _written(value: Mapping[str, Any], unit: str, indent: str, newline: str) -> str:
    lines = json.dumps(value, ensure_ascii=False, indent=unit).split("\n")
    return (newline + indent).join(lines)


def _indent(text: str, at: int) -> str:
    """Return the space that the line of a place begins with."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())].replace("\ufeff", "")


def _unit(text: str, root: int) -> str:
    """Return what this file indents with."""
    first = next(_members(text, root), None)
    return (_indent(text, first.start) if first else "") or "  "


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
