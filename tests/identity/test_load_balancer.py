"""The header of a load balancer that signs people in: believed where it is its own, and only so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sekisho.domain.errors import IdentityProviderAway, LoadBalancerUntrusted, PersonUnfit
from sekisho.domain.identities import ClaimNames
from sekisho.engine.parts import Entrance
from sekisho.identity.load_balancer import AlbHeader
from sekisho.identity.passkeys import WebAuthn
from tests.faces.consoles import a_review
from tests.faces.house import House, build
from tests.faces.signing_in import ORIGIN, Browser, a_house, browsing
from tests.fakes.clock import START, FakeClock
from tests.identity.balancers import ARN, ISSUER, KID, Balancer, balancing, padded, pem
from tests.identity.people_provider import PeopleProvider, people_provider


@pytest.fixture
def balancer() -> Iterator[Balancer]:
    with balancing() as found:
        yield found


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def header(balancer: Balancer, clock: FakeClock) -> AlbHeader:
    return AlbHeader(balancer.config(), clock)


def test_what_the_load_balancer_signed_names_its_person(balancer: Balancer, header: AlbHeader):
    found, *again = [header.verify(balancer.data()) for _ in range(3)]
    assert again == [found, found]
    assert found.subject == f"{ISSUER}|0001"
    assert found.person == "sato@example.jp"
    assert found.claims == {"groups": ("infra",)}
    assert balancer.asked == [f"/{KID}"], "the key is asked for once"


def test_the_padding_is_part_of_what_is_signed(balancer: Balancer, header: AlbHeader):
    data = balancer.data(pad="x")
    assert "=." in data
    with pytest.raises(jwt.PyJWTError):
        jwt.decode(data, balancer.key.public_key(), algorithms=["ES256"])
    assert header.verify(data)
    with pytest.raises(LoadBalancerUntrusted):
        header.verify(data.replace("=", ""))


@pytest.mark.parametrize(
    "said",
    [
        {"signer": ARN.replace("sekisho", "another")},
        {"signer": None},
        {"client": "another"},
        {"client": None},
        {"iss": "https://evil.example"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"exp": int(START.timestamp()) - 61},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"kid": "../../etc"},
        {"kid": None},
        {"kid": "another-key-0000"},
    ],
)
def test_what_is_not_its_own_word_for_us_is_refused(
    balancer: Balancer, header: AlbHeader, said: dict[str, Any]
):
    with pytest.raises(LoadBalancerUntrusted):
        header.verify(balancer.data(**said))


def test_a_forged_signature_is_refused(balancer: Balancer, header: AlbHeader):
    good = balancer.data()
    head, body, signature = good.split(".")
    other = balancer.data("0002", "suzuki@example.jp").split(".")[1]
    forger = Balancer(balancer.url)
    for forged in (
        f"{head}.{other}.{signature}",
        f"{head}.{body}.{padded(b'0' * 64)}",
        f"{head}.{body}.",
        forger.data(),
    ):
        with pytest.raises(LoadBalancerUntrusted):
            header.verify(forged)


@pytest.mark.parametrize(
    "data",
    ["", ".", "..", "a.b", "a.b.c", "e30=.e30=.e30=", "W10=.W10=.W10=", "x" * 20_000, "é.é.é"],
)
def test_what_has_not_its_form_is_refused(header: AlbHeader, data: str):
    with pytest.raises(LoadBalancerUntrusted):
        header.verify(data)


@pytest.mark.parametrize("published", [b"", b"no key", b"x" * 10_000])
def test_what_is_published_must_be_a_key_of_its_kind(
    balancer: Balancer, header: AlbHeader, published: bytes
):
    balancer.published[f"/{KID}"] = published
    with pytest.raises(LoadBalancerUntrusted):
        header.verify(balancer.data())
    balancer.published[f"/{KID}"] = pem(ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(LoadBalancerUntrusted):
        header.verify(balancer.data())
    balancer.published[f"/{KID}"] = pem(balancer.key)
    assert header.verify(balancer.data())


def test_keys_that_cannot_be_fetched_are_an_outage(
    balancer: Balancer, header: AlbHeader, clock: FakeClock
):
    balancer.status = 503
    with pytest.raises(IdentityProviderAway):
        header.verify(balancer.data())
    nowhere = AlbHeader(balancer.config(keys_url="http://127.0.0.1:1"), clock)
    with pytest.raises(IdentityProviderAway):
        nowhere.verify(balancer.data())


def test_whoever_names_many_keys_has_few_of_them_asked_for(
    balancer: Balancer, header: AlbHeader, clock: FakeClock
):
    for number in range(40):
        with pytest.raises(LoadBalancerUntrusted):
            header.verify(balancer.data(kid=f"key-number-{number:04}"))
    assert len(balancer.asked) == 20
    clock.advance(60)
    assert header.verify(balancer.data())


def test_a_person_who_cannot_be_named_is_refused(balancer: Balancer, clock: FakeClock):
    header = AlbHeader(balancer.config(claims=ClaimNames(person=("email",))), clock)
    with pytest.raises(PersonUnfit):
        header.verify(balancer.data())


# --- at the console -------------------------------------------------------------------------------


@pytest.fixture
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: START) as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, balancer: Balancer, provider: PeopleProvider, clock: FakeClock) -> House:
    entrance = Entrance(WebAuthn(ORIGIN), load_balancer=AlbHeader(balancer.config(), clock))
    return a_house(tmp_path, provider, clock=clock, entrance=entrance)


def through(browser: Browser, balancer: Balancer, subject: str, person: str) -> None:
    """Come through the load balancer from now on."""
    browser.client.headers["x-amzn-oidc-data"] = balancer.data(subject, person)


def test_people_come_in_by_the_load_balancer_and_decide_with_a_passkey(
    house: House, balancer: Balancer, provider: PeopleProvider
):
    run = house.planned()
    with browsing(house, provider) as suzuki:
        through(suzuki, balancer, "0002", "suzuki@example.jp")
        page = suzuki.get("/")
        assert page.status_code == 200
        assert "suzuki@example.jp" in page.text
        assert "__Host-sekisho_session" in suzuki.client.cookies
        suzuki.get("/audit")
        assert len(house.store.sessions.of("suzuki@example.jp")) == 1
        suzuki.enrol(house, "suzuki@example.jp")
        assert "Sign in again" not in suzuki.get(f"/runs/{run.id}?decide=approve").text
        seal = suzuki.seal(run.id)
        proof = suzuki.proof(run.id, seal)
        answer = suzuki.post(f"/runs/{run.id}/approve", seal=seal, proof=proof)
        assert answer.status_code == 303, answer.text
        fresh = suzuki.post(f"/runs/{run.id}/fresh", seal=seal, decision="approve")
        assert fresh.status_code >= 400
    by = house.engine.runs.get(run.id).approvals[0].by
    assert (by.person, by.proof, by.subject) == ("suzuki@example.jp", "passkey", f"{ISSUER}|0002")


def test_a_session_without_the_load_balancers_word_is_nothing(
    house: House, balancer: Balancer, provider: PeopleProvider
):
    run = a_review(house)
    with browsing(house, provider) as suzuki:
        through(suzuki, balancer, "0002", "suzuki@example.jp")
        assert suzuki.get("/").status_code == 200
        before = suzuki.client.cookies["__Host-sekisho_session"]
        del suzuki.client.headers["x-amzn-oidc-data"]
        answer = suzuki.get(f"/runs/{run.id}")
        assert answer.status_code == 403
        assert "load_balancer_untrusted" in answer.text
        assert run.message not in answer.text
        through(suzuki, balancer, "0003", "tanaka@example.jp")
        assert "tanaka@example.jp" in suzuki.get("/").text
        assert suzuki.client.cookies["__Host-sekisho_session"] != before
        twice = [("x-amzn-oidc-data", balancer.data())] * 2
        assert suzuki.client.get("/", headers=twice).status_code == 403


def test_signing_out_takes_the_load_balancers_cookies_away(
    house: House, balancer: Balancer, provider: PeopleProvider
):
    with browsing(house, provider) as suzuki:
        through(suzuki, balancer, "0002", "suzuki@example.jp")
        suzuki.get("/")
        suzuki.client.cookies.set("AWSELBAuthSessionCookie-0", "x", domain="sekisho.example")
        suzuki.post("/sign-out")
        assert "AWSELBAuthSessionCookie-0" not in suzuki.client.cookies
        assert "__Host-sekisho_session" not in suzuki.client.cookies
        del suzuki.client.headers["x-amzn-oidc-data"]
        assert suzuki.get("/signed-out").status_code == 200


def test_without_such_a_load_balancer_the_header_means_nothing(
    tmp_path: Path, balancer: Balancer, provider: PeopleProvider
):
    by_provider = a_house(tmp_path, provider)
    with browsing(by_provider, provider) as anybody:
        through(anybody, balancer, "0001", "sato@example.jp")
        assert anybody.get("/").status_code == 303
    (tmp_path / "two").mkdir()
    with browsing(build(tmp_path / "two"), provider) as anybody:
        through(anybody, balancer, "0001", "sato@example.jp")
        assert "sato@example.jp ·" not in anybody.get("/").text
    assert balancer.asked == []
