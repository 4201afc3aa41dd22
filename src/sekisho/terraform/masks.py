"""Terraform's sensitivity masks: only `True` masks, and all below it."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from sekisho.domain.states import MASK
from sekisho.domain.text import plain
from sekisho.terraform.redaction import Redactor

_ENDLESS = 1 << 40
_ENCODE = msgspec.json.Encoder().encode
DEEPEST = 64
"""Levels that are looked into; Terraform's own types nest far less. What is deeper is cut."""


def mask_at(mask: Any, step: str | int) -> Any:
    """Return the mask of an entry or element."""
    if mask is True:
        return True
    if isinstance(mask, dict) and isinstance(step, str):
        return cast("dict[str, Any]", mask).get(step, False)
    if isinstance(mask, list) and isinstance(step, int):
        marks = cast("list[Any]", mask)
        return marks[step] if step < len(marks) else False
    return False


def masks_anything(mask: Any) -> bool:
    """Say whether a mask may cover anything at all: most cover nothing, and this is quick.

    A yes may be wrong (a key may be called so), a no never is.
    """
    try:
        return bool(mask) and b"true" in _ENCODE(mask)
    except (ValueError, RecursionError, TypeError):
        return True


def either(mask: Any, other: Any, depth: int = 0) -> Any:
    """Lay two masks over each other; below the deepest level all is covered."""
    if mask is True or other is True or depth > DEEPEST:
        return True
    if isinstance(mask, dict) and isinstance(other, dict):
        one, two = cast("dict[str, Any]", mask), cast("dict[str, Any]", other)
        return {k: either(one.get(k, False), two.get(k, False), depth + 1) for k in {**one, **two}}
    if isinstance(mask, list) and isinstance(other, list):
        pairs = itertools.zip_longest(
            cast("list[Any]", mask), cast("list[Any]", other), fillvalue=False
        )
        return [either(a, b, depth + 1) for a, b in pairs]
    # Of two kinds: whoever covers something says what; both do only where Terraform changed types.
    return cast("Any", mask if masks_anything(mask) else other)


def masked(value: Any, mask: Any, hide: Callable[[Any], Any], depth: int = 0) -> Any:
    """Return a value with its mask laid over it; `hide` redacts what the mask leaves open."""
    if mask is True or depth > DEEPEST:
        return None if value is None else MASK
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {k: masked(v, mask_at(mask, k), hide, depth + 1) for k, v in entries}
    if isinstance(value, list):
        elements = enumerate(cast("list[Any]", value))
        return [masked(v, mask_at(mask, i), hide, depth + 1) for i, v in elements]
    return hide(value)


def secrets_in(value: Any, mask: Any) -> Iterator[str]:
    """Yield every string and every number that a mask covers, as text."""
    waiting: list[tuple[Any, Any]] = [(value, mask)] if masks_anything(mask) else []
    while waiting:
        found, over = waiting.pop()
        if isinstance(found, dict):
            entries = cast("dict[str, Any]", found).items()
            waiting.extend((v, mask_at(over, k)) for k, v in entries)
        elif isinstance(found, list):
            elements = enumerate(cast("list[Any]", found))
            waiting.extend((v, mask_at(over, i)) for i, v in elements)
        elif over is True and isinstance(found, str | int | float) and not isinstance(found, bool):
            yield str(found)


def shown(value: Any, redactor: Redactor, path: str = "") -> Any:
    """Return a value as it may be stored: inert, redacted; `path` tells where it stands."""
    return redactor.leaf(path, _inert(value))


def text_shown(text: str, redactor: Redactor) -> str:
    """Return text redacted and inert, whole."""
    return redactor.text(text, _ENDLESS)


def _inert(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return plain(value, len(value))
    if isinstance(value, dict | list) and depth > DEEPEST:
        return "…"
    if isinstance(value, list):
        return [_inert(v, depth + 1) for v in cast("list[Any]", value)]
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {plain(k, len(k)): _inert(v, depth + 1) for k, v in entries}
    return value
