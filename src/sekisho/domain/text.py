"""Bilingual text: English and Japanese are both first class wherever a person reads."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
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
        """Return the sentence in `language` with `facts` filled in, each stripped and capped.

        A fact that is a `Text` itself speaks the same language. Without facts nothing is filled
        in, so what `fill` returned may be rendered whatever braces came with its facts.
        """
        template = self.ja if language == "ja" else self.en
        if facts is None:
            return template
        said = _Facts({k: _fact(v, language, cap) for k, v in facts.items()})
        return template.format_map(said)

    def fill(self, facts: Mapping[str, object]) -> "Text":
        """Return both sentences with `facts` filled in, braces in the facts kept literal."""
        return Text(self.render("en", facts), self.render("ja", facts))


class _Facts(dict[str, str]):
    """Leaves the mark of a fact that nobody gave: an error must not fail while it is told."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _fact(value: object, language: Language, cap: int) -> str:
    return value.render(language) if isinstance(value, Text) else plain(value, cap)


def joined(texts: Iterable[Text]) -> Text:
    """Put sentences that are filled in already behind each other."""
    all_of_them = tuple(texts)
    return Text(" ".join(t.en for t in all_of_them), "".join(t.ja for t in all_of_them))


_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\x9d]*(?:\x07|\x1b\\|\x9c)"  # OSC: titles, hyperlinks
    r"|\x1b[ -/]+[0-~]"  # sets of characters
)
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi
    "\u200b\u2028\u2029\u2060-\u2064\ufeff\U000e0000-\U000e007f]"  # no width; tags: text unseen
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(value: object, cap: int = _CAP) -> str:
    """Render a value from outside as inert text: controls, ANSI and bidi marks out, length capped.

    Newlines and tabs are kept: diagnostics use them. Rule 7 of the design.
    """
    text = str(value)
    if not (text.isascii() and text.isprintable()):  # nearly all of it needs no look
        text = _HIDDEN.sub("", _ANSI.sub("", text))
        text = _SURROGATE.sub("\ufffd", text)
    return text if len(text) <= cap else text[: cap - 1] + "…"
