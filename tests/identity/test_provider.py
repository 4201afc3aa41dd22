"""Tokens of a provider that is there, over HTTP: which are good, and what is asked of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from sekisho.domain.errors import (
    IdentityProviderAway,
    PersonUnfit,
    ScopeMissing,
    SekishoError,
    TokenAudienceWrong,
    TokenEarly,
    TokenExpired,
    TokenIssuerUnknown,
    TokenKindWrong,
    TokenMalformed,
    TokenSignatureWrong,
)
from sekisho.domain.identities import AccessTokens, ClaimNames, OidcProvider, Verified
from sekisho.identity.oidc import Provider
from tests.fakes.clock import START, FakeClock
from tests.identity.issuer import CURVE, EDWARDS, ONE, TWO, Issuer, Key, issuing

ASKED = ["/.well-known/openid-configuration", "/keys"]


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unsigned(header: dict[str, Any], payload: dict[str, Any]) -> str:
    """A token whose signature is missing: it ends with the dot before it."""
    return f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(payload).encode())}."


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

    found = {desk.access(ONE.sign(payload)).subject for _ in range(5)}

    assert found == {f"{issuer.url}|0001"}
    assert desk.access(ONE.sign(payload)) == Verified(
        subject=f"{issuer.url}|0001",
        person="佐藤 花子",
        claims={"groups": ("infra", "7")},
        expires_at=START + timedelta(hours=1),
        scopes=frozenset({"openid", "sekisho"}),
    )
    assert issuer.asked == ASKED


# --- signatures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [ONE, CURVE, EDWARDS], ids=lambda k: k.algorithm)
def test_keys_of_every_kind_prove_and_only_by_their_own_algorithm(
    issuer: Issuer, desk: Desk, key: Key
):
    issuer.keys = [ONE.published(), CURVE.published(), EDWARDS.published()]

    assert desk.access(key.sign(issuer.payload())).person == "sato"
    for other in {ONE, CURVE, EDWARDS} - {key}:
        with pytest.raises(TokenSignatureWrong):
            desk.access(other.sign(issuer.payload(), kid=key.kid))


def test_a_key_of_another_provider_proves_nothing(issuer: Issuer, desk: Desk):
    with issuing() as other:
        other.keys = [TWO.published(kid="one")]
        with pytest.raises(TokenSignatureWrong):
            desk.access(TWO.sign(issuer.payload(), kid="one"))
        with pytest.raises(TokenIssuerUnknown) as refusal:
            desk.access(TWO.sign(other.payload()))
        assert other.asked == [], "nobody is asked because a stranger's token says so"
    assert refusal.value.facts == {"issuer": issuer.url}


def test_no_signature_is_no_signature(issuer: Issuer, desk: Desk):
    for algorithm in ("none", "None", "NONE", "nOnE", "", None, 7, ["RS256"]):
        with pytest.raises((TokenSignatureWrong, TokenMalformed)):
            desk.access(unsigned({"alg": algorithm, "kid": "one"}, issuer.payload()))
    stripped = ONE.sign(issuer.payload()).rpartition(".")[0] + "."
    with pytest.raises(TokenSignatureWrong):
        desk.access(stripped)


def test_the_public_key_is_no_secret_to_sign_with(issuer: Issuer, desk: Desk):
    public = ONE.private.public_key()
    secrets = (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(ONE.published()).encode(),
        ONE.published()["n"].encode(),
    )
    for secret in secrets:
        for algorithm in ("HS256", "RS256"):
            token = unsigned({"alg": algorithm, "kid": "one"}, issuer.payload())
            mac = hmac.digest(secret, token[:-1].encode(), hashlib.sha256)
            with pytest.raises(TokenSignatureWrong):
                desk.access(token + encoded(mac))


def test_an_algorithm_counts_only_where_the_operator_allows_it(issuer: Issuer, clock: FakeClock):
    issuer.keys = [ONE.published(), CURVE.published()]
    strict = Desk(issuer, clock, algorithms=("ES256",))
    loose = Desk(issuer, clock, algorithms=("RS256", "HS256", "none"))

    assert strict.access(CURVE.sign(issuer.payload())).person == "sato"
    with pytest.raises(TokenSignatureWrong):
        strict.access(ONE.sign(issuer.payload()))
    for algorithm in ("HS256", "none"):
        with pytest.raises(TokenSignatureWrong):
            loose.access(unsigned({"alg": algorithm}, issuer.payload()))


def test_what_was_changed_after_it_was_signed_is_found(issuer: Issuer, desk: Desk):
    header, _, signature = ONE.sign(issuer.payload()).split(".")
    forged = encoded(json.dumps(issuer.payload(preferred_username="suzuki")).encode())

    with pytest.raises(TokenSignatureWrong):
        desk.access(f"{header}.{forged}.{signature}")


@pytest.mark.parametrize(
    "published",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"alg": "RS512"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC"},
        {"n": "AQAB"},
        {"n": "!"},
        {"n": 7},
        {"e": None},
    ],
)
def test_a_key_that_is_not_for_this_is_none(issuer: Issuer, desk: Desk, published: dict[str, Any]):
    issuer.keys = [ONE.published(**published)]

    with pytest.raises(TokenSignatureWrong):
        desk.access(ONE.sign(issuer.payload()))


def test_a_weak_key_is_none_and_a_private_one_is_taken_for_its_public_part(
    issuer: Issuer, desk: Desk
):
    weak = Key("weak", rsa.generate_private_key(65537, 1024))
    leaked = RSAAlgorithm.to_jwk(ONE.private, as_dict=True)
    issuer.keys = [weak.published(), {**leaked, "kid": "one", "key_ops": None}]

    assert desk.access(ONE.sign(issuer.payload())).person == "sato"
    with pytest.warns(InsecureKeyLengthWarning):
        token = weak.sign(issuer.payload())
    with pytest.raises(TokenSignatureWrong):
        desk.access(token)


def test_a_token_that_names_no_key_is_good_only_where_it_can_be_but_one(
    issuer: Issuer, desk: Desk, clock: FakeClock
):
    nameless = Key(None, ONE.private)
    issuer.keys = [nameless.published(), CURVE.published()]
    assert desk.access(nameless.sign(issuer.payload())).person == "sato"

    issuer.keys = [ONE.published(), TWO.published()]
    with pytest.raises(TokenSignatureWrong):
        Desk(issuer, clock).access(nameless.sign(issuer.payload()))


# --- rotation, and a provider that is away --------------------------------------------------------


def test_a_new_key_is_found_at_once_and_an_old_one_is_forgotten(issuer: Issuer, desk: Desk):
    before = ONE.sign(issuer.payload())
    assert desk.access(before)

    issuer.keys = [TWO.published()]

    assert desk.access(TWO.sign(issuer.payload())).person == "sato"
    with pytest.raises(TokenSignatureWrong):
        desk.access(before)


def test_a_key_that_is_withdrawn_is_forgotten_by_itself(
    issuer: Issuer, desk: Desk, clock: FakeClock
):
    token = ONE.sign(issuer.payload())
    assert desk.access(token)
    issuer.keys = [TWO.published()]

    clock.advance(599)
    assert desk.access(token)
    clock.advance(2)

    with pytest.raises(TokenSignatureWrong):
        desk.access(token)


def test_tokens_of_made_up_keys_do_not_hammer_the_provider(
    issuer: Issuer, desk: Desk, clock: FakeClock
):
    assert desk.access(ONE.sign(issuer.payload()))
    flood = [ONE.sign(issuer.payload(), kid=f"made-up-{n}") for n in range(40)]

    def refused(token: str) -> bool:
        with pytest.raises(TokenSignatureWrong):
            desk.access(token)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(refused, flood))
    assert issuer.asked == [*ASKED, "/keys"]
    clock.advance(31)
    assert all(map(refused, flood))
    assert issuer.asked == [*ASKED, "/keys", "/keys"]
    assert desk.access(ONE.sign(issuer.payload())).person == "sato"


def test_tokens_of_other_providers_and_rubbish_ask_nothing_at_all(issuer: Issuer, desk: Desk):
    rubbish = ("a", "a.b", "a.b.c", "..", "", "é", unsigned({}, issuer.payload()))
    for token in (*rubbish, ONE.sign(issuer.payload(iss="https://evil.example"))):
        with pytest.raises(SekishoError):
            desk.access(token)
    assert issuer.asked == []


def test_a_provider_that_is_away_is_no_fault_of_the_token(issuer: Issuer, clock: FakeClock):
    token = ONE.sign(issuer.payload())
    issuer.special["/keys"] = lambda: (503, b"{}")
    desk = Desk(issuer, clock)

    for _ in range(5):
        with pytest.raises(IdentityProviderAway):
            desk.access(token)
    assert issuer.asked == ASKED, "it is not asked again for every request"
    issuer.special.clear()
    clock.advance(6)
    assert desk.access(token).person == "sato"


def test_known_keys_count_for_an_hour_while_the_provider_is_away(
    issuer: Issuer, desk: Desk, clock: FakeClock
):
    payload = issuer.payload(exp=int(START.timestamp()) + 100_000)
    token = ONE.sign(payload)
    assert desk.access(token)
    issuer.special["/keys"] = lambda: (500, b"")

    clock.advance(3500)
    assert desk.access(token)
    with pytest.raises(IdentityProviderAway):
        desk.access(TWO.sign(payload))
    clock.advance(200)
    with pytest.raises(IdentityProviderAway):
        desk.access(token)


def test_nobody_listens_where_the_provider_should_be(clock: FakeClock):
    with issuing() as gone:
        token = ONE.sign(gone.payload())
        desk = Desk(gone, clock)

    with pytest.raises(IdentityProviderAway) as refusal:
        desk.access(token)
    assert gone.url in refusal.value.message("ja")


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys": 7}'),
        (200, b"[" * 100_000),
        (200, b'{"keys": "' + b"x" * 600_000 + b'"}'),
        (301, b"{}"),
        (404, b'{"keys": []}'),
    ],
    ids=range(9),
)
def test_what_is_no_set_of_keys_is_a_provider_that_is_away(
    issuer: Issuer, desk: Desk, answer: tuple[int, bytes]
):
    issuer.special["/keys"] = lambda: answer

    with pytest.raises(IdentityProviderAway):
        desk.access(ONE.sign(issuer.payload()))


def test_keys_that_are_no_keys_are_passed_over(issuer: Issuer, desk: Desk):
    issuer.keys = [None, 7, "key", [], {}, {"kty": ["RSA"]}, ONE.published()]  # type: ignore[list-item]

    assert desk.access(ONE.sign(issuer.payload())).person == "sato"


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "http://keys.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://user@keys.example/"},
        {"jwks_uri": 7},
        {"jwks_uri": "http://[::1"},
    ],
)
def test_a_discovery_document_must_be_the_providers_own_and_lead_somewhere_safe(
    issuer: Issuer, desk: Desk, document: dict[str, Any]
):
    issuer.document |= document

    with pytest.raises(IdentityProviderAway):
        desk.access(ONE.sign(issuer.payload()))
    assert issuer.asked == ASKED[:1]


def test_the_issuer_counts_to_the_letter(issuer: Issuer, clock: FakeClock):
    issuer.document["issuer"] = f"{issuer.url}/"
    desk = Desk(issuer, clock)
    with pytest.raises(IdentityProviderAway):
        desk.access(ONE.sign(issuer.payload()))
    with pytest.raises(TokenIssuerUnknown):
        desk.access(ONE.sign(issuer.payload(iss=f"{issuer.url}/")))


def test_a_provider_that_answers_drop_by_drop_is_not_waited_for(issuer: Issuer, clock: FakeClock):
    desk = Desk(issuer, clock)

    def slowly() -> tuple[int, bytes]:
        clock.advance(6)
        return 200, json.dumps(issuer.document).encode()

    issuer.special["/.well-known/openid-configuration"] = slowly
    with pytest.raises(IdentityProviderAway):
        desk.access(ONE.sign(issuer.payload()))


def test_whoever_comes_while_the_provider_is_asked_goes_by_what_is_known(
    issuer: Issuer, desk: Desk, clock: FakeClock
):
    token = ONE.sign(issuer.payload())
    assert desk.access(token)
    asked, go_on = threading.Event(), threading.Event()

    def held() -> tuple[int, bytes]:
        asked.set()
        assert go_on.wait(20)
        return 200, json.dumps({"keys": issuer.keys}).encode()

    issuer.special["/keys"] = held
    clock.advance(601)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(desk.access, token)
        assert asked.wait(20)
        assert desk.access(token).person == "sato"
        go_on.set()
        assert first.result(20).person == "sato"


# --- claims ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"aud": "other"}, TokenAudienceWrong),
        ({"aud": None}, TokenAudienceWrong),
        ({"aud": []}, TokenAudienceWrong),
        ({"aud": ["a", 7, None]}, TokenAudienceWrong),
        ({"aud": "Sekisho"}, TokenAudienceWrong),
        ({"aud": {"sekisho": 1}}, TokenAudienceWrong),
        ({"aud": None, "client_id": "sekisho"}, TokenAudienceWrong),
        ({"exp": None}, TokenMalformed),
        ({"exp": "soon"}, TokenMalformed),
        ({"exp": True}, TokenMalformed),
        ({"exp": float("nan")}, TokenMalformed),
        ({"exp": float("inf")}, TokenMalformed),
        ({"exp": 10**30}, TokenMalformed),
        ({"exp": -1}, TokenMalformed),
        ({"nbf": "now"}, TokenMalformed),
        ({"iat": []}, TokenMalformed),
        ({"nonce": "n"}, TokenKindWrong),
        ({"at_hash": "h"}, TokenKindWrong),
        ({"c_hash": "h"}, TokenKindWrong),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, TokenKindWrong),
        ({"sub": None}, PersonUnfit),
        ({"sub": 7}, PersonUnfit),
        ({"sub": ""}, PersonUnfit),
        ({"sub": "x" * 256}, PersonUnfit),
        ({"sub": "a\n|b"}, PersonUnfit),
        ({"sub": " a"}, PersonUnfit),
        ({"preferred_username": None}, PersonUnfit),
        ({"preferred_username": ["sato"]}, PersonUnfit),
        ({"preferred_username": ""}, PersonUnfit),
        ({"preferred_username": " \u3000"}, PersonUnfit),
        ({"preferred_username": "x" * 201}, PersonUnfit),
        ({"preferred_username": "sa\u202eto"}, PersonUnfit),
        ({"preferred_username": "sato\u200b"}, PersonUnfit),
        ({"preferred_username": "sato\x00"}, PersonUnfit),
        ({"preferred_username": "System"}, PersonUnfit),
        ({"preferred_username": "ｔｅｒｍｉｎａｌ"}, PersonUnfit),
        ({"preferred_username": "root@localhost"}, PersonUnfit),
    ],
)
def test_a_token_that_says_something_else_is_refused_with_its_own_code(
    issuer: Issuer, desk: Desk, more: dict[str, Any], error: type[SekishoError]
):
    with pytest.raises(error):
        desk.access(ONE.sign(issuer.payload(**more)))


def test_one_of_several_audiences_is_enough(issuer: Issuer, clock: FakeClock):
    desk = Desk(issuer, clock, audiences=("sekisho", "https://sekisho.example/mcp"))

    for audience in ("sekisho", ["account", "https://sekisho.example/mcp"]):
        assert desk.access(ONE.sign(issuer.payload(aud=audience))).person == "sato"


def test_times_count_to_the_second_and_the_skew(issuer: Issuer, desk: Desk, clock: FakeClock):
    token = ONE.sign(issuer.payload())
    early = ONE.sign(issuer.payload(nbf=int(START.timestamp()) + 120))
    born_late = ONE.sign(issuer.payload(iat=int(START.timestamp()) + 120))

    for ahead in (early, born_late):
        with pytest.raises(TokenEarly):
            desk.access(ahead)
    clock.advance(60)
    assert desk.access(early).person == desk.access(born_late).person == "sato"
    clock.advance(3599)
    assert desk.access(token).person == "sato"
    clock.advance(1)
    with pytest.raises(TokenExpired):
        desk.access(token)


def test_without_skew_not_a_second_is_given(issuer: Issuer, clock: FakeClock):
    desk = Desk(issuer, clock, clock_skew=timedelta(0))
    now = int(START.timestamp())

    assert desk.access(ONE.sign(issuer.payload(exp=now + 1))).person == "sato"
    with pytest.raises(TokenExpired):
        desk.access(ONE.sign(issuer.payload(exp=now)))
    with pytest.raises(TokenEarly):
        desk.access(ONE.sign(issuer.payload(nbf=now + 1)))


def test_an_address_as_a_name_must_be_one_that_the_provider_has_verified(
    issuer: Issuer, clock: FakeClock
):
    desk = Desk(issuer, clock, claims=ClaimNames(person=("email",)))

    def token(**more: Any) -> str:
        return ONE.sign(issuer.payload(email="sato@example.jp", **more))

    for fine in ({}, {"email_verified": True}, {"email_verified": "true"}):
        assert desk.access(token(**fine)).person == "sato@example.jp"
    for unverified in (False, "false", "False", 0):
        with pytest.raises(PersonUnfit):
            desk.access(token(email_verified=unverified))


def test_only_clients_that_the_operator_lists_may_bring_tokens(issuer: Issuer, clock: FakeClock):
    desk = Desk(issuer, clock, clients=("kiro",))

    assert desk.access(ONE.sign(issuer.payload(azp="kiro"))).person == "sato"
    for other in ({"azp": "evil", "client_id": "kiro"}, {}, {"azp": ["kiro"]}):
        with pytest.raises(TokenKindWrong):
            desk.access(ONE.sign(issuer.payload(**other)))


def test_a_scope_that_is_needed_must_be_there_as_a_word(issuer: Issuer, clock: FakeClock):
    desk = Desk(issuer, clock, required_scope="sekisho")

    for fine in ({"scope": "a sekisho"}, {"scp": ["sekisho"]}, {"scp": "sekisho b"}):
        assert desk.access(ONE.sign(issuer.payload(**fine))).person == "sato"
    for poor in ({}, {"scope": "sekisho.read"}, {"scope": 7}, {"scp": [["sekisho"]]}):
        with pytest.raises(ScopeMissing) as refusal:
            desk.access(ONE.sign(issuer.payload(**poor)))
        assert refusal.value.facts == {"scope": "sekisho"}


def test_the_type_of_the_header_can_be_insisted_on(issuer: Issuer, clock: FakeClock):
    desk = Desk(issuer, clock, access_tokens=AccessTokens(header_types=("at+jwt",)))

    for fine in ("at+jwt", "AT+JWT", "application/at+jwt"):
        assert desk.access(ONE.sign(issuer.payload(), typ=fine)).person == "sato"
    for other in ("JWT", "", None, "id+jwt"):
        with pytest.raises(TokenKindWrong):
            desk.access(ONE.sign(issuer.payload(), typ=other))


def test_a_header_that_names_another_kind_of_token_is_believed(issuer: Issuer, desk: Desk):
    for fine in ("JWT", "at+jwt", None):
        assert desk.access(ONE.sign(issuer.payload(), typ=fine)).person == "sato"
    for other in ("id+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "JWE"):
        with pytest.raises(TokenKindWrong):
            desk.access(ONE.sign(issuer.payload(), typ=other))


def test_a_huge_token_and_headers_that_change_the_meaning_are_refused(issuer: Issuer, desk: Desk):
    for token in (
        ONE.sign(issuer.payload(groups=["x" * 100] * 200)),
        ONE.sign(issuer.payload(), crit=["exp"], exp=1),
        unsigned({"alg": "RS256", "kid": ["one"]}, issuer.payload()),
        f"{'e30.' * 5}e30",
        "佐藤.花子.鍵",
    ):
        with pytest.raises(TokenMalformed):
            desk.access(token)
    deep = encoded(b"[" * 6000 + b"]" * 6000)
    with pytest.raises(TokenMalformed):
        desk.access(f"{deep}.{deep}.")


# --- ID tokens ------------------------------------------------------------------------------------


def test_an_id_token_is_of_one_sign_in_of_our_own_client(issuer: Issuer, desk: Desk):
    def verified(*, expected: str = "n", **more: Any) -> Verified:
        token = ONE.sign(issuer.payload(**{"aud": "console", "nonce": "n", "at_hash": "h", **more}))
        now = desk.clock.now()
        return desk.provider.verify(token, audience=("console",), nonce=expected, now=now)

    at = int(START.timestamp()) - 30
    assert verified(auth_time=at).auth_time == START - timedelta(seconds=30)
    assert verified(aud=["console", "api"], azp="console").person == "sato"
    others: list[dict[str, Any]] = [{"aud": ["console", "api"]}, {"azp": "api"}, {"aud": "sekisho"}]
    for other in others:
        with pytest.raises(TokenAudienceWrong):
            verified(**other)
    others = [{"nonce": None}, {"nonce": "m"}, {"typ": "Bearer"}, {"token_use": "access"}]
    for other in others:
        with pytest.raises(TokenKindWrong):
            verified(**other)
    with pytest.raises(TokenKindWrong):
        verified(expected="", nonce="")


def test_an_access_token_signs_nobody_in(issuer: Issuer, desk: Desk):
    token = ONE.sign(issuer.payload())

    with pytest.raises(TokenKindWrong):
        desk.provider.verify(token, audience=("sekisho",), nonce="n", now=desk.clock.now())


def test_the_endpoints_are_told_where_they_are_safe(issuer: Issuer, desk: Desk):
    issuer.document |= {
        "authorization_endpoint": f"{issuer.url}/authorize",
        "token_endpoint": "http://far.example/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", 7],
    }

    found = desk.provider.metadata()

    assert found.authorization_endpoint == f"{issuer.url}/authorize"
    assert (found.token_endpoint, found.end_session_endpoint) == ("", "")
    assert found.token_auth_methods == ("client_secret_post",)
