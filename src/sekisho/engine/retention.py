"""Retention: forgets old runs, their logs and blobs, and configurations nobody uses.

The audit is never shortened, and no state is: only what is over, and old, goes.
"""

from sekisho.domain.callers import SYSTEM
from sekisho.domain.runs import FINAL, Run, RunStatus
from sekisho.engine.configurations import blob_name
from sekisho.engine.parts import Parts
from sekisho.ports import RunQuery


class Retention:
    """Frees what may be forgotten."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def sweep(self) -> int:
        """Forget what is older than the operator keeps; return how many runs went."""
        parts = self._parts
        before = parts.clock.now() - parts.limits.keep_runs
        parts.store.uploads.expire(parts.clock.now() - parts.limits.upload_for)
        used: set[str] = set()
        removed = 0
        query = RunQuery(limit=500)
        while True:
            page = parts.store.runs.find(query)
            for run in page.items:
                if run.updated_at < before and self._may_go(run):
                    self._remove(run)
                    removed += 1
                else:
                    used.add(run.configuration)
            if page.cursor is None:
                break
            query = RunQuery(cursor=page.cursor, limit=500)
        for configuration in parts.store.configurations.all():
            if configuration.digest not in used and configuration.created_at < before:
                parts.store.configurations.remove(configuration.digest)
                parts.store.blobs.remove(blob_name(configuration.digest))
        return removed

    def _may_go(self, run: Run) -> bool:
        """An apply in doubt stays until its workspace is free again."""
        if run.status is RunStatus.INTERRUPTED:
            lock = self._parts.store.workspaces.get(run.workspace).lock
            return lock is None or lock.run_id != run.id
        return run.status in FINAL

    def _remove(self, run: Run) -> None:
        store = self._parts.store
        for name in store.blobs.names(f"runs/{run.id}/"):
            store.blobs.remove(name)
        store.readings.remove(run.id)
        store.logs.remove(run.id)
        store.runs.remove(run.id)
        store.audit.append(self._parts.entry("run.forget", SYSTEM, run, status=str(run.status)))
