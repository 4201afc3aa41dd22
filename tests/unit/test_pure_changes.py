"""The memory store holds changes to being pure: engine tests on it fail where one is not."""

import dataclasses
import itertools
import threading

import pytest

from sekisho.domain.changes import Change
from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.runs import Run
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.stores.writes import Turn
from tests.fakes.stores import memory_store
from tests.fakes.values import WORKSPACE, a_run, an_entry


def test_a_change_is_called_twice_so_that_a_side_effect_shows():
    store, run = memory_store(), a_run()
    store.runs.add(run, an_entry(run=run))
    calls: list[str] = []

    def change(run: Run, _: WorkspaceRecord) -> Change:
        calls.append(run.id)
        return Change(dataclasses.replace(run, message="x"))

    def workspace_change(record: WorkspaceRecord) -> Change:
        calls.append(record.name)
        return Change(workspace=dataclasses.replace(record, fence=1))

    store.runs.update(run.id, change)
    store.workspaces.update(WORKSPACE, workspace_change)

    assert calls == [run.id, run.id, WORKSPACE, WORKSPACE]


def test_a_change_that_answers_differently_the_second_time_is_a_bug():
    store, run = memory_store(), a_run()
    store.runs.add(run, an_entry(run=run))
    count = itertools.count()

    with pytest.raises(AssertionError):
        store.runs.update(
            run.id, lambda run, _: Change(dataclasses.replace(run, attempts=next(count)))
        )
    with pytest.raises(AssertionError):
        store.workspaces.update(
            WORKSPACE, lambda r: Change(workspace=dataclasses.replace(r, fence=next(count)))
        )

    assert store.runs.get(run.id) == run
    assert store.workspaces.all() == {}


def test_threads_get_their_turn_in_the_order_they_came():
    turn = Turn()
    order: list[int] = []
    queued: list[threading.Thread] = []

    def take(n: int) -> None:
        with turn:
            order.append(n)

    with turn:
        for n in range(5):
            queued.append(threading.Thread(target=take, args=[n]))
            queued[-1].start()
            while len(turn._gates) <= n:
                pass
        order.append(-1)
    # Whoever lets go and comes back at once is behind those who waited.
    take(99)
    for thread in queued:
        thread.join(30)

    assert order == [-1, 0, 1, 2, 3, 4, 99]


def test_a_turn_that_does_not_come_makes_the_store_unavailable_and_goes_on_for_others():
    turn = Turn(patience=0.01)
    told: list[type[BaseException]] = []

    def take() -> None:
        try:
            with turn:
                told.append(type(None))  # pyright: ignore[reportArgumentType]
        except StoreUnavailable as error:
            told.append(type(error))

    with turn:
        late = threading.Thread(target=take)
        late.start()
        late.join(30)
    again = threading.Thread(target=take)
    again.start()
    again.join(30)

    assert told == [StoreUnavailable, type(None)]
