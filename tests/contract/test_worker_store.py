"""What every store promises about heartbeats."""

import dataclasses

from sekisho.ports import Store
from tests.fakes.values import a_worker


def test_there_are_no_workers_at_first(store: Store):
    assert store.workers.all() == ()


def test_a_worker_beats(store: Store):
    worker = a_worker(console_url="http://localhost:8420/現場")
    store.workers.put(worker)
    store.workers.put(dataclasses.replace(worker, beat=1))

    assert store.workers.all() == (dataclasses.replace(worker, beat=1),)


def test_a_removed_worker_is_gone_and_the_others_stay(store: Store):
    workers = [a_worker(f"worker_{n}") for n in (2, 1, 3)]
    for worker in workers:
        store.workers.put(worker)

    store.workers.remove("worker_2")
    store.workers.remove("worker_2")

    assert [w.id for w in store.workers.all()] == ["worker_1", "worker_3"]
