"""`.terraformignore`: what stays behind, by the rules that HashiCorp documents.

It is read at the root of a configuration alone. The default rules always come first, so that the
file may take them back; the last rule that matches decides. A trailing `/` takes everything in a
folder, a leading `/` binds to the root, and everything else matches at any depth. A folder that is
named without a `/` does not exclude what is in it: `Rules.idle` finds those.

Matching takes a time that grows with the path alone: patterns come from whoever wrote them, and
none may hang the client.
"""

import dataclasses
import unicodedata
from collections.abc import Iterable

NAME = ".terraformignore"
DEFAULTS = ("**/.git/**", "**/.terraform/**", "!**/.terraform/modules/**")
LONGEST_LINE = 4096
LONGEST_FILE = 1024 * 1024

_DEEP = "**/"
"""Any number of whole folders, none too."""
_REST = "**"
"""Everything up to the end."""
_STAR = "*"
_ANY = "?"


class IgnoreInvalid(ValueError):
    """The file cannot be used; says why."""


@dataclasses.dataclass(frozen=True)
class _Class:
    """A character class: `[a-z]`, `[!x]`; it never matches a `/`."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool

    def takes(self, character: str) -> bool:
        """Say whether a character is of the class."""
        inside = any(low <= character <= high for low, high in self.ranges)
        return inside != self.negated and character != "/"


@dataclasses.dataclass(frozen=True)
class _Literal:
    """A character that stands for itself."""

    character: str


_Token = str | _Class | _Literal


class Pattern:
    """One pattern, matched by walking all its positions at once: one step per character."""

    def __init__(self, text: str) -> None:
        self.text = text
        tokens = _tokens(text)
        self._needs = _longest_literal(tokens)
        self._end = 1 << len(tokens)
        self._stars = self._deeps = self._rests = self._anys = 0
        self._literals: dict[str, int] = {}
        self._classes: list[tuple[_Class, int]] = []
        for at, token in enumerate(tokens):
            self._place(token, 1 << at)
        # What may take nothing, in runs: where each begins, what it leads to, where it ends.
        empty = self._stars | self._deeps | self._rests
        self._first = empty & ~(empty << 1)
        self._reached = empty << 1
        self._last = self._reached & ~empty
        self._known: dict[str, int] = {}

    def matches(self, path: str) -> bool:
        """Say whether the whole of `path` fits."""
        if self._needs not in path:
            return False
        boundary = self._opened(1)
        inside = 0  # positions in the midst of a `**/`: they wait for the next `/`
        for character in path:
            here = boundary
            boundary = self._opened(self._step(here, inside, character))
            inside = (here | inside) & self._deeps
            if not boundary | inside:
                return False
        return bool(boundary & self._end)

    def _step(self, here: int, inside: int, character: str) -> int:
        stays = here & self._rests
        if character != "/":
            stays |= here & self._stars
        else:
            # The folder is over: what follows it may begin, and so may one more folder.
            deep = (here | inside) & self._deeps
            stays |= deep | deep << 1
        takes = self._known.get(character)
        if takes is None:
            takes = self._known[character] = self._takers(character)
        return stays | (here & takes) << 1

    def _takers(self, character: str) -> int:
        """Return the positions whose token takes this character."""
        takes = self._literals.get(character, 0)
        if character != "/":
            takes |= self._anys
        for kind, bit in self._classes:
            if kind.takes(character):
                takes |= bit
        return takes

    def _opened(self, positions: int) -> int:
        """Add the positions that are reached by taking nothing, in one step for all runs.

        The subtraction borrows through each run up to the lowest position that is set in it: what
        lies above that one stays as it was, and is what can be reached.
        """
        ended = positions | self._last
        return positions | (self._reached & ~((ended - self._first) ^ ended))

    def _place(self, token: _Token, bit: int) -> None:
        if isinstance(token, _Literal):
            self._literals[token.character] = self._literals.get(token.character, 0) | bit
        elif isinstance(token, _Class):
            self._classes.append((token, bit))
        elif token == _STAR:
            self._stars |= bit
        elif token == _DEEP:
            self._deeps |= bit
        elif token == _REST:
            self._rests |= bit
        else:
            self._anys |= bit


@dataclasses.dataclass(frozen=True)
class Rule:
    """One line of the file as it is written; `line` 0 is a default."""

    line: int
    written: str
    negated: bool
    pattern: Pattern


class Rules:
    """All rules of one configuration, defaults first."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)

    def excludes(self, path: str) -> bool:
        """Say whether a file of this POSIX path stays behind."""
        name = unicodedata.normalize("NFC", path)
        decided = (rule for rule in reversed(self._rules) if rule.pattern.matches(name))
        last = next(decided, None)
        return last is not None and not last.negated

    def idle(self, paths: Iterable[str]) -> tuple[Rule, ...]:
        """Return rules that name a folder, and so exclude nothing of what is in it."""
        folders = {folder for path in paths for folder in _folders(path)}
        return tuple(
            rule
            for rule in self._rules
            if rule.line
            and not rule.negated
            and not rule.written.endswith(("/", "**"))
            and any(rule.pattern.matches(folder) for folder in folders)
        )


