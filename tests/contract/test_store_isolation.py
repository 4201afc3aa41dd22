"""Writers at the same time: nothing is lost, and the tests prove that they interleaved."""

import dataclasses
import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sekisho.domain.changes import Change
from sekisho.domain.errors import WorkspaceBusy, WorkspaceLocked
from sekisho.domain.runs import Run
from sekisho.domain.workspaces import WorkspaceRecord, take_lease
from sekisho.ports import Store
from tests.contract import sqlite_writer
from tests.fakes.clock import START
from tests.fakes.values import WORKSPACE, a_run, an_entry

ENOUGH = 5


def hand_overs(store: Store) -> int:
    """How often one writer wrote next after another, by the audit."""
    writers = [
        str(record.entry.facts["by"])
        for record in store.audit.read(limit=1_000_000)
        if record.entry.action == "run.count"
    ]
    return sum(a != b for a, b in itertools.pairwise(writers))


def test_threads_that_count_up_one_run_lose_no_count(store: Store):
    run = a_run()
    store.runs.add(run, an_entry(run=run))
    seen = {"one": 0, "two": 0, "three": 0}
    written = dict.fromkeys(seen, 0)
    start = threading.Barrier(len(seen))

    def count(name: str) -> None:
        before = ""

        def change(run: Run, record: WorkspaceRecord) -> Change:
            nonlocal before
            before = run.message
            after = dataclasses.replace(run, attempts=run.attempts + 1, message=name)
            fenced = dataclasses.replace(record, fence=record.fence + 1)
            return Change(after, fenced, (an_entry("run.count", run, by=name),))

        start.wait(30)
        while min(seen.values()) < ENOUGH and written[name] < 20_000:
            store.runs.update(run.id, change)
            written[name] += 1
            seen[name] += before not in ("", name)

    threads = [threading.Thread(target=count, args=[name]) for name in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)

    total = sum(written.values())
    after, record = store.runs.get(run.id), store.workspaces.get(WORKSPACE)
    assert hand_overs(store) >= ENOUGH
    assert (after.attempts, after.version, record.fence, record.version) == (total,) * 4
    assert len(store.audit.read(limit=1_000_000)) == total + 1
    assert store.audit.verify() == ()


def test_of_many_threads_that_want_the_workspace_one_gets_it(store: Store):
    runs = [a_run(f"run_{n:06}") for n in range(8)]
    for run in runs:
        store.runs.add(run, an_entry(run=run))
    start = threading.Barrier(len(runs))
    won: list[str] = []
    lost: list[Exception] = []

    def take(run: Run, record: WorkspaceRecord) -> Change:
        held = take_lease(record, run.id, START)
        return Change(workspace=held, audit=(an_entry("run.apply", run),))

    def attempt(run_id: str) -> None:
        start.wait(30)
        try:
            store.runs.update(run_id, take)
            won.append(run_id)
        except (WorkspaceBusy, WorkspaceLocked) as error:
            lost.append(error)

    threads = [threading.Thread(target=attempt, args=[run.id]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    lease = store.workspaces.get(WORKSPACE).lease
    assert lease is not None
    assert (won, len(lost)) == ([lease.run_id], 7)
    applies = [r for r in store.audit.read() if r.entry.action == "run.apply"]
    assert [r.entry.run_id for r in applies] == won


def start_writer(repository: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.contract.sqlite_writer", *words],
        cwd=repository,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_processes_that_count_up_one_run_lose_no_count(repository: Path, tmp_path: Path):
    store = sqlite_writer.open_store(tmp_path)
    run = a_run(sqlite_writer.RUN)
    store.runs.add(run, an_entry(run=run))

    names = (("左", "右"), ("右", "左"))
    writers = [start_writer(repository, "race", str(tmp_path), *pair) for pair in names]
    told = [writer.communicate(timeout=100) for writer in writers]

    assert [(writer.returncode, said[1]) for writer, said in zip(writers, told, strict=True)] == [
        (0, ""),
        (0, ""),
    ]
    counts = [[int(word) for word in said[0].split()] for said in told]
    total = sum(written for written, _ in counts)
    assert min(seen for _, seen in counts) >= sqlite_writer.ENOUGH
    assert hand_overs(store) >= 2 * sqlite_writer.ENOUGH - 1
    after, record = store.runs.get(run.id), store.workspaces.get(WORKSPACE)
    assert (after.attempts, after.version, record.fence, record.version) == (total,) * 4
    assert len(store.audit.read(limit=1_000_000)) == total + 1
    assert store.audit.verify() == ()
    store.close()


@pytest.mark.long
def test_processes_that_make_a_data_folder_together_agree_on_it(repository: Path, tmp_path: Path):
    for trial in range(3):
        folder = tmp_path / str(trial)

        writers = [start_writer(repository, "open", str(folder), str(n)) for n in range(4)]
        told = [writer.communicate(timeout=100) for writer in writers]

        assert [said[1] for said in told] == [""] * 4
        assert len({said[0] for said in told}) == 1
        store = sqlite_writer.open_store(folder)
        store.audit.append(an_entry())
        assert store.audit.verify() == ()
        store.close()
