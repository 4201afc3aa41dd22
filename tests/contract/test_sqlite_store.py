"""What the embedded store promises beyond every store: the disk it is on, and who else is there."""

import contextlib
import dataclasses
import io
import os
import resource
import shutil
import signal
import sqlite3
import stat
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.domain.changes import Change
from sekisho.domain.errors import DiskFull, StoreUnavailable
from sekisho.domain.runs import Run, RunStatus, end_phase, queue_apply
from sekisho.ports import RunQuery
from sekisho.stores.sqlite import SqliteStore
from sekisho.stores.sqlite.schema import MIGRATIONS
from tests.contract import sqlite_writer, stores
from tests.contract.stores import Digests
from tests.contract.test_store_isolation import start_writer
from tests.fakes.clock import START
from tests.fakes.readings import put_reading
from tests.fakes.values import WORKSPACE, a_full_run, a_line, a_run, an_entry

MIB = 1 << 20


@pytest.fixture
def store(tmp_path: Path, digests: Digests):
    built = stores.sqlite(tmp_path, digests)
    yield built
    built.close()


@pytest.fixture
def database(tmp_path: Path):
    """The file behind the store, open as somebody who edits it opens it."""
    connection = sqlite3.connect(tmp_path / "data" / "sekisho.db", isolation_level=None)
    yield connection
    connection.close()


def fill_audit(store: SqliteStore, count: int = 5) -> None:
    for n in range(count):
        run = a_run(f"run_{n:06}")
        store.audit.append(an_entry("run.approve", run, 番号=n))


def drop_triggers(database: sqlite3.Connection) -> None:
    names = [
        row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
    ]
    assert len(names) == 3
    for name in names:
        database.execute(f"DROP TRIGGER {name}")


# --- durability ---------------------------------------------------------------------------------


def test_everything_is_there_after_a_restart(store: SqliteStore, tmp_path: Path, digests: Digests):
    run = a_full_run()
    store.runs.add(run, an_entry(run=run))
    store.logs.append(run.id, [a_line()])
    store.blobs.put("a/b", io.BytesIO("計画".encode()))
    store.close()

    again = stores.sqlite(tmp_path, digests)

    assert again.runs.get(run.id) == run
    assert again.logs.read(run.id).lines == (a_line(),)
    with again.blobs.open("a/b") as file:
        assert file.read().decode() == "計画"
    assert again.audit.verify() == ()
    again.close()


def test_what_was_acknowledged_outlives_a_killed_process(repository: Path, tmp_path: Path):
    writer = start_writer(repository, "tell", str(tmp_path), "run")
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(25)]

    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.communicate(timeout=30)[0].splitlines()]

    store = sqlite_writer.open_store(tmp_path)
    found = {run.id: run for run in store.runs.find(RunQuery(limit=10_000)).items}
    for n in acknowledged:
        run = found[f"run_{n:06}"]
        assert run.message == f"済み {n}"
        assert len(store.logs.read(run.id).lines) == 3
        with store.blobs.open(f"runs/{run.id}/plan") as file:
            assert file.read().decode() == f"済み {n}" * 10_000
    updated = [run for run in found.values() if run.version]
    entries = [record.entry for record in store.audit.read(limit=100_000)]
    assert len([e for e in entries if e.action == "run.create"]) == len(found)
    assert len([e for e in entries if e.action == "run.tell"]) == len(updated)
    assert store.workspaces.get(WORKSPACE).fence == len(updated)
    assert len(found) - len(acknowledged) in (0, 1)
    assert store.audit.verify() == ()
    store.close()


def test_writes_are_flushed_to_the_disk_before_they_are_acknowledged(store: SqliteStore):
    with store._database.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# --- who else is there --------------------------------------------------------------------------


def test_only_the_server_s_account_may_read_the_data_folder(store: SqliteStore, tmp_path: Path):
    fill_audit(store)
    store.blobs.put("runs/run_1/plan", io.BytesIO(b"x"))

    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"sekisho.db", "sekisho.db-wal", "plan%enc"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_writer_that_never_ends_makes_the_store_unavailable(
    store: SqliteStore, database: sqlite3.Connection
):
    store._database._patience = 0.2
    database.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable) as caught:
        store.audit.append(an_entry())

    assert "locked" in str(caught.value.facts["problem"])
    assert store.audit.read() == ()
    database.execute("ROLLBACK")
    assert store.audit.append(an_entry()).sequence == 1


