"""Two people with passkeys of their own, in Chromium, in Japanese: nobody passes alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sekisho.domain.runs import RunStatus
from tests.browser.axes import faults
from tests.browser.conftest import opened
from tests.browser.two_persons import Site, a_site, at_provider, decide, enrol, person

pytestmark = [pytest.mark.browser, pytest.mark.long]

S = RunStatus
SUZUKI, TANAKA = "0002", "0003"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as found:
        yield found


def test_two_people_approve_with_passkeys_what_a_third_ones_agent_planned(
    site: Site, browser: Browser
):
    run = site.requested()
    assert run.status is S.AWAITING_APPROVAL
    with person(browser, site, SUZUKI) as suzuki, person(browser, site, TANAKA) as tanaka:
        enrol(suzuki, site, SUZUKI, "業務用ノート PC")
        enrol(tanaka, site, TANAKA, "セキュリティキー")

        decide(suzuki, site, run.id, "影響範囲を確認しました")
        expect(suzuki.locator("#decision")).to_contain_text("パスキー")
        suzuki.get_by_role("button", name="承認する", exact=True).click()
        expect(suzuki.locator(".note")).to_contain_text("承認を記録しました")
        assert site.house.engine.runs.get(run.id).status is S.AWAITING_APPROVAL

        decide(tanaka, site, run.id)
        expect(tanaka.locator(".people")).to_contain_text("suzuki@example.jp")
        tanaka.get_by_role("button", name="承認して適用する").click()
        expect(tanaka.locator(".note")).to_contain_text("適用")
        site.house.work()
        tanaka.reload()
        expect(tanaka.locator("#status")).to_contain_text("適用済")
    after = site.house.engine.runs.get(run.id)
    assert after.status is S.APPLIED
    assert [(a.by.person, a.by.proof) for a in after.approvals] == [
        ("suzuki@example.jp", "passkey"),
        ("tanaka@example.jp", "passkey"),
    ]
    assert after.requested_by.person == "sato@example.jp"


def test_one_person_is_one_approver_however_often_they_try(site: Site, browser: Browser):
    run = site.requested()
    with person(browser, site, SUZUKI, expected="409") as suzuki:
        enrol(suzuki, site, SUZUKI, "業務用ノート PC")
        for place, said in ((".note", "承認を記録しました"), ("#error", "approval_repeated")):
            decide(suzuki, site, run.id)
            suzuki.get_by_role("button", name="承認する", exact=True).click()
            expect(suzuki.locator(place)).to_contain_text(said)
    assert len(site.house.engine.runs.get(run.id).approvals) == 1


def test_a_person_without_a_passkey_signs_in_once_more_for_the_decision(
    site: Site, browser: Browser
):
    run = site.requested("network")
    with person(browser, site, TANAKA) as tanaka:
        decide(tanaka, site, run.id)
        tanaka.get_by_role("button", name="代わりに再サインインする").click()
        at_provider(tanaka, TANAKA)
        expect(tanaka.locator(".good-line").first).to_contain_text("この決定")
        tanaka.locator("#comment").fill("再サインインで確認")
        tanaka.get_by_role("button", name="承認する", exact=True).click()
        expect(tanaka.locator(".note")).to_contain_text("承認")
    after = site.house.engine.runs.get(run.id)
    assert after.status is S.APPROVED
    assert after.approvals[0].by.proof == "fresh_sign_in"


def test_a_person_adds_and_removes_passkeys_and_signs_out_everywhere(site: Site, browser: Browser):
    with person(browser, site, SUZUKI) as suzuki:
        enrol(suzuki, site, SUZUKI, "一つ目")
        # This device holds a passkey already; the next one is another device.
        devices = suzuki.context.new_cdp_session(suzuki)
        devices.send("WebAuthn.enable", {"enableUI": False})
        usb = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
        usb |= {"hasUserVerification": True, "isUserVerified": True, "hasResidentKey": True}
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": usb})
        suzuki.locator("#name").fill("二つ目")
        suzuki.locator("form[data-create] button").click()
        expect(suzuki.locator("table tbody tr")).to_have_count(2)
        suzuki.get_by_role("button", name="一つ目 を削除").click()
        expect(suzuki.locator("table tbody tr")).to_have_count(1)
        expect(suzuki.locator("table")).to_contain_text("二つ目")
        suzuki.get_by_role("button", name="すべてのブラウザーからサインアウト").click()
        expect(suzuki.locator("h1")).to_contain_text("サインアウトしました")
        suzuki.goto(site.base)
        expect(suzuki.locator("h1")).to_contain_text("サインイン")


def test_a_browser_without_the_persons_device_approves_nothing(site: Site, browser: Browser):
    run = site.requested("network")
    with person(browser, site, SUZUKI) as suzuki:
        enrol(suzuki, site, SUZUKI, "業務用ノート PC")
        stolen = suzuki.context.cookies()
        with opened(browser, "ja", expected="401") as thief:
            devices = thief.context.new_cdp_session(thief)
            devices.send("WebAuthn.enable", {"enableUI": False})
            thief.context.add_cookies(
                [{k: c[k] for k in ("name", "value", "domain", "path")} for c in stolen]  # pyright: ignore[reportArgumentType, reportTypedDictNotRequiredAccess]
            )
            decide(thief, site, run.id)
            thief.get_by_role("button", name="承認する", exact=True).click()
            expect(thief.locator("#passkey-state")).not_to_be_empty()
    assert site.house.engine.runs.get(run.id).approvals == ()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_where_people_sign_in_and_decide(
    site: Site, browser: Browser, language: str, scheme: str
):
    run = site.requested("network")
    with opened(browser, language, color_scheme=scheme) as page:
        page.goto(site.base)
        assert faults(page) == []
        page.goto(f"{site.base}/signed-out")
        assert faults(page) == []
    with person(browser, site, SUZUKI, language) as page:
        page.emulate_media(color_scheme=scheme)  # pyright: ignore[reportArgumentType]
        page.goto(f"{site.base}/passkeys")
        assert faults(page) == []
        decide(page, site, run.id)
        assert faults(page) == []
        enrol(page, site, SUZUKI, "phone")
        assert faults(page) == []
        decide(page, site, run.id)
        assert faults(page) == []
