"""Signing in at the console: at a real provider, in the browser that began it and no other."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sekisho.domain.groups import Group, Member
from sekisho.engine.tokens import digest
from sekisho.web.console import PAGES
from tests.faces.consoles import a_review, browser
from tests.faces.house import House, build
from tests.faces.html_pages import Html
from tests.faces.signing_in import ORIGIN, a_house, browsing
from tests.fakes.clock import START
from tests.identity.people_provider import PeopleProvider, people_provider


@pytest.fixture
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: START) as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, provider: PeopleProvider) -> House:
    return a_house(tmp_path, provider)


def actions(house: House) -> list[str]:
    return [r.entry.action for r in house.engine.audits.all()]


def last(house: House) -> Any:
    return list(house.engine.audits.all())[-1].entry


def test_a_person_signs_in_and_sees_what_they_asked_for(house: House, provider: PeopleProvider):
    run = a_review(house)
    with browsing(house, provider) as sato:
        asked = f"/runs/{run.id}?q=database"
        sent = sato.get(asked)
        assert sent.status_code == 303
        page = sato.get(sent.headers["location"])
        html = Html(page.text)
        (start,) = [a["href"] for a in html.all("a") if a["href"].startswith("/sign-in/start")]
        assert run.message not in page.text
        went = sato.get(start)
        done = sato.back(sato.at_provider(went.headers["location"], "0001"))
        assert done.headers["location"] == asked
        assert "sato@example.jp" in sato.get(asked).text
    entry = last(house)
    assert (entry.action, entry.caller.person) == ("session.begin", "sato@example.jp")
    assert entry.caller.subject == f"{provider.url}|0001"
    assert entry.facts["how"] == "oidc"


def test_the_provider_is_asked_as_the_protocol_wants_it(house: House, provider: PeopleProvider):
    with browsing(house, provider) as sato:
        sato.sign_in("0001")
    (asked,) = provider.asked
    assert asked["redirect_uri"] == f"{ORIGIN}/sign-in/callback"
    assert asked["code_challenge_method"] == "S256"
    assert "openid" in asked["scope"].split()
    assert len(asked["code_challenge"]) == 43
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert "prompt" not in asked


def test_every_page_wants_a_session_and_shows_nothing_without(
    house: House, provider: PeopleProvider
):
    run = a_review(house)
    with browsing(house, provider) as anybody:
        for page in PAGES:
            if page.open:
                continue
            path = page.path.format(run_id=run.id, name="network", passkey_id="pky_1")
            if page.method == "GET" and not page.data:
                answer = anybody.get(path)
                assert answer.status_code == 303, path
                to = urlsplit(answer.headers["location"])
                assert to.path == "/sign-in"
                assert parse_qs(to.query)["to"] == [path]
            else:
                answer = anybody.get(path) if page.method == "GET" else anybody.post(path)
                assert answer.status_code == 401, path
                assert "session_needed" in answer.text
            assert run.message not in answer.text


def test_the_cookies_are_as_tight_as_they_can_be(house: House, provider: PeopleProvider):
    with browsing(house, provider) as sato:
        start = sato.get("/sign-in/start")
        made = [*start.headers.get_list("set-cookie")]
        done = sato.back(sato.at_provider(start.headers["location"], "0001"))
        made += done.headers.get_list("set-cookie")
        mine = [c for c in made if "sekisho_sign_in" in c or "sekisho_session" in c]
        assert len(mine) == 3
        for cookie in mine:
            assert cookie.startswith("__Host-sekisho_")
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
            assert "Domain" not in cookie
        secret = sato.client.cookies["__Host-sekisho_session"]
        assert len(secret) >= 32
        assert "__Host-sekisho_sign_in" not in sato.client.cookies
    kept = house.store.sessions.of("sato@example.jp")
    assert [s.digest for s in kept] == [digest(secret)]
    assert secret not in str(kept)
    assert secret not in str(list(house.engine.audits.all()))
    assert secret not in str(house.journal.events)


def test_a_session_that_was_there_before_the_sign_in_is_not_taken_over(
    house: House, provider: PeopleProvider
):
    with browsing(house, provider) as sato:
        fixed = "fixed-by-an-attacker"
        sato.client.cookies.set("__Host-sekisho_session", fixed, domain="sekisho.example")
        sato.sign_in("0001")
        assert "fixed-by-an-attacker" not in sato.client.cookies.values()
    with browsing(house, provider) as attacker:
        attacker.client.cookies.set("__Host-sekisho_session", "fixed-by-an-attacker")
        assert attacker.get("/").status_code == 303


def test_an_answer_that_another_browser_asked_for_is_refused(
    house: House, provider: PeopleProvider
):
    with browsing(house, provider) as attacker, browsing(house, provider) as victim:
        theirs = attacker.get("/sign-in/start").headers["location"]
        location = attacker.at_provider(theirs, "0003")
        for prepared in (False, True):
            if prepared:
                victim.get("/sign-in/start")
            answer = victim.back(location)
            assert answer.status_code == 403
            assert "sign_in_lost" in Html(answer.text).text
        assert victim.get("/").status_code == 303, "nobody is signed in"
    assert actions(house).count("session.refuse") == 2
    assert house.store.sessions.of("tanaka@example.jp") == ()


def test_an_answer_is_good_once(house: House, provider: PeopleProvider):
    with browsing(house, provider) as sato:
        start = sato.get("/sign-in/start")
        pending = sato.client.cookies["__Host-sekisho_sign_in"]
        location = sato.at_provider(start.headers["location"], "0001")
        assert sato.back(location).status_code == 303
        assert "sign_in_lost" in sato.back(location).text
        sato.client.cookies.set("__Host-sekisho_sign_in", pending, domain="sekisho.example")
        again = sato.back(location)
        assert again.status_code == 403
        assert "invalid_grant" in again.text


def test_a_sign_in_that_takes_too_long_is_begun_again(house: House, provider: PeopleProvider):
    with browsing(house, provider) as sato:
        location = sato.at_provider(sato.get("/sign-in/start").headers["location"], "0001")
        house.clock.advance(600)
        assert "sign_in_lost" in sato.back(location).text


@pytest.mark.parametrize(
    "forged", ["", ".", "a.b", "e30.", "e30.00", "日本.語", '{"state": "x"}.' + "0" * 64]
)
def test_a_cookie_that_is_not_ours_begins_nothing(
    house: House, provider: PeopleProvider, forged: str
):
    with browsing(house, provider) as attacker:
        raw = f"__Host-sekisho_sign_in={forged}".encode()
        answer = attacker.client.get("/sign-in/go", headers={b"cookie": raw})
        assert answer.status_code == 403
        query = urlencode({"state": "", "code": "x"})
        answer = attacker.client.get(f"/sign-in/callback?{query}", headers={b"cookie": raw})
        assert answer.status_code == 403
        assert "sign_in_lost" in answer.text


def test_a_cookie_of_ours_cannot_be_changed(house: House, provider: PeopleProvider):
    with browsing(house, provider) as attacker:
        attacker.get("/sign-in/start")
        body, mac = attacker.client.cookies["__Host-sekisho_sign_in"].split(".")
        held = json.loads(base64.urlsafe_b64decode(body + "=="))
        held["to"] = "//evil.example"
        twisted = base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")
        raw = f"__Host-sekisho_sign_in={twisted}.{mac}"
        assert attacker.client.get("/sign-in/go", headers={"cookie": raw}).status_code == 403


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\r\nset-cookie:x",
        "evil.example",
        "/sign-in/start",
        "/" + "a" * 3000,
        "",
    ],
)
def test_the_way_back_leads_nowhere_but_here(house: House, provider: PeopleProvider, to: str):
    with browsing(house, provider) as sato:
        start = sato.client.get("/sign-in/start", params={"to": to})
        done = sato.back(sato.at_provider(start.headers["location"], "0001"))
        assert done.headers["location"] == "/"
        assert sato.client.get("/sign-in", params={"to": to}).headers["location"] == "/"


def test_another_site_cannot_begin_a_sign_in(house: House, provider: PeopleProvider):
    with browsing(house, provider) as sato:
        headers = {"sec-fetch-site": "cross-site"}
        answer = sato.client.get("/sign-in/start?to=/audit", headers=headers)
        assert answer.headers["location"] == "/sign-in?to=%2Faudit"
        assert "sekisho_sign_in" not in str(answer.headers)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"nonce": "another"}, "token_kind_wrong"),
        ({"nonce": None}, "token_kind_wrong"),
        ({"aud": "another"}, "token_audience_wrong"),
        ({"iss": "https://evil.example"}, "token_issuer_unknown"),
        ({"exp": 1}, "token_expired"),
        ({"preferred_username": "terminal"}, "person_unfit"),
        ({"preferred_username": None}, "person_unfit"),
        ({"sub": None}, "person_unfit"),
    ],
)
def test_an_id_token_that_is_not_of_this_sign_in_lets_nobody_in(
    house: House, provider: PeopleProvider, said: dict[str, Any], code: str
):
    provider.said = said
    with browsing(house, provider) as sato:
        start = sato.get("/sign-in/start")
        answer = sato.back(sato.at_provider(start.headers["location"], "0001"))
        assert answer.status_code in (401, 403)
        assert code in Html(answer.text).text
        assert sato.get("/").status_code == 303
    entry = last(house)
    assert (entry.action, entry.facts["code"]) == ("session.refuse", code)


def test_what_the_provider_refuses_is_said_in_both_languages(
    house: House, provider: PeopleProvider
):
    for language, words in (("en", "did not succeed"), ("ja", "サインインできませんでした")):
        with browsing(house, provider, language=language) as nobody:
            start = nobody.get("/sign-in/start")
            answer = nobody.back(nobody.at_provider(start.headers["location"], "9999"))
            html = Html(answer.text)
            assert answer.status_code == 403
            assert words in html.text
            assert "access_denied" in html.text
            assert "sign_in_refused" in html.text


def test_an_answer_in_another_providers_name_is_refused(house: House, provider: PeopleProvider):
    provider.names_itself = "https://evil.example"
    with browsing(house, provider) as sato:
        start = sato.get("/sign-in/start")
        answer = sato.back(sato.at_provider(start.headers["location"], "0001"))
        assert "sign_in_refused" in answer.text
    assert len(provider.codes) == 1, "its code was not even sent on"


def test_a_provider_that_is_away_is_an_outage(house: House, tmp_path: Path):
    with people_provider(lambda: START) as gone:
        away = a_house(tmp_path, gone)
    with browsing(away, gone) as sato:
        answer = sato.get("/sign-in/start")
        assert answer.status_code == 503
        assert "identity_provider_away" in answer.text


def test_a_name_that_is_somebody_elses_lets_nobody_in(house: House, provider: PeopleProvider):
    with browsing(house, provider) as sato, browsing(house, provider) as other:
        sato.sign_in("0001")
        provider.people["0009"] = {"preferred_username": "SATO@example.jp"}
        start = other.get("/sign-in/start")
        answer = other.back(other.at_provider(start.headers["location"], "0009"))
        assert answer.status_code == 403
        assert "identity_conflict" in answer.text


def test_groups_are_worked_out_anew_for_each_request(house: House, provider: PeopleProvider):
    catalog: Any = house.parts.catalog
    leads = Group("approvers", (Member(claim="groups", value="infra-leads"),))
    with browsing(house, provider) as suzuki:
        suzuki.sign_in("0002")
        secret = suzuki.client.cookies["__Host-sekisho_session"]
    assert house.engine.sessions.find(secret).groups == ()  # pyright: ignore[reportOptionalMemberAccess]
    catalog.declared_groups = (leads,)
    assert house.engine.sessions.find(secret).groups == ("approvers",)  # pyright: ignore[reportOptionalMemberAccess]


def test_signing_out_ends_the_session_here_and_at_the_provider(
    house: House, provider: PeopleProvider
):
    with browsing(house, provider) as sato, browsing(house, provider) as thief:
        sato.sign_in("0001")
        cookie = sato.client.cookies["__Host-sekisho_session"]
        left = sato.post("/sign-out")
        assert left.status_code == 200
        assert 'content="0; url=/sign-out/provider"' in left.text
        assert "__Host-sekisho_session" not in sato.client.cookies
        there = urlsplit(sato.get("/sign-out/provider").headers["location"])
        assert there.path == "/end-session"
        assert parse_qs(there.query)["post_logout_redirect_uri"] == [f"{ORIGIN}/signed-out"]
        assert "signed out" in Html(sato.get("/signed-out").text).text
        thief.client.cookies.set("__Host-sekisho_session", cookie, domain="sekisho.example")
        assert thief.get("/").status_code == 303
    assert actions(house)[-1] == "session.end"


def test_signing_out_everywhere_ends_every_browser_of_the_person_and_nobody_elses(
    house: House, provider: PeopleProvider
):
    with (
        browsing(house, provider) as one,
        browsing(house, provider) as other,
        browsing(house, provider) as suzuki,
    ):
        one.sign_in("0001")
        other.sign_in("0001")
        suzuki.sign_in("0002")
        assert len(Html(one.get("/passkeys").text).all("ul", class_="people")) == 1
        one.post("/sign-out/everywhere")
        assert one.get("/").status_code == other.get("/").status_code == 303
        assert suzuki.get("/").status_code == 200
        assert house.engine.sessions.revoke("suzuki@example.jp") == 1
        assert suzuki.get("/").status_code == 303
    assert last(house).caller.person == "host"


def test_a_session_ends_when_nobody_uses_it_and_after_a_day_at_work(
    house: House, provider: PeopleProvider
):
    with browsing(house, provider) as sato:
        sato.sign_in("0001")
        house.clock.advance(30 * 60)
        assert sato.get("/").status_code == 303
        sato.sign_in("0001")
        for _ in range(8 * 3 - 1):
            house.clock.advance(20 * 60)
            assert sato.get("/").status_code == 200
        house.clock.advance(20 * 60)
        assert sato.get("/").status_code == 303, "eight hours are over"


def test_a_person_has_twenty_browsers_at_most(house: House, provider: PeopleProvider):
    with browsing(house, provider) as sato:
        for _ in range(21):
            sato.sign_in("0001")
            house.clock.advance(1)
    assert len(house.store.sessions.of("sato@example.jp")) == 20
    assert "too_many" in str([r.entry.facts for r in house.engine.audits.all()])


def test_a_flood_of_refused_sign_ins_is_told_in_the_log_and_fills_no_audit(
    house: House, provider: PeopleProvider
):
    with browsing(house, provider) as attacker:
        for _ in range(50):
            assert attacker.get("/sign-in/callback?state=x&code=y").status_code == 403
    assert actions(house).count("session.refuse") == 30
    assert len(house.journal.named("session.refuse")) == 50


def test_a_key_is_no_session(house: House, provider: PeopleProvider):
    token = house.token()
    with browsing(house, provider) as agent:
        assert agent.get("/", authorization=f"Bearer {token}").status_code == 303
        agent.client.cookies.set("__Host-sekisho_session", token, domain="sekisho.example")
        assert agent.get("/").status_code == 303


def test_where_nobody_signs_in_the_pages_of_signing_in_lead_on(tmp_path: Path):
    with browser(build(tmp_path)) as client:
        for path in ("/sign-in", "/sign-in/start", "/sign-in/go", "/sign-in/callback", "/passkeys"):
            assert client.get(path).headers["location"].partition("?")[0] in ("/", "/sign-in")
        for path in ("/sign-out", "/sign-out/everywhere", "/passkeys", "/passkeys/creation"):
            assert client.post(path).status_code == 404
