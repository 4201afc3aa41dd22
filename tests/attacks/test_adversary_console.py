"""An adversary at the console: cookies, others' sessions, forms of other sites, old proofs."""

from __future__ import annotations

import json

import httpx2
import pytest

from sekisho.web.console import PAGES
from tests.attacks.adversary import NAMES, SATO, SUZUKI, TANAKA, Fort, Planned, answered
from tests.attacks.deciding import challenge, form
from tests.e2e.test_sign_in import Person
from tests.fakes.authenticator import Authenticator

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

DECIDING = [p.path for p in PAGES if p.decides and "{run_id}" in p.path]
VERBS = [path.rpartition("/")[2] for path in DECIDING]


def approve(person: Person, run: Planned, proof: str, **more: str) -> tuple[int, str]:
    data = form(run, proof=proof, **more)
    return answered(person.http.post(f"/runs/{run.id}/approve", data=data))


def test_a_key_comes_near_no_decision_whoever_is_signed_in_beside_it(fort: Fort, suzuki: Person):
    run = fort.planned("key-beside-session")
    for path in DECIDING:
        there = path.replace("{run_id}", run.id)
        for headers in (
            {"authorization": f"Bearer {fort.key}"},
            {"x-api-key": fort.key},
            {"x-anything": f"a {fort.key}"},
        ):
            got = answered(suzuki.http.post(there, data=form(run), headers=headers))
            assert got == (403, "decision_not_here"), path
        assert answered(suzuki.http.post(there, data=form(run, proof=fort.key))) == (
            403,
            "decision_not_here",
        )
    fort.unapproved(run)
    fort.told(run, *((verb, "decision_not_here") for verb in VERBS))


@pytest.mark.parametrize(
    "cookie", ["", "sekisho_session=", "sekisho_session=x", "sekisho_session=../../keys"]
)
def test_without_a_session_nobody_is_let_in_to_decide(fort: Fort, cookie: str):
    run = fort.planned(f"no-session{len(cookie)}")
    thief = fort.browser()
    headers = {"cookie": cookie} if cookie else {}
    for path in DECIDING:
        answer = thief.http.post(path.replace("{run_id}", run.id), data=form(run), headers=headers)
        assert answered(answer) == (401, "session_needed"), path
    fort.unapproved(run)
    fort.told(run, *((verb, "session_needed") for verb in ("approve", "reject")))


def test_a_stolen_session_cookie_decides_nothing_without_the_persons_device(
    fort: Fort, suzuki: Person
):
    run = fort.planned("stolen-cookie")
    thief = fort.browser()
    thief.http.cookies.update(dict(suzuki.http.cookies))
    assert approve(thief, run, "") == (403, "step_up_needed")
    assert approve(thief, run, "x" * 43) == (403, "step_up_needed")
    forged = thief.device.get(challenge(thief, run))
    assert approve(thief, run, forged) == (403, "passkey_wrong")
    thief.device.id = suzuki.device.id
    as_hers = thief.device.get(challenge(thief, run))
    assert approve(thief, run, as_hers) == (403, "passkey_wrong")
    rejected = thief.http.post(f"/runs/{run.id}/reject", data=form(run, proof=""))
    assert answered(rejected) == (403, "step_up_needed")
    fort.unapproved(run)
    wanted = {("approve", "step_up_needed"), ("approve", "passkey_wrong")}
    fort.told(run, *wanted, ("reject", "step_up_needed"))


def test_a_stolen_session_cookie_enrols_no_passkey_of_the_thiefs(fort: Fort, suzuki: Person):
    thief = fort.browser()
    thief.http.cookies.update(dict(suzuki.http.cookies))
    made = Authenticator(fort.url).create(thief.http.post("/passkeys/creation").text)
    for more, code in (
        ({}, "step_up_needed"),
        ({"code": "AAAA-AAAA-AAAA-AAAA"}, "passkey_wrong"),
        ({"proof": "x" * 43}, "passkey_wrong"),
        ({"proof": made}, "passkey_wrong"),
    ):
        answer = thief.http.post("/passkeys", data={"name": "mine", "answer": made, **more})
        assert answered(answer) == (403, code), more
        assert fort.told_of("passkey.refuse", code)
    listed = json.loads(fort.host("person", "list", "--json"))
    held = {row["name"]: row["passkeys"] for row in listed}
    assert held["suzuki@example.jp"] == 1


