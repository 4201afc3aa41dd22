"""A decision takes more than a session: a passkey, or a sign-in made for it; no other passes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.domain.callers import Caller
from sekisho.domain.runs import Run, RunStatus
from tests.faces.house import House
from tests.faces.html_pages import Html
from tests.faces.signing_in import Browser, a_house, browsing
from tests.fakes.authenticator import Authenticator
from tests.fakes.clock import START
from tests.identity.people_provider import PeopleProvider, people_provider

S = RunStatus
SUZUKI = "suzuki@example.jp"


@pytest.fixture
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: START) as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, provider: PeopleProvider) -> House:
    return a_house(tmp_path, provider)


@pytest.fixture
def suzuki(house: House, provider: PeopleProvider) -> Iterator[Browser]:
    """Suzuki's browser: signed in, a passkey enrolled."""
    with browsing(house, provider) as browser:
        browser.sign_in("0002")
        browser.enrol(house, SUZUKI)
        yield browser


@pytest.fixture
def run(house: House) -> Run:
    return house.planned()


def actions(house: House) -> list[str]:
    return [r.entry.action for r in house.engine.audits.all()]


def last(house: House) -> Any:
    return list(house.engine.audits.all())[-1].entry


def decide(browser: Browser, run_id: str, seal: str, proof: str, verb: str = "approve") -> Any:
    fields = {"seal": seal, "proof": proof, "reason": "no", "comment": "確認済み"}
    return browser.post(f"/runs/{run_id}/{verb}", **fields)


def refused(house: House, answer: Any, code: str, run_id: str) -> None:
    """Hold that it was refused by this code, told in the audit, and that nothing moved."""
    assert answer.status_code == 403, answer.text
    assert code in Html(answer.text).text
    told = [r.entry for r in house.engine.audits.all() if r.entry.action == "run.refuse"]
    assert [e for e in told if (e.run_id, e.facts["code"]) == (run_id, code)]
    assert all(e.caller.proof == "session" for e in told)
    after = house.engine.runs.get(run_id)
    assert (after.status, after.approvals) == (S.AWAITING_APPROVAL, ())


def test_a_person_approves_with_their_passkey(
    house: House, provider: PeopleProvider, suzuki: Browser, run: Run
):
    seal = suzuki.seal(run.id)
    answer = decide(suzuki, run.id, seal, suzuki.proof(run.id, seal))
    assert answer.status_code == 303, answer.text
    (approval,) = house.engine.runs.get(run.id).approvals
    assert approval.by == Caller(SUZUKI, "console", "passkey", subject=f"{provider.url}|0002")
    assert approval.comment == "確認済み"
    entry = last(house)
    assert (entry.action, entry.facts["proof"]) == ("run.approve", "passkey")


def test_a_person_rejects_with_their_passkey(house: House, suzuki: Browser, run: Run):
    seal = suzuki.seal(run.id)
    answer = decide(suzuki, run.id, seal, suzuki.proof(run.id, seal, "reject"), "reject")
    assert answer.status_code == 303
    after = house.engine.runs.get(run.id)
    assert after.status is S.REJECTED
    assert after.rejection
    assert after.rejection.by.proof == "passkey"


@pytest.mark.parametrize("proof", ["", "x", "{}", "[]", "null", '{"id": 1}', "{" * 20_000, "CODE"])
def test_a_session_alone_decides_nothing(house: House, suzuki: Browser, run: Run, proof: str):
    seal = suzuki.seal(run.id)
    suzuki.post(f"/runs/{run.id}/challenge", decision="approve", seal=seal)
    answer = decide(suzuki, run.id, seal, proof)
    code = "passkey_wrong" if proof.startswith("{") else "step_up_needed"
    refused(house, answer, code, run.id)


def test_a_proof_is_good_once(house: House, suzuki: Browser):
    runs = [house.planned("two") for _ in range(1)]
    seal = suzuki.seal(runs[0].id)
    proof = suzuki.proof(runs[0].id, seal)
    assert decide(suzuki, runs[0].id, seal, proof).status_code == 303
    again = decide(suzuki, runs[0].id, seal, proof)
    assert again.status_code == 403
    assert "passkey_wrong" in again.text
    assert len(house.engine.runs.get(runs[0].id).approvals) == 1


