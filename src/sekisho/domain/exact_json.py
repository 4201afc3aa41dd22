"""JSON whose text says no more than its value does: what may be shown as a value, not as text."""

import json
from typing import Any


def read_exactly(text: str) -> Any:
    """Read JSON that can be written in one way only.

    Raises:
        ValueError: it is no JSON, names an entry twice, or has a number that may be rounded.
        RecursionError: it nests too deeply.
    """
    return json.loads(text, parse_float=_never, parse_constant=_never, object_pairs_hook=_once)


def _never(number: str) -> Any:
    """Refuse what Python may write in another way than it was written."""
    raise ValueError(number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found
