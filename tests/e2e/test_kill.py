"""`kill -9` at every named step, then a restart: nothing is lost, nothing is applied twice."""

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.app import App, build
from sekisho.domain.callers import Caller
from sekisho.domain.runs import Run
from sekisho.engine.plans import PlanOrder
from sekisho.engine.runs import settled
from sekisho.settings import read_settings
from tests.e2e.killing import drive

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]

REPO = Path(__file__).parents[2]
CALLER = Caller("loopback", "story")
MAIN = """
resource "terraform_data" "once" {{
  provisioner "local-exec" {{
    command = "echo applied >> {journal}; sleep {seconds}; echo done >> {journal}"
  }}
}}
output "id" {{
  value = terraform_data.once.id
}}
"""
WRITES = ("planning", "awaiting_approval", "approved", "apply_queued", "applying", "applied")
POINTS = (
    *(f"write:{status}:{when}" for status in WRITES for when in ("before", "inside", "after")),
    *(
        f"blob:{part}:{when}"
        for part in ("plan", "bundle", "state")
        for when in ("before", "after")
    ),
    *(
        f"terraform:{command}:{when}"
        for command in ("init", "plan", "apply")
        for when in ("before", "started", "after")
    ),
    "terraform:apply_init:before",
    "terraform:apply_init:after",
    "terraform:apply:during",
)
IN_DOUBT = frozenset(
    {
        "write:applying:after",
        "write:applied:before",
        "write:applied:inside",
        "blob:state:before",
        "blob:state:after",
        "terraform:apply_init:before",
        "terraform:apply_init:after",
        "terraform:apply:before",
        "terraform:apply:started",
        "terraform:apply:during",
        "terraform:apply:after",
    }
)
"""Points at which the workspace was held and the end not yet written: a person must decide."""


@dataclasses.dataclass
class Place:
    """One data folder, one run in it, and what the applies of that run left as traces."""

    data: Path
    journal: Path
    run_id: str = ""

    def open(self, codes: list[str] | None = None) -> App:
        show = (codes if codes is not None else []).append
        settings = read_settings(
            data_dir=self.data, log_format="text", inspection_allow="provisioner"
        )
        return build(settings, serves=True, show=show)

    def traces(self) -> list[str]:
        return (
            self.journal.read_text(encoding="utf-8").splitlines() if self.journal.exists() else []
        )


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    place = Place(tmp_path / "data", tmp_path / "journal")
    seconds = 2 if "during" in request.node.name else 0
    app = place.open()
    files = {"main.tf": MAIN.format(journal=place.journal, seconds=seconds)}
    configuration = app.engine.configurations.from_inline("default", files, CALLER)
    place.run_id = app.engine.plans.create(PlanOrder("default", configuration.digest), CALLER).id
    app.close()
    return place


def killed_at(place: Place, point: str) -> None:
    command = [sys.executable, "-m", "tests.e2e.killing", str(place.data), place.run_id, point]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{REPO / 'src'}:{REPO}", "HOME": "/"}
    done = subprocess.run(
        command, env=environment, cwd=REPO, capture_output=True, timeout=90, check=False
    )
    assert done.returncode == -signal.SIGKILL, (point, done.stderr.decode())


def restarted(place: Place, until: Callable[[App], bool], seconds: float = 60) -> Run:
    """Start again as a server would, carry the story on, and return the run at its end."""
    codes: list[str] = []
    app, stop = place.open(codes), threading.Event()
    worker = threading.Thread(target=app.worker().run, args=(stop.is_set,))
    worker.start()
    try:
        drive(app.engine, place.run_id, codes, seconds)
        end = time.monotonic() + seconds
        while not until(app) and time.monotonic() < end:
            time.sleep(0.05)
        assert until(app)
        return app.engine.runs.get(place.run_id)
    finally:
        stop.set()
        worker.join()
        app.close()


def over(place: Place) -> Callable[[App], bool]:
    """The run settled, and what a lost apply left was rescued."""

    def ended(app: App) -> bool:
        run = app.engine.runs.get(place.run_id)
        rescued = run.status != "interrupted" or bool(run.apply and run.apply.rescued_blob)
        return settled(run) and rescued

    return ended


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_no_run_is_lost_and_nothing_is_applied_twice(place: Place, point: str):
    killed_at(place, point)
    run = restarted(place, over(place))

    app = place.open()
    record = app.engine.workspaces.get("default").record
    if point in IN_DOUBT:
        assert run.status == "interrupted"
        assert record.lock is not None
        assert record.lock.run_id == run.id
        assert place.traces() in ([], ["applied", "done"])
    else:
        assert run.status == "applied"
        assert record.free()
        assert place.traces() == ["applied", "done"]
    report = app.engine.audits.verify()
    assert report.faults == ()
    assert report.applies == 1
    app.close()


@pytest.mark.parametrize("point", ["terraform:apply:during", "terraform:apply:before"])
def test_after_a_person_unlocks_a_new_plan_shows_what_is_left_to_do(place: Place, point: str):
    killed_at(place, point)
    restarted(place, over(place))
    done_already = bool(place.traces())

    codes: list[str] = []
    app, stop = place.open(codes), threading.Event()
    worker = threading.Thread(target=app.worker().run, args=(stop.is_set,))
    worker.start()
    try:
        app.engine.workspaces.unlock("default", CALLER, "looked at it")
        first = app.engine.runs.get(place.run_id)
        order = PlanOrder("default", first.configuration)
        again = app.engine.plans.create(order, CALLER)
        drive(app.engine, again.id, codes)
        ended = app.engine.runs.get(again.id)
    finally:
        stop.set()
        worker.join()
        app.close()
    assert done_already == (point == "terraform:apply:during")
    assert ended.status == ("no_changes" if done_already else "applied")
    assert place.traces() == ["applied", "done"]
