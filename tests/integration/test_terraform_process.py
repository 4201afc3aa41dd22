"""Terraform as a child: how it ends by itself, when asked, when killed, and when we die."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.domain.errors import TerraformMissing
from sekisho.domain.leases import ProcessMark
from sekisho.executors.processes import LocalProcesses
from sekisho.ports.containment import Bounds, Uncontained
from sekisho.ports.terraform import Build
from sekisho.terraform.desk import LocalDesk
from sekisho.terraform.process import Command, Control, run
from tests.fakes.desks import Bench, Listening, local, options_in

DONE_THEN_SLOW = """
resource "terraform_data" "first" {
  input = "一"
}
resource "terraform_data" "slow" {
  input      = "遅"
  depends_on = [terraform_data.first]
  provisioner "local-exec" {
    command = "%s"
  }
}
"""


def provisioning(watch: Listening) -> bool:
    return any(x.kind == "provision_start" for x in watch.lines)


def until(seen: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text("utf-8")
    except FileNotFoundError:
        return True


def test_one_interrupt_stops_an_apply_and_terraform_saves_what_it_did(tmp_path: Path):
    bench = Bench(local(tmp_path / "data"))
    desk = bench.planned({"main.tf": DONE_THEN_SLOW % "sleep 60"}).desk()
    desk.init(Listening())
    watch = Listening(provisioning)
    begun = time.monotonic()
    finished = desk.apply(watch)
    assert time.monotonic() - begun < 10
    assert (finished.stopped, finished.killed, finished.ok) == (True, False, False)
    assert finished.errors
    state = desk.read_state()
    assert state is not None
    addresses = [r.address for r in state.index.resources]
    assert "terraform_data.first" in addresses
    assert gone(watch.marks[0].pid)
    desk.close()


def test_whatever_a_command_leaves_behind_ends_with_it(tmp_path: Path):
    note = tmp_path / "orphan"
    files = {"main.tf": DONE_THEN_SLOW % f"sleep 61 >/dev/null 2>&1 & echo $! > {note}"}
    bench = Bench(local(tmp_path / "data", containment=Uncontained()))
    bench.applied(files)
    pid = int(note.read_text("utf-8"))
    until(lambda: gone(pid))


def test_terraform_goes_on_when_its_server_dies_and_its_state_is_found(tmp_path: Path):
    go, data = tmp_path / "go", tmp_path / "data"
    files = {"main.tf": DONE_THEN_SLOW % f"while [ ! -e {go} ]; do sleep 0.05; done"}
    bench = Bench(local(data))
    planned = bench.planned(files)
    parts = {"plan": planned.plan, "bundle": planned.bundle}
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "files.json").write_text(json.dumps(files), encoding="utf-8")
    script = f"""
import json, pathlib
from sekisho.domain.plans import PlanOptions
from sekisho.ports.terraform import DeskOrder
from tests.fakes.desks import Bench, Listening, local, options_in, tar_of
home = pathlib.Path({str(tmp_path)!r})
bench = Bench(local(home / "data"))
files = json.loads((home / "files.json").read_text(encoding="utf-8"))
bundle, plan = ((home / name).open("rb") for name in ("bundle", "plan"))
order = DeskOrder("run-x", "apply", bench.workspace, PlanOptions(), bench.build, tar_of(files),
                  bundle=bundle, plan=plan)
class Watch(Listening):
    def started(self, process):
        print(process.pid, flush=True)
    def line(self, line):
        if line.kind == "provision_start":
            print("provisioning", flush=True)
