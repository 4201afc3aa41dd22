"""Redacted readings of plans and states, as encrypted files: no redactor sees everything."""

import io
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.plan_changes import Keep, ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.states import StateIndex
from sekisho.stores.codec import PLAN_CHANGES, STATE_INDEX, Codec
from sekisho.stores.disk.blobs import DiskBlobs
from sekisho.stores.disk.plan_pages import (
    PLAN_PAGES,
    PageWriter,
    PlanPages,
    page_name,
    remove_pages,
    written,
)

T = TypeVar("T")


_RECENT = 6
"""Files kept decoded: people and agents ask about one plan again and again, part by part."""


class DiskReadings:
    """Keeps readings of plans by run, and of states by workspace.

    What was asked for lately is not decoded again while its file is the same: the rows of 10,000
    changes take 0.2 s.
    """

    def __init__(self, blobs: DiskBlobs, pages: DiskBlobs) -> None:
        """Keep readings in `blobs`, pages in `pages`: the same folder, without a ledger."""
        self._blobs = blobs
        self._pages_kept = pages
        self._recent: dict[str, tuple[object, Any]] = {}
        self._lock = threading.Lock()

    def put_plan(self, run_id: str, read: Callable[[Keep], PlanReading]) -> PlanReading:
        name = _name("plan", run_id)
        before = self._pages(run_id)
        writer = PageWriter(self._pages_kept, name)
        try:
            reading = read(writer.keep)
            whole = writer.whole(reading)
            self._blobs.put(name, io.BytesIO(written(whole)))
        except BaseException:
            writer.abandon()
            raise
        if before is not None:
            remove_pages(self._pages_kept, before.folder, len(before.starts))
        return reading

    def plan(self, run_id: str) -> PlanReading | None:
        found = self._pages(run_id)
        return found.reading if found else None

    def changes(self, run_id: str, numbers: Sequence[int]) -> tuple[ResourceChange, ...]:
        kept = self._pages(run_id)
        if kept is None:
            raise KeyError(run_id)
        found: dict[int, ResourceChange] = {}
        for page, wanted in kept.pages_of(numbers).items():
            changes, first = self._page(kept, page)
            found |= {n: changes[n - first] for n in wanted}
        return tuple(found[n] for n in numbers)

    def _page(self, kept: PlanPages, page: int) -> tuple[tuple[ResourceChange, ...], int]:
        if page < 0:
            return kept.tail, kept.last
        changes = self._load(page_name(kept.folder, page), PLAN_CHANGES)
        if changes is None:
            raise StoreUnavailable(problem="a page of a plan is gone")
        return changes, kept.starts[page]

    def put_state(self, workspace: str, index: StateIndex) -> None:
        self._blobs.put(_name("states", workspace), io.BytesIO(STATE_INDEX.dump_bytes(index)))

    def state(self, workspace: str) -> StateIndex | None:
        return self._load(_name("states", workspace), STATE_INDEX)

    def remove(self, run_id: str) -> None:
        kept = self._pages(run_id)
        self._blobs.remove(_name("plan", run_id))
        if kept is not None:
            remove_pages(self._pages_kept, kept.folder, len(kept.starts))

    def _pages(self, run_id: str) -> PlanPages | None:
        return self._load(_name("plan", run_id), PLAN_PAGES)

    def _load(self, name: str, codec: Codec[T]) -> T | None:
        edition = self._blobs.edition(name)
        with self._lock:
            known = self._recent.pop(name, None)
            if known and known[0] == edition:
                self._recent[name] = known
                return known[1]
        found = self._decode(name, codec)
        if found is not None:
            with self._lock:
                self._recent[name] = (edition, found)
                while len(self._recent) > _RECENT:
                    del self._recent[next(iter(self._recent))]
        return found

    def _decode(self, name: str, codec: Codec[T]) -> T | None:
        try:
            with self._blobs.open(name) as file:
                return codec.load(file.read())
        except KeyError:
            return None
        except ValueError as error:
            raise StoreUnavailable(problem=str(error)) from error


def _name(kind: str, of: str) -> str:
    """Name a blob after anything: workspaces may be called in any script."""
    return f"{kind}/{of.encode().hex()}"
