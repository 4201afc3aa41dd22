"""What every store promises about runs, and about the one write primitive."""

import dataclasses
from typing import Any

import pytest

from sekisho.domain.changes import NOTHING, Change, UnauditedChangeError
from sekisho.domain.errors import MoveIllegal, RunUnknown
from sekisho.domain.leases import WorkspaceLock
from sekisho.domain.overrides import Override, OverrideKind
from sekisho.domain.runs import Run, RunStatus, move
from sekisho.domain.workspaces import WorkspaceRecord, take_lease
from sekisho.ports import RunQuery, Store
from tests.contract.stores import Digests
from tests.fakes.clock import START
from tests.fakes.values import SUZUKI, WORKSPACE, a_full_run, a_run, an_entry


def snapshot(store: Store, run_id: str = "run_000001"):
    """All that a write may touch."""
    return store.runs.get(run_id), store.workspaces.all(), store.audit.read()


def start_planning(run: Run, record: WorkspaceRecord) -> Change:
    moved = move(run, RunStatus.PLANNING, START)
    return Change(moved, take_lease(record, run.id, START), (an_entry("run.plan", run),))


def test_a_run_is_read_back_exactly_as_it_was_added(store: Store):
    run = a_full_run()

    store.runs.add(run, an_entry(run=run))

    assert store.runs.get(run.id) == run


def test_a_run_that_nobody_added_is_unknown(store: Store):
    with pytest.raises(RunUnknown) as caught:
        store.runs.get("run_x")

    assert caught.value.facts == {"run_id": "run_x"}


def test_adding_a_run_records_it_in_the_audit(store: Store):
    run = a_run()

    store.runs.add(run, an_entry(run=run, 理由="検証"))

    (record,) = store.audit.read()
    told = an_entry(run=run, 理由="検証", version=0)
    assert (record.sequence, record.entry) == (1, told)


def test_a_known_id_is_not_added_again_and_nothing_is_recorded(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))

    with pytest.raises(ValueError):
        store.runs.add(dataclasses.replace(run, message="another"), an_entry(run=run))

    assert store.runs.get(run.id) == run
    assert len(store.audit.read()) == 1


def test_a_run_is_not_added_where_its_audit_record_cannot_be(store: Store, digests: Digests):
    digests.broken = True

    with pytest.raises(TimeoutError):
        store.runs.add(a_run(), an_entry())

    digests.broken = False
    assert store.runs.find(RunQuery()).items == ()
    assert store.audit.read() == ()


def test_an_update_saves_run_workspace_and_audit_together(store: Store):
    run = a_run(version=3)
    store.runs.add(run, an_entry(run=run))

    after = store.runs.update(run.id, start_planning)

    assert after == store.runs.get(run.id)
    assert (after.status, after.version) == (RunStatus.PLANNING, 4)
    record = store.workspaces.get(WORKSPACE)
    assert record.lease is not None
    assert (record.lease.run_id, record.fence, record.version) == (run.id, 1, 1)
    assert [r.entry.action for r in store.audit.read()] == ["run.create", "run.plan"]
    assert store.audit.verify() == ()


def test_an_update_sees_the_workspace_as_it_stands(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    lock = WorkspaceLock("鈴木", "棚卸し", START)
    store.workspaces.update(
        WORKSPACE,
        lambda record: Change(
            workspace=dataclasses.replace(record, lock=lock), audit=(an_entry("workspace.lock"),)
        ),
    )
    seen: list[WorkspaceRecord] = []

    def look(_: Run, record: WorkspaceRecord) -> Change:
        seen.append(record)
        return NOTHING

    store.runs.update(run.id, look)

    assert {(r.name, r.lock, r.version) for r in seen} == {(WORKSPACE, lock, 1)}


def test_an_update_that_changes_nothing_leaves_everything_as_it_was(store: Store):
    run = a_full_run()
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    assert store.runs.update(run.id, lambda run, record: NOTHING) == run
    assert store.runs.update(run.id, Change) == run

    assert snapshot(store) == before


def test_an_update_may_record_something_without_changing_anything(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))

    after = store.runs.update(run.id, lambda run, _: Change(audit=(an_entry("run.look", run),)))

    assert after == run
    assert [r.entry.action for r in store.audit.read()] == ["run.create", "run.look"]


def test_several_audit_entries_of_one_update_are_chained_in_their_order(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))

    entries = tuple(an_entry(f"run.step_{n}", run) for n in range(5))
    store.runs.update(run.id, lambda run, _: Change(audit=entries))

    told = tuple(an_entry(f"run.step_{n}", run, version=0) for n in range(5))
    assert tuple(r.entry for r in store.audit.read(after=1)) == told
    assert store.audit.verify() == ()


