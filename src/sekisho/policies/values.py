"""Values on their way into the engine and out of it again.

rego-cpp keeps text in policies as it is written, with its escapes, and compares that with text of
the input as it is. So text goes in written as in JSON, and comes out of it the same way.
"""

import json
import math
from typing import Any, NoReturn, cast

_LEAST, _MOST = -(2**63), 2**63 - 1
_MOST_DIGITS = 400


class Unfit(Exception):
    """Something that the engine could get wrong, or did; the text says what."""


def plan_in(raw: bytes) -> Any:
    """Read plan JSON; what is too large for a number of the engine becomes a float.

    Raises:
        Unfit: it is no JSON, or holds a number that no float can be.
    """
    try:
        return json.loads(raw, parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except ValueError:
        raise Unfit("the plan is not JSON") from None


def for_engine(value: Any) -> Any:
    """Return a value with its text as the engine has text in policies."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[1:-1]
    if isinstance(value, list):
        return [for_engine(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {for_engine(key): for_engine(each) for key, each in pairs}
    return value


def from_engine(output: Any) -> Any:
    """Return the one value of an answer of the engine. Raises Unfit where it holds none."""
    from regopy import RegoError
    from regopy import rego_shared as rego

    try:
        terms = rego.rego_output_expressions_at_index(output, 0)
        if rego.rego_node_size(terms) != 1:
            raise Unfit("the engine answers with more than was asked")
        return _plain(rego.rego_node_get(terms, 0))
    except (RegoError, ValueError):
        raise Unfit("the engine answers with what is no value: is a function not known?") from None


def _plain(node: Any) -> Any:
    from regopy import NodeKind
    from regopy import rego_shared as rego

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
    found = _plain(node)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _scalar(kind: Any, written: str) -> Any:
    from regopy import NodeKind

    if kind == NodeKind.String:
        return _text(written)
    if kind in (NodeKind.Int, NodeKind.Float):
        return float(written)
    words = {NodeKind.Boolean: {"true": True, "false": False}, NodeKind.Null: {"null": None}}
    try:
        return words[kind][written]
    except KeyError:
        raise Unfit("the engine answers with what is no value") from None


def _text(written: str) -> str:
    """Return text without its escapes; as it is, where a policy put it together otherwise."""
    try:
        found = json.loads(f'"{written}"', strict=False)
    except ValueError:
        return written
    return found if isinstance(found, str) else written


def _integer(text: str) -> int | float:
    if len(text) > _MOST_DIGITS:
        raise Unfit("the plan holds a number that is too large")
    found = int(text)
    return found if _LEAST <= found <= _MOST else _number(text)


def _number(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise Unfit("the plan holds a number that is too large")
    return found


def _constant(_text: str) -> NoReturn:
    raise Unfit("the plan is not JSON")
