"""Looking for lines in a log: a bounded walk at a time, forwards from a cursor or from the end."""

from collections.abc import Iterator

from sekisho.domain.logs import LogFilter, LogFound, LogLine
from sekisho.ports import LogStore

SEARCHED = 20_000
"""Lines looked at in one call; its cursor goes on from there."""
_AT_ONCE = 1_000
_FIRST_GUESS = 1_024

Numbered = tuple[int, LogLine]


def search(logs: LogStore, run_id: str, wanted: LogFilter, after: int, limit: int) -> LogFound:
    """Return the first `limit` lines after a cursor that are wanted; count the others."""
    if wanted.takes_all:
        page = logs.read(run_id, after, limit)
        lines = tuple(enumerate(page.lines, page.cursor - len(page.lines) + 1))
        return LogFound(lines, page.cursor, page.more, len(lines), len(lines))
    kept: list[Numbered] = []
    matched = searched = 0
    last = after
    for number, line in _forwards(logs, run_id, after):
        searched, last = searched + 1, number
        if wanted.takes(line):
            matched += 1
            if matched <= limit:
                kept.append((number, line))
    cursor = kept[-1][0] if matched > limit else last
    rest = matched > limit or bool(logs.read(run_id, last, 1).lines)
    return LogFound(tuple(kept), cursor, rest, matched, searched)


def _forwards(logs: LogStore, run_id: str, after: int) -> Iterator[Numbered]:
    left = SEARCHED
    while left > 0:
        page = logs.read(run_id, after, min(_AT_ONCE, left))
        yield from enumerate(page.lines, page.cursor - len(page.lines) + 1)
        after, left = page.cursor, left - len(page.lines)
        if not page.more:
            return


def tail(logs: LogStore, run_id: str, wanted: LogFilter, count: int) -> LogFound:
    """Return the last `count` lines that are wanted; the cursor is the end, for what comes."""
    end = length(logs, run_id)
    kept: list[Numbered] = []
    matched, start = 0, end
    while start > 0 and end - start < SEARCHED and len(kept) < count:
        size = _AT_ONCE if not wanted.takes_all else min(count, _AT_ONCE)
        below = max(start - size, 0)
        page = logs.read(run_id, below, start - below)
        taken = [(n, line) for n, line in enumerate(page.lines, below + 1) if wanted.takes(line)]
        kept, matched, start = [*taken, *kept], matched + len(taken), below
    return LogFound(tuple(kept[-count:]), end, False, matched, end - start, start)


def length(logs: LogStore, run_id: str) -> int:
    """Return how many lines there are, in a few short reads: a cursor counts lines."""
    low, high = 0, _FIRST_GUESS
    while logs.read(run_id, high, 1).lines:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if logs.read(run_id, middle, 1).lines else (low, middle)
    return low
