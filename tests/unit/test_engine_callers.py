"""Who may ask: keys, what comes without one, and a server that takes no runs."""

from __future__ import annotations

import base64
import dataclasses
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.callers import POWERS, Caller
from sekisho.domain.errors import (
    ArgumentsInvalid,
    CredentialInvalid,
    CredentialMistyped,
    CredentialNeeded,
    IdentityMissing,
    PowerMissing,
    RunsUnavailable,
    StoreUnavailable,
)
from sekisho.domain.runs import RunStatus
from sekisho.domain.tokens import Token, in_text, mistyped, usable, whole
from sekisho.engine.callers import BARE, Callers
from sekisho.engine.closing import PRIVATE_STORE
from sekisho.engine.engine import Engine
from sekisho.engine.plans import PlanOrder
from sekisho.engine.tokens import digest
from sekisho.engine.worker import Worker
from sekisho.ports import RunQuery, Store
from tests.fakes.world import AGENT, PERSON, World, failing, main


def test_a_token_names_its_person_and_the_client_behind_it():
    world = World()
    token, secret = world.engine.tokens.create(" sato ", "kiro", timedelta(hours=1))

    admission = world.engine.callers.identify(secret, "claude\x1b[0m/2", "基盤\x1b[0m\n班")

    assert admission.caller == Caller("sato", "kiro: claude/2", "token", "基盤 班")
    assert admission.powers == POWERS
    assert secret.startswith("sks_")
    assert secret not in repr(world.store.tokens.all())
    assert world.engine.tokens.list() == (token,)
    nameless, secret = world.engine.tokens.create("ito", "")
    caller = world.engine.callers.identify(secret, "").caller
    assert caller == Caller("ito", "unknown client", "token")
    assert nameless.expires_at == nameless.created_at + timedelta(days=90)
    assert [world.facts("token.create")[k] for k in ("token", "person")] == [nameless.id, "ito"]


def test_a_wrong_credential_never_falls_back_to_nobody():
    world = World()
    token, secret = world.engine.tokens.create("sato", "kiro", timedelta(hours=1))

    assert world.engine.callers.identify(None, "kiro").caller.proof == "loopback"
    near = (secret + "x", secret[:-1], "sks_", "sks_" + secret[4:].upper())
    wrong = ("sks_guess", "sks_" + "鍵" * 49, *near)
    for bad in (*wrong, secret.replace("-0000", "-1000")):
        with pytest.raises(CredentialMistyped):
            world.engine.callers.identify(bad, "kiro")
    for unknown in ("", "eyJhbGciOi", "鍵", secret[:-6], whole("y" * 43), "sks_" + "鍵" * 43):
        with pytest.raises(CredentialInvalid):
            world.engine.callers.identify(unknown, "kiro")
    assert world.engine.tokens.revoke(token.id)
    with pytest.raises(CredentialInvalid):
        world.engine.callers.identify(secret, "kiro")
    assert not world.engine.tokens.revoke("tok_x")
    assert world.audit() == ["token.create", "token.revoke"]


def test_a_token_expires_and_a_closed_server_wants_one():
    world = World()
    _, secret = world.engine.tokens.create("sato", "kiro", timedelta(hours=1))
    closed = Callers(world.parts, open_=False)
    assert closed.identify(secret, "kiro").caller.person == "sato"

    with pytest.raises(CredentialNeeded):
        closed.identify(None, "kiro")
    world.clock.advance(3600)
    with pytest.raises(CredentialInvalid):
        closed.identify(secret, "kiro")
    with pytest.raises(IdentityMissing):
        closed.identify(None, "kiro").require("read")


def test_a_token_of_the_first_version_is_good_as_it_was_given():
    world = World()
    secret = "sks_" + "a" * 43
    world.store.tokens.add(Token("tok_1", "sato", "", digest(secret), world.clock.now()))

    admission = world.engine.callers.identify(secret, "kiro")

    assert (admission.caller.person, admission.powers) == ("sato", POWERS)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 48), st.sampled_from("Aa0z-_"))
