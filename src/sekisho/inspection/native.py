"""HCL → `syntax`, by tree-sitter: it tells where everything stands.

What it cannot read without an error is `Unmodelled`, and so is what might hide an expression.
"""

import re
from collections.abc import Callable, Iterator

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser

from sekisho.inspection.syntax import (
    Attribute,
    Block,
    Body,
    Call,
    Choice,
    Expression,
    Items,
    Loop,
    Other,
    Pairs,
    Reference,
    Template,
    Text,
    Unmodelled,
)

DEEPEST = 60
"""Blocks and expressions inside each other; people write a dozen."""

_LANGUAGE = Language(tree_sitter_hcl.language())
_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|([$%])\4\{')
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_LEADS = re.compile(r"(?<![$])[$]\{|(?<![%])%\{")
"""What begins an expression in a text; two of the first character are that character."""


def read(content: bytes) -> Body:
    """Read a file. Raises Unmodelled."""
    tree = Parser(_LANGUAGE).parse(content)
    root = tree.root_node
    if root.has_error:
        raise Unmodelled("the syntax", _first_error(root))
    bodies = _named(root, "body")
    return _body(bodies[0], 0) if bodies else Body()


def read_template(text: str, line: int) -> Expression:
    """Read the text of a template as it stands in a JSON string or a file. Raises Unmodelled.

    `line`: where it stands; expressions in it tell lines that fit.
    """
    mark = "EOT"
    while mark in text:
        mark += "X"
    before = "\n" * max(line - 2, 0)
    found = read(f"{before}x = <<{mark}\n{text}\n{mark}\n".encode()).attribute("x")
    if found is None:
        raise Unmodelled("a template", line)
    return found.value


def _body(node: Node, depth: int) -> Body:
    attributes: list[Attribute] = []
    blocks: list[Block] = []
    for child in node.named_children:
        line = child.start_point[0] + 1
        if depth > DEEPEST:
            raise Unmodelled("the nesting", line)
        if child.type == "attribute":
            name, value = child.named_children[0], child.named_children[-1]
            attributes.append(Attribute(_text(name), _expression(value, depth + 1), line))
        elif child.type == "block":
            blocks.append(_block(child, depth + 1))
        elif child.type != "comment":
            raise Unmodelled(child.type, line)
    return Body(tuple(attributes), tuple(blocks))


def _block(node: Node, depth: int) -> Block:
    kind, labels, body = "", list[str](), Body()
    for child in node.named_children:
        if child.type == "identifier" and not kind:
            kind = _text(child)
        elif child.type == "identifier":
            labels.append(_text(child))
        elif child.type == "string_lit":
            labels.append(_label(child))
        elif child.type == "body":
            body = _body(child, depth)
    return Block(kind, tuple(labels), body, node.start_point[0] + 1)


def _label(node: Node) -> str:
    """Return a label; a label is no template, and one that looks like it is not understood."""
    raw = _text(node)[1:-1]
    if _LEADS.search(raw):
        raise Unmodelled("a label", node.start_point[0] + 1)
    return _unescaped(raw)


def _expression(node: Node, depth: int) -> Expression:
    """Read one expression; a wrapper of one is that one."""
    line = node.start_point[0] + 1
    if depth > DEEPEST:
        raise Unmodelled("the nesting", line)
    children = [c for c in node.named_children if c.type != "comment"]
    if node.type == "expression" and children and children[0].type == "variable_expr":
        return _reference(children, depth)
    if node.type in _WRAPPERS and len(children) == 1:
        return _expression(children[0], depth + 1)
    special = _SPECIAL.get(node.type)
    if special:
        return special(node, children, depth)
    return Other(tuple(_expression(c, depth + 1) for c in children), line)


_WRAPPERS = frozenset(
    {"expression", "literal_value", "template_expr", "collection_value", "for_expr"}
    | {"parenthesized_expr", "operation"}
)


def _plain(node: Node, _children: list[Node], _depth: int) -> Expression:
    text = "" if node.type == "null_lit" else _text(node)
    return Text(text, node.start_point[0] + 1)


def _name(node: Node, _children: list[Node], _depth: int) -> Expression:
    return Reference((_text(node),), node.start_point[0] + 1)


def _call(node: Node, _children: list[Node], depth: int) -> Expression:
    name, *rest = node.named_children
    given = [c for r in rest if r.type == "function_arguments" for c in r.named_children]
    arguments = tuple(_expression(c, depth + 1) for c in given if c.type != "comment")
    return Call("".join(_text(name).split()), arguments, node.start_point[0] + 1)


def _reference(children: list[Node], depth: int) -> Expression:
    names, more = [_text(children[0])], list[Expression]()
    for child in children[1:]:
        if child.type == "get_attr" and not more:
            names.append(_text(child.named_children[0]))
        else:
            more.extend(_expression(c, depth + 1) for c in child.named_children)
            more.append(Text("", child.start_point[0] + 1))
    return Reference(tuple(names), children[0].start_point[0] + 1, tuple(more))


def _tuple(node: Node, children: list[Node], depth: int) -> Expression:
    items = tuple(_expression(c, depth + 1) for c in children if c.type == "expression")
    return Items(items, node.start_point[0] + 1)


def _object(node: Node, children: list[Node], depth: int) -> Expression:
    pairs: list[tuple[Expression, Expression]] = []
    for element in children:
        if element.type != "object_elem":
            continue
        key, value = (c for c in element.named_children if c.type != "comment")
        found = _expression(key, depth + 1)
        bare = isinstance(found, Reference) and len(found.names) == 1 and not found.more
        name: Expression = Text(_text(key), found.line) if bare else found
        pairs.append((name, _expression(value, depth + 1)))
    return Pairs(tuple(pairs), node.start_point[0] + 1)


def _loop(node: Node, children: list[Node], depth: int) -> Expression:
    names, over = list[str](), list[Expression]()
    body, tests = list[Expression](), list[Expression]()
    for child in children:
        if child.type == "for_intro":
            names = [_text(c) for c in child.named_children if c.type == "identifier"]
            over = [_expression(c, depth + 1) for c in _named(child, "expression")]
        elif child.type == "expression":
            body.append(_expression(child, depth + 1))
        elif child.type == "for_cond":
            tests.append(_expression(child, depth + 1))
    if len(over) != 1:
        raise Unmodelled("a loop", node.start_point[0] + 1)
    line = node.start_point[0] + 1
    return Loop(tuple(names), over[0], tuple(body), line, tuple(tests))


def _directive_loop(node: Node, children: list[Node], depth: int) -> Expression:
    """Read `%{ for NAMES in OVER }…%{ endfor }`: what stands in it knows its names."""
    start, *rest = children
    names = tuple(_text(c) for c in _named(start, "identifier"))
    over = [_expression(c, depth + 1) for c in _named(start, "expression")]
    if len(over) != 1:
        raise Unmodelled("a loop", node.start_point[0] + 1)
    found = (e for part in rest for e in _expressions_of(part))
    body = tuple(_expression(e, depth + 1) for e in found)
    return Loop(names, over[0], body, node.start_point[0] + 1)


def _choice(node: Node, children: list[Node], depth: int) -> Expression:
    found = [_expression(c, depth + 1) for c in children]
    if len(found) != 3:  # noqa: PLR2004 (test, one, other)
        return Other(tuple(found), node.start_point[0] + 1)
    return Choice(found[0], found[1], found[2], node.start_point[0] + 1)


def _template(node: Node, _children: list[Node], depth: int) -> Expression:
    """Read a text in quotes or a heredoc: what stands between the expressions is text."""
    line, parts, trimmed = node.start_point[0] + 1, list[Expression](), False
    heredoc = node.type == "heredoc_template"
    if heredoc:
        _check_end(node)
    start, end = _inside(node, heredoc=heredoc)
    own, base = node.text or b"", node.start_byte
    for child in node.named_children:
        if child.type not in ("template_interpolation", "template_directive"):
            continue
        parts.append(_literal(own[start - base : child.start_byte - base], child, heredoc=heredoc))
        inner = tuple(_expression(c, depth + 1) for c in _expressions(child))
        trimmed |= bool(_named(child, "strip_marker"))
        same = child.type == "template_interpolation" and len(inner) == 1
        parts.append(inner[0] if same else Other(inner, child.start_point[0] + 1))
        start = child.end_byte
    parts.append(_literal(own[start - base : end - base], node, heredoc=heredoc))
    kept = tuple(p for p in parts if not (isinstance(p, Text) and not p.value))
    if trimmed:
        return Other(kept, line)  # a text, less whitespace that is not ours to take away
    if all(isinstance(p, Text) for p in kept):
        return Text("".join(p.value for p in kept if isinstance(p, Text)), line)
    return kept[0] if len(kept) == 1 else Template(kept, line)


_SPECIAL: dict[str, Callable[[Node, list[Node], int], Expression]] = {
    "function_call": _call,
    "variable_expr": _name,
    "tuple": _tuple,
    "object": _object,
    "for_tuple_expr": _loop,
    "for_object_expr": _loop,
    "template_for": _directive_loop,
    "conditional": _choice,
    **dict.fromkeys(("numeric_lit", "bool_lit", "null_lit"), _plain),
    **dict.fromkeys(("string_lit", "quoted_template", "heredoc_template"), _template),
}


def _check_end(node: Node) -> None:
    """Refuse a heredoc that ends in one place for some and in another for others.

    Terraform takes any whitespace of Unicode from around its mark, tree-sitter does not.
    """
    lines = _text(node).split("\n")
    mark = _text(_named(node, "heredoc_identifier")[-1])
    if any(line.strip() == mark for line in lines[1:-1]) or lines[-1].strip(" \t\r") != mark:
        raise Unmodelled("the end of a heredoc", node.start_point[0] + 1)


def _inside(node: Node, *, heredoc: bool) -> tuple[int, int]:
    """Return where the content of a template begins and ends, in the file."""
    if not heredoc:
        return node.start_byte + 1, node.end_byte - 1
    newline = (node.text or b"").find(b"\n")
    marks = _named(node, "heredoc_identifier")
    return node.start_byte + newline + 1, marks[-1].start_byte


def _literal(raw: bytes, node: Node, *, heredoc: bool) -> Text:
    """Decode a piece of text. One that seems to begin an expression was read wrongly."""
    text, line = raw.decode(), node.start_point[0] + 1
    if _LEADS.search(text.replace("$${", "").replace("%%{", "")):
        raise Unmodelled("a template", line)
    if heredoc:
        return Text(text.replace("$${", "${").replace("%%{", "%{"), line)
    return Text(_unescaped(text), line)


def _expressions(node: Node) -> Iterator[Node]:
    """Yield the expressions at any depth of an interpolation or a directive, the outermost."""
    for child in node.named_children:
        yield from _expressions_of(child)


def _expressions_of(node: Node) -> Iterator[Node]:
    kinds = ("expression", "template_interpolation", "template_directive", "template_for")
    if node.type in kinds:
        yield node
    else:
        yield from _expressions(node)


def _unescaped(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        simple, four, eight, twice = found.groups()
        if twice:
            return f"{twice}{{"
        return _PLAIN[simple] if simple else chr(int(four or eight, 16))

    try:
        return _ESCAPE.sub(plain, text)
    except (ValueError, OverflowError):
        raise Unmodelled("an escape") from None


def _named(node: Node, kind: str) -> list[Node]:
    return [c for c in node.named_children if c.type == kind]


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _first_error(node: Node) -> int:
    """Return the line of the first error; every level of the tree says whether it holds one."""
    for child in node.children:
        if child.type == "ERROR" or child.is_missing:
            return child.start_point[0] + 1
        if child.has_error:
            return _first_error(child)
    return node.start_point[0] + 1