def test_a_proof_is_good_for_its_own_run_seal_and_verb_alone(
    house: House, suzuki: Browser, run: Run
):
    other = house.planned()
    seal, others = suzuki.seal(run.id), suzuki.seal(other.id)
    suzuki.post(f"/runs/{other.id}/challenge", decision="approve", seal=others)
    proof = suzuki.proof(run.id, seal)
    refused(house, decide(suzuki, other.id, others, proof), "passkey_wrong", other.id)
    suzuki.post(f"/runs/{run.id}/challenge", decision="reject", seal=seal)
    refused(house, decide(suzuki, run.id, seal, proof, "reject"), "passkey_wrong", run.id)
    assert decide(suzuki, run.id, seal, proof).status_code == 303, "it was for this"


def test_a_proof_is_good_for_two_minutes(house: House, suzuki: Browser, run: Run):
    seal = suzuki.seal(run.id)
    proof = suzuki.proof(run.id, seal)
    house.clock.advance(120)
    refused(house, decide(suzuki, run.id, seal, proof), "passkey_wrong", run.id)


def test_a_proof_is_good_in_the_session_that_asked_for_it_alone(
    house: House, provider: PeopleProvider, suzuki: Browser, run: Run
):
    seal = suzuki.seal(run.id)
    proof = suzuki.proof(run.id, seal)
    with browsing(house, provider) as other:
        other.sign_in("0002")
        other.post(f"/runs/{run.id}/challenge", decision="approve", seal=seal)
        refused(house, decide(other, run.id, seal, proof), "passkey_wrong", run.id)
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        refused(house, decide(tanaka, run.id, seal, proof), "passkey_wrong", run.id)


def test_a_stolen_cookie_in_another_browser_decides_nothing(
    house: House, provider: PeopleProvider, suzuki: Browser, run: Run
):
    with browsing(house, provider) as thief:
        for name, value in suzuki.client.cookies.items():
            thief.client.cookies.set(name, value, domain="sekisho.example")
        seal = thief.seal(run.id)
        refused(house, decide(thief, run.id, seal, ""), "step_up_needed", run.id)
        proof = thief.proof(run.id, seal)  # the thief's own device
        refused(house, decide(thief, run.id, seal, proof), "passkey_wrong", run.id)
        added = thief.post("/passkeys", name="mine", answer="{}", proof="", code="")
        assert added.status_code == 403
        asked = thief.post("/passkeys/ask", purpose="add").text
        made = thief.device.create(thief.post("/passkeys/creation").text)
        added = thief.post("/passkeys", name="mine", answer=made, proof=thief.device.get(asked))
        assert "passkey_wrong" in added.text
    assert len(house.store.passkeys.of(SUZUKI)) == 1


@pytest.mark.parametrize(
    "client",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://sekisho.example.evil.example"},
        {"origin": "http://sekisho.example"},
        {"origin": "https://sekisho.example:8443"},
        {"type": "webauthn.create"},
        {"challenge": "AAAA"},
        {"crossOrigin": True},
    ],
)
def test_an_answer_that_was_given_to_another_site_is_refused(
    house: House, suzuki: Browser, run: Run, client: dict[str, Any]
):
    seal = suzuki.seal(run.id)
    proof = suzuki.proof(run.id, seal, **client)
    refused(house, decide(suzuki, run.id, seal, proof), "passkey_wrong", run.id)


def test_an_answer_without_a_finger_or_a_pin_is_refused(house: House, suzuki: Browser, run: Run):
    seal = suzuki.seal(run.id)
    suzuki.device.verifies = False
    refused(
        house, decide(suzuki, run.id, seal, suzuki.proof(run.id, seal)), "passkey_wrong", run.id
    )


def test_a_signature_of_another_key_is_refused(house: House, suzuki: Browser, run: Run):
    seal = suzuki.seal(run.id)
    other = Authenticator(suzuki.base, id=suzuki.device.id, count=50)
    suzuki.device = other
    refused(
        house, decide(suzuki, run.id, seal, suzuki.proof(run.id, seal)), "passkey_wrong", run.id
    )


