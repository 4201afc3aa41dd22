"""Plans are counted as Terraform counts; locks, leases, states and tokens keep their promises."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.actions import Action, Risk, action_of
from sekisho.domain.changes import NOTHING, Change, UnauditedChangeError, check
from sekisho.domain.errors import WorkspaceBusy, WorkspaceLocked, WorkspaceNotLocked
from sekisho.domain.leases import WorkspaceLock
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plans import PlanCounts, PlanMode, PlanOptions, count
from sekisho.domain.runs import RunStatus
from sekisho.domain.states import NO_STATE, StatePosition, newer, position_of
from sekisho.domain.targets import S3Backend, ServerBackend, backend_facts
from sekisho.domain.tokens import Token, usable
from sekisho.domain.workspaces import (
    WorkspaceRecord,
    check_free,
    lock,
    release_lease,
    take_lease,
    unlock,
)
from tests.fakes.clock import START
from tests.fakes.readings import risk_of
from tests.fakes.values import a_full_record, a_run, an_entry

# --- plans ---------------------------------------------------------------------------------------


def change(*actions: str, **more: Any) -> ResourceChange:
    return ResourceChange("a.b", "a", "b", action_of(actions), actions, **more)


@pytest.mark.parametrize(
    ("actions", "action", "risk"),
    [
        (["no-op"], Action.NO_OP, Risk.SAFE),
        (["create"], Action.CREATE, Risk.SAFE),
        (["read"], Action.READ, Risk.SAFE),
        (["update"], Action.UPDATE, Risk.REVIEW),
        (["delete"], Action.DELETE, Risk.DANGEROUS),
        (["delete", "create"], Action.REPLACE, Risk.DANGEROUS),
        (["create", "delete"], Action.REPLACE, Risk.DANGEROUS),
        (["create", "forget"], Action.REPLACE, Risk.DANGEROUS),
        (["forget"], Action.FORGET, Risk.REVIEW),
        (["teleport"], Action.UNKNOWN, Risk.REVIEW),
        ([], Action.UNKNOWN, Risk.REVIEW),
    ],
)
def test_actions_have_a_name_and_a_least_risk(actions: list[str], action: Action, risk: Risk):
    assert action_of(actions) is action
    assert risk_of(action) is risk


def test_changes_are_counted_as_terraform_prints_them():
    changes = [
        change("create"),
        change("create", importing=True),
        change("update", previous_address="a.old"),
        change("delete"),
        change("delete", deposed="abc"),
        change("delete", "create"),
        change("create", "forget"),
        change("forget"),
        change("no-op", previous_address="a.older"),
        change("read", mode="data"),
        change("delete", mode="data", importing=True, previous_address="x"),
    ]

    assert count(changes, outputs=1, drift=2, actions=3) == PlanCounts(
        add=4, change=1, destroy=3, replace=2, importing=1, move=2, forget=2, outputs=1, drift=2,
        actions=3,
    )  # fmt: skip


def test_options_are_one_stable_line():
    options = PlanOptions(PlanMode.DESTROY, ("b.x", "a.y"), ("d.z", "c.w"))

    assert options.describe() == "destroy target=a.y target=b.x replace=c.w replace=d.z"
    assert PlanOptions().describe() == "normal"


# --- workspaces ----------------------------------------------------------------------------------

FREE = WorkspaceRecord("dev")
HOLD = WorkspaceLock("suzuki", "release freeze", START)


def test_every_lease_has_a_greater_fencing_token():
    first = take_lease(FREE, "run_1", START)
    second = take_lease(release_lease(first, "run_1"), "run_2", START)

    assert first.lease
    assert second.lease
    assert (first.lease.fence, second.lease.fence, second.fence) == (1, 2, 2)
    assert not first.free()


def test_a_held_workspace_gives_no_lease_and_says_who_holds_it():
    leased, locked = take_lease(FREE, "run_1", START), lock(FREE, HOLD)

    with pytest.raises(WorkspaceBusy) as busy:
        take_lease(leased, "run_2", START)
    with pytest.raises(WorkspaceLocked) as held:
        take_lease(locked, "run_2", START)
    with pytest.raises(WorkspaceLocked):
        check_free(lock(leased, HOLD), "http://console")

    assert busy.value.facts["holder"] == "run_1"
    assert (held.value.facts["owner"], held.value.facts["reason"]) == ("suzuki", "release freeze")
    check_free(FREE)


def test_a_lease_is_released_by_its_own_run_alone():
    leased = take_lease(FREE, "run_1", START)

    assert release_lease(leased, "run_2") == leased
    assert release_lease(leased, "run_1").free()
    assert release_lease(FREE, "run_1") == FREE


def test_a_lock_waits_for_no_apply_and_is_held_once():
    leased = take_lease(FREE, "run_1", START)
    locked = lock(leased, HOLD)

    assert locked.lease == leased.lease
    with pytest.raises(WorkspaceLocked):
        lock(locked, HOLD)
    assert unlock(locked) == leased
    with pytest.raises(WorkspaceNotLocked):
        unlock(leased)


# --- states, backends, tokens --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "position"),
    [
        (b"", NO_STATE),
        (b" \n", NO_STATE),
        (b'{"serial": 3, "lineage": "abc"}', StatePosition("abc", 3)),
        (b'{"serial": 0}', NO_STATE),
    ],
)
def test_a_state_tells_where_it_stands(raw: bytes, position: StatePosition):
    assert position_of(raw) == position


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b"{}",
        b"null",
        b'{"serial": null}',
        b'{"serial": "3"}',
        b'{"serial": [1]}',
        b'{"serial": 1',
        b"\xff\xfe",
        b'"serial"',
    ],
)
def test_what_is_no_state_is_a_value_error_whatever_is_wrong(raw: bytes):
    with pytest.raises(ValueError):
        position_of(raw)


def test_a_state_is_newer_only_in_the_same_history():
    known = StatePosition("abc", 3)

    assert newer(StatePosition("abc", 4), known)
    assert not newer(known, known)
    assert not newer(StatePosition("abc", 2), known)
    assert not newer(StatePosition("xyz", 9), known)
    assert newer(StatePosition("xyz", 1), NO_STATE)
    assert [str(p) for p in (known, NO_STATE)] == ["abc#3", "-#0"]


def test_the_facts_of_a_backend_name_the_state_and_no_credential():
    s3 = S3Backend("b", "k", "r", "both", "locks", role_arn="arn:secret", kms_key_id="kms")

    assert backend_facts(ServerBackend()) == {"kind": "server"}
    assert backend_facts(s3) == {
        "kind": "s3", "bucket": "b", "key": "k", "region": "r", "lock": "both", "table": "locks",
    }  # fmt: skip


def test_a_token_is_usable_until_it_expires_or_is_revoked():
    token = Token("tok_1", "sato", "kiro", "digest", START, START + timedelta(hours=1))

    assert usable(token, START)
    assert not usable(token, START + timedelta(hours=1))
    assert not usable(dataclasses.replace(token, revoked_at=START), START)
    assert usable(dataclasses.replace(token, expires_at=None), START + timedelta(days=9999))


# --- changes -------------------------------------------------------------------------------------


def test_no_status_and_no_hold_changes_without_an_audit_entry():
    run, record = a_run(), WorkspaceRecord(a_run().workspace)
    moved = dataclasses.replace(run, status=RunStatus.CANCELED)
    noted = dataclasses.replace(run, message="x")
    held = take_lease(record, run.id, START)
    locked = lock(record, HOLD)
    seen = dataclasses.replace(record, state=a_full_record().state)

    for change in (Change(moved), Change(noted, held), Change(workspace=locked)):
        with pytest.raises(UnauditedChangeError):
            check(run, record, change)
        check(run, record, dataclasses.replace(change, audit=(an_entry(),)))
    for change in (NOTHING, Change(noted), Change(workspace=seen)):
        check(run, record, change)


def test_a_change_about_something_else_is_refused():
    run, record = a_run(), WorkspaceRecord(a_run().workspace)

    with pytest.raises(ValueError):
        check(run, record, Change(a_run("run_000009")))
    with pytest.raises(ValueError):
        check(run, record, Change(workspace=WorkspaceRecord("elsewhere")))
