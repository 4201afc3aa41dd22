"""Retention: forgets old runs, their logs and blobs, and configurations nobody uses.

The audit is never shortened, and no state is: only what is over, and old, goes.
"""

from sekisho.domain.callers import SYSTEM
from sekisho.domain.runs import FINAL, Run
from sekisho.domain.sessions import IDLE
from sekisho.engine.configurations import Configurations, blob_name, origins
from sekisho.engine.parts import Parts
from sekisho.engine.pushes import Pushes
from sekisho.ports import RunQuery


class Retention:
    """Frees what may be forgotten."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._pushes = Pushes(parts, Configurations(parts))

    def sweep(self) -> int:
        """Forget what is older than the operator keeps; return how many runs went."""
        parts = self._parts
        before = parts.clock.now() - parts.limits.keep_runs
        now = parts.clock.now()
        parts.store.uploads.expire(now - parts.limits.upload_for)
        parts.store.tickets.expire(now)
        parts.store.sessions.expire(now, now - IDLE)
        self._pushes.sweep()
        used: set[str] = set()
        removed = 0
        for run in parts.walk(RunQuery(limit=500)):
            if run.updated_at < before and self._may_go(run):
                self._remove(run)
                removed += 1
            else:
                used.add(run.configuration)
        for configuration in parts.store.configurations.all():
            if configuration.digest not in used and configuration.created_at < before:
                self._remove_configuration(configuration.digest)
        return removed

    def _may_go(self, run: Run) -> bool:
        """A run in whose name the workspace is locked stays until a person has unlocked it."""
        lock = self._parts.store.workspaces.get(run.workspace).lock
        return run.status in FINAL and (lock is None or lock.run_id != run.id)

    def _remove(self, run: Run) -> None:
        parts, store = self._parts, self._parts.store
        status = str(run.status)
        # Told first: what is cut off half-way is forgotten, and told, once more.
        entry = parts.entry(parts.clock.now(), "run.forget", SYSTEM, run, status=status)
        store.audit.append(entry)
        for name in store.blobs.names(f"runs/{run.id}/"):
            store.blobs.remove(name)
        store.readings.remove(run.id)
        store.logs.remove(run.id)
        store.runs.remove(run.id)

    def _remove_configuration(self, digest: str) -> None:
        parts, store = self._parts, self._parts.store
        facts = {"digest": digest}
        entry = parts.about(parts.clock.now(), "configuration.forget", SYSTEM, None, **facts)
        store.audit.append(entry)
        store.configurations.remove(digest)
        for name in (*store.blobs.names(origins(digest)), blob_name(digest)):
            store.blobs.remove(name)
