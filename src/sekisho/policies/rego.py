"""rego-cpp, as regopy offers it: only the child imports this."""

import json
import re
from typing import Any, cast

from regopy import (  # pyright: ignore[reportMissingTypeStubs] (it has none)
    NodeKind,
    RegoError,
)
from regopy import rego_shared as rego  # pyright: ignore[reportMissingTypeStubs]

from sekisho.policies.values import Unfit, for_engine, text_of

_WORDS = re.compile(r"\(errormsg \d+:(.*)\)$", re.MULTILINE)
_PLACES = re.compile(r"\(error \d+:([^|\n]*)\|")
_PACKAGES = ("main", "terraform")


def evaluated(files: list[tuple[str, str]], plan: Any) -> list[Any]:
    """Return everything that each package says; None where there is no such package.

    Raises:
        Unfit: they cannot be evaluated.
    """
    engine = rego.rego_new()
    # As functions fail in OPA, a rule is silent: a value that an agent chose would silence it.
    rego.rego_set_strict_builtin_errors(engine, True)
    try:
        for name, text in files:
            rego.rego_add_module(engine, name, text)
        rego.rego_set_input(engine, rego.rego_input_from_value(for_engine(plan)))
        return [_asked(engine, package) for package in _PACKAGES]
    except RegoError as error:
        raise Unfit(_said(str(error))) from None


def _asked(engine: Any, package: str) -> Any:
    output = rego.rego_query(engine, f"data.{package}")
    if not rego.rego_output_ok(output):
        raise Unfit(
            f"package {package} cannot be evaluated: a function fails, is not known, or a rule"
            " has two values"
        )
    written = rego.rego_output_string(output)
    if written == "undefined":
        return None
    if not written.startswith("{"):
        # What is no answer, though said to be one: looking into it would end this process.
        raise Unfit(_said(written))
    return _answer(output)


def _said(error: str) -> str:
    """Take the words out of the engine's tree of errors."""
    words = [m.strip() for m in _WORDS.findall(error)]
    places = _PLACES.findall(error)
    if len(places) == len(words):
        words = [f"{place}: {word}" for place, word in zip(places, words, strict=True)]
    said = "; ".join(dict.fromkeys(words))
    return said or "the policy cannot be read"


def _answer(output: Any) -> Any:
    """Return the one value of an answer of the engine. Raises Unfit where it holds none."""
    try:
        terms = rego.rego_output_expressions_at_index(output, 0)
        if rego.rego_node_size(terms) != 1:
            raise Unfit("the engine answers with more than was asked")
        return _plain(rego.rego_node_get(terms, 0))
    except (RegoError, ValueError):
        raise Unfit("the engine answers with what is no value: is a function not known?") from None


def _plain(node: Any) -> Any:

    kind = rego.rego_node_type(node)
    below = (rego.rego_node_get(node, i) for i in range(rego.rego_node_size(node)))
    if kind in (NodeKind.Term, NodeKind.Scalar):
        return _plain(next(below))
    if kind in (NodeKind.Array, NodeKind.Set):
        return [_plain(each) for each in below]
    if kind == NodeKind.Object:
        return {
            _key(rego.rego_node_get(each, 0)): _plain(rego.rego_node_get(each, 1)) for each in below
        }
    return _scalar(kind, str(rego.rego_node_value(node)))


def _key(node: Any) -> str:
    found = _bare(_plain(node))
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _bare(value: Any) -> Any:
    """Take quotes off: text in keys, unlike that in values, comes in them."""
    if isinstance(value, str):
        quoted = len(value) > 1 and value[0] == value[-1] == '"'
        return text_of(value[1:-1]) if quoted else value
    if isinstance(value, list):
        return [_bare(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in cast("dict[str, Any]", value).items()}
    return value


def _scalar(kind: Any, written: str) -> Any:

    if kind == NodeKind.String:
        return text_of(written)
    if kind in (NodeKind.Int, NodeKind.Float):
        return float(written)
    words = {NodeKind.Boolean: {"true": True, "false": False}, NodeKind.Null: {"null": None}}
    try:
        return words[kind][written]
    except KeyError:
        raise Unfit("the engine answers with what is no value") from None
