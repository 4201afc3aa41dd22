"""Bilingual text: English and Japanese are both first class wherever a person reads."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "ja"]

_CAP = 500
"""Longest rendering, in characters, of one fact inside a sentence; facts may come from outside."""


@dataclasses.dataclass(frozen=True)
class Text:
    """One sentence in both languages; `{name}` marks where a fact goes."""

    en: str
    ja: str

    def render(
        self, language: Language, facts: Mapping[str, object] | None = None, cap: int = _CAP
    ) -> str:
        """Return the sentence in `language` with `facts` filled in, each stripped and capped."""
        template = self.ja if language == "ja" else self.en
        return template.format_map({k: plain(v, cap) for k, v in (facts or {}).items()})

    def fill(self, facts: Mapping[str, object]) -> "Text":
        """Return both sentences with `facts` filled in, braces in the facts kept literal."""
        return Text(self.render("en", facts), self.render("ja", facts))


def plain(value: object, cap: int = _CAP) -> str:
    """Render a value from outside as inert text: controls, ANSI and bidi marks out, length capped.

    Newlines and tabs are kept: diagnostics use them. Rule 7 of the design.
    """
    text = "".join(map(_inert, str(value)))
    return text if len(text) <= cap else text[: cap - 1] + "…"


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _inert(char: str) -> str:
    if char in "\n\t":
        return char
    if char in _BIDI or ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0:  # noqa: PLR2004 (C0, C1)
        return ""
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return char
