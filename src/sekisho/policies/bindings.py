"""Names in a policy that nothing binds: OPA refuses them, the engine takes them for undefined.

A condition with a name that was mistyped never holds, and a rule with it never denies. What is read
here is tokens, not Rego: whatever might bind a name counts, so that no good policy is refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"(?P<skip>#[^\n]*|[ \t\r]+)|(?P<line>\n)|(?P<text>`[^`]*`|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<sign>:=|==|!=|<=|>=|[^\s\w])"
)
_KEYWORDS = frozenset(
    {"as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input"}
    | {"not", "null", "package", "some", "true", "with", "_"}
)
_GO_ON = frozenset({"else", "if", "contains", "in", "as", "with", "not", "default"})
"""Words with which no rule begins, or none ends."""
_OPEN, _CLOSE = {"(": ")", "[": "]", "{": "}"}, frozenset(")]}")
_BINDS = (":=", "=")


@dataclass
class _Token:
    kind: str
    text: str
    within: int | None = None
    """Which token opened the innermost brackets that it stands in."""
    closes: int | None = None
    first: bool = False


@dataclass
class _Module:
    package: str = ""
    names: set[str] = field(default_factory=set[str])
    """What is imported."""
    rules: list[list[_Token]] = field(default_factory=list[list[_Token]])


def unbound(files: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the first name that nothing binds, and the file that it stands in; None for none."""
    modules = [(name, _module(text)) for name, text in files]
    rules: dict[str, set[str]] = {}
    for _, module in modules:
        known = rules.setdefault(module.package, set())
        known.update(filter(None, map(_head, module.rules)))
    for name, module in modules:
        for rule in module.rules:
            known = rules[module.package] | module.names
            loose = next((n for n in _loose(_placed(rule)) if n not in known), None)
            if loose:
                return loose, name
    return None


def _tokens(text: str) -> Iterator[_Token]:
    first = True
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "line":
            first = True
        elif kind != "skip":
            yield _Token(kind, found[0], first=first)
            first = False


def _module(text: str) -> _Module:
    module, depth, before = _Module(), 0, _Token("sign", ";")
    for token in _tokens(text):
        if (not depth and _begins(token, before)) or not module.rules:
            module.rules.append([])
        module.rules[-1].append(token)
        depth += (token.text in _OPEN) - (token.text in _CLOSE) if token.kind == "sign" else 0
        before = token
    _sort_out(module)
    return module


def _begins(token: _Token, before: _Token) -> bool:
    """Say whether a rule begins: on a line of its own, where nothing has to go on."""
    if not token.first or token.kind != "name" or token.text in _GO_ON - {"default"}:
        return False
    return before.text in _CLOSE or (before.kind != "sign" and before.text not in _GO_ON)


def _sort_out(module: _Module) -> None:
    """Take package and imports out of the rules."""
    kept: list[list[_Token]] = []
    for rule in module.rules:
        said = [token.text for token in rule]
        if said[0] == "package":
            module.package = "".join(said[1:])
        elif said[0] == "import":
            module.names.add(said[-1].strip('"'))
        else:
            kept.append(rule)
    module.rules = kept


def _head(rule: list[_Token]) -> str:
    """Return the name of a rule."""
    said = [token.text for token in rule if token.text != "default"]
    return said[0] if said else ""


def _placed(rule: list[_Token]) -> list[_Token]:
    """Note in which brackets each token stands."""
    open_: list[int] = []
    for at, token in enumerate(rule):
        if token.kind == "sign" and token.text in _CLOSE and open_:
            token.closes = open_.pop()
        token.within = open_[-1] if open_ else None
        if token.kind == "sign" and token.text in _OPEN:
            open_.append(at)
    return rule


def _loose(rule: list[_Token]) -> list[str]:
    """Return names that are used in a rule and bound nowhere in it."""
    binding = _Bindings(rule)
    used = [at for at in range(1, len(rule)) if _is_variable(rule, at)]
    bound = {rule[at].text for at in used if binding.at(at)}
    return [name for at in used if (name := rule[at].text) not in bound]


def _is_variable(rule: list[_Token], at: int) -> bool:
    token = rule[at]
    if token.kind != "name" or token.text in _KEYWORDS or rule[at - 1].text in (".", "default"):
        return False
    # A function, maybe one of a package: `json.unmarshal(`.
    end = at + 1
    while _text(rule, end) == "." and end + 1 < len(rule):
        end += 2
    return _text(rule, end) != "("


def _text(rule: list[_Token], at: int) -> str:
    return rule[at].text if at < len(rule) else ""


class _Bindings:
    """Says where in a rule a name might be bound."""

    def __init__(self, rule: list[_Token]) -> None:
        self._rule = rule
        self._closing = {token.closes: at for at, token in enumerate(rule) if token.closes}
        self._declared = set(self._declarations())

    def at(self, at: int) -> bool:
        return at in self._declared or self._beside(at, at) or self._inside(at)

    def _declarations(self) -> Iterator[int]:
        """Yield what stands between `some` or `every` and its `in`, or the end of the line."""
        on = False
        for at, token in enumerate(self._rule):
            if token.text in ("some", "every") and token.kind == "name":
                on = True
            elif token.text in ("in", ";", "}") or token.first:
                on = on and token.text == "}" and token.closes is not None
            if on:
                yield at

    def _beside(self, begin: int, end: int) -> bool:
        """Say whether a name, or what is in brackets, is one side of `:=` or `=`."""
        return _text(self._rule, end + 1) in _BINDS or (
            begin > 0 and self._rule[begin - 1].text == "="
        )

    def _inside(self, at: int) -> bool:
        """Say whether brackets around a name bind it: an index, arguments, or a pattern."""
        outer = self._rule[at].within
        while outer is not None:
            if self._rule[outer].text == "(" or self._is_index(outer):
                return True
            if self._beside(outer, self._closing.get(outer, outer)):
                return True
            outer = self._rule[outer].within
        return False

    def _is_index(self, opening: int) -> bool:
        """Say whether brackets are those of `a[i]`; those of a head (`deny[msg]`) bind nothing."""
        before = self._rule[opening - 1] if opening > 1 else None
        return self._rule[opening].text == "[" and before is not None and _is_value(before)


def _is_value(token: _Token) -> bool:
    return (token.kind == "name" and token.text not in _KEYWORDS - {"input", "data"}) or (
        token.kind == "sign" and token.text in _CLOSE
    )
