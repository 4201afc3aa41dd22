"""Whatever is edited in a data folder, `audit verify` names it; and nothing is applied from it."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.domain.errors import StoreTampered, StoreUnavailable
from sekisho.domain.runs import RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.stores.codec import RUN
from tests.attacks.tampering import Cell, Hand, lived_in, other, schema
from tests.breadth import broad
from tests.contract.test_seals import BEFORE_SEALS, NEW_TABLES
from tests.fakes.folders import FolderWorld
from tests.fakes.world import AGENT, NOBODY, main

TABLES = schema()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived-in") / "data"
    world = lived_in(folder)
    assert world.faults() == []
    world.store.close()
    return folder


@pytest.fixture
def world(original: Path, tmp_path: Path) -> Iterator[FolderWorld]:
    shutil.copytree(original, tmp_path / "data")
    world = FolderWorld(tmp_path / "data", Workspace("dev"), Workspace("other", rules=(NOBODY,)))
    world.ids_go_on()
    yield world
    world.store.close()


@pytest.fixture
def hand(world: FolderWorld) -> Iterator[Hand]:
    hand = Hand(world)
    yield hand
    hand.close()


def named(world: FolderWorld, table: str, row: Cell) -> bool:
    """Whether verifying names this row, its table, or, of the audit, this record."""
    faults = world.engine.audits.verify().faults
    if table == "audit":
        return any(
            f.sequence in (row[0], row[0] + 1) or f.where.startswith("audit") for f in faults
        )
    return any(f.where.split(" ")[0] == table for f in faults) or (
        table == "seals" and any(f.where.startswith(str(row[0])) for f in faults)
    )


# --- rows ----------------------------------------------------------------------------------------


QUICK = [place for place, table in enumerate(TABLES) if table == "audit"]


@pytest.mark.parametrize("table", broad(*TABLES, quick=QUICK))
def test_a_change_to_any_column_of_any_row_is_named(hand: Hand, world: FolderWorld, table: str):
    rows = hand.rows(table)
    assert rows, f"nothing fills {table}: nothing is proved of it"
    assert world.faults() == []

    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            changed = (*row[:column], other(value), *row[column + 1 :])
            with hand.changed(table, [*rows[:at], changed, *rows[at + 1 :]]):
                assert named(world, table, row), (table, TABLES[table][column], value)

    assert world.faults() == []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_taken_away_is_named(hand: Hand, world: FolderWorld, table: str):
    rows = hand.rows(table)

    for at, row in enumerate(rows):
        with hand.changed(table, [*rows[:at], *rows[at + 1 :]]):
            assert named(world, table, row), row


@pytest.mark.parametrize("table", sorted(TABLES.keys() - {"seals", "seal_book"}))
def test_a_row_taken_away_with_its_seal_is_missed(hand: Hand, world: FolderWorld, table: str):
    rows, seals = hand.rows(table), hand.rows("seals")
    mine = [s for s in seals if s[0] == table]
    assert len(mine) == len(rows)

    with hand.changed(table, []), hand.changed("seals", [s for s in seals if s[0] != table]):
        assert any(f.split(" ")[0] == table for f in world.faults())


def test_a_row_that_was_never_written_is_named(hand: Hand, world: FolderWorld):
    for table in sorted(TABLES.keys() - {"seals", "seal_book", "audit"}):
        rows = hand.rows(table)
        forged = tuple(other(value) for value in rows[0])
        with hand.changed(table, [*rows, forged]):
            assert any(f.split(" ")[0] == table for f in world.faults()), table


def test_a_row_moved_to_the_place_of_another_is_named(hand: Hand, world: FolderWorld):
    rows = hand.rows("runs")
    a, b = rows[0], rows[1]
    swapped = [(a[0], *b[1:]), (b[0], *a[1:]), *rows[2:]]
    with hand.changed("runs", swapped):
        assert {f"runs {a[0]}", f"runs {b[0]}"} <= set(world.faults())


# --- older rows ----------------------------------------------------------------------------------


def put_back(hand: Hand, table: str, key: str, row: tuple[object, ...], seal: tuple[object, ...]):
    """Put an older row back, together with the seal that it had."""
    hand.put(table, [row if r[0] == key else r for r in hand.rows(table)])
    same = [s for s in hand.rows("seals") if (s[0], s[1]) != (seal[0], seal[1])]
    hand.put("seals", [*same, seal])


def row_and_seal(hand: Hand, table: str, key: str):
    row = next(r for r in hand.rows(table) if r[0] == key)
    seal = next(s for s in hand.rows("seals") if s[0] == table and s[1] == f'["{key}"]')
    return row, seal


def test_an_older_version_of_a_run_put_back_with_its_seal_is_named(hand: Hand, world: FolderWorld):
    run = world.approved(main("9"))
    before = row_and_seal(hand, "runs", run.id)
    assert world.apply(run).status is RunStatus.APPLIED

    put_back(hand, "runs", run.id, *before)

    found = world.faults()
    assert "runs" in found
    assert f"run {run.id}" in found


def test_a_run_put_back_to_before_its_apply_is_not_applied_again(hand: Hand, world: FolderWorld):
    run = world.approved(main("9"))
    before = row_and_seal(hand, "runs", run.id)
    world.apply(run)
    applies = len([a for a in world.audit() if a == "run.apply_start"])
    put_back(hand, "runs", run.id, *before)
    assert world.run(run).status is RunStatus.APPROVED

    with pytest.raises(StoreTampered) as caught:
        world.engine.applies.start(run.id, AGENT)

    assert caught.value.code == "store_tampered"
    assert run.id in caught.value.message()
    assert len([a for a in world.audit() if a == "run.apply_start"]) == applies


def test_a_workspace_put_back_to_before_it_was_locked_takes_no_apply(
    hand: Hand, world: FolderWorld
):
    run = world.queued(main("9"))
    before = row_and_seal(hand, "workspaces", "dev")
    world.engine.workspaces.lock("dev", AGENT, "freeze")
    put_back(hand, "workspaces", "dev", *before)
    assert world.record("dev").lock is None

    with pytest.raises(StoreTampered):
        world.worker.turn()
    with pytest.raises(StoreTampered):
        world.engine.workspaces.lock("dev", AGENT, "again")

    assert "run.apply_start" not in world.audit(run)
    assert {"workspaces", "workspace dev"} <= set(world.faults())


def test_a_stop_that_somebody_took_away_is_still_a_stop(hand: Hand, world: FolderWorld):
    run = world.queued(main("9"))
    world.engine.stops.stop(AGENT, "something is wrong")
    hand.put("meta", [r for r in hand.rows("meta") if r[0] != "stop"])
    hand.put("seals", [s for s in hand.rows("seals") if s[1] != '["stop"]'])
    assert world.engine.stops.get() is None

    with pytest.raises(StoreTampered):
        world.worker.turn()

    assert "run.apply_start" not in world.audit(run)
    assert "meta" in world.faults()


def test_a_token_put_back_to_before_it_was_revoked_is_missed(hand: Hand, world: FolderWorld):
    token, _secret = world.engine.tokens.create("鈴木", "vscode")
    before = row_and_seal(hand, "tokens", token.id)
    world.engine.tokens.revoke(token.id)

    put_back(hand, "tokens", token.id, *before)

    assert world.faults() == ["tokens"]


def test_every_table_put_back_to_yesterday_beside_the_audit_of_today_is_missed(
    hand: Hand, world: FolderWorld
):
    yesterday = {table: hand.rows(table) for table in TABLES if table != "audit"}
    world.applied(main("9"))

    for table, rows in yesterday.items():
        hand.put(table, rows)

    found = world.faults()
    assert any(f.startswith("audit") for f in found)
    assert any(f.startswith("checkpoint ") for f in found)
    assert any(f.startswith("run ") for f in found)


# --- what is edited is not acted upon ------------------------------------------------------------


def edited(hand: Hand, world: FolderWorld, run_id: str, **changes: object) -> None:
    run = dataclasses.replace(world.engine.runs.get(run_id), **changes)
    row = (run.id, run.workspace, str(run.status), RUN.dump(run))
    hand.put("runs", [row if r[0] == run_id else r for r in hand.rows("runs")])


def test_a_run_that_was_edited_to_approved_is_not_applied(hand: Hand, world: FolderWorld):
    run = world.planned(main("9"))
    edited(hand, world, run.id, status=RunStatus.APPROVED, requested_by=AGENT, message="ok")

    with pytest.raises(StoreTampered):
        world.engine.runs.discard(run.id, AGENT)
    queued = world.queued(main("8"))
    edited(hand, world, queued.id, message="what nobody reviewed")
    with pytest.raises(StoreTampered):
        world.worker.turn()

    assert "run.apply_start" not in world.audit(queued)
    assert {f"runs {run.id}", f"runs {queued.id}"} <= set(world.faults())


def test_nothing_is_built_on_an_edited_token(hand: Hand, world: FolderWorld):
    token, _secret = world.engine.tokens.create("鈴木", "vscode")
    rows = hand.rows("tokens")
    hand.put(
        "tokens",
        [(r[0], r[1], r[2].replace("鈴木", "佐藤")) if r[0] == token.id else r for r in rows],
    )

    with pytest.raises(StoreTampered):
        world.store.tokens.use(token.id, world.clock.now())
    with pytest.raises(StoreTampered):
        world.store.tokens.find(token.secret_digest)

    assert f"tokens {token.id}" in world.faults()


def test_an_unlocked_workspace_is_named_and_no_apply_begins_in_it(hand: Hand, world: FolderWorld):
    run = world.queued(main("9"))
    world.engine.workspaces.lock("dev", AGENT, "freeze")
    rows = hand.rows("workspaces")
    free = [(r[0], r[1].replace('"freeze"', '"x"')) if r[0] == "dev" else r for r in rows]
    assert free != rows
    hand.put("workspaces", free)

    with pytest.raises(StoreTampered):
        world.engine.workspaces.unlock("dev", AGENT)

    assert "workspaces dev" in world.faults()
    assert world.run(run).status is RunStatus.APPLY_QUEUED


def test_without_the_book_of_seals_nothing_is_written(hand: Hand, world: FolderWorld):
    hand.put("seal_book", [])

    with pytest.raises(StoreTampered):
        world.asked(main("9"))

    assert "seal_book" in world.faults()


# --- blobs ---------------------------------------------------------------------------------------


def files(world: FolderWorld) -> list[Path]:
    store = world.folder / "store"
    found = [p for area in ("blobs", "readings") for p in (store / area).rglob("*") if p.is_file()]
    assert len(found) > 10
    return sorted(found)


def name_of(world: FolderWorld, path: Path) -> str:
    written = path.relative_to(world.folder / "store").as_posix()
    return written.removesuffix("%enc").replace("%/", "")


@pytest.mark.parametrize("how", ["flipped", "cut", "emptied", "removed", "swapped"])
def test_a_tampered_file_of_any_kind_is_named(world: FolderWorld, how: str):
    paths = files(world)
    for path in paths:
        content = path.read_bytes()
        match how:
            case "flipped":
                middle = len(content) // 2
                path.write_bytes(
                    content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
                )
            case "cut":
                path.write_bytes(content[:-1])
            case "emptied":
                path.write_bytes(b"")
            case "removed":
                path.unlink()
            case _:
                path.write_bytes(next(p for p in paths if p != path).read_bytes())

        assert name_of(world, path) in world.faults(), path

        path.write_bytes(content)
    assert world.faults() == []


def test_an_older_file_of_the_same_name_is_named(world: FolderWorld):
    path = next(p for p in files(world) if "readings/states" in p.as_posix())
    before = path.read_bytes()
    world.applied(main("9"))
    world.applied(main("10"))
    assert path.read_bytes() != before

    path.write_bytes(before)

    assert world.faults() == [name_of(world, path)]


def test_a_file_that_the_server_removed_and_somebody_brought_back_is_named(world: FolderWorld):
    path = next(p for p in files(world) if "blobs/runs" in p.as_posix())
    before, name = path.read_bytes(), name_of(world, path).removeprefix("blobs/")
    world.store.blobs.remove(name)
    path.parent.mkdir(parents=True, exist_ok=True)

    path.write_bytes(before)

    assert f"blobs/{name}" in world.faults()


# --- the tail, and yesterday ---------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 5, 1000])
def test_a_cut_tail_is_named(hand: Hand, world: FolderWorld, count: int):
    records = hand.rows("audit")
    hand.put("audit", records[:-count])

    found = world.faults()

    assert f"audit {records[-1][0]}" in found
    if count == 1000:
        assert any(f.startswith("checkpoint ") for f in found)


def test_a_store_of_yesterday_is_named_by_the_checkpoints(world: FolderWorld, tmp_path: Path):
    world.store.close()
    shutil.copytree(world.folder / "store", tmp_path / "yesterday")
    world.opened()
    world.applied(main("9"))
    assert world.faults() == []
    world.store.close()

    shutil.rmtree(world.folder / "store")
    shutil.copytree(tmp_path / "yesterday", world.folder / "store")
    world.opened()

    found = world.faults()
    assert found
    assert all(f.startswith("checkpoint ") for f in found)


def test_a_store_of_yesterday_that_went_on_is_named_too(world: FolderWorld, tmp_path: Path):
    world.store.close()
    shutil.copytree(world.folder / "store", tmp_path / "yesterday")
    world.opened()
    world.applied(main("9"))
    world.store.close()
    shutil.rmtree(world.folder / "store")
    shutil.copytree(tmp_path / "yesterday", world.folder / "store")
    world.opened()

    world.clock.advance(60)
    world.applied(main("10"))
    world.applied(main("11"))

    reasons = [f.reason for f in world.engine.audits.verify().faults]
    assert any("knows another record" in reason for reason in reasons)


def test_a_wiped_store_is_named_by_the_checkpoints(world: FolderWorld):
    world.store.close()
    shutil.rmtree(world.folder / "store")
    world.opened()

    report = world.engine.audits.verify()

    assert report.records == 0
    assert any("ahead of the audit" in f.reason for f in report.faults)


def test_a_database_set_back_to_before_it_was_sealed_is_refused(hand: Hand, world: FolderWorld):
    world.store.close()
    for table in NEW_TABLES:
        hand.database.execute(f"DROP TABLE {table}")
    hand.database.execute(f"PRAGMA user_version={BEFORE_SEALS}")

    with pytest.raises((StoreTampered, StoreUnavailable)):
        world.opened()

    hand.database.execute("DELETE FROM meta WHERE name = 'keys'")
    with pytest.raises((StoreTampered, StoreUnavailable)):
        world.opened()
