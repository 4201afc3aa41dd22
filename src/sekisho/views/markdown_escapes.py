"""Text from outside inside Markdown: it never becomes a heading, a link, a mention, a cell or HTML.

What is plain prose stays readable as it is; everything else goes into code, where nothing means
anything, neither to CommonMark nor to what GitHub and GitLab do afterwards (mentions, references
to issues and commits, bare addresses, emoji).
"""

import html
import re
from collections.abc import Iterable

_ENTITIES = str.maketrans({c: f"&#{ord(c)};" for c in "&<>|\\`*_[]{}()~@!#:$^+=-./\"'%"})
"""As an entity a character is text to every parser."""
_SPAN = re.compile(r"[^`|\\\s](?:[^`|\\\r\n]*[^`|\\\s])?")
_ASCII = re.compile(r"[!-~]+")
_WORD = re.compile(
    r"""[("']*[A-Za-z0-9][A-Za-z0-9'()/-]*(?:[.,][A-Za-z0-9]+)*[)"'.,;:?%]*|[,./;:()"'?]"""
)
"""A run of ASCII that means nothing in Markdown …"""
_MEANS = re.compile(
    r".*(?:--|\bwww\.|\bgh-\d|\b[0-9a-f]{7,64}\b)|\d+[.)]\Z", re.IGNORECASE | re.ASCII
)
"""… unless it is an address, a reference, the number of a list, a commit or a rule."""
_ENCLOSED = re.compile(r"\(([^()]+)\)([.,;:]*)")
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")
_BACKTICKS = re.compile("`+")


def flat(text: str) -> str:
    """Put a text on one line."""
    return " ".join(text.split())


def code(text: str) -> str:
    """Write a text as code on one line; fit for cells of tables too."""
    line = flat(text)
    if _SPAN.fullmatch(line):
        return f"`{line}`"
    return f"<code>{line.translate(_ENTITIES)}</code>" if line else ""


def prose(text: str) -> str:
    """Write a sentence; what could mean something to a parser goes into code."""
    return _ASCII.sub(_as_it_is, flat(text))


def _as_it_is(found: re.Match[str]) -> str:
    run = found[0]
    if _WORD.fullmatch(run) and not _MEANS.match(run):
        return run
    if inner := _ENCLOSED.fullmatch(run):
        return f"({code(inner[1])}){inner[2]}"
    bare = run.rstrip(".,;:")
    return code(bare) + run[len(bare) :] if bare else code(run)


def html_code(text: str) -> str:
    """Write a text as code inside HTML of ours, on one line."""
    return f"<code>{html.escape(flat(text))}</code>"


def html_text(text: str) -> str:
    """Write words of ours inside HTML of ours."""
    return html.escape(flat(text))


def link(url: str) -> str:
    """Write an address of ours as a link; any other form of it as code."""
    return f"<{url}>" if _URL.fullmatch(url) else code(url)


def fence(lines: Iterable[str], language: str = "diff") -> str:
    """Write lines into a fence that is longer than any run of backticks in them."""
    text = "\n".join(" ".join(line.splitlines()) for line in lines)
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def details(summary: str, body: str) -> str:
    """Fold a block of Markdown away. `summary` is HTML already."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def row(cells: Iterable[str]) -> str:
    """Write one row of a table; cells are Markdown already."""
    return f"| {' | '.join(cells)} |"
