"""Tokens as Entra ID, Cognito and Keycloak write them, signed by a key of the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sekisho.domain.errors import (
    PersonUnfit,
    ScopeMissing,
    SekishoError,
    TokenAudienceWrong,
    TokenKindWrong,
)
from sekisho.domain.identities import OidcProvider, Verified
from sekisho.domain.identity_presets import COGNITO, ENTRA, KEYCLOAK, Preset
from sekisho.identity.oidc import Provider
from tests.fakes.clock import START, FakeClock
from tests.identity.issuer import ONE, Issuer, issuing

NOW = int(START.timestamp())
TIMES = {"iat": NOW, "nbf": NOW, "exp": NOW + 4000}

ENTRA_ACCESS: dict[str, Any] = TIMES | {
    "aud": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
    "aio": "AWQAm/8WAAAA",
    "azp": "8a6b2c1e-5a0f-4d2c-9b8e-1f2a3b4c5d6e",
    "azpacr": "0",
    "groups": ["0e129f2c-83ab-4c0e-8d8f-9a4a2f8a3a10"],
    "name": "佐藤 花子",
    "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    "preferred_username": "hanako.sato@example.jp",
    "rh": "I",
    "roles": ["Sekisho.Approver"],
    "scp": "sekisho.use",
    "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ",
    "tid": "72f988bf-86f1-41af-91ab-2d7cd011db47",
    "uti": "fqiBqXLPj0eQa82S-IYFAA",
    "ver": "2.0",
}
ENTRA_ID = {k: v for k, v in ENTRA_ACCESS.items() if k not in ("scp", "azp", "azpacr")}
COGNITO_ACCESS: dict[str, Any] = TIMES | {
    "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "cognito:groups": ["infra", "infra-leads"],
    "version": 2,
    "client_id": "4u1kjeikg0l8b0example",
    "origin_jti": "bbbbbbbb-0000-4000-8000-000000000000",
    "event_id": "cccccccc-0000-4000-8000-000000000000",
    "token_use": "access",
    "scope": "sekisho/use openid",
    "auth_time": NOW - 10,
    "jti": "dddddddd-0000-4000-8000-000000000000",
    "username": "sato",
    "nbf": None,
}
COGNITO_ID: dict[str, Any] = TIMES | {
    "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "aud": "4u1kjeikg0l8b0example",
    "token_use": "id",
    "cognito:username": "sato",
    "cognito:groups": ["infra"],
    "email": "sato@example.jp",
    "email_verified": True,
    "nonce": "n",
    "nbf": None,
}
KEYCLOAK_ACCESS: dict[str, Any] = TIMES | {
    "jti": "onrtac:0e6e0a0e-0000-4000-8000-000000000000",
    "aud": ["sekisho", "account"],
    "sub": "f1d2c3b4-0000-4000-8000-000000000000",
    "typ": "Bearer",
    "azp": "kiro",
    "sid": "5b1b0000-0000-4000-8000-000000000000",
    "acr": "1",
    "allowed-origins": ["http://127.0.0.1:33418"],
    "realm_access": {"roles": ["offline_access", "infra-approver"]},
    "resource_access": {"account": {"roles": ["view-profile"]}},
    "scope": "openid profile email",
    "email_verified": False,
    "name": "Hanako Sato",
    "groups": ["/infra/leads"],
    "preferred_username": "sato",
    "nonce": "older servers wrote it here too",
    "nbf": None,
}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


def provider_of(issuer: Issuer, preset: Preset, audience: str) -> Provider:
    config = OidcProvider(
        issuer.url, (audience,), claims=preset.claims, access_tokens=preset.access_tokens
    )
    return Provider(config, FakeClock())


def read(
    issuer: Issuer, preset: Preset, audience: str, payload: dict[str, Any], **more: Any
) -> Verified:
    written = {"iss": issuer.url, **payload, **more}
    token = ONE.sign({name: value for name, value in written.items() if value is not None})
    return provider_of(issuer, preset, audience).access(token, START)


def test_entra_tells_people_by_their_object_and_groups_by_id_and_role(issuer: Issuer):
    found = read(issuer, ENTRA, ENTRA_ACCESS["aud"], ENTRA_ACCESS)

    assert found.subject == f"{issuer.url}|{ENTRA_ACCESS['oid']}"
    assert found.person == "hanako.sato@example.jp"
    assert found.claims == {
        "groups": ("0e129f2c-83ab-4c0e-8d8f-9a4a2f8a3a10",),
        "roles": ("Sekisho.Approver",),
    }
    assert found.scopes == {"sekisho.use"}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"scp": None}, TokenKindWrong),
        ({"scp": ""}, TokenKindWrong),
        ({"scp": None, "idtyp": "app", "roles": ["All"]}, TokenKindWrong),
        ({"ver": "1.0"}, TokenKindWrong),
        ({"aud": "00000003-0000-0000-c000-000000000000"}, TokenAudienceWrong),
        ({"oid": None}, PersonUnfit),
        ({"preferred_username": None}, PersonUnfit),
    ],
)
def test_what_entra_gives_to_others_is_refused(
    issuer: Issuer, more: dict[str, Any], error: type[SekishoError]
):
    with pytest.raises(error):
        read(issuer, ENTRA, ENTRA_ACCESS["aud"], ENTRA_ACCESS, **more)


def test_a_scope_of_entra_is_asked_for_by_its_long_name_and_held_by_its_short_one(issuer: Issuer):
    config = OidcProvider(
        issuer.url,
        (ENTRA_ACCESS["aud"],),
        required_scope="api://6e74172b/sekisho.use",
        claims=ENTRA.claims,
        access_tokens=ENTRA.access_tokens,
    )
    provider = Provider(config, FakeClock())

    def access(scopes: str) -> Verified:
        payload = {"iss": issuer.url, **ENTRA_ACCESS, "scp": scopes}
        return provider.access(ONE.sign(payload), START)

    assert access("other sekisho.use").person == "hanako.sato@example.jp"
    for poor in ("other", "sekisho.use.more"):
        with pytest.raises(ScopeMissing) as refusal:
            access(poor)
        assert refusal.value.facts == {"scope": "api://6e74172b/sekisho.use"}


def test_entra_with_more_groups_than_it_writes_names_none(issuer: Issuer):
    overage = {"groups": None, "_claim_names": {"groups": "src1"}, "roles": None}

    assert read(issuer, ENTRA, ENTRA_ACCESS["aud"], ENTRA_ACCESS, **overage).claims == {}


def test_an_id_token_of_entra_signs_in_and_calls_nothing(issuer: Issuer):
    with pytest.raises(TokenKindWrong):
        read(issuer, ENTRA, ENTRA_ACCESS["aud"], ENTRA_ID)
    provider = provider_of(issuer, ENTRA, "api")
    token = ONE.sign({"iss": issuer.url, **ENTRA_ID, "nonce": "n"})
    found = provider.verify(token, audience=(ENTRA_ID["aud"],), nonce="n", now=START)
    assert found.subject == f"{issuer.url}|{ENTRA_ACCESS['oid']}", "the same as with a call"


def test_cognito_has_a_client_where_others_have_an_audience(issuer: Issuer):
    client = COGNITO_ACCESS["client_id"]
    found = read(issuer, COGNITO, client, COGNITO_ACCESS)

    assert (found.person, found.subject) == ("sato", f"{issuer.url}|{COGNITO_ACCESS['sub']}")
    assert found.claims == {"cognito:groups": ("infra", "infra-leads")}
    assert found.scopes == {"sekisho/use", "openid"}
    assert found.auth_time is not None
    bound = {"aud": "https://sekisho.example/mcp"}
    assert read(issuer, COGNITO, bound["aud"], COGNITO_ACCESS, **bound).person == "sato"
    with pytest.raises(TokenAudienceWrong):
        read(issuer, COGNITO, client, COGNITO_ACCESS, **bound)


def test_other_tokens_of_cognito_are_refused(issuer: Issuer):
    client = COGNITO_ACCESS["client_id"]

    with pytest.raises(TokenAudienceWrong):
        read(issuer, COGNITO, client, COGNITO_ACCESS, client_id="another")
    for payload in (COGNITO_ID, COGNITO_ID | {"nonce": None}, COGNITO_ACCESS | {"token_use": None}):
        with pytest.raises(TokenKindWrong):
            read(issuer, COGNITO, client, payload)
    token = ONE.sign({"iss": issuer.url} | {k: v for k, v in COGNITO_ID.items() if v is not None})
    provider = provider_of(issuer, COGNITO, client)
    assert provider.verify(token, audience=(client,), nonce="n", now=START).person == "sato"


def test_keycloak_names_groups_and_roles_of_the_realm(issuer: Issuer):
    found = read(issuer, KEYCLOAK, "sekisho", KEYCLOAK_ACCESS)

    assert (found.person, found.subject) == ("sato", f"{issuer.url}|{KEYCLOAK_ACCESS['sub']}")
    assert found.claims == {
        "groups": ("/infra/leads",),
        "realm_access.roles": ("offline_access", "infra-approver"),
    }


@pytest.mark.parametrize("kind", ["ID", "Refresh", "Offline", "Logout", None, 7])
def test_other_tokens_of_keycloak_are_refused(issuer: Issuer, kind: Any):
    with pytest.raises(TokenKindWrong):
        read(issuer, KEYCLOAK, "sekisho", KEYCLOAK_ACCESS, typ=kind)


def test_a_token_of_keycloak_for_another_client_is_refused(issuer: Issuer):
    with pytest.raises(TokenAudienceWrong):
        read(issuer, KEYCLOAK, "sekisho", KEYCLOAK_ACCESS, aud="account")
