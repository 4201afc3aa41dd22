"""What every lender keeps: the vendor on loopback, and the fake of the quick suites."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from sekisho.credentials import Vendor
from sekisho.domain.credentials import Keys
from sekisho.domain.errors import AwsMissing, CredentialsAway, CredentialsRefused
from sekisho.ports.credentials import Lender, Lent
from tests.fakes.clock import FakeClock
from tests.fakes.credentials import LOAN, ROLE, FakeLender, FakeRoles
from tests.fakes.journal import FakeJournal

TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


def fetched(lent: Lent) -> Keys | None:
    """Ask as an SDK does."""
    place = urlsplit(lent.environment[FULL_URI])
    connection = http.client.HTTPConnection(place.netloc, timeout=20)
    try:
        connection.request("GET", place.path, headers={"Authorization": lent.environment[TOKEN]})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        assert body == b""
        return None
    found = json.loads(body)
    assert found["RoleArn"] == ROLE
    expires = datetime.fromisoformat(found["Expiration"])
    return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["Token"], expires)


@dataclasses.dataclass
class Counter:
    """A lender, and what is behind it."""

    lender: Lender
    roles: FakeRoles
    clock: FakeClock
    fetch: Callable[[Lent], Keys | None]


@pytest.fixture(params=["vendor", "fake"])
def counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    clock = FakeClock()
    roles = FakeRoles(clock)
    if request.param == "fake":
        fake = FakeLender(roles, clock)
        yield Counter(fake, roles, clock, fake.fetch)
        return
    vendor = Vendor(roles, clock, FakeJournal())
    yield Counter(vendor, roles, clock, fetched)
    vendor.close()


def test_a_run_is_told_where_to_ask_and_with_what_and_no_key(counter: Counter):
    with counter.lender.lend(LOAN) as lent:
        (keys,) = counter.roles.keys
        assert set(lent.environment) == {TOKEN, FULL_URI}
        place = urlsplit(lent.environment[FULL_URI])
        assert (place.scheme, place.hostname, place.port) == ("http", "127.0.0.1", lent.port)
        assert len(lent.environment[TOKEN]) >= 43, "256 bits in base64"
        for secret in (*keys.secrets, lent.environment[TOKEN]):
            assert secret not in repr(lent)
            assert secret not in lent.environment[FULL_URI]


def test_the_role_is_assumed_when_the_loan_begins_and_served_from_memory(counter: Counter):
    with counter.lender.lend(LOAN) as lent:
        assert counter.roles.loans == [LOAN]
        assert counter.fetch(lent) == counter.fetch(lent) == counter.roles.keys[0]
        counter.clock.advance(599)
        assert counter.fetch(lent) == counter.roles.keys[0]
        assert counter.roles.loans == [LOAN]


def test_with_less_than_five_minutes_left_it_is_assumed_again(counter: Counter):
    with counter.lender.lend(LOAN) as lent:
        counter.clock.advance(601)
        assert counter.fetch(lent) == counter.roles.keys[1]
        assert counter.fetch(lent) == counter.roles.keys[1]
        assert counter.roles.loans == [LOAN, LOAN]


@pytest.mark.parametrize(
    "error",
    [
        CredentialsRefused(role=ROLE, reason="AccessDenied"),
        CredentialsAway(role=ROLE, problem="ConnectTimeoutError"),
        AwsMissing(),
    ],
    ids=lambda e: e.code,
)
def test_nothing_is_lent_where_the_role_is_not_given(counter: Counter, error: Exception):
    counter.roles.error = error
    with pytest.raises(type(error)), counter.lender.lend(LOAN):
        raise AssertionError("nothing was lent")


def test_where_it_fails_later_the_keys_are_served_as_long_as_they_live(counter: Counter):
    with counter.lender.lend(LOAN) as lent:
        counter.roles.error = CredentialsAway(role=ROLE, problem="ConnectTimeoutError")
        counter.clock.advance(890)
        assert counter.fetch(lent) == counter.roles.keys[0]
        counter.clock.advance(10)
        assert counter.fetch(lent) is None
        counter.roles.error = None
        counter.clock.advance(3)
        assert counter.fetch(lent) == counter.roles.keys[1]


def test_what_was_lent_is_good_for_nothing_after_the_phase(counter: Counter):
    with counter.lender.lend(LOAN) as first:
        pass
    assert counter.fetch(first) is None
    with contextlib.suppress(KeyError), counter.lender.lend(LOAN) as second:
        assert counter.fetch(first) is None
        raise KeyError
    assert counter.fetch(second) is None


def test_every_loan_has_a_token_of_its_own(counter: Counter):
    with counter.lender.lend(LOAN) as one, counter.lender.lend(LOAN) as other:
        assert one.environment[TOKEN] != other.environment[TOKEN]
        assert counter.fetch(one) != counter.fetch(other)


def test_secrets_are_told_at_once_and_later_ones_before_they_are_served(counter: Counter):
    known = set[str]()
    with counter.lender.lend(LOAN) as lent:
        lent.tell(known.update)
        assert known == {lent.environment[TOKEN], *counter.roles.keys[0].secrets}
        counter.clock.advance(700)
        assert counter.fetch(lent)
        assert known >= counter.roles.keys[1].secrets
        late = set[str]()
        lent.tell(late.update)
        assert late >= counter.roles.keys[1].secrets


def test_closing_ends_every_loan(counter: Counter):
    with counter.lender.lend(LOAN) as lent:
        assert counter.fetch(lent)
        counter.lender.close()
        with contextlib.suppress(ConnectionError):  # nobody listens any more
            assert counter.fetch(lent) is None
