"""Patterns of change numbers: judged before they are used, for they are held against anything.

A pattern that can be matched in too many ways takes years over the wrong text. How many ways there
are at most is counted here, over the longest text that is looked at.
"""

import dataclasses
import re

LONGEST_TEXT = 500
"""Characters of a change number that are looked at."""
LONGEST = 300
"""Characters of a pattern."""
_MOST_WAYS = 2_000_000
_MOST_TIMES = 20
"""How often something may be repeated that can be matched in several ways itself."""
_ANY_CASE = "(?i)"
_QUANTIFIER = re.compile(r"([*+?]|\{(\d*)(,?)(\d*)\})[?+]?", re.ASCII)
_OPENING = re.compile(r"\(\?(?:P<\w+>|[aiLmsu-]*:|=|!|<=|<!|>)|\((?!\?)")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def pattern_problem(pattern: str) -> str | None:
    """Say why a pattern is not taken, or None."""
    if len(pattern) > LONGEST:
        return f"the pattern is longer than {LONGEST} characters"
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"this is no regular expression: {error}"
    try:
        ways = _Counter(pattern.removeprefix(_ANY_CASE)).ways()
    except _Unknown:
        return "the pattern uses something that is not taken here: groups with conditions or flags"
    if ways > _MOST_WAYS:
        return (
            "the pattern could be tried in too many ways: repeat nothing that repeats,"
            r" and say how long parts are, as in \d{4}"
        )
    return None


class _Unknown(Exception):
    """Something that is not counted here, so nobody knows."""


@dataclasses.dataclass
class _Counter:
    """Walks a pattern that compiles, and counts the ways in which it can match a text."""

    pattern: str
    at: int = 0

    def ways(self) -> float:
        """Count: the ways of alternatives add up, those of a sequence multiply."""
        total, ways = 0.0, 1.0
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.pattern[self.at] == "|":
                self.at += 1
                total, ways = total + ways, 1.0
            else:
                ways *= self._repeated(self._atom())
        return total + ways

    def _atom(self) -> float:
        start = self.pattern[self.at]
        if start == "(":
            found = _OPENING.match(self.pattern, self.at)
            if not found:
                raise _Unknown
            self.at = found.end()
            ways = self.ways()
            self.at += 1
            return ways
        found = _CLASS.match(self.pattern, self.at) if start == "[" else None
        self.at = found.end() if found else self.at + (2 if start == "\\" else 1)
        return 1.0

    def _repeated(self, ways: float) -> float:
        found = _QUANTIFIER.match(self.pattern, self.at)
        if not found or found[1] == "{}":
            return ways
        self.at = found.end()
        low, high = _times(found)
        if ways == 1:
            return high - low + 1
        if high > _MOST_TIMES or ways > _MOST_WAYS:
            return float("inf")
        return sum(ways**times for times in range(low, high + 1))


def _times(found: "re.Match[str]") -> tuple[int, int]:
    if found[1] in "*+?":
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[1]]
    else:
        low = int(found[2] or 0)
        high = (int(found[4]) if found[4] else None) if found[3] else low
    most = LONGEST_TEXT if high is None else min(high, LONGEST_TEXT)
    return min(low, most), most
