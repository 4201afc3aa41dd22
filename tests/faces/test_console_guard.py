"""What the console lets in, and what it answers to what it does not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from sekisho.domain import errors
from sekisho.views.http_errors import STATUS, http_status
from sekisho.web.console import PAGES
from sekisho.web.guard import FORM_BYTES, HEADERS
from tests.faces.consoles import BASE, HOST, a_review, app_of, browser
from tests.faces.house import House
from tests.faces.html_pages import Html

BARE = ("sec-fetch-site", "origin")
DECISIONS = ("code", "approve", "reject")


def every_address(run_id: str) -> list[tuple[str, str]]:
    return [
        (p.method, p.path.format(run_id=run_id, name="network", passkey_id="pky_1")) for p in PAGES
    ]


def test_every_answer_carries_the_headers(house: House):
    run = a_review(house)
    with browser(house) as client:
        asset = Html(client.get("/").text).all("script")[0]["src"]
        addresses = [*every_address(run.id), ("GET", "/nowhere"), ("GET", asset), ("POST", "/")]
        addresses += [("GET", "/assets/nothing.js"), ("GET", "/runs/none"), ("PUT", "/audit")]
        for method, path in addresses:
            answer = client.request(method, path)
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, (method, path)
        bad = client.get("/", headers={"host": "evil.example"})
        assert bad.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_policy_is_what_we_promised():
    rules = dict(r.strip().split(" ", 1) for r in HEADERS["Content-Security-Policy"].split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "127.0.0.2:8321", "", "localhost@evil", "a b"],
)
def test_a_foreign_host_name_is_refused_on_every_address(house: House, host: str):
    run = a_review(house)
    with browser(house) as client:
        asset = Html(client.get("/").text).all("script")[0]["src"]
        for method, path in [*every_address(run.id), ("GET", asset)]:
            answer = client.request(method, path, headers={"host": host})
            assert answer.status_code == 403, (method, path)
            assert run.message not in answer.text


def test_our_own_names_are_welcome_with_any_port_unless_one_is_named(house: House):
    with browser(house) as client:
        for host in ("127.0.0.1", "127.0.0.1:9999", "LOCALHOST:80", "[::1]:8321"):
            assert client.get("/", headers={"host": host}).status_code == 200
    with browser(house, allowed_hosts=("sekisho.example:443",)) as client:
        assert client.get("/", headers={"host": "sekisho.example:443"}).status_code == 200
        assert client.get("/", headers={"host": "sekisho.example:444"}).status_code == 403
        assert client.get("/", headers={"host": "sekisho.example"}).status_code == 403


def test_the_host_people_were_told_is_ours_without_being_named_again(house: House):
    app = app_of(house, "https://Console.example:8443", allowed_hosts=())
    with TestClient(app, base_url="https://console.example:8443") as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "console.example"}).status_code == 403
        assert client.get("/", headers={"host": "localhost:8443"}).status_code == 403


def test_two_host_headers_are_refused(house: House):
    with TestClient(app_of(house), base_url=BASE) as client:
        raw: Any = [("host", HOST), ("host", "evil.example")]
        assert client.get("/", headers=raw).status_code == 403


def forms(house: House) -> list[str]:
    run = a_review(house)
    return [
        p.format(run_id=run.id, name="network", passkey_id="pky_1")
        for p in (q.path for q in PAGES if q.method == "POST")
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": BASE},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": f"https://{HOST}"},
        {"origin": f"{BASE}.evil.example"},
        {},
    ],
)
def test_a_form_that_our_pages_did_not_send_is_refused_everywhere(
    house: House, headers: dict[str, str]
):
    paths = forms(house)
    assert len(paths) == 21
    before = house.engine.audits.head()
    with TestClient(app_of(house), base_url=BASE, follow_redirects=False) as client:
        for path in paths:
            fields = {"decision": "approve", "reason": "x", "csrf": "guess"}
            answer = client.post(path, data=fields, headers=headers)
            assert answer.status_code == 403, path
            page = "html" in answer.headers["content-type"]
            assert "origin_refused" in (Html(answer.text).text if page else answer.text)
    since = house.engine.audits.list(before)
    assert {r.entry.action for r in since} == {"run.refuse", "passkey.refuse"}
    assert {r.entry.facts["code"] for r in since} == {"origin_refused"}
    assert house.step_up.shown == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": BASE},
        {"origin": "http://localhost:1", "host": "localhost:1"},
    ],
)
def test_a_form_of_our_own_page_is_taken(house: House, headers: dict[str, str]):
    with TestClient(app_of(house), base_url=BASE, follow_redirects=False) as client:
        answer = client.post("/workspaces/network/lock", data={"reason": "x"}, headers=headers)
        assert answer.status_code == 303


def test_what_sends_neither_header_shows_the_token_of_a_page(house: House):
    with TestClient(app_of(house), base_url=BASE, follow_redirects=False) as client:
        page = Html(client.get("/workspaces/network").text)
        token = page.all("input", name="csrf")[0]["value"]
        assert len(token) >= 32
        path = "/workspaces/network/lock"
        assert client.post(path, data={"reason": "x", "csrf": token[:-1]}).status_code == 403
        assert client.post(path, data={"reason": "x", "csrf": ""}).status_code == 403
        assert client.post(path, data={"reason": "x", "csrf": token}).status_code == 303
        client.cookies.clear()
        assert client.post(path, data={"reason": "x", "csrf": token}).status_code == 403
        other = Html(client.get("/workspaces/network").text)
        assert other.all("input", name="csrf")[0]["value"] != token


def test_every_form_on_every_page_carries_the_token(house: House):
    run = a_review(house)
    with browser(house) as client:
        for path in (f"/runs/{run.id}", f"/runs/{run.id}?decide=approve", "/workspaces/network"):
            html = Html(client.get(path).text)
            tokens = {a["value"] for a in html.all("input", name="csrf")}
            assert len(html.all("form", method="post")) == len(html.all("input", name="csrf"))
            assert tokens == {client.cookies["sekisho_csrf"]}


def test_cookies_are_for_us_alone(house: House):
    with TestClient(app_of(house), base_url=BASE) as client:
        for cookie in client.get("/?lang=ja").headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
            assert "Secure" not in cookie
    base = "https://sekisho.example"
    app = app_of(house, base, allowed_hosts=("sekisho.example",))
    with TestClient(app, base_url=base) as client:
        assert "Secure" in client.get("/").headers["set-cookie"]
        headers = {"origin": base}
        made = client.post("/workspaces/network/lock", data={"reason": "x"}, headers=headers)
        assert made.status_code == 200


@pytest.mark.parametrize("credential", ["Bearer sks_x", "Basic eDp5", "", "Bearer "])
def test_no_credential_comes_near_a_decision(house: House, credential: str):
    run = house.planned()
    token = f"Bearer {house.token()}"
    with browser(house) as client:
        for verb in DECISIONS:
            for given in (credential, token):
                answer = client.post(
                    f"/runs/{run.id}/{verb}",
                    data={"decision": "approve", "reason": "x"},
                    headers={"authorization": given},
                )
                assert answer.status_code == 403
                text = Html(answer.text).text
                assert "decision_not_here" in text
                assert f"{BASE}/runs/{run.id}" in text
    assert house.step_up.shown == []


def test_forms_are_small_well_formed_and_forms(house: House):
    path, form = "/workspaces/network/lock", {"content-type": "application/x-www-form-urlencoded"}
    with browser(house) as client:
        assert (
            client.post(path, content=b"reason=" + b"x" * FORM_BYTES, headers=form).status_code
            == 413
        )
        assert client.post(path, json={"reason": "x"}).status_code == 415
        assert client.post(path, files={"reason": b"x"}).status_code == 415
        for body in (
            b"reason=%ff%fe",
            b"reason=a&reason=b",
            b"reason=\xff",
            b"&".join([b"a=b"] * 60),
        ):
            answer = client.post(path, content=body, headers=form)
            assert answer.status_code == 400
            Html(answer.text)
        assert client.post(path, content=b"", headers=form).status_code == 400
    assert house.engine.workspaces.get("network").record.lock is None


def test_a_note_is_one_of_ours(house: House):
    with browser(house) as client:
        client.cookies.set("sekisho_note", "<script>alert(1)</script>")
        assert not Html(client.get("/").text).all("p", class_="note")


def test_every_error_has_an_http_status():
    def walk(kind: type[errors.SekishoError]) -> list[type[errors.SekishoError]]:
        return [kind, *(k for child in kind.__subclasses__() for k in walk(child))]

    kinds = walk(errors.SekishoError)
    assert len(kinds) > 40
    direct = set(errors.SekishoError.__subclasses__())
    assert direct <= set(STATUS), "each of the kinds has a row of its own"
    for kind in kinds:
        assert 400 <= http_status(kind()) <= 503
    assert http_status(errors.CodesTooMany()) == 429
    assert http_status(errors.CredentialNeeded()) == 401


def test_no_template_goes_around_escaping(repository):
    folder = repository / "src" / "sekisho" / "web" / "templates"
    pages = list(folder.glob("*.html"))
    assert len(pages) > 10
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(
            r"\|\s*safe|autoescape|Markup|<style|style=|<script(?! defer src)", text
        )
