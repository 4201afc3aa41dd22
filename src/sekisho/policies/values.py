"""Values on their way into the engine and out of it again.

rego-cpp keeps text in policies as it is written, with its escapes, and compares that with text of
the input as it is. So text goes in written as in JSON, and comes out of it the same way.
"""

import json
import math
from typing import Any, NoReturn, cast

_LEAST, _MOST = -(2**63), 2**63 - 1
_MOST_DIGITS = 400
_DECIMALS = 6
"""The engine takes no more of them: what is smaller would be nothing."""


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


def text_of(written: str) -> str:
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
    if found and not round(found, _DECIMALS):
        raise Unfit("the plan holds a number that is too small")
    return found


def _constant(_text: str) -> NoReturn:
    raise Unfit("the plan is not JSON")
