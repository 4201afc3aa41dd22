"""What a Markdown parser makes of our reviews: the blocks, and that nothing in them is alive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OURS = re.compile(r"<details><summary>(?:<code>[^<>]*</code>|[^<>])*</summary>|</details>")
_INLINE = frozenset(
    {"text", "text_special", "code_inline", "html_inline", "strong_open", "strong_close"}
    | {"softbreak", "link_open", "link_close"}
)
_TAGS = frozenset({"<br>", "<code>", "</code>"})
_ALIVE = re.compile(r"@|://|\bwww\.|#\d|\bgh-\d|:[a-z0-9_+-]+:|\b[0-9a-f]{7,40}\b", re.IGNORECASE)
"""What GitHub and GitLab turn into mentions, addresses, references and emoji."""


def blocks(text: str) -> list[str]:
    """Return the blocks of a text, in order; cells and items count, what is in them does not."""
    return [f"{token.type}:{token.tag}:{token.level}" for token in _PARSER.parse(text)]


def fences(text: str) -> list[str]:
    """Return what stands in fences."""
    return [token.content for token in _PARSER.parse(text) if token.type == "fence"]


def spoken(text: str) -> str:
    """Return the text of a piece of Markdown on one line, as a reader sees it."""
    tokens = _PARSER.parseInline(text)[0].children or []
    return "".join(t.content for t in tokens if t.type != "html_inline")


def complaints(text: str, url: str = "") -> list[str]:
    """Name everything in a text that is alive or not ours."""
    return [said for token in _PARSER.parse(text) for said in _complaints(token, url)]


def _complaints(token: Token, url: str) -> Iterator[str]:
    if token.type == "html_block":
        yield from (line for line in token.content.splitlines() if not _OURS.fullmatch(line))
    inside = link = False
    for child in token.children or ():
        if child.type not in _INLINE:
            yield f"{child.type}: {child.content!r}"
        if child.type == "html_inline" and child.content not in _TAGS:
            yield f"html: {child.content!r}"
        if child.type == "html_inline":
            inside = child.content == "<code>"
        if child.type in ("link_open", "link_close"):
            link = child.type == "link_open"
            if link and child.attrs.get("href") != url:
                yield f"link: {child.attrs}"
        alive = child.type in ("text", "text_special") and not inside and not link
        if alive and _ALIVE.search(child.content):
            yield f"alive: {child.content!r}"
