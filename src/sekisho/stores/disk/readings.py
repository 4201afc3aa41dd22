"""Redacted readings of plans and states, as encrypted files: no redactor sees everything."""

import io
import threading
from typing import Any, TypeVar

from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.plans import PlanReading
from sekisho.domain.states import StateIndex
from sekisho.stores.codec import PLAN_READING, STATE_INDEX, Codec
from sekisho.stores.disk.blobs import DiskBlobs

T = TypeVar("T")


_RECENT = 3
"""Readings kept decoded: people and agents ask about one plan again and again, part by part."""


class DiskReadings:
    """Keeps readings of plans by run, and of states by workspace.

    A reading that was asked for lately is not decoded again while its file is the same: that of
    10,000 changes takes 0.2 s.
    """

    def __init__(self, blobs: DiskBlobs) -> None:
        self._blobs = blobs
        self._recent: dict[str, tuple[object, Any]] = {}
        self._lock = threading.Lock()

    def put_plan(self, run_id: str, reading: PlanReading) -> None:
        self._blobs.put(_name("plans", run_id), io.BytesIO(PLAN_READING.dump_bytes(reading)))

    def plan(self, run_id: str) -> PlanReading | None:
        return self._load(_name("plans", run_id), PLAN_READING)

    def put_state(self, workspace: str, index: StateIndex) -> None:
        self._blobs.put(_name("states", workspace), io.BytesIO(STATE_INDEX.dump_bytes(index)))

    def state(self, workspace: str) -> StateIndex | None:
        return self._load(_name("states", workspace), STATE_INDEX)

    def remove(self, run_id: str) -> None:
        self._blobs.remove(_name("plans", run_id))

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
