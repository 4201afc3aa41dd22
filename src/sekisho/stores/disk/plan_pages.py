"""The changes of a plan in pages: written as they come, read a page at a time.

A page is a JSON list of changes, as an encrypted file of its own. The last, short page stays with
the reading: a small plan is one file. No name of a page is used twice, so that an old one cannot
take its place; that none is gone is known by the reading.
"""

import bisect
import dataclasses
import io
import re
import secrets
from collections.abc import Sequence

import msgspec

from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.stores.codec import PLAN_CHANGES, Codec
from sekisho.stores.disk.blobs import DiskBlobs

PAGE_BYTES = 512 * 1024
written = msgspec.json.Encoder().encode
"""Writes changes and pages as their codecs read them, three times as fast as these write."""


@dataclasses.dataclass(frozen=True)
class PlanPages:
    """A reading, where its changes lie, and those after the last page.

    `starts`: the number of the first change of each page; `last`: that of the first in `tail`.
    """

    reading: PlanReading
    folder: str
    starts: tuple[int, ...]
    last: int
    tail: tuple[ResourceChange, ...]

    def pages_of(self, numbers: Sequence[int]) -> dict[int, list[int]]:
        """Sort numbers by the page they are on; -1 is the tail. Raises KeyError."""
        found: dict[int, list[int]] = {}
        for number in numbers:
            if not 0 <= number < self.last + len(self.tail):
                raise KeyError(number)
            page = bisect.bisect_right(self.starts, number) - 1 if number < self.last else -1
            found.setdefault(page, []).append(number)
        return found


PLAN_PAGES = Codec(PlanPages)


class PageWriter:
    """Takes the changes of one plan, and writes every full page away."""

    def __init__(self, blobs: DiskBlobs, name: str) -> None:
        self._blobs = blobs
        # A worker that was thought lost may still write: its pages are never mixed with ours.
        self._folder = f"{name}-{secrets.token_hex(6)}"
        self._waiting: list[bytes] = []
        self._size = self._count = self._first = 0
        self._starts: list[int] = []

    def keep(self, change: ResourceChange) -> None:
        """Take the next change."""
        text = written(change)
        self._waiting.append(text)
        self._size += len(text)
        self._count += 1
        if self._size >= PAGE_BYTES:
            self._flush()

    def _flush(self) -> None:
        content = io.BytesIO(b"[" + b",".join(self._waiting) + b"]")
        self._blobs.put(page_name(self._folder, len(self._starts)), content)
        self._starts.append(self._first)
        self._waiting, self._size, self._first = [], 0, self._count

    def whole(self, reading: PlanReading) -> PlanPages:
        """Return all of it, once the last change was taken."""
        tail = PLAN_CHANGES.load(b"[" + b",".join(self._waiting) + b"]")
        return PlanPages(reading, self._folder, tuple(self._starts), self._first, tail)

    def abandon(self) -> None:
        """Remove the pages that were written."""
        remove_pages(self._blobs, self._folder, len(self._starts))


_PAGE = re.compile(r"plan/[0-9a-f]+-[0-9a-f]{12}/[0-9]{6}")


def is_page(name: str) -> bool:
    """Say whether this is the name of a page."""
    return _PAGE.fullmatch(name) is not None


def page_name(folder: str, page: int) -> str:
    """Name the file of a page."""
    return f"{folder}/{page:06}"


def remove_pages(blobs: DiskBlobs, folder: str, pages: int) -> None:
    """Remove the pages of a plan."""
    for page in range(pages):
        blobs.remove(page_name(folder, page))
