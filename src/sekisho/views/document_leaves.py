"""One value that changes, as a review shows it: both sides as JSON, or a diff of lines, and notes.

A side that is not there is not in the view; null is the text `null`. What is cut says how much.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from sekisho.domain.exact_json import read_exactly
from sekisho.domain.plan_changes import Note, Side, ValueChange
from sekisho.domain.text import Language, plain
from sekisho.views.plan_texts import say
from sekisho.views.redaction import mask, mask_all, names_secret
from sekisho.views.view import View, one_line

VALUE = 2_000
"""Characters of one side of a value."""
LINES = 200
"""Lines of the difference of one text."""
_LINE = 500
_PATH = 300
_TAB = 4
_INDENTED = 60
"""JSON in a string that is longer than this is shown by lines."""
_REST = re.compile(r"(\d{1,9}) more")
_WORDLESS = frozenset({Note.SENSITIVITY, Note.WRITE_ONLY, Note.SPACING})
"""Notes that say all there is to say."""


class LeafDiff(View):
    """One value that changes. `before` and `after` are JSON; `lines` is a diff of a long text.

    `note` is a stable word, `remark` says it to the reader. `forces`: it makes Terraform replace.
    """

    path: str
    before: str | None = None
    after: str | None = None
    lines: list[str] | None = None
    note: str | None = None
    remark: str | None = None
    forces: bool | None = None

    @classmethod
    def of(cls, value: ValueChange, language: Language) -> "LeafDiff":
        """Show a value."""
        path = one_line(value.path, _PATH)
        telling = names_secret(path)
        if value.note == Note.UNKNOWN and telling:
            return cls(path=path, note=value.note, remark=_remark(value, language))
        if value.note == Note.SENSITIVE or (telling and value.note not in _WORDLESS):
            return cls(path=path, note=Note.SENSITIVE, remark=_hidden(value, language))
        if value.note in _WORDLESS:
            remark = say(language, f"note.{value.note}")
            return cls(path=path, note=value.note, remark=remark)
        lines = _lines(value, language)
        before = None if lines or value.side is Side.AFTER else written(value.before, language)
        after = None if lines or value.side is Side.BEFORE else written(value.after, language)
        if value.note == Note.UNKNOWN:
            after = None
        return cls(
            path=path,
            before=before,
            after=after,
            lines=lines or None,
            note=value.note or None,
            remark=_remark(value, language),
        )

    @property
    def weight(self) -> int:
        """How long it is, in characters."""
        sides = len(self.before or "") + len(self.after or "")
        return len(self.path) + sides + sum(map(len, self.lines or ())) + 40

    def words(self) -> str:
        """Say it in one line."""
        if self.lines is not None:
            added = sum(line.startswith("+") for line in self.lines)
            gone = sum(line.startswith("-") for line in self.lines)
            return f"{self.path} (+{added} -{gone})"
        remark = f"({self.remark})" if self.remark else ""
        after = remark if self.note == Note.UNKNOWN else self.after
        sides = [side for side in (self.before, after) if side is not None]
        said = " → ".join(sides)
        said += f" {remark}" if remark and after is not remark else ""
        return f"{self.path} {said.strip()}"


def rest_of(values: Iterable[ValueChange]) -> int:
    """Return how many values were left out where the plan was read: the last row tells."""
    found = (_REST.fullmatch(v.note) for v in values if v.path == "…")
    return sum(int(f[1]) for f in found if f)


def real(values: Iterable[ValueChange]) -> Iterator[ValueChange]:
    """Walk the values but that row."""
    return (v for v in values if v.path != "…" or not _REST.fullmatch(v.note))


def written(value: Any, language: Language, cap: int = VALUE) -> str:
    """Write a value as JSON on one line, masked and inert; what is cut is counted."""
    text = json.dumps(mask_all(value), ensure_ascii=False, separators=(", ", ": "), default=str)
    return shortened(plain(text, cap=len(text)), language, cap)


def shortened(text: str, language: Language, cap: int) -> str:
    """Cut a text and say how much is gone."""
    if len(text) <= cap:
        return text
    return text[:cap] + say(language, "value.cut", count=len(text) - cap)


def _hidden(value: ValueChange, language: Language) -> str:
    ending = {Side.AFTER: "_new", Side.BEFORE: "_gone", Side.BOTH: ""}[value.side]
    return say(language, f"note.sensitive{ending}")


def _remark(value: ValueChange, language: Language) -> str | None:
    if not value.note:
        return None
    known = value.note in (Note.UNKNOWN, Note.ORDER)
    return say(language, f"note.{value.note}") if known else one_line(value.note)


def _lines(value: ValueChange, language: Language) -> list[str]:
    """Return the diff of texts of several lines; nothing where a line of JSON tells it better."""
    before, after = (_text(v) for v in (value.before, value.after))
    if value.note == Note.UNKNOWN or (before is None and after is None):
        return []
    if value.side is Side.AFTER:
        found = [f"+{line}" for line in _broken(after)]
    elif value.side is Side.BEFORE:
        found = [f"-{line}" for line in _broken(before)]
    else:
        found = _difference(before, after)
    kept = [_line(line) for line in found[:LINES]]
    left = len(found) - LINES
    return kept + ([f" {say(language, 'value.lines', count=left)}"] if left > 0 else [])


def _text(value: Any) -> str | None:
    return mask(value) if isinstance(value, str) else None


def _broken(text: str | None) -> list[str]:
    """Break a text into lines; one of a single line has none, unless it is long JSON."""
    found = (text or "").splitlines()
    if len(found) > 1:
        return found
    return _indented(text) if text and len(text) > _INDENTED else []


def _difference(before: str | None, after: str | None) -> list[str]:
    if before is None or after is None:
        return []
    olds, news = before.splitlines(), after.splitlines()
    if max(len(olds), len(news)) <= 1:
        return []
    return list(difflib.unified_diff(olds, news, lineterm=""))[2:]


def _line(text: str) -> str:
    return plain(text.expandtabs(_TAB), cap=_LINE)


def _indented(text: str) -> list[str]:
    """Return JSON by lines, where nothing of it is lost that way."""
    if text[:1] not in ("{", "["):
        return []
    try:
        value: Any = read_exactly(text)
    except (ValueError, RecursionError):
        return []
    return json.dumps(value, ensure_ascii=False, indent=2).splitlines()
