"""Uploads: the body streams from the network into the sources, and is never held in memory."""

import io
from collections.abc import AsyncGenerator, Callable
from typing import BinaryIO, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request

from sekisho.domain.errors import ArchiveInvalid, UploadTooLarge

T = TypeVar("T")
_AT_ONCE = 4
"""Uploads that hold a thread each; more wait."""
_SILENCE = 30.0
"""Seconds without a byte after which an upload is given up."""
_PATIENCE, _SLOWEST = 60.0, 8 * 1024
"""Seconds that every upload has, and bytes a second that each must bring beyond those: whoever
drips holds a thread that others wait for."""
_BUFFER = 256 * 1024


class BodyReader(io.RawIOBase):
    """The body of a request as a blocking stream, read on a worker thread.

    Raises ArchiveInvalid where the client goes away, falls silent or drips, UploadTooLarge at the
    first byte over `cap`.
    """

    def __init__(self, request: Request, cap: int, patience: float = _PATIENCE) -> None:
        super().__init__()
        self._patience = patience
        self._began = anyio.current_time()
        self._chunks: AsyncGenerator[bytes] = request.stream()
        self._cap = cap
        self._taken = 0
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill `buffer` as far as the next bytes go; 0 at the end."""
        if not self._left:
            self._left = anyio.from_thread.run(self._next)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    async def _next(self) -> bytes:
        spent = anyio.current_time() - self._began
        if spent > self._patience + self._taken / _SLOWEST:
            raise ArchiveInvalid(problem=f"it comes slower than {_SLOWEST} bytes a second")
        try:
            with anyio.fail_after(_SILENCE):
                chunk = b""
                async for chunk in self._chunks:
                    if chunk:
                        break
        except ClientDisconnect:
            raise ArchiveInvalid(problem="the upload broke off") from None
        except TimeoutError:
            raise ArchiveInvalid(problem=f"nothing came for {_SILENCE:g} seconds") from None
        self._taken += len(chunk)
        if self._taken > self._cap:
            raise UploadTooLarge(problem=f"more than {self._cap} bytes")
        return chunk


class Uploads:
    """Takes files that are sent, a few at a time."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._slots = anyio.CapacityLimiter(_AT_ONCE)

    async def take(self, request: Request, receive: Callable[[BinaryIO], T]) -> T:
        """Let `receive` read the body of `request` on a thread, as it comes; return its result.

        Raises:
            UploadTooLarge: over the cap; where the length is announced, before the first byte.
            ArchiveInvalid: it broke off; and whatever `receive` raises.
        """
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._cap:
            raise UploadTooLarge(problem=f"{announced} bytes; the cap is {self._cap}")
        body = io.BufferedReader(BodyReader(request, self._cap), _BUFFER)
        return await anyio.to_thread.run_sync(receive, body, limiter=self._slots)
