"""What every store promises about the records of workspaces."""

import dataclasses

import pytest

from sekisho.domain.changes import NOTHING, Change, UnauditedChangeError
from sekisho.domain.errors import WorkspaceLocked
from sekisho.domain.leases import WorkspaceLock
from sekisho.domain.states import StatePointer, StatePosition
from sekisho.domain.workspaces import WorkspaceRecord, lock
from sekisho.ports import Store
from tests.contract.stores import Digests
from tests.fakes.clock import START
from tests.fakes.values import WORKSPACE, a_full_record, a_run, an_entry

LOCK = WorkspaceLock("鈴木", "棚卸し", START)


def take_lock(record: WorkspaceRecord) -> Change:
    return Change(workspace=lock(record, LOCK), audit=(an_entry("workspace.lock"),))


def test_a_workspace_that_nothing_happened_to_has_an_empty_record(store: Store):
    assert store.workspaces.get(WORKSPACE) == WorkspaceRecord(WORKSPACE)
    assert store.workspaces.all() == {}


def test_an_update_is_saved_with_its_audit_record(store: Store):
    after = store.workspaces.update(WORKSPACE, take_lock)

    assert after == WorkspaceRecord(WORKSPACE, lock=LOCK, version=1)
    assert store.workspaces.get(WORKSPACE) == after
    assert store.workspaces.all() == {WORKSPACE: after}
    assert [r.entry.action for r in store.audit.read()] == ["workspace.lock"]


def test_a_record_is_read_back_exactly_as_it_was_saved(store: Store):
    full = a_full_record()

    store.workspaces.update(full.name, lambda _: Change(workspace=full, audit=(an_entry(),)))

    assert store.workspaces.get(full.name) == dataclasses.replace(full, version=1)


def test_what_a_change_raises_leaves_everything_as_it_was(store: Store):
    before = store.workspaces.update(WORKSPACE, take_lock)

    with pytest.raises(WorkspaceLocked):
        store.workspaces.update(WORKSPACE, take_lock)

    assert store.workspaces.get(WORKSPACE) == before
    assert len(store.audit.read()) == 1


def test_an_audit_that_cannot_be_written_leaves_everything_as_it_was(
    store: Store, digests: Digests
):
    digests.broken = True
    with pytest.raises(TimeoutError):
        store.workspaces.update(WORKSPACE, take_lock)
    digests.broken = False

    assert store.workspaces.get(WORKSPACE) == WorkspaceRecord(WORKSPACE)
    assert store.audit.read() == ()


def test_a_hold_without_an_audit_entry_is_refused(store: Store):
    with pytest.raises(UnauditedChangeError):
        store.workspaces.update(WORKSPACE, lambda r: Change(workspace=lock(r, LOCK)))

    assert store.workspaces.all() == {}


def test_a_state_pointer_needs_no_audit_entry(store: Store):
    pointer = StatePointer(StatePosition("系統", 1), START, "run_000001")

    store.workspaces.update(
        WORKSPACE, lambda r: Change(workspace=dataclasses.replace(r, state=pointer))
    )

    assert store.workspaces.get(WORKSPACE).state == pointer


def test_a_change_that_brings_a_run_is_refused(store: Store):
    with pytest.raises(ValueError):
        store.workspaces.update(WORKSPACE, lambda _: Change(run=a_run(), audit=(an_entry(),)))

    assert store.audit.read() == ()


def test_a_change_about_another_workspace_is_refused(store: Store):
    other = WorkspaceRecord("other", fence=1)

    with pytest.raises(ValueError):
        store.workspaces.update(WORKSPACE, lambda _: Change(workspace=other, audit=(an_entry(),)))

    assert store.workspaces.all() == {}
    assert store.audit.read() == ()


def test_an_update_that_changes_nothing_saves_nothing(store: Store):
    assert store.workspaces.update(WORKSPACE, lambda _: NOTHING).version == 0
    assert store.workspaces.update(WORKSPACE, lambda r: Change(workspace=r)).version == 0

    assert store.workspaces.all() == {}
