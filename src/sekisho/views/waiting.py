"""Waiting for a run without holding a thread; who goes away stops nothing."""

from collections.abc import Awaitable, Callable

import anyio

from sekisho.domain.runs import Run
from sekisho.engine.runs import settled

LONGEST = 20
"""Seconds; some clients cut a call at 30."""
_FIRST_TURN, _TURN, _YOUNG = 0.01, 0.1, 1.0
"""Seconds between looks, short in the first second: a small plan takes a tenth of one."""


async def follow(read: Callable[[], Awaitable[Run]], seconds: float) -> Run:
    """Return the run as soon as nothing more happens to it by itself, or when time is up."""
    run = await read()
    if seconds <= 0:
        return run
    began = anyio.current_time()
    with anyio.move_on_after(seconds):
        while not settled(run):
            young = anyio.current_time() - began < _YOUNG
            await anyio.sleep(_FIRST_TURN if young else _TURN)
            run = await read()
    return run
