"""Long texts, cut to what differs between two sides: the change itself is never cut off."""

import itertools

WHOLE = 2_000
"""Characters that a text may have and stay whole."""
MOST = 8_000
"""Characters kept of what differs."""
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
    return tuple(_window(lines, start, end) for lines in (olds, news))  # type: ignore[return-value]


def _alike(ones: list[str], others: list[str]) -> int:
    pairs = zip(ones, others, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _window(lines: list[str], start: int, end: int) -> str:
    kept = lines[start : len(lines) - end]
    text = "".join(kept)
    if len(text) > MOST:
        # One line may be all there is: from where the sides part, as far as there is room.
        text = f"{text[:MOST]}… ({sum(map(len, kept))} characters)"
    above = f"… ({start} equal lines)\n" if start else ""
    below = f"… ({end} equal lines)" if end else ""
    return above + text + below
