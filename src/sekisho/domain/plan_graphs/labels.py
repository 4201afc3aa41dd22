"""What is written into the box of a node, and how much room that takes."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from sekisho.domain.actions import SIGNS, UNKNOWN_SIGN
from sekisho.domain.plan_graphs.values import OTHERS, GraphNode

TITLE_SIZE = 12
SMALL_SIZE = 11
"""Font sizes, in px; the style of the picture has the same."""
_NARROW, _WIDE = 0.61, 1.04
"""Widths of characters in a font of one width, in parts of its size; rather a little too wide."""
MOST = 236
"""Room for text in one box, in px."""
_MARK = 20
"""Room for the mark of danger."""


@dataclass(frozen=True)
class Label:
    """Lines of text: `sign`, `title` and `times` share the first one; others may be empty.

    `tally` is the second line where several things happen: (action, text) each.
    """

    sign: str
    title: str
    times: str
    small: tuple[str, ...]
    width: int
    tally: tuple[tuple[str, str], ...] = ()


def text_width(text: str, size: int) -> int:
    """Estimate the width of a text, in px; full-width characters take two places."""
    return round(size * sum(map(_share, text)) + 0.5)


def _share(character: str) -> float:
    """Return the width of a character, in parts of the size."""
    if character < "\x80":
        return _NARROW
    if unicodedata.combining(character):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WFA" else _NARROW


def fit(text: str, size: int, room: int, cut: Literal["start", "middle"] = "middle") -> str:
    """Cut a text so that it fits: names differ at both ends, a module's place at its end."""
    if text_width(text, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        kept = (low + high + 1) // 2
        low, high = (
            (kept, high) if text_width(_cut(text, kept, cut), size) <= room else (low, kept - 1)
        )
    return _cut(text, low, cut)


def _cut(text: str, kept: int, cut: str) -> str:
    tail = kept if cut == "start" else kept // 2
    return text[: kept - tail] + "…" + (text[-tail:] if tail else "")


def sign_of(action: str) -> str:
    """Return Terraform's sign of an action."""
    return SIGNS.get(action, UNKNOWN_SIGN)


def risky(node: GraphNode) -> bool:
    """Say whether a node gets the mark of danger."""
    return node.risk in ("dangerous", "irreversible")


def trail(module: str) -> str:
    """Write the place of a module for reading: `module.net.module.inner` → `net › inner`."""
    if module == OTHERS:
        return "module.*"
    return module.removeprefix("module.").replace(".module.", " › ")


def label_of(node: GraphNode) -> Label:
    """Lay out the text of a node."""
    alone = len(node.tally) == 1
    sign = sign_of(node.action) if alone else ""
    tally = () if alone else tuple((a, f"{sign_of(a)}{n}") for a, n in node.tally)
    title, small = _names(node)
    number = node.count if node.changed else node.members
    times = f"×{number}" if number > 1 else ""
    taken = sum(text_width(t, TITLE_SIZE) + 8 for t in (sign, times) if t)
    taken += _MARK if risky(node) else 0
    title = fit(title, TITLE_SIZE, max(MOST - taken, 48))
    lines = tuple(fit(t, SMALL_SIZE, MOST, "start" if i else "middle") for i, t in enumerate(small))
    widths = [taken + text_width(title, TITLE_SIZE), *(text_width(t, SMALL_SIZE) for t in lines)]
    widths.append(sum(text_width(t, SMALL_SIZE) + 8 for _, t in tally))
    return Label(sign, title, times, lines, max(widths), tally)


def _names(node: GraphNode) -> tuple[str, tuple[str, ...]]:
    place = trail(node.module)
    if node.name:
        return node.name, (node.type, place) if place else (node.type,)
    if node.type:
        return node.type, (place,) if place else ()
    return place or "root", ("module",)
