"""Texts for people: both languages side by side, facts filled in so that none steers a terminal."""

from collections.abc import Mapping
from typing import NamedTuple

LONGEST_FACT = 1000
"""Characters of one fact that are told: it may come from a stranger's server or folder."""


class Words(NamedTuple):
    """One text in both languages."""

    english: str
    japanese: str

    def of(self, language: str) -> str:
        """Return the reader's."""
        return self.japanese if language == "ja" else self.english


class Said(NamedTuple):
    """What is wrong or was found, and what to do; `fix` is empty where there is nothing to do."""

    text: str
    text_ja: str
    fix: str = ""
    fix_ja: str = ""

    def what(self, facts: Mapping[str, object]) -> Words:
        """Say what it is, with its facts."""
        return Words(_filled(self.text, "en", facts), _filled(self.text_ja, "ja", facts))

    def step(self, facts: Mapping[str, object]) -> Words:
        """Say what to do, with its facts."""
        return Words(_filled(self.fix, "en", facts), _filled(self.fix_ja, "ja", facts))


def _filled(text: str, language: str, facts: Mapping[str, object]) -> str:
    told = {n: v.of(language) if isinstance(v, Words) else str(v) for n, v in facts.items()}
    return text.format(**{name: shown(fact[:LONGEST_FACT]) for name, fact in told.items()})


def shown(text: str) -> str:
    """Return a text as it may be printed: nothing in it moves the cursor or hides."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def size_shown(size: int) -> str:
    """Write a number of bytes for reading."""
    amount, units = float(size), ("B", "KB", "MB", "GB")
    unit = 0
    while amount >= 1024 and unit < len(units) - 1:  # noqa: PLR2004 (bytes in a kilobyte)
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {units[unit]}" if unit == 0 else f"{amount:.1f} {units[unit]}"
