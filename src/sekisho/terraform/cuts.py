"""Long texts, cut to what differs between two sides: the change itself is never cut off."""

import itertools
from collections.abc import Sequence

WHOLE = 2_000
"""Characters that a text may have and stay whole."""
MOST = 8_000
"""Characters kept of what differs."""
_BEFORE = 200
"""Characters kept before what differs, where not all can be kept."""
_CONTEXT = 3
"""Lines kept around what differs."""


def cut(text: str) -> str:
    """Cut a text that stands alone."""
    return text if len(text) <= WHOLE else f"{text[:WHOLE]}… ({len(text)} characters)"


def cut_pair(before: str, after: str) -> tuple[str, str]:
    """Cut two texts to where they differ, with a few lines around; what is left out is counted."""
    if len(before) <= WHOLE and len(after) <= WHOLE:
        return before, after
    olds, news = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = _alike(olds, news)
    tail = min(_alike(olds[::-1], news[::-1]), min(len(olds), len(news)) - head)
    start, end = max(head - _CONTEXT, 0), max(tail - _CONTEXT, 0)
    one, other = (_Window(lines, start, end) for lines in (olds, news))
    # One long line may be all there is, or long lines may stand above what differs.
    part = _alike(one.text, other.text)
    skipped = max(part - _BEFORE, 0) if max(len(one.text), len(other.text)) > MOST else 0
    return one.cut(skipped), other.cut(skipped)


def _alike(ones: Sequence[str], others: Sequence[str]) -> int:
    pairs = zip(ones, others, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


class _Window:
    """The lines of one side that are kept."""

    def __init__(self, lines: list[str], start: int, end: int) -> None:
        self.text = "".join(lines[start : len(lines) - end])
        self._above = f"… ({start} equal lines)\n" if start else ""
        self._below = f"… ({end} equal lines)" if end else ""

    def cut(self, skipped: int) -> str:
        """Return the text from a little before where the sides part, as far as there is room."""
        whole = len(self.text)
        text = self.text[skipped : skipped + MOST]
        text = f"… ({skipped} equal characters){text}" if skipped else text
        text += f"… ({whole} characters)" if skipped + MOST < whole else ""
        return self._above + text + self._below
