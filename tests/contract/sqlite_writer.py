"""A process of its own that writes to a data folder: `python -m tests.contract.sqlite_writer`.

`race FOLDER NAME OTHER` counts up one run until both processes have often seen the other's writes.
`tell FOLDER NAME` writes without end and says on standard output what was acknowledged.
`open FOLDER NAME` opens the folder, makes it if need be, and says which data key it got.
"""

import dataclasses
import io
import itertools
import sys
import time
from pathlib import Path

from sekisho.domain.changes import Change
from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.leases import ProcessMark, Worker
from sekisho.domain.runs import Run
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.identity.keys import FileKeys
from sekisho.stores.cipher import Cipher
from sekisho.stores.sqlite import SqliteStore
from tests.fakes.clock import START
from tests.fakes.values import a_line, a_run, an_entry

RUN = "run_000001"
ENOUGH = 10
MOST = 5000


def open_store(folder: Path) -> SqliteStore:
    keys = FileKeys(folder / "keys")
    return SqliteStore(folder / "store", keys.audit_mac, Cipher(keys.data_key()))


def race(store: SqliteStore, name: str, other: str) -> tuple[int, int]:
    """Return how often this process wrote, and how often the other had written just before."""
    seen = written = 0
    store.workers.put(Worker(name, ProcessMark("", 0, ""), START))
    while len(store.workers.all()) < len((name, other)):
        time.sleep(0.01)
    for _ in range(MOST):
        found: list[str] = []

        def count(run: Run, record: WorkspaceRecord, found: list[str] = found) -> Change:
            found[:] = [run.message]
            after = dataclasses.replace(run, attempts=run.attempts + 1, message=name)
            fenced = dataclasses.replace(record, fence=record.fence + 1)
            return Change(after, fenced, (an_entry("run.count", run, by=name),))

        store.runs.update(RUN, count)
        written += 1
        seen += found == [other]
        store.workers.put(Worker(name, ProcessMark("", 0, ""), START, beat=seen))
        beats = {worker.id: worker.beat for worker in store.workers.all()}
        if min(beats.get(name, 0), beats.get(other, 0)) >= ENOUGH:
            break
    return written, seen


def tell(store: SqliteStore, name: str) -> None:
    for n in itertools.count():
        run = a_run(f"{name}_{n:06}")
        store.runs.add(run, an_entry(run=run))
        message = f"済み {n}"

        def change(run: Run, record: WorkspaceRecord, message: str = message) -> Change:
            fenced = dataclasses.replace(record, fence=record.fence + 1)
            after = dataclasses.replace(run, message=message)
            return Change(after, fenced, (an_entry("run.tell", run),))

        store.runs.update(run.id, change)
        store.logs.append(run.id, [a_line(message)] * 3)
        store.blobs.put(f"runs/{run.id}/plan", io.BytesIO(message.encode() * 10_000))
        print(n, flush=True)


def main(verb: str, folder: Path, name: str, other: str = "") -> None:
    store = open_store(folder)
    try:
        if verb == "race":
            written, seen = race(store, name, other)
            print(written, seen)
        elif verb == "tell":
            tell(store, name)
        else:
            print(FileKeys(folder / "keys").key_id)
    except StoreUnavailable as error:
        sys.exit(str(error))
    finally:
        store.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
