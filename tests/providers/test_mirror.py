"""Real Terraform takes its providers from the mirror, with nothing else to take them from."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.providers.make_mirror import Mirror, make_mirror
from tests.providers.places import SECRET, Place

pytestmark = [pytest.mark.long, pytest.mark.mirror]


def test_terraform_plans_applies_and_destroys_with_providers_of_the_mirror(place: Place):
    place.write(name="a", secret=SECRET)
    place.ok("init")
    said = place.ok("plan", "-out=plan")
    assert SECRET not in said
    place.ok("apply", "plan")
    (made,) = place.kept()
    assert (made["name"], made["secret"]) == ("a", SECRET)
    assert place.terraform("plan", "-detailed-exitcode").returncode == 0
    place.ok("destroy", "-auto-approve")
    assert place.kept() == []


def test_a_new_name_is_a_new_thing_and_a_new_secret_is_not(place: Place):
    place.write(name="a", secret="one")
    place.ok("init")
    place.ok("apply", "-auto-approve")
    (first,) = place.kept()
    place.write(name="a", secret="two")
    place.ok("apply", "-auto-approve")
    (second,) = place.kept()
    assert second == {**first, "secret": "two"}
    place.write(name="b", secret="two")
    place.ok("apply", "-auto-approve")
    (third,) = place.kept()
    assert third["id"] != first["id"]


def test_a_thing_that_is_told_to_fail_ends_the_apply_with_its_error(place: Place):
    place.write(name="a", fail=True)
    place.ok("init")
    done = place.terraform("apply", "-auto-approve")
    assert done.returncode == 1
    assert "AccessDenied simulated" in done.stderr
    assert place.kept() == []


def test_a_provider_that_the_mirror_lacks_is_sought_nowhere_else(place: Place):
    place.write(name="a")
    (place.folder / "more.tf").write_text('resource "random_id" "a" {}\n', encoding="utf-8")
    done = place.terraform("init")
    assert done.returncode == 1
    said = "".join(done.stderr.split())
    assert "hashicorp/randomwasnotfoundinanyofthesearchlocations" in said
    assert f"-{place.mirror.folder}" in said


def test_two_builders_leave_one_mirror_and_touch_nothing_that_is_up_to_date(
    provider_mirror: Mirror,
):
    stamp = provider_mirror.folder.parent / "stamp"
    before = stamp.stat().st_mtime_ns
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda _: make_mirror(), range(2)))
    assert made == [provider_mirror] * 2
    assert stamp.stat().st_mtime_ns == before


def test_the_command_says_where_the_mirror_lies(provider_mirror: Mirror, repository: Path):
    done = subprocess.run(
        [sys.executable, "tests/providers/make_mirror.py"],
        cwd=repository,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith(f"{provider_mirror.folder} ready in ")
