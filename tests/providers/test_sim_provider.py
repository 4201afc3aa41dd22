"""What acme/sim promises: known times, a journal, and to stop as the big providers do."""

import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.providers.places import Place
from tests.terraform_command import terraform_command

pytestmark = [pytest.mark.long, pytest.mark.mirror]


def journal(place: Place) -> list[dict[str, str]]:
    path = place.things.with_name("things.journal.jsonl")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def state(place: Place) -> dict[str, str]:
    shown = json.loads(place.ok("show", "-json"))
    things = shown.get("values", {}).get("root_module", {}).get("resources", [])
    return next((r["values"] for r in things if r["type"] == "sim_thing"), {})


def eventually(seen: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen()


def applying(place: Place) -> "subprocess.Popen[str]":
    """Start a slow apply in a session of its own; return when its provider is at work."""
    process = subprocess.Popen(
        [*terraform_command(), "apply", "-auto-approve", "-no-color"],
        cwd=place.folder,
        env={
            "HOME": str(place.folder),
            "TF_CLI_CONFIG_FILE": str(place.folder / "cli.tfrc"),
            "CHECKPOINT_DISABLE": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stdout is not None
    assert any("Creating..." in line for line in process.stdout)
    assert eventually(place.things.with_name("things.begun").exists)
    return process


def test_times_are_known_after_an_apply_and_change_with_an_update(place: Place):
    place.write(name="a", delay=0.1, round=1)
    place.ok("init")
    place.ok("apply", "-auto-approve")
    first = state(place)
    assert float(first["finished_at"]) - float(first["started_at"]) >= 0.1
    assert place.terraform("plan", "-detailed-exitcode").returncode == 0
    place.write(name="a", delay=0.1, round=2)
    said = place.ok("apply", "-auto-approve")
    second = state(place)
    assert "0 added, 1 changed" in said
    assert second["id"] == first["id"]
    assert float(second["started_at"]) > float(first["finished_at"])


def test_every_operation_leaves_a_line_and_those_of_one_thing_never_overlap(place: Place):
    place.write(name="a", delay=0.1)
    place.ok("init")
    place.ok("apply", "-auto-approve")
    place.write(name="b", delay=0.1)
    place.ok("apply", "-auto-approve")
    place.write(name="b", delay=0.1, fail=True)
    assert place.terraform("apply", "-auto-approve").returncode == 1
    lines = journal(place)
    told = [(line["op"], line["name"], line["outcome"]) for line in lines]
    assert told == [
        ("create", "a", "ok"),
        ("delete", "a", "ok"),
        ("create", "b", "ok"),
        ("update", "b", "failed"),
    ]
    for before, after in itertools.pairwise(lines):
        assert float(before["finished_at"]) <= float(after["started_at"])
    assert state(place)["fail"] is None


@pytest.mark.parametrize("whole_group", [False, True])
def test_an_interrupted_apply_finishes_what_is_under_way(place: Place, whole_group: bool):
    place.write(name="a", delay=1.5)
    place.ok("init")
    process = applying(place)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert state(place)["id"] == journal(place)[0]["id"]


def test_a_killed_terraform_leaves_a_provider_that_finishes_unseen_then_goes(place: Place):
    place.write(name="a", delay=1.5)
    place.ok("init")
    process = applying(place)
    process.kill()
    process.communicate(timeout=20)
    assert journal(place) == []
    assert eventually(lambda: bool(journal(place)))
    assert state(place) == {}
    provider = Path("/proc", str(journal(place)[0]["pid"]))
    assert eventually(lambda: not provider.exists())