def test_only_what_changed_gets_a_new_version(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))

    after = store.runs.update(
        run.id, lambda run, record: Change(dataclasses.replace(run, message="よし"), record)
    )

    assert (after.message, after.version) == ("よし", 1)
    assert store.workspaces.get(WORKSPACE).version == 0


def test_the_version_is_counted_by_the_store_alone(store: Store):
    run = a_run(version=7)
    store.runs.add(run, an_entry(run=run))

    after = store.runs.update(
        run.id, lambda run, _: Change(dataclasses.replace(run, message="x", version=99))
    )

    assert after.version == 8


def test_what_a_change_raises_leaves_everything_as_it_was(store: Store):
    run = a_run(status=RunStatus.APPLIED)
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    with pytest.raises(MoveIllegal):
        store.runs.update(run.id, start_planning)

    assert snapshot(store) == before


def test_an_audit_that_cannot_be_written_leaves_everything_as_it_was(
    store: Store, digests: Digests
):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    digests.broken = True
    with pytest.raises(TimeoutError):
        store.runs.update(run.id, start_planning)
    digests.broken = False

    assert snapshot(store) == before
    assert store.runs.update(run.id, start_planning).status is RunStatus.PLANNING


def test_a_change_of_status_without_an_audit_entry_is_refused(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    with pytest.raises(UnauditedChangeError):
        store.runs.update(run.id, lambda run, _: Change(move(run, RunStatus.PLANNING, START)))

    assert snapshot(store) == before


def test_a_hold_on_the_workspace_without_an_audit_entry_is_refused(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    with pytest.raises(UnauditedChangeError):
        store.runs.update(
            run.id, lambda run, record: Change(workspace=take_lease(record, run.id, START))
        )

    assert snapshot(store) == before


@pytest.mark.parametrize("wrong", [{"id": "run_000002"}, {"workspace": "other"}])
def test_a_change_about_another_run_is_refused(store: Store, wrong: dict[str, str]):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    with pytest.raises(ValueError):
        store.runs.update(
            run.id, lambda run, _: Change(dataclasses.replace(run, **wrong), audit=(an_entry(),))
        )

    assert snapshot(store) == before


def test_a_change_about_another_workspace_is_refused(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    with pytest.raises(ValueError):
        store.runs.update(
            run.id, lambda *_: Change(workspace=WorkspaceRecord("other"), audit=(an_entry(),))
        )

    assert snapshot(store) == before


def test_a_change_that_writes_to_the_store_is_refused_and_undone(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    before = snapshot(store)

    def impure(run: Run, _: WorkspaceRecord) -> Change:
        store.audit.append(an_entry("run.side_effect", run))
        return Change(dataclasses.replace(run, message="x"))

    with pytest.raises(RuntimeError):
        store.runs.update(run.id, impure)

    assert snapshot(store) == before


def test_updating_a_run_that_nobody_added_is_refused(store: Store):
    with pytest.raises(RunUnknown):
        store.runs.update("run_x", start_planning)


def test_a_removed_run_is_unknown_and_stays_in_the_audit(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))

    store.runs.remove(run.id)
    store.runs.remove(run.id)

    with pytest.raises(RunUnknown):
        store.runs.get(run.id)
    assert store.runs.find(RunQuery()).items == ()
    assert [r.entry.run_id for r in store.audit.read()] == [run.id]


def add_runs(store: Store) -> None:
    """Twelve runs, out of order: three workspaces by turns, every other one planning."""
    for n in (7, 1, 12, 3, 9, 5, 2, 11, 4, 8, 6, 10):
        status = RunStatus.PLANNING if n % 2 else RunStatus.PLAN_QUEUED
        run = a_run(f"run_{n:06}", workspace=f"場所{n % 3}", status=status)
        store.runs.add(run, an_entry(run=run))


def numbers(store: Store, query: RunQuery) -> list[int]:
    return [int(run.id.removeprefix("run_")) for run in store.runs.find(query).items]


def test_runs_are_found_newest_first(store: Store):
    add_runs(store)

    assert numbers(store, RunQuery()) == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_runs_whose_override_nobody_looked_at_are_found(store: Store):
    add_runs(store)
    waits = Override(SUZUKI, START, "run_000004", "sha256:1", OverrideKind.GLASS, ("two",), "障害")
    looked = dataclasses.replace(waits, followed="tanaka", followed_at=START)
    for number, given in {4: (waits,), 7: (looked,), 9: (looked, waits)}.items():

        def change(
            run: Run, _record: WorkspaceRecord, given: tuple[Override, ...] = given
        ) -> Change:
            return Change(run=dataclasses.replace(run, overrides=given), audit=(an_entry(run=run),))

        store.runs.update(f"run_{number:06}", change)
    # Words of a requester are none of the server's: no text makes a run one of these.
    words = a_run("run_000013", message='"followed":""', rollback='{"followed":""}')
    store.runs.add(words, an_entry(run=words))

    assert numbers(store, RunQuery(to_follow=True)) == [9, 4]
    assert numbers(store, RunQuery(to_follow=True, limit=1)) == [9]
    assert numbers(store, RunQuery(to_follow=True, cursor="run_000009")) == [4]


def test_runs_are_found_by_workspace_and_status(store: Store):
    add_runs(store)
    planning, queued = frozenset({RunStatus.PLANNING}), frozenset({RunStatus.PLAN_QUEUED})

    assert numbers(store, RunQuery(workspace="場所0")) == [12, 9, 6, 3]
    assert numbers(store, RunQuery(statuses=planning)) == [11, 9, 7, 5, 3, 1]
    assert numbers(store, RunQuery(statuses=planning | queued, limit=3)) == [12, 11, 10]
    assert numbers(store, RunQuery(workspace="場所0", statuses=planning)) == [9, 3]
    assert numbers(store, RunQuery(workspace="場所0", statuses=planning, cursor="run_000009")) == [
        3
    ]
    assert numbers(store, RunQuery(statuses=frozenset({RunStatus.APPLIED}))) == []
    assert numbers(store, RunQuery(workspace="nowhere")) == []


def test_runs_are_found_within_some_workspaces_and_pages_of_them_are_full(store: Store):
    for number, workspace in enumerate(["a", "b", "本番", "a", "b", "b"]):
        run = a_run(f"run_{number:06}", workspace=workspace)
        store.runs.add(run, an_entry(run=run))

    def found(*names: str, **query: Any) -> list[str]:
        page = store.runs.find(RunQuery(within=frozenset(names), **query))
        return [*(run.id[-1] for run in page.items), *([page.cursor] if page.cursor else [])]

    assert found("a", "本番") == ["3", "2", "0"]
    assert found("a", "本番", limit=2) == ["3", "2", "run_000002"]
    assert found("a", "本番", limit=2, cursor="run_000002") == ["0"]
    assert found("a", "c", workspace="b") == []
    assert found("a", "b", workspace="b") == ["5", "4", "1"]
    assert found() == []


def test_the_workspaces_that_there_are_runs_of_are_named(store: Store):
    assert store.runs.workspaces() == ()
    for number, workspace in enumerate(["b", "本番", "a", "b"]):
        run = a_run(f"run_{number:06}", workspace=workspace)
        store.runs.add(run, an_entry(run=run))
    store.runs.remove("run_000002")

    assert store.runs.workspaces() == ("b", "本番")


def test_a_run_is_found_by_the_status_it_has_now(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))

    store.runs.update(run.id, start_planning)

    assert numbers(store, RunQuery(statuses=frozenset({RunStatus.PLAN_QUEUED}))) == []
    assert numbers(store, RunQuery(statuses=frozenset({RunStatus.PLANNING}))) == [1]


@pytest.mark.parametrize("limit", [1, 5, 12, 50])
def test_pages_together_give_every_run_once(store: Store, limit: int):
    add_runs(store)
    found: list[int] = []
    cursor = None
    pages = 0
    while pages == 0 or cursor:
        page = store.runs.find(RunQuery(cursor=cursor, limit=limit))
        assert 0 < len(page.items) <= limit
        found += [int(run.id.removeprefix("run_")) for run in page.items]
        cursor, pages = page.cursor, pages + 1

    assert found == list(range(12, 0, -1))
    assert pages == -(-12 // limit)


def test_a_page_is_not_moved_by_runs_that_come_meanwhile(store: Store):
    add_runs(store)
    first = store.runs.find(RunQuery(limit=4))

    run = a_run("run_000099")
    store.runs.add(run, an_entry(run=run))

    assert numbers(store, RunQuery(limit=4, cursor=first.cursor)) == [8, 7, 6, 5]


def test_a_page_of_nothing_is_a_bug(store: Store):
    with pytest.raises(ValueError):
        store.runs.find(RunQuery(limit=0))
