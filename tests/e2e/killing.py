"""A server's worker that kills itself (SIGKILL) at one named point of a run's life.

    python -m tests.e2e.killing DATA_DIR RUN_ID POINT

Points: `write:STATUS:before|inside|after` around the write that brings the run to STATUS,
`blob:PART:before|after` around keeping a part, `terraform:COMMAND:before|started|during|after`.
The product has no hooks for this: the ports are wrapped from outside.
"""

import dataclasses
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from sekisho.app import build
from sekisho.engine.engine import Engine
from sekisho.engine.runs import settled
from sekisho.engine.worker import Worker
from sekisho.settings import read_settings


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


class Around:
    """Stands in front of a part and passes everything on but what a subclass says."""

    runs: Any
    blobs: Any
    workspaces: Any

    def __init__(self, inner: Any, point: str) -> None:
        self._inner = inner
        self._kind, self._what, self._when = point.split(":")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class KillingRuns(Around):
    def update(self, run_id: str, change: Any) -> Any:
        after = change(self._inner.get(run_id), self._workspace(run_id)).run
        before = self._inner.get(run_id).status
        hit = after is not None and after.status == self._what != before
        if hit and self._when == "before":
            die()

        def inside(run: Any, record: Any) -> Any:
            changed = change(run, record)
            if hit and self._when == "inside":
                die()
            return changed

        done = self._inner.update(run_id, inside)
        if hit and self._when == "after":
            die()
        return done

    def _workspace(self, run_id: str) -> Any:
        return self.workspaces.get(self._inner.get(run_id).workspace)


class KillingBlobs(Around):
    def put(self, name: str, content: Any) -> int:
        part = "state" if name.startswith("states/") else name.rsplit("/", 1)[-1]
        if part == self._what and self._when == "before":
            die()
        size = self._inner.put(name, content)
        if part == self._what and self._when == "after":
            die()
        return size


class KillingTerraform(Around):
    def open(self, order: Any) -> Any:
        return KillingDesk(self._inner.open(order), f"x:{self._what}:{self._when}", order.phase)


class KillingDesk(Around):
    def __init__(self, inner: Any, point: str, phase: str) -> None:
        super().__init__(inner, point)
        self._phase = phase

    def init(self, watch: Any) -> Any:
        return self._command("init" if self._phase == "plan" else "apply_init", "init", watch)

    def plan(self, watch: Any) -> Any:
        return self._command("plan", "plan", watch)

    def apply(self, watch: Any) -> Any:
        return self._command("apply", "apply", watch)

    def _command(self, name: str, method: str, watch: Any) -> Any:
        if name != self._what:
            return getattr(self._inner, method)(watch)
        if self._when == "before":
            die()
        finished = getattr(self._inner, method)(KillingWatch(watch, f"x:x:{self._when}"))
        if self._when == "after":
            die()
        return finished


class KillingWatch(Around):
    def started(self, process: Any) -> None:
        if self._when == "started":
            die()
        self._inner.started(process)
        if self._when == "during":
            threading.Timer(0.6, die).start()


def wrapped(parts: Any, point: str) -> Any:
    kind = point.split(":", maxsplit=1)[0]
    store = Around(parts.store, point)
    store.runs, store.blobs = parts.store.runs, parts.store.blobs
    store.workspaces = parts.store.workspaces
    if kind == "write":
        store.runs = KillingRuns(parts.store.runs, point)
        store.runs.workspaces = parts.store.workspaces
    if kind == "blob":
        store.blobs = KillingBlobs(parts.store.blobs, point)
    if kind == "terraform":
        parts = dataclasses.replace(parts, terraform=KillingTerraform(parts.terraform, point))
    return dataclasses.replace(parts, store=store)


def main(data_dir: str, run_id: str, point: str) -> None:
    """Carry the run as far as it goes: approve it when it waits, apply it when it is approved."""
    codes: list[str] = []
    settings = read_settings(
        data_dir=Path(data_dir), log_format="text", inspection_allow="provisioner"
    )
    app = build(settings, serves=True, show=codes.append)
    parts = wrapped(app.parts, point)
    engine, stop = Engine.of(parts, open_=True), threading.Event()
    threading.Thread(target=Worker(parts).run, args=(stop.is_set,), daemon=True).start()
    drive(engine, run_id, codes)


def drive(engine: Engine, run_id: str, codes: list[str], seconds: float = 60) -> None:
    """Be the person and the agent: approve, then apply, until nothing more can be done."""
    from tests.e2e.persons import approve

    end = time.monotonic() + seconds
    caller = engine.callers.identify(None, "story").caller
    while time.monotonic() < end:
        run = engine.runs.get(run_id)
        if run.status == "awaiting_approval":
            approve(engine, run_id, codes)
        elif run.status == "approved":
            engine.applies.start(run_id, caller)
        elif settled(run):
            return
        time.sleep(0.02)
    raise TimeoutError(run_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
