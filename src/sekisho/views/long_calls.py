"""Calls that take long (Git, Terraform, the whole audit) have threads of their own.

On the threads that every call shares, a few of them would hold up everybody, health checks too.
"""

import weakref
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

_AT_ONCE, _EACH = 8, 3
"""Long calls at a time; and those of one person: the others of theirs wait."""

P = ParamSpec("P")
T = TypeVar("T")


class _Turns:
    """Who may make a long call now. What nobody waits for is forgotten."""

    def __init__(self) -> None:
        self.all = anyio.CapacityLimiter(_AT_ONCE)
        self._each: weakref.WeakValueDictionary[str, anyio.CapacityLimiter] = (
            weakref.WeakValueDictionary()
        )

    def of(self, person: str) -> anyio.CapacityLimiter:
        """Return the turns of one person."""
        found = self._each.get(person)
        if found is None:
            found = self._each[person] = anyio.CapacityLimiter(_EACH)
        return found


_TURNS = anyio.lowlevel.RunVar[_Turns]("sekisho.long_calls")


async def at_length(person: str, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Make a long call on a thread, once it is the turn of `person`."""
    turns = _TURNS.get(None)
    if turns is None:
        turns = _Turns()
        _TURNS.set(turns)
    async with turns.of(person):
        return await anyio.to_thread.run_sync(partial(do, *args, **kwargs), limiter=turns.all)
