"""Blobs, in memory. Nothing leaves the process, so nothing is encrypted."""

import io
import shutil
from typing import BinaryIO

from sekisho.stores.names import check_blob_name
from sekisho.stores.writes import Turn


class MemoryBlobs:
    """Keeps bytes in a dict."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._contents: dict[str, bytes] = {}

    def put(self, name: str, content: BinaryIO) -> int:
        check_blob_name(name)
        whole = io.BytesIO()
        shutil.copyfileobj(content, whole)  # a pipe or socket gives less than is asked for
        with self._turn:
            self._contents[name] = whole.getvalue()
        return whole.tell()

    def open(self, name: str) -> BinaryIO:
        check_blob_name(name)
        with self._turn:
            return io.BytesIO(self._contents[name])

    def has(self, name: str) -> bool:
        check_blob_name(name)
        with self._turn:
            return name in self._contents

    def remove(self, name: str) -> None:
        check_blob_name(name)
        with self._turn:
            self._contents.pop(name, None)

    def names(self, prefix: str = "") -> tuple[str, ...]:
        with self._turn:
            return tuple(sorted(name for name in self._contents if name.startswith(prefix)))
