"""Callers whom an identity provider vouches for: who they are, and whose a name is."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from sekisho.domain.callers import POWERS, Caller
from sekisho.domain.errors import (
    CredentialInvalid,
    CredentialNeeded,
    IdentityConflict,
    IdentityProviderAway,
    PersonUnknown,
    TokenExpired,
    TokenMalformed,
)
from sekisho.domain.groups import Group, Member
from sekisho.domain.identities import Verified
from sekisho.engine.engine import Engine
from tests.fakes.identities import FakeIdentities
from tests.fakes.world import World

HOUR = timedelta(hours=1)


class House:
    """A world with an identity provider."""

    def __init__(self) -> None:
        self.world, self.identities = World(), FakeIdentities()
        parts = dataclasses.replace(self.world.parts, identities=self.identities)
        self.engine = Engine.of(parts, open_=False)

    def token(self, subject: str, person: str, **claims: tuple[str, ...]) -> str:
        until = self.world.clock.now() + timedelta(days=30)
        said = self.identities.said(subject, person, until)
        return self.identities.give(dataclasses.replace(said, claims=claims))

    def come(self, subject: str, person: str, **claims: tuple[str, ...]) -> Caller:
        token = self.token(subject, person, **claims)
        return self.engine.callers.identify(token, "kiro/0.9").caller


def test_a_token_of_the_provider_names_a_person_their_subject_and_their_groups():
    house = House()
    infra = Group("infra-team", (Member(claim="groups", value="infra"), Member(person="ito")))
    house.world.catalog.declared_groups = (infra, Group("owners", (Member(person="SATO"),)))
    token = house.token("1", "sato", groups=("infra", "all"))

    admission = house.engine.callers.identify(token, "kiro/0.9", "基盤班")

    subject, groups = "https://id.example|1", ("infra-team", "owners")
    assert admission.caller == Caller("sato", "kiro/0.9", "oidc", "基盤班", subject, groups)
    assert admission.powers == POWERS
    assert "approve" not in admission.powers
    assert admission.obstacle is None
    assert house.come("2", "ito").groups == ("infra-team",)
    assert house.come("3", "mori", groups=("Infra",)).groups == ()


def test_keys_go_on_beside_it_and_know_the_same_person():
    house = House()
    house.world.catalog.declared_groups = (Group("owners", (Member(person="sato"),)),)
    _, secret = house.engine.tokens.create("Sato", "kiro")

    before = house.engine.callers.identify(secret, "x").caller
    house.come("1", "sato")
    after = house.engine.callers.identify(secret, "x").caller
    house.come("1", "tanaka")
    renamed = house.engine.callers.identify(secret, "x").caller

    assert (before.subject, before.groups, before.proof) == ("", ("owners",), "token")
    assert after.subject == renamed.subject == "https://id.example|1"
    with pytest.raises(CredentialNeeded):
        house.engine.callers.identify(None, "x")
    assert not house.engine.callers.is_slow(secret)
    assert house.engine.callers.is_slow("e.0.s")


def test_what_is_wrong_with_a_token_is_what_is_said():
    house = House()
    token = house.token("1", "sato")

    with pytest.raises(TokenMalformed):
        house.engine.callers.identify("not one", "x")
    house.identities.away = IdentityProviderAway(issuer="a", problem="b")
    with pytest.raises(IdentityProviderAway):
        house.engine.callers.identify(token, "x")
    house.identities.away = None
    house.world.clock.advance(31 * 24 * 3600)
    with pytest.raises(TokenExpired):
        house.engine.callers.identify(token, "x")
    assert house.world.audit() == []


def test_without_a_provider_its_tokens_are_credentials_that_nobody_knows():
    world = World()

    assert not world.engine.callers.is_slow("e.0.s")
    assert world.engine.callers.issuer == ""
    with pytest.raises(CredentialInvalid):
        world.engine.callers.identify("e.0.s", "x")


def test_a_name_that_is_somebodys_is_refused_to_everybody_else_and_that_is_told_once():
    house = House()
    house.come("1", "Sato")

    for name in ("sato", "ＳＡＴＯ", "sato"):
        with pytest.raises(IdentityConflict) as refusal:
            house.come("2", name)
        assert refusal.value.facts == {"person": name}

    assert house.world.audit() == ["person.add", "person.refuse"]
    refused = list(house.engine.audits.all())[-1].entry
    assert (refused.caller.person, refused.caller.subject) == ("nobody", "https://id.example|2")
    assert refused.facts == {"person": "sato"}
    house.world.clock.advance(3601)
    with pytest.raises(IdentityConflict):
        house.come("2", "sato")
    assert house.world.audit()[2:] == ["person.refuse"]


def test_a_renamed_person_is_the_same_and_the_old_name_stays_theirs():
    house = House()
    house.come("1", "sato")

    caller = house.come("1", "tanaka")

    assert (caller.person, caller.subject) == ("tanaka", "https://id.example|1")
    assert house.world.audit() == ["person.add", "person.rename"]
    assert house.world.facts("person.rename") == {"person": "tanaka", "before": "sato"}
    with pytest.raises(IdentityConflict):
        house.come("2", "sato")
    (person,) = house.engine.people.list()
    assert [former.name for former in person.former] == ["sato"]


def test_the_operator_gives_a_name_free():
    house = House()
    house.come("1", "sato")
    house.come("1", "tanaka")

    assert house.engine.people.release("SATO").subject == "https://id.example|1"

    assert house.come("2", "sato").subject == "https://id.example|2"
    assert house.world.facts("person.release")["person"] == "tanaka"
    with pytest.raises(IdentityConflict):
        house.come("1", "sato")
    assert house.engine.people.release("https://id.example|2").name == "sato"
    for nobody in ("sato", "", "x" * 10_000):
        with pytest.raises(PersonUnknown):
            house.engine.people.release(nobody)


def test_who_comes_often_costs_no_write_but_is_seen_to_the_hour():
    house = House()
    token = house.token("1", "sato")
    first = house.world.clock.now()

    for _ in range(10):
        house.engine.callers.identify(token, "x")
        house.world.clock.advance(600)

    (person,) = house.engine.people.list()
    assert timedelta(0) < person.last_seen_at - first - HOUR < timedelta(minutes=11)
    assert house.world.audit() == ["person.add"]


def test_former_names_are_bounded_and_a_name_of_before_can_be_taken_up_again():
    house = House()
    for number in range(60):
        house.come("1", f"name {number}")
    house.come("1", "name 58")

    (person,) = house.engine.people.list()
    assert person.name == "name 58"
    assert len(person.former) == 50
    assert "name 58" not in [former.name for former in person.former]
    assert house.come("2", "name 0").subject.endswith("|2")


def test_nobody_is_known_to_a_provider_before_they_come():
    house = House()

    assert house.engine.people.list() == ()
    assert house.engine.people.subject_of("sato") == ""
    assert house.engine.callers.has_identity(), "the provider can tell who comes"
    said = Verified("https://id.example|9", "mori", {}, house.world.clock.now())
    assert house.engine.people.recognise(said, "console").name == "mori"