def test_a_closed_store_is_unavailable(store: SqliteStore):
    store.close()

    with pytest.raises(StoreUnavailable):
        store.runs.find(RunQuery())
    with pytest.raises(StoreUnavailable):
        store.audit.append(an_entry())


def test_a_data_folder_that_was_taken_away_takes_no_writes(store: SqliteStore, tmp_path: Path):
    fill_audit(store)
    shutil.move(tmp_path / "data", tmp_path / "elsewhere")

    with pytest.raises(StoreUnavailable):
        store.audit.append(an_entry())
    with pytest.raises(StoreUnavailable):
        store.blobs.put("a", io.BytesIO(b"x"))

    shutil.copytree(tmp_path / "elsewhere", tmp_path / "data")
    with pytest.raises(StoreUnavailable):
        store.audit.append(an_entry())


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, digests: Digests):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sekisho.db").write_bytes("これはデータベースではない".encode() * 100)

    with pytest.raises(StoreUnavailable):
        stores.sqlite(tmp_path, digests)


def test_a_folder_of_a_newer_sekisho_is_left_alone(
    store: SqliteStore, database: sqlite3.Connection, tmp_path: Path, digests: Digests
):
    store.close()
    database.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")

    with pytest.raises(StoreUnavailable) as caught:
        stores.sqlite(tmp_path, digests)

    assert "newer" in str(caught.value.facts["problem"])


def test_a_folder_made_with_other_keys_is_refused(
    store: SqliteStore, tmp_path: Path, digests: Digests
):
    fill_audit(store)
    store.close()
    digests.use_another_key()

    with pytest.raises(StoreUnavailable) as caught:
        stores.sqlite(tmp_path, digests)

    assert "keys" in str(caught.value.facts["problem"])


def test_a_run_from_a_newer_sekisho_is_read_as_far_as_it_is_known(
    store: SqliteStore, database: sqlite3.Connection
):
    run = a_full_run()
    store.runs.add(run, an_entry(run=run))
    database.execute("""UPDATE runs SET body = json_set(body, '$.weather', '晴れ',
        '$.plan.mood', 1, '$.requested_by.shoe_size', 27)""")

    assert store.runs.get(run.id) == run


def test_a_run_that_cannot_be_read_says_so_without_its_content(
    store: SqliteStore, database: sqlite3.Connection
):
    run = a_run(message="見せない")
    store.runs.add(run, an_entry(run=run))
    database.execute("UPDATE runs SET body = json_set(body, '$.status', 'flying')")

    with pytest.raises(StoreUnavailable) as caught:
        store.runs.get(run.id)

    assert "status" in str(caught.value)
    assert "見せない" not in str(caught.value)


# --- the audit ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit WHERE sequence = 5",
        "DELETE FROM audit",
        "UPDATE audit SET body = '{}' WHERE sequence = 1",
        "UPDATE audit SET run_id = NULL",
        "INSERT OR REPLACE INTO audit VALUES (5, NULL, '', '', '{}')",
        "INSERT INTO audit VALUES (7, NULL, '', '', '{}')",
        "INSERT INTO audit VALUES (0, NULL, '', '', '{}')",
    ],
)
def test_the_database_itself_refuses_to_change_the_audit(
    store: SqliteStore, database: sqlite3.Connection, statement: str
):
    fill_audit(store)
    before = store.audit.read()

    with pytest.raises(sqlite3.IntegrityError):
        database.execute(statement)

    assert store.audit.read() == before


