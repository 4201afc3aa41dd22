"""The fake's script: outcomes that the contract cannot ask of a real Terraform."""

from __future__ import annotations

import threading

import pytest

from sekisho.domain.states import NO_STATE
from sekisho.domain.targets import S3Backend
from sekisho.domain.workspaces import Workspace
from sekisho.ports.terraform import Desk
from tests.fakes.desks import Bench, Listening
from tests.fakes.terraform import FakeTerraform

FILES = {"main.tf": 'resource "terraform_data" "a" {\n  input = "x"\n}\n'}


@pytest.fixture
def fake() -> FakeTerraform:
    return FakeTerraform()


def apply_of(fake: FakeTerraform, bench: Bench | None = None) -> Desk:
    desk = (bench or Bench(fake)).planned(FILES).desk()
    assert desk.init(Listening()).ok
    return desk


@pytest.mark.parametrize("command", ["init", "plan", "apply"])
def test_each_command_fails_as_told(fake: FakeTerraform, command: str):
    desk = apply_of(fake)
    setattr(fake.script, f"{command}_error", "困った")
    finished = getattr(desk, command)(Listening())
    assert not finished.ok
    assert [e.text for e in finished.errors] == ["困った"]


def test_a_failed_apply_leaves_what_it_did(fake: FakeTerraform):
    desk = apply_of(fake)
    fake.script.apply_error = "half way"
    assert not desk.apply(Listening()).ok
    assert desk.read_state() is not None


def test_a_lock_that_somebody_holds_keeps_the_apply_out(fake: FakeTerraform):
    desk = apply_of(fake)
    fake.script.lock_holder = "ID 1 · Who sato"
    finished = desk.apply(Listening())
    assert finished.lock_holder == "ID 1 · Who sato"
    assert desk.read_state() is None


def test_a_lock_left_behind_is_still_an_apply(fake: FakeTerraform):
    desk = apply_of(fake)
    fake.script.lock_left = True
    finished = desk.apply(Listening())
    assert finished.ok
    assert finished.lock_left


def test_a_state_that_could_not_be_written_is_unsaved(fake: FakeTerraform):
    desk = apply_of(fake)
    fake.script.unsaved = True
    assert not desk.apply(Listening()).ok
    assert desk.unsaved_state()
    assert fake.rescue("run-2") == desk.unsaved_state()


def test_a_hanging_command_goes_on_until_it_is_stopped_killed_or_let_go(fake: FakeTerraform):
    desk = apply_of(fake)
    fake.script.hang = frozenset({"apply", "plan"})
    under_way = threading.Event()
    fake.script.started = lambda *_: under_way.set()
    finished = desk.apply(Listening(lambda _: under_way.is_set()))
    assert (finished.stopped, finished.killed) == (True, False)
    fake.script.deaf = True
    assert desk.plan(Listening(lambda w: bool(w.marks))).killed
    fake.script.go.set()
    assert desk.plan(Listening()).ok


def test_the_hook_is_told_the_command_and_the_run(fake: FakeTerraform):
    told: list[tuple[str, str]] = []
    fake.script.started = lambda command, run: told.append((command, run))
    apply_of(fake).apply(Listening())
    assert told == [("plan", "run-1"), ("apply", "run-2")]


def test_states_of_an_outer_backend_are_shared_between_runs(fake: FakeTerraform):
    backend = S3Backend(bucket="b", key="k", region="r")
    bench = Bench(fake, Workspace("w", backend=backend))
    bench.applied(FILES)
    assert list(fake.backends) == ["b/k"]
    assert bench.planned(FILES).reading.changes == ()
    fake.backends.clear()
    desk = bench.terraform.open(bench.order(FILES))
    assert desk.position() == NO_STATE


def test_a_plan_may_be_warm_incomplete_or_errored(fake: FakeTerraform):
    fake.script.warm = True
    fake.script.complete = False
    fake.script.errored = True
    reading = Bench(fake).planned(FILES).reading
    assert not reading.complete
    assert reading.errored
