"""Leaves that change, as they are shown: what stood there, what will, and what is special."""

import difflib
from typing import Any

from sekisho.domain.plan_changes import Note, Side, ValueChange
from sekisho.views.budgets import brief, shrunk
from sekisho.views.redaction import mask, names_secret
from sekisho.views.view import View, compact, one_line, shown, trimmed

VALUE = 300
"""Characters shown of a value among others."""
ALONE = 2_000
"""Characters shown of a value that was asked for."""
_CAPS = (500, 150, 40)
_LINES = 400
"""Lines that are held against each other."""
_CONTEXT = 2
UNKNOWN_AFTER = "known after apply"
_SAID = {
    Note.UNKNOWN: UNKNOWN_AFTER,
    Note.SENSITIVITY: "sensitive, same value: whether it is marked as sensitive changes",
    Note.WRITE_ONLY: "write-only: given to the provider, kept nowhere",
    Note.SPACING: "the same JSON, written differently",
    Note.ORDER: "the same elements in another order",
}


class LeafView(View):
    """One leaf that changes. `note` says what is special: a side that is null, or not there at all.

    `diff` takes the place of `before` and `after` where text of several lines changes.
    """

    path: str
    before: Any = None
    after: Any = None
    diff: str | None = None
    note: str | None = None

    @classmethod
    def of(cls, value: ValueChange, plain: Side = Side.BOTH, cap: int = VALUE) -> "LeafView":
        """Show a leaf. `plain` is the side that goes without saying: of what comes or goes."""
        path = brief(value.path, 300)
        hidden = value.note in (Note.SENSITIVE, Note.SENSITIVITY) or names_secret(value.path)
        note = _note(value, plain, hidden=hidden)
        if hidden:
            return cls(path=path, note=note)
        if value.note == Note.UNKNOWN:
            return cls(path=path, before=_short(value.before, cap), note=note)
        if _lines(value):
            return cls(path=path, diff=_unified(value.before, value.after, cap), note=note)
        before, after = _short(value.before, cap), _short(value.after, cap)
        return cls(path=path, before=before, after=after, note=note)

    @classmethod
    def fitting(cls, value: ValueChange, plain: Side, cap: int, room: int) -> "LeafView":
        """Show a leaf as fully as it fits into so many tokens."""
        return shrunk(lambda most: cls.of(value, plain, most), (cap, *_CAPS), room)

    def words(self) -> str:
        """Say it as Terraform does."""
        note = f" ({self.note})" if self.note else ""
        if self.diff is not None:
            lines = self.diff.split("\n")
            return "\n".join([f"    {self.path}:{note}", *[f"      {line}" for line in lines]])
        sides = [compact(side) for side in (self.before, self.after) if side is not None]
        turns = " ->" if sides and (self.note or "").startswith(UNKNOWN_AFTER) else ""
        # No colon before a note alone: "password: (…" looks like a password to the second net.
        said = f": {' -> '.join(sides)}{turns}" if sides else ""
        return f"    {self.path}{said}{note}"


def leaf_line(value: ValueChange, cap: int = 60) -> str:
    """Say a leaf in one short line."""
    view = LeafView.of(value, cap=cap)
    if view.diff is not None:
        return brief(f"{view.path}: text of several lines changes", 3 * cap)
    return brief(view.words().strip(), 3 * cap)


def _note(value: ValueChange, plain: Side, *, hidden: bool) -> str | None:
    said = [_hidden(value)] if hidden else []
    if not hidden and value.note:
        known = value.note in set(Note)
        said += [_SAID[Note(value.note)] if known else one_line(value.note, 100)]
    if value.side is not Side.BOTH:
        said += [] if value.side is plain else [_SIDES[value.side]]
    elif not hidden and value.note in ("", Note.UNKNOWN):
        said += ["null before"] if value.before is None else []
        said += ["null after"] if value.after is None and not value.note else []
    return "; ".join(said) or None


_SIDES = {Side.AFTER: "added", Side.BEFORE: "removed"}


def _hidden(value: ValueChange) -> str:
    if value.note == Note.SENSITIVITY:
        return _SAID[Note.SENSITIVITY]
    return "sensitive" if value.side is not Side.BOTH else "sensitive, changed"


def _lines(value: ValueChange) -> bool:
    before, after = value.before, value.after
    both = isinstance(before, str) and isinstance(after, str)
    return both and ("\n" in before or "\n" in after)


def _unified(before: str, after: str, cap: int) -> str:
    """Hold texts against each other, line by line, with some lines around what differs."""
    # Masked while whole: a secret may span lines, and a line of it looks like nothing.
    olds, news = (mask(shown(t, 10_000)).splitlines()[:_LINES] for t in (before, after))
    found = list(difflib.unified_diff(olds, news, lineterm="", n=_CONTEXT))[2:]
    if not found:
        return "(the line breaks alone, or what is beyond the first lines)"
    return _cut("\n".join(found), 4 * cap)


def _short(value: Any, cap: int) -> Any:
    """Cut a value; one of many parts becomes the beginning of its JSON text."""
    kept: Any = trimmed(value, cap)
    whole = compact(kept) if isinstance(value, dict | list) else ""
    return kept if len(whole) <= 2 * cap else brief(whole, cap)


def _cut(text: str, cap: int) -> str:
    if len(text) <= cap:
        return text
    kept = text[:cap].rsplit("\n", 1)[0]
    return f"{kept}\n… {text.count(chr(10)) - kept.count(chr(10))} lines more"
