"""The data of Kubernetes Secrets inside a text, JSON or YAML: secret whatever it looks like. Pure.

Such a document says of itself that it is one (`kind: Secret`), and names nothing in it by a telling
word: no label, shape or chance would find `word: correct-horse` there.
"""

import re
from collections.abc import Iterator

from sekisho.domain.states import MASK

HINT = "Secret"
"""In every text that holds one."""
_KIND = re.compile(r"""kind\\*["']?[ \t]*:[ \t]*\\*["']?Secret(?![\w-])""")
_HEAD = re.compile(r'(?<!\\)(\\*)"(?:data|stringData|binaryData)\1"\s*+:\s*+\{')
_LINE_END = re.compile(r"(\r?\n|(?<!\\)\\+n(?![a-z]+\\))")
_BLOCK = re.compile(
    r"""(?P<indent>[ \t]*+)(?:- )?\\*["']?(?:data|stringData|binaryData)\\*["']?:"""
    r"[ \t]*+(?P<flow>\{)?"
)
_ENTRY = re.compile(
    r"""(?P<head>[ \t]*+\\*["']?[\w.-]{1,253}+\\*["']?:[ \t]+)(?P<value>\S.*)""", re.DOTALL
)
_LINE = re.compile(r"(?P<head>[ \t]*+)(?P<value>\S.*)", re.DOTALL)
_BLOCK_SIGN = re.compile(r"[|>][-+\d]{0,2}[ \t]*")


def mask_manifests(text: str) -> str:
    """Mask the data of every Secret in a text; its keys stay."""
    if HINT not in text or not _KIND.search(text):
        return text
    return "".join(_of_yaml(_of_json(text)))


def _of_json(text: str) -> str:
    kept, done = list[str](), 0
    for head in _HEAD.finditer(text):
        if head.start() < done:
            continue
        for start, end in _values(text, head.end(), head[1]):
            kept += [text[done:start], MASK]
            done = end
    return "".join([*kept, text[done:]]) if kept else text


def _values(text: str, at: int, escape: str) -> Iterator[tuple[int, int]]:
    r"""Yield the texts of an object's entries; a quote is `"` behind exactly these backslashes."""
    quote = rf'(?<!\\){re.escape(escape)}"'
    entry = re.compile(
        rf"(?:[\s,]|\\+[nrt])*{quote}.{{0,253}}?{quote}\s*+:\s*+(?:{quote}(.*?){quote}|[\w.+-]++)",
        re.DOTALL,
    )
    while found := entry.match(text, at):
        at = found.end()
        if found[1]:
            yield found.span(1)


def _of_yaml(text: str) -> Iterator[str]:
    """Yield the text again, document by document."""
    parts = _LINE_END.split(text)
    lines, ends = parts[::2], [*parts[1::2], ""]
    start = 0
    for number in [*(n for n, line in enumerate(lines) if line.startswith("---")), len(lines)]:
        document = lines[start:number]
        if any(_KIND.search(line) for line in document) and not _is_json(document[0]):
            document = list(_lines(document))
        for line, end in zip(document, ends[start:number], strict=True):
            yield line + end
        start = number


def _is_json(line: str) -> bool:
    return line.lstrip(' \t"\\').startswith(("{", "["))


def _lines(document: list[str]) -> Iterator[str]:
    inside: int | None = None
    for line in document:
        indent = len(line) - len(line.lstrip(" \t"))
        if inside is not None and line.strip() and indent <= inside:
            inside = None
        if inside is not None:
            yield _hidden(line)
            continue
        if block := _BLOCK.match(line):
            inside = len(block["indent"])
            yield f"{block[0]}{MASK}}}" if block["flow"] else line
            continue
        yield line


def _hidden(line: str) -> str:
    found = _ENTRY.fullmatch(line) or _LINE.fullmatch(line)
    if found is None or _BLOCK_SIGN.fullmatch(found["value"]) or line.rstrip().endswith(":"):
        return line
    return found["head"] + MASK
