"""The promises of the Identities port, on an OpenID provider over HTTP and on the fake."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from sekisho.domain.errors import (
    IdentityProviderAway,
    Refused,
    TokenExpired,
    TokenMalformed,
)
from sekisho.domain.identities import OidcProvider
from sekisho.identity.oidc import Provider
from sekisho.ports import Identities
from tests.fakes.clock import START, FakeClock
from tests.fakes.identities import FakeIdentities
from tests.identity.issuer import ONE, issuing

HOUR = timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class Bench:
    """A provider, what makes it give out a token, and what takes it away."""

    identities: Identities
    give: Callable[[str, str, datetime], str]
    leave: Callable[[], None]


def _fake() -> Bench:
    fake = FakeIdentities()

    def give(subject: str, person: str, until: datetime) -> str:
        return fake.give(fake.said(subject, person, until))

    def leave() -> None:
        fake.away = IdentityProviderAway(issuer=fake.issuer, problem="away")

    return Bench(fake, give, leave)


@pytest.fixture(params=["fake", "oidc"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "fake":
        yield _fake()
        return
    with issuing() as issuer:
        config = OidcProvider(issuer.url, ("sekisho",), clock_skew=timedelta(0))

        def give(subject: str, person: str, until: datetime) -> str:
            told = {"sub": subject, "preferred_username": person}
            return ONE.sign(issuer.payload(**told, exp=int(until.timestamp())))

        def leave() -> None:
            issuer.special["/keys"] = lambda: (503, b"{}")

        yield Bench(Provider(config, FakeClock()), give, leave)


def test_a_token_says_who_it_is_about_and_until_when(bench: Bench):
    token = bench.give("1", "佐藤 花子", START + HOUR)

    found = bench.identities.access(token, START)

    assert found.subject == f"{bench.identities.issuer}|1"
    assert (found.person, found.expires_at) == ("佐藤 花子", START + HOUR)
    assert bench.identities.required_scope == ""


def test_a_token_ends_when_it_says(bench: Bench):
    token = bench.give("1", "sato", START + HOUR)

    assert bench.identities.access(token, START + HOUR - timedelta(seconds=1)).person == "sato"
    with pytest.raises(TokenExpired):
        bench.identities.access(token, START + HOUR)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "sks_x", "鍵.鍵.鍵", "x" * 100_000])
def test_what_is_no_token_of_the_provider_is_refused(bench: Bench, token: str):
    with pytest.raises(Refused) as refusal:
        bench.identities.access(token, START)
    assert isinstance(refusal.value, TokenMalformed)


def test_where_nobody_answers_nobody_can_be_told(bench: Bench):
    token = bench.give("1", "sato", START + HOUR)
    bench.leave()

    with pytest.raises(IdentityProviderAway):
        bench.identities.access(token, START)