desk = bench.terraform.open(order)
desk.init(Listening())
desk.apply(Watch())
"""
    root = str(Path(__file__).resolve().parents[2])
    server = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": root},
    )
    assert server.stdout
    pid = int(server.stdout.readline())
    assert server.stdout.readline() == "provisioning\n"
    mark = LocalProcesses().mark(pid)
    assert mark is not None
    server.kill()
    server.communicate()
    assert LocalProcesses().alive(mark), "Terraform goes on"
    early = bench.terraform.rescue("run-x")
    assert early is not None
    assert b"terraform_data" in early
    go.touch()
    until(lambda: not LocalProcesses().alive(mark))
    rescued = bench.terraform.rescue("run-x")
    assert rescued is not None
    names = {r["name"] for r in json.loads(rescued)["resources"]}
    assert names == {"first", "slow"}
    again = dataclasses.replace(planned.order(), run_id="run-x")
    with pytest.raises(FileExistsError):  # nobody lays another apply over it
        bench.terraform.open(again)
    bench.terraform.clean("run-x")
    assert bench.terraform.rescue("run-x") is None


def test_what_started_raises_stops_the_command_and_is_raised(tmp_path: Path):
    class Refusing(Listening):
        def started(self, process: ProcessMark) -> None:
            super().started(process)
            raise ConnectionError("the store is away")

    bench = Bench(local(tmp_path / "data"))
    desk = bench.planned({"main.tf": DONE_THEN_SLOW % "sleep 60"}).desk()
    desk.init(Listening())
    watch = Refusing()
    with pytest.raises(ConnectionError):
        desk.apply(watch)
    assert gone(watch.marks[0].pid)
    desk.close()


def test_a_log_store_that_fails_does_not_end_an_apply(tmp_path: Path, caplog):
    class Deaf(Listening):
        def line(self, line: object) -> None:
            raise ConnectionError("the log is away")

    bench = Bench(local(tmp_path / "data"))
    desk = bench.planned({"main.tf": DONE_THEN_SLOW % "true"}).desk()
    desk.init(Listening())
    finished = desk.apply(Deaf())
    assert finished.ok
    assert "log_line_lost" in caplog.text
    desk.close()


def test_a_build_that_vanished_is_said(tmp_path: Path):
    bench = Bench(local(tmp_path / "data"))
    bench.build = Build("terraform", "1.11.4", (str(tmp_path / "nowhere"),), "sha256:0")
    desk = bench.terraform.open(bench.order({"main.tf": ""}))
    with pytest.raises(TerraformMissing):
        desk.init(Listening())
    desk.close()


def shell(tmp_path: Path, script: str) -> Command:
    return Command(
        ("/bin/sh", "-c", script),
        tmp_path,
        {"PATH": "/bin:/usr/bin"},
        tmp_path / "o",
        Uncontained().tenancy(tmp_path),
        Bounds(),
    )


def test_a_flood_of_output_fills_no_memory(tmp_path: Path):
    lines: list[bytes] = []
    script = "head -c 5000000 /dev/zero | tr '\\0' x; echo; echo after"
    ended = run(shell(tmp_path, script), Control(lines.append), LocalProcesses().mark, 1.0)
    assert ended.code == 0
    assert lines[-1] == b"after"
    assert len(lines) == 2
    assert max(map(len, lines)) < 1000


def test_a_process_has_a_session_of_its_own_an_empty_stdin_and_no_foreign_files(tmp_path: Path):
    with (tmp_path / "open").open("wb") as leak:
        os.set_inheritable(leak.fileno(), True)
        lines: list[bytes] = []
        script = "cat; umask; ps -o sid= -p $$; echo $$; ls /proc/$$/fd"
        ended = run(shell(tmp_path, script), Control(lines.append), LocalProcesses().mark, 1.0)
    assert ended.code == 0
    assert lines[0] == b"0077"
    assert lines[1].strip() == lines[2]
    assert {int(n) for n in lines[3:]} <= {0, 1, 2, 10, 255}


def test_a_process_that_ignores_the_interrupt_is_killed_with_its_children(tmp_path: Path):
    script = f"trap '' INT; sleep 61 & echo $! > {tmp_path}/child; echo ready; wait; wait"
    lines: list[bytes] = []
    control = Control(lines.append, stopping=lambda: b"ready" in lines)
    begun = time.monotonic()
    ended = run(shell(tmp_path, script), control, LocalProcesses().mark, 0.2)
    assert 0.2 <= time.monotonic() - begun < 10
    assert (ended.stopped, ended.killed, ended.code) == (True, True, -signal.SIGKILL)
    child = int((tmp_path / "child").read_text("utf-8"))
    until(lambda: gone(child))


@pytest.mark.parametrize(("name", "killed"), [("KILL", True), ("TERM", True), ("INT", False)])
def test_a_process_that_somebody_else_kills_is_told_from_one_that_ends(
    tmp_path: Path, name: str, killed: bool
):
    command = shell(tmp_path, f"kill -{name} $$; sleep 9")
    ended = run(command, Control(), LocalProcesses().mark, 1.0)
    assert ended.code == -getattr(signal, f"SIG{name}")
    assert (ended.stopped, ended.killed) == (False, killed)


def test_one_interrupt_is_all_that_is_ever_sent(tmp_path: Path):
    script = "trap 'echo int' INT; echo ready; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done"
    lines: list[bytes] = []
    control = Control(lines.append, stopping=lambda: b"ready" in lines)
    ended = run(shell(tmp_path, script), control, LocalProcesses().mark, 30.0)
    assert (ended.stopped, ended.killed) == (True, False)
    assert lines.count(b"int") == 1


def test_the_end_of_a_command_is_noticed_at_once(tmp_path: Path):
    taken: list[float] = []
    for _ in range(10):
        begun = time.monotonic()
        run(shell(tmp_path, "true"), Control(lambda _: None), LocalProcesses().mark, 1.0)
        taken.append(time.monotonic() - begun)
    assert min(taken) < 0.015


def test_a_question_that_is_never_answered_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sekisho.terraform.commands._ANSWER_WITHIN", 0.3)
    order = Bench(local(tmp_path)).order({"main.tf": ""})
    silent = dataclasses.replace(order.build, command=("sleep",))
    desk = LocalDesk(options_in(tmp_path), dataclasses.replace(order, build=silent))
    began = time.monotonic()
    _, _, ended = desk._commands.capture("60")
    assert ended.stopped
    assert time.monotonic() - began < 20
    desk.close()


CRASH = """
import os, sys
from pathlib import Path
from sekisho.ports.containment import Bounds, Uncontained
from sekisho.terraform.process import Command, Control, run
root = Path(sys.argv[1])
script = ("/bin/sh", "-c", "sh -c 'until [ -e stop ]; do sleep 0.05; done' & exit 0")
nobody = Uncontained().tenancy(root)
output = root / "out" / "apply"
command = Command(script, root, {"PATH": os.environ["PATH"]}, output, nobody, Bounds(), root)
run(command, Control(started=print), lambda _pid: os._exit(9), 1.0)
"""


def test_what_lives_on_is_seen_though_we_died_before_its_number_was_noted(tmp_path: Path):
    terraform = local(tmp_path)
    root = tmp_path / "work" / "run-1" / "apply"
    (root / "out").mkdir(parents=True)
    died = subprocess.run([sys.executable, "-c", CRASH, str(root)], check=False, timeout=30)
    assert died.returncode == 9
    assert terraform.at_work("run-1"), "a grandchild of the command holds on"
    assert not terraform.at_work("run-2")
    (root / "stop").touch()
    until(lambda: not terraform.at_work("run-1"))
