"""Tokens of a provider that is there, over HTTP: which are good, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.errors import (
    TokenSignatureWrong,
)
from sekisho.domain.identities import OidcProvider, Verified
from sekisho.identity.oidc import Provider
from tests.fakes.clock import START, FakeClock
from tests.identity.issuer import CURVE, EDWARDS, ONE, Issuer, Key, issuing


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class Desk:
    """A provider of ours before an issuer, with the test's clock."""

    def __init__(self, issuer: Issuer, clock: FakeClock, **config: Any) -> None:
        self.config = OidcProvider(issuer.url, **{"audiences": ("sekisho",), **config})
        self.provider = Provider(self.config, clock)
        self.clock = clock

    def access(self, token: str) -> Verified:
        return self.provider.access(token, self.clock.now())


@pytest.fixture
def desk(issuer: Issuer, clock: FakeClock) -> Desk:
    return Desk(issuer, clock)


def test_a_good_token_names_its_person_and_the_provider_is_asked_once(issuer: Issuer, desk: Desk):
    payload = issuer.payload(
        preferred_username="佐藤　花子", groups=["infra", 7, {"a": 1}], scope="openid sekisho"
    )

    for _ in range(5):
        found = desk.access(ONE.sign(payload))

    assert found == Verified(
        subject=f"{issuer.url}|0001",
        person="佐藤 花子",
        claims={"groups": ("infra", "7")},
        expires_at=START + timedelta(hours=1),
        scopes=frozenset({"openid", "sekisho"}),
    )
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.parametrize("key", [ONE, CURVE, EDWARDS], ids=lambda k: k.algorithm)
def test_keys_of_every_kind_prove_and_only_by_their_own_algorithm(
    issuer: Issuer, desk: Desk, key: Key
):
    issuer.keys = [ONE.published(), CURVE.published(), EDWARDS.published()]

    assert desk.access(key.sign(issuer.payload())).person == "sato"
    for other in {ONE, CURVE, EDWARDS} - {key}:
        with pytest.raises(TokenSignatureWrong):
            desk.access(other.sign(issuer.payload(), kid=key.kid))
