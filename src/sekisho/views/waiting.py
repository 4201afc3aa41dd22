"""Waiting for a run without holding a thread; who goes away stops nothing."""

from collections.abc import Awaitable, Callable

import anyio

from sekisho.domain.runs import Run
from sekisho.engine.runs import settled

LONGEST = 20
"""Seconds; some clients cut a call at 30."""
_FIRST_TURN, _TURN = 0.01, 0.1
"""Seconds between looks: short at first, since a small plan takes a tenth of a second."""


async def follow(read: Callable[[], Awaitable[Run]], seconds: float) -> Run:
    """Return the run as soon as it is settled or its status changed, or when time is up."""
    run = first = await read()
    if seconds <= 0:
        return run
    turn = _FIRST_TURN
    with anyio.move_on_after(seconds):
        while not settled(run) and run.status is first.status:
            await anyio.sleep(turn)
            turn = min(turn * 1.2, _TURN)
            run = await read()
    return run
