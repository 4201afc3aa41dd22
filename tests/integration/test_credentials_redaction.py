"""What a loan keeps secret is masked in all that Terraform says, keys of a renewal too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.credentials import Vendor
from sekisho.ports.credentials import Lent
from tests.contract.test_credentials import fetched
from tests.fakes.clock import FakeClock
from tests.fakes.credentials import LOAN, FakeRoles
from tests.fakes.desks import Bench, Listening, local
from tests.fakes.journal import FakeJournal
from tests.fakes.readings import whole

TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"

DATA = 'resource "terraform_data" "a" {\n  input = "a"\n}\n'
SAYING = """
output "o%d" {
  value = "it is %s"
}
check "c%d" {
  assert {
    condition     = terraform_data.a.input == "b"
    error_message = "it is %s"
  }
}
"""


class House:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.roles = FakeRoles(self.clock)
        self.vendor = Vendor(self.roles, self.clock, FakeJournal())
        self.bench = Bench(local(folder))

    def said(self, lent: Lent, *, taken: bool) -> str:
        """Let a configuration say every secret, in its plan and as what is wrong with it."""
        secrets = [lent.environment[TOKEN], *self.roles.keys[0].secrets]
        blocks = [SAYING % (i, secret, i, secret) for i, secret in enumerate(secrets)]
        desk = self.bench.terraform.open(self.bench.order({"main.tf": "".join([DATA, *blocks])}))
        watch = Listening()
        try:
            if taken:
                desk.take(lent)
            assert desk.init(watch).ok
            assert desk.plan(watch).ok
            return watch.text() + repr(whole(desk.read_plan))
        finally:
            desk.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.vendor.close()


def test_keys_and_token_are_masked_in_plan_and_log(house: House):
    with house.vendor.lend(LOAN) as lent:
        secrets = {lent.environment[TOKEN], *house.roles.keys[0].secrets}
        in_clear = house.said(lent, taken=False)
        said = house.said(lent, taken=True)
    for secret in house.roles.keys[0].secrets:
        assert in_clear.count(secret) > 1, "nothing else hides it"
    assert said.count("it is ") >= 2 * len(secrets), "they were said"
    for secret in secrets:
        assert secret not in said


def test_a_desk_learns_the_keys_of_a_renewal_before_anybody_has_them(house: House):
    with house.vendor.lend(LOAN) as lent:
        desk = house.bench.terraform.open(house.bench.order({"main.tf": ""}))
        try:
            desk.take(lent)
            house.clock.advance(700)
            assert fetched(lent) == house.roles.keys[1]
            text = desk._redactor.text  # pyright: ignore[reportAttributeAccessIssue] (the real one)
            for secret in house.roles.keys[0].secrets | house.roles.keys[1].secrets:
                assert secret not in text(f"before {secret} after")
        finally:
            desk.close()