def test_a_session_is_over_after_signing_out(fort: Fort):
    run = fort.planned("old-session")
    person = fort.signed_in(TANAKA)
    kept = dict(person.http.cookies)
    assert person.http.post("/sign-out").status_code == 200
    thief = fort.browser()
    thief.http.cookies.update(kept)
    assert approve(thief, run, "") == (401, "session_needed")
    fort.unapproved(run)
    fort.told(run, ("approve", "session_needed"))


def test_who_asked_does_not_approve_though_they_prove_themselves(fort: Fort):
    sato = fort.enrolled(SATO)
    run = fort.planned("own")
    assert approve(sato, run, sato.device.get(challenge(sato, run))) == (409, "approval_own")
    fort.unapproved(run)
    fort.told(run, ("approve", "approval_own"))


def test_a_proof_is_for_one_decision_of_one_person_about_one_run_once(
    fort: Fort, suzuki: Person, tanaka: Person
):
    one, two = fort.planned("one", "net"), fort.planned("two", "db")
    for_one = suzuki.device.get(challenge(suzuki, one))
    challenge(suzuki, two)
    assert approve(suzuki, two, for_one) == (403, "passkey_wrong"), "another run"
    to_reject = suzuki.device.get(challenge(suzuki, one, "reject"))
    challenge(suzuki, one)
    assert approve(suzuki, one, to_reject) == (403, "passkey_wrong"), "another decision"
    hers = suzuki.device.get(challenge(suzuki, one))
    challenge(tanaka, one)
    assert approve(tanaka, one, hers) == (403, "passkey_wrong"), "another person"
    fort.unapproved(one)
    fort.unapproved(two)
    fort.told(one, ("approve", "passkey_wrong"))
    fort.told(two, ("approve", "passkey_wrong"))
    good = suzuki.device.get(challenge(suzuki, one))
    assert approve(suzuki, one, good)[0] == 303
    assert approve(suzuki, one, good) == (403, "passkey_wrong"), "used before"
    assert len(fort.server.run(one.id)["approvals"]) == 1


def test_an_approval_is_about_the_plan_that_was_on_the_screen(fort: Fort, suzuki: Person):
    shown, other = fort.planned("shown"), fort.planned("other", "db")
    swapped = Planned(shown.id, other.seal)
    asked = suzuki.http.post(f"/runs/{shown.id}/challenge", data=form(swapped))
    assert answered(asked)[1] == "seal_broken"
    proof = suzuki.device.get(challenge(suzuki, shown))
    assert approve(suzuki, swapped, proof)[1] == "passkey_wrong"
    for seal in ("0" * 64, shown.seal.upper() + "x", "承認"):
        assert approve(suzuki, Planned(shown.id, seal), proof) == (403, "passkey_wrong")
    fort.unapproved(shown)
    fort.told(shown, ("approve", "passkey_wrong"))


def cross_site(url: str) -> list[dict[str, str]]:
    return [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": url, "sec-fetch-site": "cross-site"},
        {"origin": url, "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": f"{url}.evil.example", "sec-fetch-site": "same-origin"},
        {"origin": url.replace("http", "https"), "sec-fetch-site": "same-origin"},
    ]


@pytest.mark.parametrize("at", range(6))
def test_no_form_of_another_site_decides_though_the_person_is_signed_in(
    fort: Fort, suzuki: Person, at: int
):
    run = fort.planned(f"csrf{at}")
    proof = suzuki.device.get(challenge(suzuki, run))
    headers = cross_site(fort.url)[at]
    for path in (*DECIDING, "/runs/{run_id}/apply", "/runs/{run_id}/discard"):
        there = path.replace("{run_id}", run.id)
        answer = suzuki.http.post(there, data=form(run, proof=proof), headers=headers)
        assert answered(answer) == (403, "origin_refused"), path
    fort.unapproved(run)
    fort.told(run, *((verb, "origin_refused") for verb in (*VERBS, "apply")))


def test_no_form_by_another_name_of_the_server_comes_in(fort: Fort, suzuki: Person):
    run = fort.planned("rebinding")
    proof = suzuki.device.get(challenge(suzuki, run))
    headers = {"host": "evil.example", "origin": "http://evil.example"}
    for path in DECIDING:
        there = path.replace("{run_id}", run.id)
        answer = suzuki.http.post(there, data=form(run, proof=proof), headers=headers)
        assert answered(answer) == (421, "host_refused")
    fort.unapproved(run)
    fort.told(run, *((verb, "host_refused") for verb in VERBS))


