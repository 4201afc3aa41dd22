"""Code in a configuration, run by real Terraform: what it gets uncontained, and contained.

Every attack is made twice, with the very same words: first it has to succeed, so that the second
time says something.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.executors.containment import Limits, LocalContainment, Wanted, find
from sekisho.ports.containment import Containment, Uncontained
from sekisho.ports.terraform import Finished
from sekisho.terraform import RunCaps
from tests.fakes.desks import Bench, Listening, local

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's"),
]

CANARY = "canary-1f0c9a"
SMALL = Limits(memory=2 << 30, file=64 << 20, processes=256)
PROVISION = """
resource "terraform_data" "attack" {
  provisioner "local-exec" {
    command = <<-EOT
      %s
    EOT
  }
}
"""
OUTPUT = 'output "stolen" {\n  value = %s\n}\n'


@dataclasses.dataclass
class Place:
    """A data folder as a server has it, somebody's home beside it, and a server that runs."""

    root: Path
    server: subprocess.Popen[bytes]

    @property
    def data(self) -> Path:
        return self.root / "data"

    def facts(self) -> dict[str, str]:
        return {
            "key": str(self.data / "keys" / "seal"),
            "home": str(self.root / "home" / "credentials"),
            "other": str(self.data / "terraform" / "work" / "other" / "plan" / "state"),
            "mark": str(self.root / "home" / "mark"),
            "pid": str(self.server.pid),
        }

    def terraform(self, containment: Containment, **more: Any) -> Any:
        return local(self.data / "terraform", containment=containment, **more)


@pytest.fixture
def place() -> Iterator[Place]:
    # Not below pytest's own folder, which no other account may pass.
    root = Path(tempfile.mkdtemp(prefix="held-"))
    root.chmod(0o755)
    (root / "home").mkdir()
    (root / "home").chmod(0o777)
    (root / "data").mkdir(mode=0o700)
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(100)"]
    environment = {"SECRET": CANARY, "PATH": os.environ["PATH"]}
    made = Place(root, subprocess.Popen(command, env=environment))
    for name in ("key", "home", "other"):
        path = Path(made.facts()[name])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CANARY, encoding="utf-8")
        path.chmod(0o644)  # the account alone should not be what keeps it
    yield made
    made.server.kill()
    made.server.wait()
    shutil.rmtree(root)


def held(place: Place, *, accounts: bool = False, **more: Any) -> LocalContainment:
    wanted = Wanted(accounts=range(64_000, 64_100) if accounts else range(0), limits=SMALL, **more)
    return LocalContainment.found(wanted, place.data)


def attacked(terraform: Any, text: str) -> tuple[Finished, str]:
    """Plan and apply; return how it ended, with all that it printed, and its state."""
    bench, watch = Bench(terraform), Listening()
    desk = terraform.open(bench.order({"main.tf": text}))
    try:
        for step in (desk.init, desk.plan):
            done = step(watch)
            if not done.ok:
                return done, watch.text()
        with desk.open_bundle() as bundle, desk.open_plan() as plan:
            order = bench.order({"main.tf": text}, phase="apply")
            apply = terraform.open(dataclasses.replace(order, bundle=bundle, plan=plan))
        try:
            apply.init(watch)
            done = apply.apply(watch)
            state = apply.read_state()
            raw = state.raw.decode() if state else ""
            return done, f"{watch.text()}\n{raw}"
        finally:
            apply.close()
    finally:
        desk.close()


def stealing(place: Place) -> dict[str, str]:
    facts = place.facts()
    return {
        "a key of the server, by a function": OUTPUT % f'file("{facts["key"]}")',
        "somebody's credentials, by a script": PROVISION % f"grep -q canar[y] {facts['home']}",
        "another run's state": PROVISION % f"grep -q canar[y] {facts['other']}",
        "the server's environment": PROVISION % f"grep -q canar[y] /proc/{facts['pid']}/environ",
        "the server's environment, by a function": OUTPUT
        % f'base64decode(filebase64("/proc/{facts["pid"]}/environ"))',
        "a file through a link": PROVISION
        % f"ln -s {facts['key']} ../tmp/link && grep -q canar[y] ../tmp/link",
    }


THEFTS = (
    "a key of the server, by a function",
    "somebody's credentials, by a script",
    "another run's state",
    "the server's environment",
    "the server's environment, by a function",
    "a file through a link",
)
QUICK = {THEFTS[0], THEFTS[3]}


@pytest.mark.parametrize("accounts", [False, True], ids=["same account", "own account"])
@pytest.mark.parametrize(
    "what", [t if t in QUICK else pytest.param(t, marks=pytest.mark.long) for t in THEFTS]
)
def test_what_is_outside_of_its_folder_is_not_read(place: Place, what: str, accounts: bool):
    text = stealing(place)[what]
    # What scripts print is in no log: they succeed where they find it.
    done, said = attacked(place.terraform(Uncontained()), text)
    assert done.ok
    assert "output" not in text or CANARY in said
    done, said = attacked(place.terraform(held(place, accounts=accounts)), text)
    assert not done.ok
    assert CANARY not in said
    assert CANARY not in "\n".join(f"{e.text} {e.detail}" for e in done.errors)


def test_nothing_is_written_outside_of_its_folder(place: Place):
    mark = Path(place.facts()["mark"])
    text = PROVISION % f"echo was here > {mark}"
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    assert mark.exists()
    mark.unlink()
    assert not attacked(place.terraform(held(place)), text)[0].ok
    assert not mark.exists()