TAMPERINGS: dict[str, tuple[str, list[int]]] = {
    "a fact": ("UPDATE audit SET body = replace(body, ':2', ':3') WHERE sequence = 3", [3]),
    "who": ("UPDATE audit SET body = replace(body, '佐藤', '鈴木') WHERE sequence = 2", [2]),
    "its digest": ("UPDATE audit SET digest = previous WHERE sequence = 2", [2, 3]),
    "a missing record": ("DELETE FROM audit WHERE sequence = 2", [3]),
    "the first record": ("DELETE FROM audit WHERE sequence = 1", [2]),
    "its order": ("UPDATE audit SET sequence = -sequence WHERE sequence IN (2, 3)", [-3, -2, 1, 4]),
    "whose it is": ("UPDATE audit SET run_id = 'run_x' WHERE sequence = 4", [4]),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whoever_edits_the_audit_in_the_file_is_found_out(
    store: SqliteStore, database: sqlite3.Connection, what: str
):
    fill_audit(store)
    assert store.audit.verify() == ()
    statement, faulty = TAMPERINGS[what]

    drop_triggers(database)
    assert database.execute(statement).rowcount > 0

    assert sorted({fault.sequence for fault in store.audit.verify()}) == faulty


def test_a_long_audit_is_verified_to_its_end(store: SqliteStore, database: sqlite3.Connection):
    entries = tuple(an_entry(f"run.event_{n}") for n in range(2500))
    store.workspaces.update(WORKSPACE, lambda _: Change(audit=entries))
    assert store.audit.verify() == ()

    drop_triggers(database)
    database.execute("UPDATE audit SET body = replace(body, '佐藤', '鈴木') WHERE sequence = 2500")

    assert [fault.sequence for fault in store.audit.verify()] == [2500]


# --- a full disk --------------------------------------------------------------------------------


@contextlib.contextmanager
def no_file_beyond(size: int):
    """No file of this process grows beyond `size` bytes: what a quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def no_page_beyond(store: SqliteStore, pages: int):
    """The database grows no more: what SQLite says when the disk is full."""
    with store._database._lent() as connection:
        most = connection.execute("PRAGMA max_page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
    yield
    with store._database._lent() as connection:
        connection.execute(f"PRAGMA max_page_count={most}")


def write_until_full(store: SqliteStore) -> list[str]:
    """Add and update runs until there is no room; return those that were acknowledged."""
    acknowledged: list[str] = []
    for n in range(10_000):
        run = a_full_run(f"run_{n:06}")
        run = dataclasses.replace(run, message="長い" * 2000, version=0)
        try:
            store.runs.add(run, an_entry(run=run))
        except DiskFull:
            return acknowledged
        acknowledged.append(run.id)
    raise AssertionError("there is always room")


@pytest.mark.parametrize("limit", ["quota", "disk"])
def test_a_full_disk_loses_nothing_that_was_acknowledged(store: SqliteStore, limit: str):
    fill_audit(store)
    guard = no_file_beyond(2 * MIB) if limit == "quota" else no_page_beyond(store, 200)

    with guard:
        acknowledged = write_until_full(store)
        with pytest.raises(DiskFull):
            store.logs.append("run_x", [a_line("長い" * 2000)] * 2000)
        assert store.runs.get(acknowledged[-1]).id == acknowledged[-1]

    assert len(acknowledged) > 3
    found = store.runs.find(RunQuery(limit=1000)).items
    assert [run.id for run in found] == sorted(acknowledged, reverse=True)
    assert len(store.audit.read(limit=10_000)) == len(acknowledged) + 5
    assert store.audit.verify() == ()
    after = a_run("run_999999")
    store.runs.add(after, an_entry(run=after))
    assert store.runs.get(after.id).status is RunStatus.PLAN_QUEUED


def test_a_full_disk_can_be_freed_by_removing(store: SqliteStore):
    with no_page_beyond(store, 300):
        acknowledged = write_until_full(store)
        for run_id in acknowledged:
            store.runs.remove(run_id)
            store.logs.remove(run_id)

        again = a_full_run("run_999999")
        store.runs.add(again, an_entry(run=again))

    assert store.runs.get(again.id) == again


class FreesRoom:
    """Gives up room as the real reserve does on a disk that is full."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.released = 0

    def fill(self) -> None:
        """Nothing is set aside again: the test looks at what was given up."""

    def release(self) -> bool:
        self.released += 1
        if self.released > 1:
            return False
        with self._store._database._lent() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages + 20}")
        return True


def test_how_a_run_ended_is_written_down_on_a_full_disk(store: SqliteStore):
    reserve = store._database._reserve = FreesRoom(store)  # pyright: ignore[reportAttributeAccessIssue]
    run = a_run("run_999999", status=RunStatus.APPLYING)
    store.runs.add(run, an_entry(run=run))

    with no_page_beyond(store, 200):
        write_until_full(store)
        assert reserve.released == 0
        end = end_phase(run, RunStatus.APPLIED, START)
        end = dataclasses.replace(end, message="長い" * 5000)
        after = store.runs.update(run.id, lambda *_: Change(end, audit=(an_entry("run.end", run),)))

    assert reserve.released == 1
    assert (after.status, after.version) == (RunStatus.APPLIED, 1)
    assert store.runs.get(run.id) == after
    assert [r.entry.action for r in store.audit.read(run_id=run.id)] == ["run.create", "run.end"]
    assert store.audit.verify() == ()