def test_a_token_with_one_wrong_letter_is_known_to_be_mistyped(raw: bytes, place: int, letter: str):
    secret = whole(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
    wrong = secret[: 4 + place] + letter + secret[5 + place :]

    assert not mistyped(secret)
    assert mistyped(wrong) is (wrong != secret)
    assert in_text(f"key={secret}&x")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_checksum_of_a_token_is_the_one_that_scanners_were_told(
    repository: Path, language: str
):
    page = (repository / "docs" / language / "access.md").read_text(encoding="utf-8")

    assert whole("x" * 43) in page


def test_a_token_does_what_its_scope_says_and_nothing_else():
    world = World()
    _, secret = world.engine.tokens.create("sato", "kiro", powers=("plan", "read"))

    admission = world.engine.callers.identify(secret, "kiro")

    assert admission.powers == ("read", "plan")
    assert admission.require("plan") == admission.caller
    with pytest.raises(PowerMissing) as refused:
        admission.require("apply")
    assert "read, plan" in refused.value.message()


@pytest.mark.parametrize("powers", [(), ("approve",), ("read", "approve"), ("",)])
def test_no_token_is_made_for_nothing_or_for_approving(powers: Any):
    world = World()

    with pytest.raises(ArgumentsInvalid):
        world.engine.tokens.create("sato", "kiro", powers=powers)

    assert world.engine.tokens.list() == ()


def test_the_last_use_of_a_token_is_kept_once_an_hour():
    world = World()
    token, secret = world.engine.tokens.create("sato", "kiro")
    callers, writes = world.engine.callers, []
    inner = world.store.tokens.use
    world.store.tokens.use = lambda *given: writes.append(given) or inner(*given)  # type: ignore[method-assign]

    def used() -> datetime | None:
        callers.identify(secret, "kiro")
        callers.keep_uses()
        return world.engine.tokens.list()[0].last_used_at

    first = used()
    assert first is not None
    assert [used() for _ in range(100)] == [first] * 100
    assert [w[0] for w in writes] == [token.id]
    world.clock.advance(3601)
    assert used() != first
    assert len(writes) == 2


def test_a_use_that_cannot_be_written_down_keeps_nobody_out():
    world = World()
    _, secret = world.engine.tokens.create("sato", "kiro")
    world.engine.callers.identify(secret, "kiro")
    failing(world.store.tokens, "use", StoreUnavailable(problem="away"))

    world.engine.callers.keep_uses()

    assert world.engine.callers.identify(secret, "kiro").caller.person == "sato"


def test_all_tokens_of_a_person_are_revoked_at_once_and_nobody_elses():
    world = World()
    mine = [world.engine.tokens.create("sato", client)[0].id for client in ("kiro", "ci", "old")]
    _, other = world.engine.tokens.create("suzuki", "kiro")
    world.engine.tokens.revoke(mine[2])

    assert world.engine.tokens.revoke_person(" sato ") == 2
    assert world.engine.tokens.revoke_person("sato") == 0
    assert world.engine.tokens.revoke_person("nobody") == 0

    good = [t.person for t in world.engine.tokens.list() if usable(t, world.clock.now())]
    assert good == ["suzuki"]
    assert world.engine.callers.identify(other, "kiro").caller.person == "suzuki"
    assert world.audit().count("token.revoke") == 3


def test_a_server_without_any_key_says_so_and_wants_one_as_soon_as_there_is_one():
    world = World()
    closed = Callers(world.parts, open_=False)
    world.engine.tokens.create_local("root")
    nobody = closed.identify(None, "kiro")
    assert (nobody.caller.person, nobody.caller.proof, nobody.powers) == ("anybody", "none", ())
    for power in POWERS:
        with pytest.raises(IdentityMissing):
            nobody.require(power)
    with pytest.raises(CredentialMistyped):
        closed.identify("sks_wrong", "kiro")

    token, _ = world.engine.tokens.create("sato", "kiro")
    with pytest.raises(CredentialNeeded):
        closed.identify(None, "kiro")
    world.engine.tokens.revoke(token.id)
    world.clock.advance(11)
    assert isinstance(closed.identify(None, "kiro").obstacle, IdentityMissing)


def test_a_local_token_has_no_end_and_the_one_before_is_void():
    world = World()
    _, first = world.engine.tokens.create_local("root")
    local, second = world.engine.tokens.create_local("root")

    assert (local.person, local.expires_at, local.local) == ("root@localhost", None, True)
    assert world.engine.callers.identify(second, "cli").powers == POWERS
    with pytest.raises(CredentialInvalid):
        world.engine.callers.identify(first, "cli")


def test_without_keys_everybody_reads_and_plans_and_nobody_applies():
    world = World()
    callers = Callers(world.parts, open_=True, bare=BARE)

    anybody = callers.identify(None, "kiro")

    assert (callers.auth, anybody.caller.proof, anybody.powers) == ("none", "none", BARE)
    with pytest.raises(PowerMissing):
        anybody.require("apply")
    _, secret = world.engine.tokens.create("sato", "kiro")
    assert callers.identify(secret, "kiro").powers == POWERS


def test_at_the_console_people_do_what_the_mode_leaves_open():
    world = World()

    found = [
        Callers(world.parts, open_=open_, bare=bare).at_console("console").powers
        for open_, bare in ((True, POWERS), (False, POWERS), (True, BARE))
    ]

    assert found == [POWERS, ("read",), ("read", "plan")]


def test_a_claimed_team_is_recorded_and_changes_no_digest_of_those_who_claim_none():
    plain_, claimed = Caller("sato", "kiro", "token"), Caller("sato", "kiro", "token", "基盤")

    assert plain_.record() == {"person": "sato", "via": "kiro", "proof": "token"}
    assert claimed.record() == plain_.record() | {"claimed_team": "基盤"}


def test_a_closed_server_gives_out_no_store_but_its_keys_and_audit():
    parts = dataclasses.replace(World().parts, closed=PRIVATE_STORE)
    stores = {name for name, value in vars(Store).items() if isinstance(value, property)}
    open_ = {"tokens", "people", "sessions", "passkeys", "tickets", "audit", "guard"}
    assert {*open_, "pushes"} < stores
    for name in stores - open_:
        with pytest.raises(RunsUnavailable):
            getattr(parts.store, name)


def test_a_closed_server_refuses_everything_about_runs_and_keeps_its_keys_and_audit():
    world = World()
    run = world.planned()
    parts = dataclasses.replace(world.parts, closed=PRIVATE_STORE)
    engine = Engine.of(parts, open_=True)
    about_runs: list[Callable[[], object]] = [
        lambda: engine.runs.get(run.id),
        lambda: engine.runs.list(RunQuery()),
        lambda: engine.runs.log(run.id),
        lambda: engine.runs.cancel(run.id, PERSON),
        lambda: engine.runs.discard(run.id, PERSON),
        lambda: engine.plans.create(PlanOrder("dev", run.configuration), AGENT),
        lambda: engine.plans.reading(run.id),
        lambda: engine.applies.start(run.id, AGENT),
        lambda: engine.approvals.begin(run.id, "approve"),
        lambda: engine.approvals.link(run.id),
        lambda: engine.gate.check(run.id),
        lambda: engine.configurations.from_inline("dev", main(), AGENT),
        lambda: engine.configurations.open_upload("dev", AGENT),
        lambda: engine.pushes.receive("push", io.BytesIO(), AGENT),
        engine.workspaces.list,
        lambda: engine.workspaces.get("dev"),
        lambda: engine.workspaces.lock("dev", PERSON, "x"),
        lambda: engine.states.list("dev"),
        engine.retention.sweep,
        lambda: Worker(parts).turn(),
        lambda: engine.callers.identify(None, "kiro").require("read"),
    ]
    world.approve(run)

    for ask in about_runs:
        with pytest.raises(RunsUnavailable) as refused:
            ask()
        assert "ECS" in refused.value.message()
        assert "ECS" in refused.value.next_step("ja")

    token, secret = engine.tokens.create("sato", "kiro")
    assert engine.callers.identify(secret, "kiro").caller.person == token.person
    assert engine.audits.list(0, 100, None)
    assert world.run(run).status is RunStatus.APPROVED


@pytest.mark.parametrize("person", ["", "  ", "system", " Terminal ", "host", "LOOPBACK", "\u200b"])
def test_no_token_is_made_for_nobody_or_for_a_name_of_the_server(person: str):
    world = World()

    with pytest.raises(ArgumentsInvalid):
        world.engine.tokens.create(person, "kiro", None)


@pytest.mark.parametrize("hours", [0, -1])
def test_a_token_that_would_last_no_time_is_refused_and_not_made_for_ever(hours: int):
    world = World()

    with pytest.raises(ArgumentsInvalid):
        world.engine.tokens.create("sato", "kiro", timedelta(hours=hours))

    assert world.engine.tokens.list() == ()
