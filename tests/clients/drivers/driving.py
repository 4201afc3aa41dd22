"""The loop that the drivers in Python share."""

import contextlib
import json
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import anyio
import anyio.to_thread

SECONDS = 40
"""What a client is told to wait for an answer, where it can be told: more than a long poll."""


class Driver(Protocol):
    """What a client can do, in the words of its library."""

    async def tools(self) -> dict[str, Any]:
        """Return `names`, and `bytes` of the list as the library keeps it."""
        ...

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return `text`, `structured` and `error`."""
        ...


Opening = Callable[[dict[str, Any]], contextlib.AbstractAsyncContextManager[Driver]]


def drive(opening: Opening) -> None:
    """Serve the lines of stdin until it ends."""
    anyio.run(_drive, opening)


async def _drive(opening: Opening) -> None:
    try:
        async with opening(json.loads(sys.argv[1])) as driver:
            async for asked in _lines():
                _say(await _answer(driver, asked))
    except Exception as error:  # noqa: BLE001 (what a client raises is what the tests are about)
        _say({"failed": _words(error)})


async def _answer(driver: Driver, asked: list[Any]) -> dict[str, Any]:
    verb, *words = asked
    try:
        return await getattr(driver, verb)(*words)
    except Exception as error:  # noqa: BLE001 (as above)
        return {"failed": _words(error)}


async def _lines() -> AsyncIterator[list[Any]]:
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        yield json.loads(line)


def _words(error: BaseException) -> str:
    """Return all that is said of an error: of its causes and parts too."""
    return "".join(traceback.format_exception(error))


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
