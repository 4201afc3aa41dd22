"""A hostile configuration of one run goes after the credentials of another; real Terraform runs it.

What holds it is tried with and without containment: what a script does uncontained says that it
would have worked.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from sekisho.credentials import Vendor
from sekisho.executors.containment import find
from sekisho.executors.containment.levels import Wanted
from sekisho.ports.containment import Containment, Uncontained
from sekisho.ports.credentials import Lent
from tests.attacks.holding import PROVISION, Place, a_place, attacked, held
from tests.fakes.clock import FakeClock
from tests.fakes.credentials import LOAN, FakeRoles
from tests.fakes.journal import FakeJournal

PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's"),
    pytest.mark.skipif(PYTHON is None, reason="a python3 of the system is needed"),
]
URI, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
FETCH = """
import json, os, pathlib, sys, urllib.request

def fetch(uri, token):
    request = urllib.request.Request(uri, headers={"Authorization": token})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        assert json.load(answer)["SecretAccessKey"]
        sys.exit(0)

mine = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
"""
OWN = FETCH + 'fetch(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], mine)\n'
OTHERS_ADDRESS = FETCH + "fetch(THEIR_URI, mine)\n"
OTHERS_TOKEN_HERE = FETCH + 'fetch(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], THEIR_TOKEN)\n'
KNOWN = FETCH + "fetch(THEIR_URI, THEIR_TOKEN)\n"
STOLEN = (
    FETCH
    + """
for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
    try:
        rows = path.read_bytes().split(b"\\0")
    except OSError:
        continue
    found = dict(row.decode("utf-8", "replace").split("=", 1) for row in rows if b"=" in row)
    if found.get("AWS_CONTAINER_CREDENTIALS_FULL_URI") == THEIR_URI:
        fetch(THEIR_URI, found["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
sys.exit(1)
"""
)


@pytest.fixture
def place() -> Iterator[Place]:
    with a_place() as made:
        yield made


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    clock = FakeClock()
    made = Vendor(FakeRoles(clock), clock, FakeJournal())
    yield made
    made.close()


@contextlib.contextmanager
def at_work(lent: Lent) -> Iterator[None]:
    """Stand for the Terraform of the other run: a process that has its credentials."""
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(100)"]
    environment = {"PATH": os.environ["PATH"], **lent.environment}
    with subprocess.Popen(command, env=environment) as process:
        try:
            yield
        finally:
            process.kill()


def attack(
    place: Place, containment: Containment, script: str, mine: Lent | None, other: Lent
) -> bool:
    """Let a configuration run a script, and say whether it got what it came for."""
    known: Mapping[str, str] = {
        "THEIR_URI": json.dumps(other.environment[URI]),
        "THEIR_TOKEN": json.dumps(other.environment[TOKEN]),
    }
    # A thief does not bring along what has to be stolen.
    named = "".join(f"{name} = {value}\n" for name, value in known.items() if name in script)
    files = {"main.tf": PROVISION % f"{PYTHON} -I -S steal.py", "steal.py": named + script}
    done, _said = attacked(place.terraform(containment), files, mine)
    return done.ok


def test_a_run_fetches_its_own_keys_contained_or_not(place: Place, vendor: Vendor):
    with vendor.lend(LOAN) as mine:
        assert attack(place, Uncontained(), OWN, mine, mine)
        assert attack(place, held(place), OWN, mine, mine)
        if find(Wanted()).landlock >= 4:
            assert attack(place, held(place, ports=(443,)), OWN, mine, mine)


def test_the_token_of_one_run_is_good_for_nothing_at_the_address_of_another(
    place: Place, vendor: Vendor
):
    with vendor.lend(LOAN) as mine, vendor.lend(LOAN) as other:
        assert attack(place, Uncontained(), OWN, mine, other)
        assert not attack(place, Uncontained(), OTHERS_ADDRESS, mine, other)
        assert not attack(place, Uncontained(), OTHERS_TOKEN_HERE, mine, other)


def test_the_token_of_another_run_is_not_found_by_who_is_contained(place: Place, vendor: Vendor):
    with vendor.lend(LOAN) as mine, vendor.lend(LOAN) as other, at_work(other):
        assert attack(place, Uncontained(), STOLEN, mine, other), "uncontained it is found"
        assert not attack(place, held(place), STOLEN, mine, other)


def test_a_token_that_was_kept_is_good_for_nothing_after_its_phase(place: Place, vendor: Vendor):
    with vendor.lend(LOAN) as mine:
        with vendor.lend(LOAN) as other:
            assert attack(place, Uncontained(), KNOWN, mine, other), "while it lasts it is good"
        assert not attack(place, Uncontained(), KNOWN, mine, other)


@pytest.mark.skipif(find(Wanted()).landlock < 4, reason="Landlock 4 is needed for ports")
def test_a_run_that_is_lent_nothing_reaches_the_vendor_only_where_all_ports_are_open(
    place: Place, vendor: Vendor
):
    with vendor.lend(LOAN) as other:
        assert attack(place, held(place), KNOWN, None, other)
        assert not attack(place, held(place, ports=(443,)), KNOWN, None, other)
        assert not attack(place, held(place, ports=()), KNOWN, None, other)