def test_a_form_without_an_origin_needs_the_token_of_a_page(fort: Fort, suzuki: Person):
    run = fort.planned("no-origin")
    proof = suzuki.device.get(challenge(suzuki, run))
    with httpx2.Client(base_url=fort.url, cookies=dict(suzuki.http.cookies)) as bare:
        for more in ({}, {"csrf": ""}, {"csrf": "x"}):
            data = form(run, proof=proof, **more)
            answer = bare.post(f"/runs/{run.id}/approve", data=data)
            assert answered(answer) == (403, "origin_refused")
    fort.unapproved(run)
    fort.told(run, ("approve", "origin_refused"))


def test_headers_of_proxies_and_load_balancers_make_nobody_a_person(fort: Fort):
    run = fort.planned("headers")
    thief = fort.browser()
    tricks: list[dict[str, str]] = [
        {"x-amzn-oidc-data": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIwMDAyIn0."},
        {"x-amzn-oidc-identity": "0002", "x-amzn-oidc-accesstoken": "x"},
        {"x-forwarded-user": "suzuki@example.jp", "x-forwarded-email": "suzuki@example.jp"},
        {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1"},
        {"remote-user": "suzuki@example.jp", "x-remote-user": "suzuki@example.jp"},
        {"x-http-method-override": "PUT", "x-original-url": f"/runs/{run.id}/approve"},
    ]
    for headers in tricks:
        answer = thief.http.post(f"/runs/{run.id}/approve", data=form(run), headers=headers)
        forwarded = "x-forwarded-for" in headers
        wanted = (403, "proxy_undeclared") if forwarded else (401, "session_needed")
        assert answered(answer) == wanted, headers
    fort.unapproved(run)
    fort.told(run, ("approve", "session_needed"), ("approve", "proxy_undeclared"))


def test_two_session_cookies_are_one_person_at_most(fort: Fort, suzuki: Person, tanaka: Person):
    run = fort.planned("two-cookies")
    values = [dict(p.http.cookies)["sekisho_session"] for p in (suzuki, tanaka)]
    proof = suzuki.device.get(challenge(suzuki, run))
    thief = fort.browser()
    other = f"sekisho_session={values[1]}"
    for both in (f"{other}; sekisho_session=x", f"sekisho_session=x; {other}"):
        answer = thief.http.post(
            f"/runs/{run.id}/approve", data=form(run, proof=proof), headers={"cookie": both}
        )
        wanted = (401, "session_needed") if both.endswith("=x") else (403, "passkey_wrong")
        assert answered(answer) == wanted
    fort.unapproved(run)
    fort.told(run, ("approve", "session_needed"), ("approve", "passkey_wrong"))


def test_a_renamed_person_is_who_they_were(fort: Fort, suzuki: Person):
    """Sato asks; the provider then says that sato has another name, and tanaka that of suzuki."""
    run = fort.planned("renamed")
    fort.signed_in(SATO)  # whose name it is, is known from here on: maybe after they asked
    assert NAMES[SUZUKI] in suzuki.http.get("/").text, "and suzuki's is taken"
    try:
        fort.provider.know(SATO, preferred_username="yamada@example.jp")
        yamada = fort.browser()
        yamada.sign_in({"sub": SATO})
        yamada.enrol(fort.host("person", "enroll", "yamada@example.jp"))
        proof = yamada.device.get(challenge(yamada, run))
        assert approve(yamada, run, proof) == (409, "approval_own")
        fort.provider.know(TANAKA, preferred_username="suzuki@example.jp")
        taker = fort.browser()
        assert answered(taker.sign_in({"sub": TANAKA})) == (403, "identity_conflict")
        assert approve(taker, run, "") == (401, "session_needed")
    finally:
        fort.provider.know(SATO, preferred_username="sato@example.jp")
        fort.provider.know(TANAKA, preferred_username="tanaka@example.jp")
    fort.unapproved(run)
    fort.told(run, ("approve", "approval_own"), ("approve", "session_needed"))
    assert fort.told_of("session.refuse", "identity_conflict")
