"""Lines are found in a log of any length, a bounded walk at a time, and none is lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.logs import LogFilter, LogPage
from sekisho.engine.log_search import SEARCHED, length, search, tail
from sekisho.ports import Store
from tests.fakes.stores import memory_store
from tests.fakes.values import a_line


def filled(count: int, every: int = 10) -> Store:
    """A store with a log in which every tenth line is an error."""
    store = memory_store()
    lines = [
        a_line(f"line {n}", level="error" if n % every == 0 else "info", phase="plan")
        for n in range(count)
    ]
    store.logs.append("r", lines)
    return store


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1023, 1024, 1025, 5000])
def test_the_length_of_a_log_is_found_in_a_few_reads(count: int):
    store = filled(count)
    reads = 0

    class Counting:
        def read(self, run_id: str, after: int = 0, limit: int = 200) -> LogPage:
            nonlocal reads
            reads += 1
            return store.logs.read(run_id, after, limit)

    assert length(Counting(), "r") == count  # type: ignore[arg-type]
    assert reads < 40


@given(st.integers(0, 400), st.integers(1, 50), st.integers(1, 60))
def test_paging_through_a_filter_gives_every_match_once(count: int, every: int, limit: int):
    logs = filled(count, every).logs
    wanted = LogFilter(level="warn")
    seen: list[int] = []
    cursor, more = 0, True
    while more:
        found = search(logs, "r", wanted, cursor, limit)
        seen += [number for number, _ in found.lines]
        assert len(found.lines) <= limit
        cursor, more = found.cursor, found.more
    assert seen == [n + 1 for n in range(0, count, every)]
    assert cursor == count


@given(st.integers(0, 400), st.integers(1, 50), st.integers(1, 60))
def test_a_tail_is_the_end_of_all_that_matches(count: int, every: int, last: int):
    logs = filled(count, every).logs
    found = tail(logs, "r", LogFilter(level="error"), last)
    assert [n for n, _ in found.lines] == [n + 1 for n in range(0, count, every)][-last:]
    assert found.cursor == count
    plain = tail(logs, "r", LogFilter(), last)
    assert [line.text for _, line in plain.lines] == [f"line {n}" for n in range(count)][-last:]
    assert plain.earlier == max(count - last, 0)


def test_a_long_log_is_searched_part_by_part_and_quickly():
    logs = filled(100_000, every=50_000).logs
    began = time.process_time()
    first = search(logs, "r", LogFilter(text="LINE 99999"), 0, 100)
    assert (first.lines, first.cursor, first.more) == ((), SEARCHED, True)
    assert first.searched == SEARCHED
    cursor, calls = first.cursor, 1
    while True:
        found = search(logs, "r", LogFilter(text="LINE 99999"), cursor, 100)
        cursor, calls = found.cursor, calls + 1
        if not found.more:
            break
    assert [n for n, _ in found.lines] == [100_000]
    assert calls == 5
    end = tail(logs, "r", LogFilter(), 100)
    assert [n for n, _ in end.lines] == list(range(99_901, 100_001))
    assert time.process_time() - began < 10


def test_text_is_looked_for_as_it_stands_in_all_that_a_line_says():
    lines = [
        a_line("Plain (a+)+$", address=""),
        a_line("x", detail="詳細: 失敗しました", address=""),
        a_line("x", address="aws_s3_bucket.倉庫"),
    ]
    assert [LogFilter(text="(A+)+$").takes(line) for line in lines] == [True, False, False]
    assert [LogFilter(text="失敗").takes(line) for line in lines] == [False, True, False]
    assert [LogFilter(text="S3_bucket").takes(line) for line in lines] == [False, False, True]


def test_a_later_attempt_at_a_phase_is_of_that_phase():
    lines = [a_line(phase=p) for p in ("plan", "plan-2", "planning", "apply")]
    assert [LogFilter(phase="plan").takes(line) for line in lines] == [True, True, False, False]


def test_a_level_that_nobody_knows_is_never_hidden():
    assert LogFilter(level="error").takes(a_line(level="fatal"))
    assert not LogFilter(level="error").takes(a_line(level="warn"))
    assert LogFilter(level="warn").takes(a_line(level="error"))
