"""The promises of the StepUp port, on the terminal's codes and on the fake."""

import contextlib
import dataclasses
import re
import threading
from collections.abc import Callable

import pytest

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CodesTooMany, CodeWrong
from sekisho.identity.terminal_codes import TerminalCodes
from sekisho.ports import StepUp
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.step_up import FakeStepUp

SEAL = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32


@dataclasses.dataclass(frozen=True)
class Bench:
    """A step-up, its clock, and a person's eyes on what it shows."""

    steps: StepUp
    clock: FakeClock
    read: Callable[[], str]


def _terminal(clock: FakeClock) -> Bench:
    shown: list[str] = []

    def read() -> str:
        found = re.search(r"([0-9A-Z]{4}-[0-9A-Z]{4})", shown[-1])
        assert found
        return found.group(1)

    return Bench(TerminalCodes(shown.append, clock, FakeIds(), "sato"), clock, read)


def _fake(clock: FakeClock) -> Bench:
    steps = FakeStepUp(clock)
    return Bench(steps, clock, lambda: steps.shown[-1])


@pytest.fixture(params=[_terminal, _fake], ids=["terminal", "fake"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return request.param(FakeClock())


def test_the_code_that_was_shown_proves_the_person_once(bench: Bench):
    bench.steps.begin("run_1", SEAL, "approve")
    code = bench.read()
    by = bench.steps.finish("run_1", SEAL, "approve", code)
    assert by == Caller(person="terminal", via="console", proof="terminal_code")
    with pytest.raises(CodeWrong):
        bench.steps.finish("run_1", SEAL, "approve", code)


@pytest.mark.parametrize(
    ("run", "seal", "decision"),
    [("run_2", SEAL, "approve"), ("run_1", OTHER, "approve"), ("run_1", SEAL, "reject")],
)
def test_a_code_is_good_for_its_own_run_seal_and_decision_alone(
    bench: Bench, run: str, seal: str, decision: str
):
    bench.steps.begin("run_1", SEAL, "approve")
    code = bench.read()
    with pytest.raises(CodeWrong):
        bench.steps.finish(run, seal, decision, code)
    assert bench.steps.finish("run_1", SEAL, "approve", code).proof == "terminal_code"


def test_nothing_is_proved_where_nothing_was_begun(bench: Bench):
    for proof in ("", "CODE0000", "-"):
        with pytest.raises(CodeWrong):
            bench.steps.finish("run_1", SEAL, "approve", proof)


def test_a_new_code_voids_the_one_before(bench: Bench):
    bench.steps.begin("run_1", SEAL, "approve")
    first = bench.read()
    bench.steps.begin("run_1", SEAL, "approve")
    second = bench.read()
    assert first != second
    with pytest.raises(CodeWrong):
        bench.steps.finish("run_1", SEAL, "approve", first)
    assert bench.steps.finish("run_1", SEAL, "approve", second)


def test_codes_for_two_decisions_live_side_by_side(bench: Bench):
    bench.steps.begin("run_1", SEAL, "approve")
    approve = bench.read()
    bench.steps.begin("run_1", SEAL, "reject")
    reject = bench.read()
    assert bench.steps.finish("run_1", SEAL, "reject", reject)
    assert bench.steps.finish("run_1", SEAL, "approve", approve)


def test_five_wrong_tries_void_a_code_and_four_do_not(bench: Bench):
    bench.steps.begin("run_1", SEAL, "approve")
    for _ in range(4):
        with pytest.raises(CodeWrong):
            bench.steps.finish("run_1", SEAL, "approve", "WRONG000")
    assert bench.steps.finish("run_1", SEAL, "approve", bench.read())

    bench.steps.begin("run_1", SEAL, "approve")
    for _ in range(5):
        with pytest.raises(CodeWrong):
            bench.steps.finish("run_1", SEAL, "approve", "WRONG000")
    with pytest.raises(CodeWrong):
        bench.steps.finish("run_1", SEAL, "approve", bench.read())


def test_a_code_lives_five_minutes(bench: Bench):
    bench.steps.begin("run_1", SEAL, "approve")
    bench.clock.advance(299)
    assert bench.steps.finish("run_1", SEAL, "approve", bench.read())

    bench.steps.begin("run_1", SEAL, "approve")
    bench.clock.advance(300)
    with pytest.raises(CodeWrong):
        bench.steps.finish("run_1", SEAL, "approve", bench.read())


@pytest.mark.parametrize("seconds", [86_400.0, -86_400.0])
def test_a_jump_of_the_wall_clock_means_nothing(bench: Bench, seconds: float):
    bench.steps.begin("run_1", SEAL, "approve")
    bench.clock.jump(seconds)
    assert bench.steps.finish("run_1", SEAL, "approve", bench.read())

    bench.steps.begin("run_1", SEAL, "approve")
    bench.clock.advance(300)
    bench.clock.jump(-600)
    with pytest.raises(CodeWrong):
        bench.steps.finish("run_1", SEAL, "approve", bench.read())


@pytest.mark.parametrize(
    "spelled", [str.lower, lambda c: c.replace("-", ""), lambda c: f"  {c[:2]} {c[2:]} "]
)
def test_spelling_is_forgiven(bench: Bench, spelled: Callable[[str], str]):
    bench.steps.begin("run_1", SEAL, "approve")
    assert bench.steps.finish("run_1", SEAL, "approve", spelled(bench.read()))


def test_a_run_gets_five_codes_a_minute_and_the_last_still_counts(bench: Bench):
    for _ in range(5):
        bench.steps.begin("run_1", SEAL, "approve")
    with pytest.raises(CodesTooMany):
        bench.steps.begin("run_1", SEAL, "approve")
    with pytest.raises(CodesTooMany):
        bench.steps.begin("run_1", SEAL, "reject")
    assert bench.steps.finish("run_1", SEAL, "approve", bench.read())
    bench.steps.begin("run_2", SEAL, "approve")
    bench.clock.advance(60)
    bench.steps.begin("run_1", SEAL, "approve")


def test_of_many_who_try_the_same_code_at_once_one_gets_through():
    bench = _terminal(FakeClock())
    bench.steps.begin("run_1", SEAL, "approve")
    code, start, through = bench.read(), threading.Barrier(4), []

    def attempt() -> None:
        start.wait(5)
        with contextlib.suppress(CodeWrong):
            through.append(bench.steps.finish("run_1", SEAL, "approve", code))

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(through) == 1
