"""What fits into an answer: a summary and a drill-down each have a budget of tokens.

Both forms of an answer count, since nobody knows which one a client hands to its model.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sekisho.views.view import View, compact, one_line, tokens

SUMMARY_TOKENS = 1500
"""Budget of a summary, text and structured form together."""
DETAIL_TOKENS = 4000
"""Budget of a drill-down, the same way."""
MARGIN = 60
"""Left for what the estimate of the parts misses of the whole."""

V = TypeVar("V", bound=View)


_WORD = re.compile(r"[A-Za-z0-9]+")
_SIGNS = re.compile(r"[^\sA-Za-z0-9\u0080-\U0010ffff]+")


def heavy(text: str) -> int:
    """Estimate the tokens of a text that may be made of signs: these take more than words do."""
    words = sum((len(w) + 3) // 4 for w in _WORD.findall(text))
    signs = sum((len(s) + 1) // 2 for s in _SIGNS.findall(text))
    other = 0 if text.isascii() else sum(not c.isascii() for c in text)
    return max(tokens(text), words + signs + other)


def size(view: View) -> int:
    """Estimate the tokens of a view, both forms together."""
    return heavy(view.words()) + heavy(view.model_dump_json(exclude_none=True))


def weight(text: str) -> int:
    """Estimate the tokens of a line in both forms, with what stands around it."""
    return heavy(text) + heavy(compact(text)) + 2


_LONGEST = 4_000
_PER_TOKEN = 2.5


def brief(value: object, cap: int) -> str:
    """Return text from outside as one line of about `cap` ASCII characters' tokens.

    The middle goes, not the end: addresses end with the name of what they are about.
    """
    text = one_line(value, _LONGEST)
    taken = tokens(text) * _PER_TOKEN
    if taken <= cap + _PER_TOKEN:
        return text
    kept = max(int(len(text) * cap / taken), 8)
    head = kept // 2
    return f"{text[:head]}…{text[head - kept :]}"


def lines_within(lines: Iterable[str], room: int) -> list[str]:
    """Return the first lines that take no more than `room` tokens together."""
    kept: list[str] = []
    for line in lines:
        room -= weight(line)
        if room < 0:
            break
        kept.append(line)
    return kept


def views_within(views: Iterable[V], room: int, least: int = 0) -> list[V]:
    """Return the first views that fit into `room` tokens; `least` of them whatever they take."""
    kept: list[V] = []
    for view in views:
        room -= size(view)
        if room < 0 and len(kept) >= least:
            break
        kept.append(view)
    return kept


def shrunk(make: Callable[[int], V], counts: Sequence[int], budget: int) -> V:
    """Return the first of some forms of an answer that is within its budget, else the last.

    `make` makes the form of a number; the fullest number comes first.
    """
    made = make(counts[0])
    for count in counts[1:]:
        if size(made) <= budget:
            break
        made = make(count)
    return made
