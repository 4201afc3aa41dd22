"""Code in a configuration, run by real Terraform: what it gets uncontained, and contained.

Every attack is made twice, with the very same words: first it has to succeed, so that the second
time says something.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.executors.containment import LocalContainment, Wanted, find
from sekisho.ports.containment import Uncontained
from tests.attacks.holding import (
    CANARY,
    OUTPUT,
    PROVISION,
    Place,
    a_place,
    attacked,
    held,
    of,
    own_accounts,
)

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's"),
]


@pytest.fixture
def place() -> Iterator[Place]:
    with a_place() as made:
        yield made


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


def test_what_init_installed_is_the_same_for_the_next_run(place: Place):
    # Large files there are one and the same in every run of the workspace, also without an account.
    done, _ = attacked(place.terraform(Uncontained()), PROVISION % "touch ../data/mark")
    assert done.ok
    done, _ = attacked(place.terraform(held(place)), PROVISION % "touch ../data/mark")
    assert not done.ok
    done, _ = attacked(place.terraform(held(place)), PROVISION % "touch ../tmp/mark")
    assert done.ok