def test_nothing_begins_on_the_room_set_aside_for_ends(store: SqliteStore):
    reserve = store._database._reserve = FreesRoom(store)  # pyright: ignore[reportAttributeAccessIssue]
    run = a_run("run_999999", status=RunStatus.APPROVED)
    store.runs.add(run, an_entry(run=run))
    queued = queue_apply(run, run.requested_by, START)
    queued = dataclasses.replace(queued, message="長い" * 5000)

    with no_page_beyond(store, 200):
        write_until_full(store)
        with pytest.raises(DiskFull):
            store.runs.update(
                run.id, lambda *_: Change(queued, audit=(an_entry("run.apply", run),))
            )

    assert reserve.released == 0
    assert store.runs.get(run.id) == run
    assert [r.entry.action for r in store.audit.read(run_id=run.id)] == ["run.create"]


def test_room_given_up_is_set_aside_again_by_the_next_write_that_finds_some(
    store: SqliteStore, tmp_path: Path
):
    run = a_run("run_999999", status=RunStatus.APPLYING)
    store.runs.add(run, an_entry(run=run))

    def note(run: Run, text: str) -> Change:
        return Change(dataclasses.replace(run, message=text), audit=(an_entry("run.note", run),))

    with no_page_beyond(store, 200):
        write_until_full(store)
        with pytest.raises(DiskFull):  # giving up the room does not help: pages are what is short
            store.runs.update(run.id, lambda before, _: note(before, "長い" * 5000))
    assert not (tmp_path / "data" / "reserve").exists()

    store.runs.update(run.id, lambda before, _: note(before, "short"))
    assert (tmp_path / "data" / "reserve").stat().st_blocks * 512 >= 4 * MIB


def test_room_is_set_aside_and_given_up(store: SqliteStore, tmp_path: Path):
    path = tmp_path / "data" / "reserve"
    assert path.stat().st_blocks * 512 >= 4 * MIB
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    assert store._database._reserve.release() is True
    assert store._database._reserve.release() is False
    assert not path.exists()

    store.runs.remove("run_x")
    assert path.stat().st_blocks * 512 >= 4 * MIB


def test_a_disk_too_full_to_set_room_aside_is_done_without(store: SqliteStore, tmp_path: Path):
    store._database._reserve.release()

    with no_file_beyond(1 * MIB):
        store.runs.remove("run_x")

    assert not (tmp_path / "data" / "reserve").exists()


def test_a_blob_that_finds_no_room_leaves_what_was_there_and_nothing_else(
    store: SqliteStore, tmp_path: Path
):
    store.blobs.put("a", io.BytesIO(b"old"))

    with no_file_beyond(3 * MIB):
        for name in ("a", "b"):
            with pytest.raises(DiskFull):
                store.blobs.put(name, io.BytesIO(bytes(4 * MIB)))

    assert store.blobs.names() == ("a",)
    with store.blobs.open("a") as file:
        assert file.read() == b"old"
    assert list((tmp_path / "data" / "incoming").iterdir()) == []


# --- blobs --------------------------------------------------------------------------------------


