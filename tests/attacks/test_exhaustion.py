"""Configurations that use up the machine, run by real Terraform: each has its way, then is held.

Uncontained, each takes no more than this machine can give, and ends by itself. Contained, with the
very same words, it is over a limit.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.domain.inspections import FindingKind
from sekisho.executors.containment import Limits, LocalContainment, Wanted
from sekisho.executors.processes import LocalProcesses
from sekisho.inspection.reading import Tree, inspect
from sekisho.ports.containment import Bounds, Uncontained
from sekisho.terraform import RunCaps
from sekisho.terraform.caps import Caps, Over
from sekisho.terraform.process import Command, Control, run
from tests.attacks.holding import (
    OUTPUT,
    PROVISION,
    SMALL,
    Place,
    a_place,
    attacked,
    held,
    of,
    own_accounts,
)
from tests.breadth import broad

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(sys.platform != "linux", reason="Landlock and prlimit are Linux's"),
]

MB = 1 << 20
UNCAPPED = RunCaps()
LOW = dataclasses.replace(SMALL, memory=256 * MB)
BUSY = "e=$(( $(date +%%s) + %d )); while [ $(date +%%s) -lt $e ]; do %s; done"
FILES = "for i in $(seq %d); do head -c %d /dev/zero > ../tmp/f$i || exit 1; done; sleep %d"


@dataclasses.dataclass(frozen=True)
class Attack:
    """What a configuration does, and what it is then held by. `says`: what the run is told."""

    text: str
    limits: Limits = SMALL
    caps: RunCaps = UNCAPPED
    says: str = ""


ATTACKS = {
    "one large file": Attack(PROVISION % "head -c 80000000 /dev/zero > ../tmp/large"),
    "memory of a script": Attack(
        PROVISION % "head -c 600000000 /dev/zero | tail -c 500000000 >/dev/null", LOW
    ),
    "memory of Terraform itself, by a function": Attack(
        OUTPUT % "length(flatten([for a in range(700) : [for b in range(700) : a * b]]))", LOW
    ),
    "a loop that computes": Attack(
        PROVISION % "i=0; while [ $i -lt 2500000 ]; do i=$((i+1)); done",
        dataclasses.replace(SMALL, cpu=1),
    ),
    "time": Attack(
        PROVISION % (BUSY % (4, "sleep 0.1")),
        caps=RunCaps({"apply": 1.0}),
        says="longer than it may",
    ),
    "output": Attack(
        PROVISION % "yes wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww | head -c 3000000",
        caps=RunCaps(output=MB),
        says="said more than it may",
    ),
    "a disk, file after file": Attack(
        PROVISION % (FILES % (30, 4_000_000, 4)),
        caps=RunCaps(disk=40 * MB),
        says="wrote more into its folders",
    ),
}


@pytest.fixture
def place() -> Iterator[Place]:
    with a_place() as made:
        yield made


@pytest.mark.parametrize(
    "accounts",
    [False, pytest.param(True, marks=[own_accounts, pytest.mark.long])],
    ids=["same account", "own account"],
)
@pytest.mark.parametrize("what", broad(*ATTACKS, quick=(0, 1)))
def test_what_uses_up_the_machine_is_held(place: Place, what: str, accounts: bool):
    attack = ATTACKS[what]
    (place.root / "main.tf").write_text(attack.text, encoding="utf-8")
    kinds = {f.kind for f in inspect(Tree(place.root, ("main.tf",)))}
    # A function that computes is no kind: what it takes is limited, not refused.
    assert kinds == ({FindingKind.PROVISIONER} if "provisioner" in attack.text else set())
    assert attacked(place.terraform(Uncontained()), attack.text)[0].ok
    contained = held(place, accounts=accounts, limits=attack.limits)
    # The limits alone do not keep an honest one from its work.
    assert attacked(place.terraform(contained), PROVISION % "true")[0].ok
    terraform = place.terraform(contained, caps=attack.caps, stop_grace=1.0)
    done, _said = attacked(terraform, attack.text)
    assert not done.ok
    assert not done.stopped  # nobody asked for it: it failed
    if attack.says:
        assert attack.says in done.errors[0].text


def test_who_goes_on_filling_the_disk_is_not_waited_for(tmp_path: Path):
    # Terraform ends when it is asked to; a program that took its place would not.
    script = "trap '' INT; mkdir tmp; " + (FILES % (100, 1_000_000, 50)).replace("../", "")
    command = Command(
        argv=("/bin/sh", "-c", script),
        folder=tmp_path,
        environment={"PATH": "/bin:/usr/bin"},
        output=tmp_path / "o",
        tenancy=Uncontained().tenancy(tmp_path),
        bounds=Bounds(writes=(tmp_path,)),
        caps=Caps(disk=20 * MB),
    )
    ended = run(command, Control(), LocalProcesses().mark, 40.0)
    assert ended.killed
    assert ended.over is Over.DISK


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


@pytest.mark.skipif(os.geteuid() == 0, reason="the kernel counts no processes of root")
def test_a_bomb_of_processes_under_the_servers_account_is_held_too(place: Place):
    text = PROVISION % "for i in $(seq 400); do sleep 20 >/dev/null 2>&1 & done; exit 0"
    limits = dataclasses.replace(SMALL, processes=120)
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    done, said = attacked(place.terraform(held(place, limits=limits)), text)
    assert not done.ok or "annot fork" in said
    # The server itself starts what it likes meanwhile.
    assert subprocess.run(["true"], check=False).returncode == 0


def test_addresses_end_for_memory_that_is_shared(place: Place):
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    if python is None:
        pytest.skip("a python3 of the system is needed")
    # 0x4021: shared, of no file, and nothing set aside for it.
    text = PROVISION % f'{python} -I -S -c "import mmap; mmap.mmap(-1, 6 << 30, flags=0x4021)"'
    assert attacked(place.terraform(Uncontained()), text)[0].ok
    assert not attacked(place.terraform(held(place, limits=LOW)), text)[0].ok


@pytest.mark.parametrize("accounts", [False, pytest.param(True, marks=own_accounts)])
def test_where_the_machine_has_no_memory_what_a_run_started_ends_before_the_server(
    place: Place, accounts: bool
):
    work = place.data / "terraform" / "work"
    work.mkdir(parents=True, exist_ok=True)
    tenancy = held(place, accounts=accounts).tenancy(work / "a")
    process = tenancy.spawn(
        lambda terms: subprocess.Popen(
            [*terms.prefix, "sleep", "60"],
            user=terms.account,
            group=terms.account,
            extra_groups=None if terms.account is None else (),
        ),
        Bounds(),
    )
    try:
        tenancy.started(process.pid)
        score = Path("/proc", str(process.pid), "oom_score_adj").read_text(encoding="ascii")
        assert int(score) > int(Path("/proc/self/oom_score_adj").read_text(encoding="ascii"))
    finally:
        process.kill()
        process.wait()
        tenancy.leave()