def parse(data: bytes) -> Rules:
    """Read the file.

    Raises:
        IgnoreInvalid: it is no UTF-8, or longer than any such file is.
    """
    if len(data) > LONGEST_FILE:
        raise IgnoreInvalid(f"more than {LONGEST_FILE} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise IgnoreInvalid("not in UTF-8") from None
    rules = [_rule(0, default) for default in DEFAULTS]
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise IgnoreInvalid(f"line {number} is longer than {LONGEST_LINE} characters")
        written = unicodedata.normalize("NFC", line.strip())
        if written and not written.startswith("#") and written != "!":
            rules.append(_rule(number, written))
    return Rules(rules)


def _rule(line: int, written: str) -> Rule:
    negated = written.startswith("!")
    pattern = written[1:] if negated else written
    if pattern.endswith("/"):
        pattern += "**"
    pattern = pattern[1:] if pattern.startswith("/") else f"**/{pattern}"
    return Rule(line, written, negated, Pattern(pattern))


def _tokens(pattern: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(pattern):
        token, at = _token(pattern, at)
        if not (found and token == found[-1] and token in (_STAR, _DEEP, _REST)):
            found.append(token)
    return found


def _token(pattern: str, at: int) -> tuple[_Token, int]:
    """Read one token; return it and where the next begins."""
    character = pattern[at]
    if pattern.startswith("**", at):
        after = at + 2 + pattern.startswith("/", at + 2)
        return (_DEEP if after < len(pattern) else _REST), after
    if character in (_STAR, _ANY):
        return character, at + 1
    if character == "[":
        return _class(pattern, at)
    if character == "\\" and at + 1 < len(pattern):
        return _Literal(pattern[at + 1]), at + 2
    return _Literal(character), at + 1


def _class(pattern: str, at: int) -> tuple[_Token, int]:
    """Read `[…]`; without an end, `[` stands for itself."""
    start = at + 1
    negated = pattern[start : start + 1] in ("!", "^") and start < len(pattern)
    start += negated
    end = pattern.find("]", start + 1)
    if end < 0:
        return _Literal("["), at + 1
    ranges: list[tuple[str, str]] = []
    members = pattern[start:end]
    while members:
        if len(members) > 2 and members[1] == "-":  # noqa: PLR2004 (a-z)
            ranges.append((members[0], members[2]))
            members = members[3:]
        else:
            ranges.append((members[0], members[0]))
            members = members[1:]
    return _Class(tuple(ranges), negated), end + 1


def _longest_literal(tokens: list[_Token]) -> str:
    """Return text that every match holds: most paths are told apart by it alone."""
    runs = [""]
    for token in tokens:
        if isinstance(token, _Literal):
            runs[-1] += token.character
        else:
            runs.append("")
    return max(runs, key=len)


def _folders(path: str) -> list[str]:
    parts = unicodedata.normalize("NFC", path).split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
