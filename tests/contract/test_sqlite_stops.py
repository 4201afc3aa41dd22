"""The stop of everything in the embedded store: other processes, restarts, a damaged row."""

import sqlite3
from pathlib import Path

import pytest

from sekisho.domain.errors import ServerStopped, StoreTampered, StoreUnavailable
from sekisho.domain.runs import RunStatus
from sekisho.stores.sqlite import SqliteStore
from tests.contract import stores
from tests.contract.stores import Digests
from tests.contract.test_sqlite_store import (
    FreesRoom,
    database,
    no_page_beyond,
    store,
    write_until_full,
)
from tests.contract.test_stop_store import STOP, begin, off, on
from tests.fakes.values import a_run, an_entry

__all__ = ["database", "store"]


def test_a_stop_is_obeyed_by_other_processes_and_after_a_restart(
    store: SqliteStore, tmp_path: Path, digests: Digests
):
    run = a_run(status=RunStatus.PLAN_QUEUED)
    store.runs.add(run, an_entry(run=run))
    other = stores.sqlite(tmp_path, digests)
    store.stops.turn(on)

    assert other.stops.get() == STOP
    with pytest.raises(ServerStopped):
        other.runs.update(run.id, begin)
    other.close()
    store.close()

    again = stores.sqlite(tmp_path, digests)
    with pytest.raises(ServerStopped):
        again.runs.update(run.id, begin)
    again.stops.turn(off)
    assert again.runs.update(run.id, begin).status is RunStatus.PLANNING
    again.close()


@pytest.mark.parametrize("body", ["", "null", "{}", "[]", '{"owner": "x"}', "\x00"])
def test_a_stop_that_cannot_be_read_is_no_licence_to_begin(
    store: SqliteStore, database: sqlite3.Connection, body: str
):
    run = a_run(status=RunStatus.APPLY_QUEUED)
    store.runs.add(run, an_entry(run=run))
    store.stops.turn(on)
    database.execute("UPDATE meta SET value = ? WHERE name = 'stop'", (body,))

    with pytest.raises(StoreUnavailable):
        store.stops.get()
    with pytest.raises(StoreTampered):  # whoever wrote it, it was not this server
        store.runs.update(run.id, begin)
    assert store.runs.get(run.id) == run


def test_everything_can_be_stopped_on_a_full_disk(store: SqliteStore):
    store._database._reserve = FreesRoom(store)  # pyright: ignore[reportAttributeAccessIssue]
    with no_page_beyond(store, 200):
        write_until_full(store)
        assert store.stops.turn(on) == STOP
    assert store.stops.get() == STOP