def test_neither_the_server_nor_what_it_started_for_others_is_signalled(place: Place):
    text = PROVISION % f"kill -KILL {place.server.pid}"
    assert not attacked(place.terraform(held(place)), text)[0].ok
    assert place.server.poll() is None
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    assert place.server.wait(10) == -signal.SIGKILL


def test_its_own_settings_and_lock_stay_as_they_were_laid(place: Place):
    text = PROVISION % "rm -f ../held && echo x >> ../cli.tfrc"
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    assert not attacked(place.terraform(held(place)), text)[0].ok


def listening() -> socket.socket:
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(5)
    return server


def test_ports_are_connected_to_as_the_operator_says_and_none_is_listened_on(place: Place):
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    if python is None or find(Wanted()).landlock < 4:
        pytest.skip("a python3 of the system, and Landlock 4, are needed")
    with listening() as server:
        port = server.getsockname()[1]
        connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        bind = "import socket; socket.create_server(('127.0.0.1', 0))"
        for script, contained, ok in (
            (connect, Uncontained(), True),
            (connect, held(place), True),
            (connect, held(place, ports=(port,)), True),
            (connect, held(place, ports=(443,)), False),
            (bind, Uncontained(), True),
            (bind, held(place), False),
        ):
            text = PROVISION % f'{python} -I -S -c "{script}"'
            assert attacked(place.terraform(contained), text)[0].ok is ok, (script, contained)


def test_a_file_that_is_too_large_is_cut_off(place: Place):
    text = PROVISION % "head -c 80000000 /dev/zero > ../tmp/large"
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    assert not attacked(place.terraform(held(place)), text)[0].ok


def test_too_much_memory_is_refused(place: Place):
    text = PROVISION % "head -c 600000000 /dev/zero | tail -c 500000000 >/dev/null"
    limits = dataclasses.replace(SMALL, memory=256 << 20)
    low = LocalContainment.found(Wanted(accounts=range(0), limits=limits), place.data)
    assert attacked(place.terraform(low), PROVISION % "true")[0].ok
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    assert not attacked(place.terraform(low), text)[0].ok


def test_an_endless_loop_ends_when_its_time_is_over(place: Place):
    text = PROVISION % "while true; do :; done"
    caps = RunCaps({"apply": 1.0})
    begun = time.monotonic()
    done, _ = attacked(place.terraform(held(place), caps=caps, stop_grace=1.0), text)
    assert time.monotonic() - begun < 30
    assert not done.ok
    assert not done.stopped  # nobody asked for it: it failed
    assert "longer than it may" in done.errors[0].text


def test_endless_output_is_stopped_too(place: Place):
    text = PROVISION % "yes wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
    caps = RunCaps(output=1 << 20)
    done, _ = attacked(place.terraform(held(place), caps=caps, stop_grace=1.0), text)
    assert not done.ok
    assert "said more than it may" in done.errors[0].text


own_accounts = pytest.mark.skipif(
    not find(Wanted()).accounts, reason="only root may start processes as somebody else"
)


def of(first: int, count: int) -> list[int]:
    """Return what runs as one of some accounts."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and first <= entry.stat().st_uid < first + count:
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state not in "ZX" else []
        except OSError:
            continue
    return found


@own_accounts
def test_each_working_directory_has_an_account_of_its_own_and_leaves_nothing(place: Place):
    contained = LocalContainment.found(Wanted(accounts=range(64_200, 64_210)), place.data)
    work = place.data / "terraform" / "work"
    work.mkdir(parents=True, exist_ok=True)
    one, other = (contained.tenancy(work / name) for name in ("a", "b"))
    assert one.account
    assert other.account
    assert one.account.number != other.account.number
    assert {one.account.number, other.account.number} <= set(range(64_201, 64_210))
    one.leave()
    other.leave()
    done, said = attacked(
        place.terraform(contained), PROVISION % "id -u > ../tmp/me; cat ../tmp/me"
    )
    assert done.ok
    assert "terraform_data.attack" in said
    owned = [p for p in place.data.rglob("*") if 64_200 <= p.lstat().st_uid < 64_210]
    assert owned == []


@own_accounts
def test_what_takes_itself_out_of_its_session_is_killed_by_its_account(place: Place):
    text = PROVISION % "setsid sh -c 'sleep 97' </dev/null >/dev/null 2>&1 &"
    contained = LocalContainment.found(Wanted(accounts=range(64_220, 64_224)), place.data)
    done, _ = attacked(place.terraform(contained), text)
    assert done.ok
    assert of(64_220, 4) == []
    # Under the server's own account it would live on: nothing tells it from the operator's.
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    lost = subprocess.run(["pgrep", "-f", "^sleep 97$"], capture_output=True, check=False)
    assert lost.stdout
    for pid in lost.stdout.split():
        os.kill(int(pid), signal.SIGKILL)


@own_accounts
def test_a_bomb_of_processes_stays_within_its_account(place: Place):
    text = PROVISION % "for i in $(seq 400); do sleep 20 >/dev/null 2>&1 & done; exit 0"
    limits = dataclasses.replace(SMALL, processes=120)
    contained = LocalContainment.found(Wanted(range(64_230, 64_234), limits=limits), place.data)
    done, said = attacked(place.terraform(contained), text)
    assert not done.ok or "annot fork" in said
    assert of(64_230, 4) == []
    limits = dataclasses.replace(SMALL, processes=0)
    contained = LocalContainment.found(Wanted(range(64_230, 64_234), limits=limits), place.data)
    assert attacked(place.terraform(contained), text)[0].ok
    assert of(64_230, 4) == []
