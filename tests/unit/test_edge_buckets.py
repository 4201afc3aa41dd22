"""Token buckets by a clock that stands still until it is told to move."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.edge.buckets import Bucket, Buckets, whole_seconds
from sekisho.edge.options import OFF, Pace


class Watch:
    """A monotonic clock in a test's hands."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_then_the_rate_does():
    bucket = Bucket(Pace(2, 3), 0.0)

    assert [bucket.take(0.0) for _ in range(3)] == [0, 0, 0]
    assert bucket.take(0.0) == pytest.approx(0.5)
    assert bucket.take(0.5) == 0
    assert bucket.take(0.5) == pytest.approx(0.5)
    assert [bucket.take(100.0) for _ in range(4)][2:] == [0, pytest.approx(0.5)]


def test_a_clock_that_goes_back_gives_nothing():
    bucket = Bucket(Pace(1, 1), 10.0)
    assert bucket.take(10.0) == 0
    assert bucket.take(0.0) == pytest.approx(1)
    assert bucket.take(10.5) == pytest.approx(0.5)


@given(st.lists(st.floats(0, 3), max_size=80), st.integers(1, 9), st.floats(0.1, 9))
def test_no_more_than_burst_and_rate_ever_pass(steps: list[float], burst: int, each: float):
    bucket, now, passed = Bucket(Pace(each, burst), 0.0), 0.0, 0
    for step in steps:
        now += step
        wait = bucket.take(now)
        assert 0 <= wait <= 1 / each + 1e-9
        passed += not wait
    assert passed <= burst + each * now + 1e-6


def test_each_key_has_its_own_bucket_and_memory_is_bounded():
    watch = Watch()
    buckets = Buckets(Pace(1, 1), watch, most=3)
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    assert buckets.take("b") == buckets.take("c") == 0
    assert buckets.take("a") > 0, "used last, so kept"
    for n in range(1000):
        buckets.take(f"key {n}")
    assert len(buckets) == 3
    watch.now += 1
    assert buckets.take("key 999") == 0


def test_a_token_can_be_given_back():
    buckets = Buckets(Pace(1, 1), Watch())
    assert buckets.take("a") == 0
    buckets.give_back("a")
    buckets.give_back("nobody")
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0


def test_off_limits_and_remembers_nothing():
    buckets = Buckets(OFF, Watch())
    assert not any(buckets.take("a") for _ in range(1000))
    assert len(buckets) == 0


def test_a_wait_is_written_in_whole_seconds_never_zero():
    assert [whole_seconds(w) for w in (0.0001, 1.0, 1.2)] == ["1", "1", "2"]