def test_a_copy_of_a_key_that_counts_backwards_is_refused_and_told(
    house: House, suzuki: Browser, run: Run
):
    copy = dataclasses.replace(suzuki.device)
    first = house.planned()
    seal = suzuki.seal(first.id)
    assert decide(suzuki, first.id, seal, suzuki.proof(first.id, seal)).status_code == 303
    suzuki.device = copy
    seal = suzuki.seal(run.id)
    answer = decide(suzuki, run.id, seal, suzuki.proof(run.id, seal))
    refused(house, answer, "passkey_cloned", run.id)
    assert "phone" in Html(answer.text).text


def test_the_requester_may_be_signed_in_and_is_still_no_approver(
    house: House, provider: PeopleProvider, run: Run
):
    with browsing(house, provider) as sato:
        sato.sign_in("0001")
        sato.enrol(house, "sato@example.jp")
        seal = sato.seal(run.id)
        answer = decide(sato, run.id, seal, sato.proof(run.id, seal))
        assert answer.status_code == 409
        assert "approval_own" in answer.text
    assert house.engine.runs.get(run.id).approvals == ()


def test_one_person_with_two_passkeys_is_one_approver(house: House, suzuki: Browser):
    run = house.planned("two")
    for expected in (303, 409):
        seal = suzuki.seal(run.id)
        answer = decide(suzuki, run.id, seal, suzuki.proof(run.id, seal))
        assert answer.status_code == expected
    assert house.engine.runs.get(run.id).status is S.AWAITING_APPROVAL


# --- a fresh sign-in ------------------------------------------------------------------------------


def test_a_fresh_sign_in_proves_a_person_for_the_decision_on_the_page(
    house: House, provider: PeopleProvider, run: Run
):
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        house.clock.advance(60)
        page = tanaka.fresh(run.id, "0003")
        assert page.status_code == 200, page.text
        html = Html(page.text)
        assert html.all("form", action=f"/runs/{run.id}/approve")
        proof = html.all("input", name="proof")[0]["value"]
        seal = html.all("input", name="seal")[0]["value"]
        assert proof not in str(tanaka.client.cookies)
        assert decide(tanaka, run.id, seal, proof).status_code == 303
        (approval,) = house.engine.runs.get(run.id).approvals
        assert approval.by.proof == "fresh_sign_in"
        again = decide(tanaka, run.id, seal, proof)
        assert "step_up_needed" in again.text


def test_a_provider_that_takes_an_old_sign_in_proves_nothing(
    house: House, provider: PeopleProvider, run: Run
):
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        cookie = provider.sign_in("0003")
        tanaka._http.cookies.set("provider", cookie)
        provider.ignores_prompt = True
        house.clock.advance(60)
        page = tanaka.fresh(run.id, "0003")
        assert page.status_code == 403
        assert "sign_in_stale" in Html(page.text).text
        provider.said = {"auth_time": None}
        assert "sign_in_stale" in tanaka.fresh(run.id, "0003").text
    assert actions(house).count("session.refuse") == 2


def test_somebody_elses_sign_in_proves_nobody(house: House, provider: PeopleProvider, run: Run):
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        page = tanaka.fresh(run.id, "0002")
        assert page.status_code == 403
        assert "person_other" in Html(page.text).text
        assert SUZUKI not in tanaka.client.get("/").text


def test_the_proof_of_a_fresh_sign_in_is_for_its_own_decision_and_session(
    house: House, provider: PeopleProvider, suzuki: Browser, run: Run
):
    other = house.planned()
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")

        def proof() -> str:
            return Html(tanaka.fresh(run.id, "0003").text).all("input", name="proof")[0]["value"]

        seal = tanaka.seal(run.id)
        wrong = decide(tanaka, other.id, tanaka.seal(other.id), proof())
        refused(house, wrong, "step_up_needed", other.id)
        wrong = decide(tanaka, run.id, seal, proof(), "reject")
        refused(house, wrong, "step_up_needed", run.id)
        refused(house, decide(suzuki, run.id, seal, proof()), "step_up_needed", run.id)
        late = proof()
        house.clock.advance(120)
        refused(house, decide(tanaka, run.id, seal, late), "step_up_needed", run.id)


