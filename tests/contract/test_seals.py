"""Seals of rows beyond what the tamper suite shows: migration, several writers, what is undone."""

import io
import re
import sqlite3
import threading
from pathlib import Path

import pytest

from sekisho.domain.changes import Change
from sekisho.domain.errors import StoreTampered, StoreUnavailable
from sekisho.ports import Store
from sekisho.stores.sqlite import SqliteStore
from sekisho.stores.sqlite.schema import MIGRATIONS
from tests.contract import stores
from tests.contract.stores import Digests
from tests.fakes.values import WORKSPACE, a_full_run, a_line, a_run, an_entry

BEFORE_SEALS = next(n for n, m in enumerate(MIGRATIONS) if any("TABLE seals" in s for s in m))
"""The schema number of the last Sekisho that sealed nothing."""
NEW_TABLES = tuple(
    name
    for migration in MIGRATIONS[BEFORE_SEALS:]
    for statement in migration
    for name in re.findall(r"CREATE TABLE (\w+)", statement)
)
"""Tables that came with the seals or later."""


def as_it_was_before_seals(folder: Path, digests: Digests) -> None:
    """Bring a data folder to what the server of before left: made, filled, and then stripped."""
    store = stores.sqlite(folder, digests)
    run = a_full_run()
    store.runs.add(run, an_entry(run=run))
    store.logs.append(run.id, [a_line()])
    store.blobs.put("runs/run_1/plan", io.BytesIO("計画".encode()))
    store.close()
    with sqlite3.connect(folder / "data" / "sekisho.db", isolation_level=None) as database:
        for table in NEW_TABLES:
            database.execute(f"DROP TABLE {table}")
        mark = digests(b"sekisho data folder")
        database.execute("UPDATE meta SET value = ? WHERE name = 'keys'", (mark,))
        database.execute(f"PRAGMA user_version={BEFORE_SEALS}")
    database.close()


def test_a_store_checks_itself_and_counts_its_writes(store: Store):
    before = store.guard.generation()
    store.runs.add(a_run(), an_entry(run=a_run()))
    store.logs.append("run_000001", [a_line(), a_line()])

    checked = store.guard.verify()

    assert checked.faults == ()
    assert checked.generation > before
    assert checked.generation == store.guard.generation()


def test_the_audit_tells_which_version_a_write_left(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    store.runs.update(
        run.id, lambda r, _: Change(run=a_run(message="二"), audit=(an_entry(run=r),))
    )

    versions = [r.entry.facts["version"] for r in store.audit.read()]

    assert versions == [0, 1]
    assert store.runs.get(run.id).version == 1
    last = store.audit.last()
    assert last
    assert last.sequence == 2


def test_an_older_data_folder_is_sealed_once_and_its_audit_tells_of_it(
    tmp_path: Path, digests: Digests
):
    as_it_was_before_seals(tmp_path, digests)

    store = stores.sqlite(tmp_path, digests)

    last = store.audit.read()[-1].entry
    assert last.action == "store.seal"
    assert (last.facts["rows"], last.facts["blobs"]) == (4, 1)
    assert store.guard.verify().faults == ()
    assert store.audit.verify() == ()
    assert store.runs.get(a_full_run().id) == a_full_run()
    store.close()
    again = stores.sqlite(tmp_path, digests)
    assert len(again.audit.read()) == 2
    again.close()


def test_an_older_data_folder_is_not_sealed_with_other_keys(tmp_path: Path, digests: Digests):
    as_it_was_before_seals(tmp_path, digests)
    digests.use_another_key()

    with pytest.raises(StoreUnavailable) as caught:
        stores.sqlite(tmp_path, digests)

    assert "keys" in str(caught.value.facts["problem"])


def test_a_folder_stripped_of_its_seals_is_not_sealed_again(tmp_path: Path, digests: Digests):
    as_it_was_before_seals(tmp_path, digests)
    stores.sqlite(tmp_path, digests).close()
    path = tmp_path / "data" / "sekisho.db"
    with sqlite3.connect(path, isolation_level=None) as database:
        for table in NEW_TABLES:
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE runs SET status = 'approved'")
        database.execute(f"PRAGMA user_version={BEFORE_SEALS}")
        mark = digests(b"sekisho data folder")
        for value in (None, mark):
            if value:  # known from a copy of the folder as it was
                database.execute("UPDATE meta SET value = ? WHERE name = 'keys'", (value,))
            with pytest.raises(StoreTampered):
                stores.sqlite(tmp_path, digests)
    database.close()


def test_a_database_that_was_edited_is_not_migrated(tmp_path: Path, digests: Digests):
    store = stores.sqlite(tmp_path, digests)
    store.runs.add(a_run(), an_entry(run=a_run()))
    store.close()
    with sqlite3.connect(tmp_path / "data" / "sekisho.db", isolation_level=None) as database:
        database.execute("UPDATE runs SET status = 'approved'")
        database.execute(f"PRAGMA user_version={len(MIGRATIONS) - 1}")
    database.close()

    with pytest.raises((StoreTampered, StoreUnavailable)):
        stores.sqlite(tmp_path, digests)


def test_what_is_undone_leaves_no_trace_in_the_seals(tmp_path: Path, digests: Digests):
    store = stores.sqlite(tmp_path, digests)
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    before = store.guard.generation()

    digests.broken = True
    with pytest.raises(TimeoutError):
        store.runs.add(a_run("run_000002"), an_entry())
    with pytest.raises(TimeoutError):
        store.logs.append(run.id, [a_line()])
    digests.broken = False

    assert store.guard.generation() == before
    assert store.guard.verify().faults == ()
    store.close()


def test_many_writers_of_several_processes_leave_every_row_sealed(tmp_path: Path, digests: Digests):
    others = [stores.sqlite(tmp_path, digests) for _ in range(3)]

    def write(store: SqliteStore, number: int) -> None:
        for n in range(20):
            store.logs.append(f"run_{number}", [a_line(), a_line()])
            store.workspaces.update(WORKSPACE, lambda _: Change(audit=(an_entry(),)))
            store.blobs.put("shared/name", io.BytesIO(bytes([n, number])))
            store.blobs.put(f"own/{number}/{n}", io.BytesIO(b"x"))
        store.blobs.remove(f"own/{number}/3")

    threads = [
        threading.Thread(target=write, args=(store, n % 3)) for n, store in enumerate(others * 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    checked = others[0].guard.verify()
    assert checked.faults == ()
    assert others[1].audit.verify() == ()
    for store in others:
        store.close()
