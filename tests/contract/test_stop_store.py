"""What every store promises about the switch that stops everything."""

import dataclasses
import threading

import pytest

from sekisho.domain.changes import Change, UnauditedChangeError
from sekisho.domain.errors import ServerStopped
from sekisho.domain.leases import WorkerLease
from sekisho.domain.runs import Run, RunStatus, claim, queue_apply
from sekisho.domain.stops import ServerStop, StopChange
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.ports import Store
from tests.contract.stores import Digests
from tests.fakes.clock import START
from tests.fakes.values import SATO, a_run, an_entry

STOP = ServerStop("鈴木", "障害調査", START)
LEASE = WorkerLease("wrk", 1, START)


def on(_: ServerStop | None) -> StopChange:
    return StopChange(STOP, (an_entry("server.stop"),))


def off(_: ServerStop | None) -> StopChange:
    return StopChange(None, (an_entry("server.resume"),))


def begin(run: Run, _: WorkspaceRecord) -> Change:
    return Change(claim(run, LEASE), audit=(an_entry("run.plan_start", run=run),))


def test_nothing_is_stopped_until_somebody_stops_it(store: Store):
    assert store.stops.get() is None


def test_the_switch_is_kept_with_its_audit_record(store: Store):
    assert store.stops.turn(on) == STOP
    assert store.stops.get() == STOP
    assert store.stops.turn(off) is None
    assert store.stops.get() is None
    assert [r.entry.action for r in store.audit.read()] == ["server.stop", "server.resume"]


def test_a_switch_that_nobody_tells_of_is_refused(store: Store):
    with pytest.raises(UnauditedChangeError):
        store.stops.turn(lambda _: StopChange(STOP))
    assert store.stops.get() is None

    store.stops.turn(on)
    with pytest.raises(UnauditedChangeError):
        store.stops.turn(lambda _: StopChange(None))
    assert store.stops.get() == STOP


def test_what_turning_raises_leaves_everything_as_it_was(store: Store):
    def refuse(_: ServerStop | None) -> StopChange:
        raise ServerStopped(owner="x", since="y", reason="z", url="")

    store.stops.turn(on)
    with pytest.raises(ServerStopped):
        store.stops.turn(refuse)
    assert store.stops.get() == STOP
    assert len(store.audit.read()) == 1


def test_an_audit_that_cannot_be_written_leaves_the_switch_as_it_was(
    store: Store, digests: Digests
):
    digests.broken = True
    with pytest.raises(TimeoutError):
        store.stops.turn(on)
    digests.broken = False
    assert store.stops.get() is None


@pytest.mark.parametrize("status", [RunStatus.PLAN_QUEUED, RunStatus.APPLY_QUEUED])
def test_no_phase_begins_while_everything_is_stopped(store: Store, status: RunStatus):
    run = a_run(status=status)
    store.runs.add(run, an_entry(run=run))
    store.stops.turn(on)

    with pytest.raises(ServerStopped) as refusal:
        store.runs.update(run.id, begin)

    assert refusal.value.facts["owner"] == "鈴木"
    assert refusal.value.facts["reason"] == "障害調査"
    assert store.runs.get(run.id) == run
    assert [r.entry.action for r in store.audit.read()][-1] == "server.stop"

    store.stops.turn(off)
    assert store.runs.update(run.id, begin).status in (RunStatus.PLANNING, RunStatus.APPLYING)


@pytest.mark.parametrize("status", [RunStatus.PLANNING, RunStatus.APPLYING])
def test_what_is_at_work_comes_to_its_end_while_everything_is_stopped(
    store: Store, status: RunStatus
):
    run = a_run(status=status)
    store.runs.add(run, an_entry(run=run))
    store.stops.turn(on)

    def progress(run: Run, _: WorkspaceRecord) -> Change:
        return Change(dataclasses.replace(run, attempts=run.attempts + 1))

    def end(run: Run, _: WorkspaceRecord) -> Change:
        ended = dataclasses.replace(run, status=RunStatus.ERRORED)
        return Change(ended, audit=(an_entry("run.errored", run=run),))

    assert store.runs.update(run.id, progress).status is status
    assert store.runs.update(run.id, end).status is RunStatus.ERRORED


def test_moves_that_begin_nothing_are_as_ever_while_everything_is_stopped(store: Store):
    run = a_run(status=RunStatus.APPROVED)
    store.stops.turn(on)
    store.runs.add(run, an_entry(run=run))

    def queue(run: Run, _: WorkspaceRecord) -> Change:
        return Change(queue_apply(run, SATO, START), audit=(an_entry("run.apply", run=run),))

    assert store.runs.update(run.id, queue).status is RunStatus.APPLY_QUEUED


def test_of_a_stop_and_the_beginnings_of_many_runs_none_begins_after_it(store: Store):
    runs = [a_run(f"run_{n:02}", status=RunStatus.PLAN_QUEUED) for n in range(12)]
    for run in runs:
        store.runs.add(run, an_entry(run=run))
    ready = threading.Barrier(4)
    refused: list[str] = []

    def work(mine: list[Run]) -> None:
        ready.wait(10)
        for run in mine:
            try:
                store.runs.update(run.id, begin)
            except ServerStopped:
                refused.append(run.id)

    def stop() -> None:
        ready.wait(10)
        store.stops.turn(on)

    threads = [threading.Thread(target=work, args=(runs[n::3],)) for n in range(3)]
    threads.append(threading.Thread(target=stop))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    told = [(r.entry.action, r.entry.run_id) for r in store.audit.read()]
    after = told[told.index(("server.stop", None)) + 1 :]
    assert [action for action, _ in after] == []
    waiting = [r.id for r in runs if store.runs.get(r.id).status is RunStatus.PLAN_QUEUED]
    assert sorted(refused) == waiting