def test_a_fresh_sign_in_is_finished_in_the_session_that_began_it(
    house: House, provider: PeopleProvider, suzuki: Browser, run: Run
):
    with browsing(house, provider) as thief:
        thief.sign_in("0003")
        left = thief.post(f"/runs/{run.id}/fresh", decision="approve", seal=thief.seal(run.id))
        assert left.status_code == 200
        pending = thief.client.cookies["__Host-sekisho_sign_in"]
        address = thief.get("/sign-in/go").headers["location"]
        suzuki.client.cookies.set("__Host-sekisho_sign_in", pending, domain="sekisho.example")
        answer = suzuki.back(suzuki.at_provider(address, "0002"))
        assert answer.status_code == 403
        assert "sign_in_lost" in answer.text


def test_no_credential_comes_near_a_proof(house: House, suzuki: Browser, run: Run):
    seal, token = suzuki.seal(run.id), house.token(SUZUKI)
    headers = {"authorization": f"Bearer {token}", "sec-fetch-site": "same-origin"}
    for path in (f"/runs/{run.id}/challenge", f"/runs/{run.id}/approve", "/passkeys"):
        fields = {"seal": seal, "decision": "approve", "proof": "{}"}
        answer = suzuki.client.post(path, data=fields, headers=headers)
        assert answer.status_code == 403
        assert "decision_not_here" in answer.text


# --- enrolling and removing -----------------------------------------------------------------------


def test_the_first_passkey_takes_a_code_of_the_host(house: House, provider: PeopleProvider):
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        made = tanaka.device.create(tanaka.post("/passkeys/creation").text)
        for code in ("", "WRONG000WRONG000", house.engine.passkeys.enrol(SUZUKI)):
            answer = tanaka.post("/passkeys", name="x", code=code, answer=made)
            assert answer.status_code == 403
            assert "enrolment_code_wrong" in Html(answer.text).text
        code = house.engine.passkeys.enrol("Tanaka@Example.jp")
        assert code not in str(house.store.tickets.__dict__)
        typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]} "
        answer = tanaka.post("/passkeys", name="電話", code=typed, answer=made)
        assert answer.status_code == 303, answer.text
        assert "電話" in tanaka.get("/passkeys").text
    (passkey,) = house.store.passkeys.of("tanaka@example.jp")
    assert passkey.transports == ("internal", "hybrid")
    assert actions(house).count("passkey.refuse") == 3
    assert last(house).facts["first"] is True


def test_an_enrolment_code_is_good_once_for_ten_minutes_and_five_tries(
    house: House, provider: PeopleProvider
):
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")

        def enrol(code: str) -> int:
            made = tanaka.device.create(tanaka.post("/passkeys/creation").text)
            return tanaka.post("/passkeys", name="x", code=code, answer=made).status_code

        old = house.engine.passkeys.enrol("tanaka@example.jp")
        house.clock.advance(600)
        assert enrol(old) == 403
        first = house.engine.passkeys.enrol("tanaka@example.jp")
        second = house.engine.passkeys.enrol("tanaka@example.jp")
        assert enrol(first) == 403, "a new one voids it"
        for _ in range(4):
            assert enrol("WRONG") == 403
        assert enrol(second) == 403, "five wrong tries void it"
        third = house.engine.passkeys.enrol("tanaka@example.jp")
        assert enrol(third) == 303
        house.engine.passkeys.forget("tanaka@example.jp")
        tanaka.device = Authenticator(tanaka.base)
        assert enrol(third) == 403, "it was used"


def test_a_broken_answer_leaves_the_code_as_it_was(house: House, provider: PeopleProvider):
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        code = house.engine.passkeys.enrol("tanaka@example.jp")
        tanaka.post("/passkeys/creation")
        assert "passkey_wrong" in tanaka.post("/passkeys", name="x", code=code, answer="{}").text
        made = tanaka.device.create(tanaka.post("/passkeys/creation").text)
        assert tanaka.post("/passkeys", name="x", code=code, answer=made).status_code == 303