class Zeros(io.RawIOBase):
    """A source of `size` bytes that takes no memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self):
        return True

    def read(self, size: int = -1, /) -> bytes:
        part = bytes(min(self._left, MIB if size < 0 else size))
        self._left -= len(part)
        return part


def test_a_large_blob_takes_little_memory(store: SqliteStore):
    size = 50 * MIB
    store.blobs.put("warm", io.BytesIO(b"x"))
    tracemalloc.start()
    try:
        assert store.blobs.put("large", Zeros(size)) == size  # pyright: ignore[reportArgumentType]
        with store.blobs.open("large") as file:
            read = 0
            while part := file.read(65_536):
                assert not any(part[::4096])
                read += len(part)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert read == size
    assert peak < 8 * MIB


def corrupt(at: int) -> Callable[[bytes], bytes]:
    return lambda raw: raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


FRAME = MIB + 16
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit of the mark": corrupt(1),
    "a bit of the salt": corrupt(20),
    "a bit of the first frame": corrupt(100),
    "a bit of the second frame": corrupt(36 + FRAME + 100),
    "a bit of the last tag": corrupt(-1 % (36 + 2 * FRAME + 100 + 16)),
    "nothing left": lambda raw: b"",
    "the header alone": lambda raw: raw[:36],
    "cut inside the header": lambda raw: raw[:30],
    "cut inside a tag": lambda raw: raw[:-1],
    "cut between frames": lambda raw: raw[: 36 + 2 * FRAME],
    "cut inside a frame": lambda raw: raw[: 36 + FRAME + 5000],
    "longer": lambda raw: raw + b"\0",
    "longer by its own last frame": lambda raw: raw + raw[36 + 2 * FRAME :],
    "frames changed about": lambda raw: (
        raw[:36] + raw[36 + FRAME : 36 + 2 * FRAME] + raw[36 : 36 + FRAME] + raw[36 + 2 * FRAME :]
    ),
    "not encrypted": lambda raw: b"plain text " * 1000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_blob_that_was_tampered_with_is_not_read(store: SqliteStore, tmp_path: Path, damage: str):
    content = os.urandom(2 * MIB + 100)
    store.blobs.put("a", io.BytesIO(content))
    path = tmp_path / "data" / "blobs" / "a%enc"
    raw = path.read_bytes()
    assert len(raw) == 36 + 2 * FRAME + 100 + 16

    path.write_bytes(DAMAGES[damage](raw))

    with pytest.raises(ValueError):
        store.blobs.open("a").read()


def test_a_blob_moved_to_another_name_is_not_read(store: SqliteStore, tmp_path: Path):
    store.blobs.put("states/a", io.BytesIO(b"state of a"))
    blobs = tmp_path / "data" / "blobs" / "states"
    shutil.copy(blobs / "a%enc", blobs / "b%enc")

    assert store.blobs.has("states/b")
    with pytest.raises(ValueError):
        store.blobs.open("states/b")


def test_a_reading_that_was_tampered_with_makes_the_store_unavailable(
    store: SqliteStore, tmp_path: Path
):
    from tests.contract.test_reading_store import READING

    put_reading(store, "run_000001", READING)
    (path,) = (tmp_path / "data" / "readings").rglob("*%enc")
    path.write_bytes(corrupt(60)(path.read_bytes()))

    with pytest.raises(StoreUnavailable):
        store.readings.plan("run_000001")


def test_a_reading_that_another_process_replaced_is_read_anew(
    store: SqliteStore, tmp_path: Path, digests: Digests
):
    from tests.contract.test_reading_store import READING

    other = stores.sqlite(tmp_path, digests)
    for n in range(5):
        newer = dataclasses.replace(READING, terraform_version=f"1.11.{n}")
        newer = put_reading(other, "run_000001", newer)
        assert store.readings.plan("run_000001") == newer
        assert store.readings.plan("run_000001") == newer
    other.readings.remove("run_000001")

    assert store.readings.plan("run_000001") is None
    other.close()


def test_nothing_of_a_blob_or_reading_is_legible_on_the_disk(store: SqliteStore, tmp_path: Path):
    from tests.contract.test_reading_store import INDEX

    store.blobs.put("runs/run_1/plan", io.BytesIO(b"correct horse battery staple" * 100))
    store.readings.put_state("w", INDEX)

    raw = b"".join(p.read_bytes() for p in (tmp_path / "data").rglob("*%enc"))
    assert len(raw) > 3000
    assert b"correct horse" not in raw
    assert "系統".encode() not in raw


def test_what_a_killed_writer_left_is_swept_away_when_it_is_old(
    store: SqliteStore, tmp_path: Path, digests: Digests
):
    incoming = tmp_path / "data" / "incoming"
    for name, age in (("old", 7200), ("new", 60)):
        (incoming / name).write_bytes(b"part of a plan")
        now = (incoming / name).stat().st_mtime
        os.utime(incoming / name, (now - age, now - age))

    stores.sqlite(tmp_path, digests).close()

    assert [path.name for path in incoming.iterdir()] == ["new"]