def test_further_passkeys_take_one_that_is_there(house: House, suzuki: Browser):
    second = Authenticator(suzuki.base)
    code = house.engine.passkeys.enrol(SUZUKI)
    made = second.create(suzuki.post("/passkeys/creation").text)
    answer = suzuki.post("/passkeys", name="key", code=code, answer=made)
    assert answer.status_code == 403, "a code is for the first alone"
    proof = suzuki.device.get(suzuki.post("/passkeys/ask", purpose="add").text)
    made = second.create(suzuki.post("/passkeys/creation").text)
    answer = suzuki.post("/passkeys", name="key", proof=proof, answer=made)
    assert answer.status_code == 303, answer.text
    assert [p.name for p in house.store.passkeys.of(SUZUKI)] == ["phone", "key"]
    proof = suzuki.device.get(suzuki.post("/passkeys/ask", purpose="add").text)
    made = second.create(suzuki.post("/passkeys/creation").text)
    answer = suzuki.post("/passkeys", name="twice", proof=proof, answer=made)
    assert "passkey_known" in answer.text


def test_a_passkey_that_verified_nobody_is_not_enrolled(house: House, provider: PeopleProvider):
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        code = house.engine.passkeys.enrol("tanaka@example.jp")
        tanaka.device.verifies = False
        made = tanaka.device.create(tanaka.post("/passkeys/creation").text)
        assert "passkey_wrong" in tanaka.post("/passkeys", name="x", code=code, answer=made).text
        for origin in ("https://evil.example", "http://sekisho.example"):
            made = tanaka.device.create(tanaka.post("/passkeys/creation").text, origin=origin)
            answer = tanaka.post("/passkeys", name="x", code=code, answer=made)
            assert "passkey_wrong" in answer.text


def test_removing_takes_a_passkey_that_is_asked_for_it(
    house: House, provider: PeopleProvider, suzuki: Browser
):
    (passkey,) = house.store.passkeys.of(SUZUKI)
    path = f"/passkeys/{passkey.id}/remove"
    assert suzuki.post(path, proof="").status_code == 403
    wrong = suzuki.device.get(suzuki.post("/passkeys/ask", purpose="add").text)
    assert "passkey_wrong" in suzuki.post(path, proof=wrong).text
    with browsing(house, provider) as tanaka:
        tanaka.sign_in("0003")
        assert "passkey_unknown" in tanaka.post(path, proof="{}").text
        asked = tanaka.post("/passkeys/ask", purpose="remove", passkey=passkey.id)
        assert asked.status_code == 403
    asked = suzuki.post("/passkeys/ask", purpose="remove", passkey=passkey.id).text
    assert suzuki.post(path, proof=suzuki.device.get(asked)).status_code == 303
    assert house.store.passkeys.of(SUZUKI) == ()
    entry = last(house)
    assert (entry.action, entry.caller.proof) == ("passkey.remove", "passkey")


def test_what_a_browser_is_asked_wants_the_user_verified(suzuki: Browser, run: Run):
    creation = json.loads(suzuki.post("/passkeys/creation").text)
    assert creation["authenticatorSelection"]["userVerification"] == "required"
    assert creation["attestation"] == "none"
    assert creation["rp"]["id"] == "sekisho.example"
    assert SUZUKI not in creation["user"]["id"]
    assert len(creation["excludeCredentials"]) == 1
    seal = suzuki.seal(run.id)
    asked = suzuki.post(f"/runs/{run.id}/challenge", decision="approve", seal=seal).json()
    assert asked["userVerification"] == "required"
    assert len(asked["challenge"]) == 43
    assert [c["id"] for c in asked["allowCredentials"]] == [creation["excludeCredentials"][0]["id"]]


def test_somebody_of_the_same_name_has_none_of_the_passkeys(house: House, suzuki: Browser):
    (passkey,) = house.store.passkeys.of(SUZUKI)
    secret = suzuki.client.cookies["__Host-sekisho_session"]
    who = house.engine.sessions.find(secret)
    assert who
    twin = dataclasses.replace(who, subject="https://idp.example|9")
    assert house.engine.passkeys.of(who) == (passkey,)
    assert house.engine.passkeys.of(twin) == ()


def test_the_host_sees_and_forgets_passkeys(house: House, suzuki: Browser):
    assert [p.person for p in house.engine.passkeys.all()] == [SUZUKI]
    assert house.engine.passkeys.forget("nobody") == 0
    assert house.engine.passkeys.forget("SUZUKI@example.jp") == 1
    assert house.store.passkeys.of(SUZUKI) == ()
    assert last(house).action == "passkey.forget"
