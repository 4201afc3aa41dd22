"""The console as a person meets it: in Chromium, against a real server."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from sekisho.domain.actions import Action
from sekisho.domain.logs import LogLine
from sekisho.domain.plan_changes import ValueChange
from sekisho.domain.runs import RunStatus
from sekisho.web.plans import AT_ONCE
from tests.browser.conftest import opened
from tests.browser.servers import serving
from tests.faces.consoles import a_review, change, rich_reading, set_status
from tests.faces.house import House
from tests.fakes.clock import START

pytestmark = [pytest.mark.browser, pytest.mark.long]

S = RunStatus


def test_a_person_reviews_approves_and_applies(house: House, browser: Browser):
    run = house.planned()
    with serving(house) as base, opened(browser, expected="403 (Forbidden)") as page:
        page.goto(base)
        page.get_by_role("link", name=run.id).first.click()
        expect(page.get_by_role("status").first).to_have_text("Awaiting approval")
        page.get_by_role("button", name="Approve…").click()
        field = page.get_by_label("One-time code")
        expect(field).to_be_focused()
        field.fill("WRONG-123")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("code_wrong")
        code = house.step_up.shown[-1]
        page.get_by_label("One-time code").fill(f"{code[:4]}-{code[4:]}".lower())
        page.get_by_label("Comment").fill("looks right")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.locator(".note")).to_contain_text("Approved.")
        assert house.engine.runs.get(run.id).status is S.APPROVED
        page.get_by_role("button", name="Apply now").click()
        expect(page.locator("#status")).to_have_text("Apply queued")
        house.work()
        expect(page.locator("#status")).to_have_text("Applied")
        expect(page.locator("#main")).to_contain_text("the state was saved")
        expect(page.get_by_role("button", name="Apply now")).to_have_count(0)


def test_a_person_approves_and_applies_in_one_go_in_japanese(house: House, browser: Browser):
    run = house.planned()
    with serving(house) as base, opened(browser, "ja") as page:
        page.goto(f"{base}/runs/{run.id}")
        page.get_by_role("button", name="承認へ進む…").click()
        page.get_by_label("ワンタイムコード").fill(house.step_up.shown[-1])
        page.get_by_role("button", name="承認して適用する").click()
        expect(page.locator("#status")).to_have_text("適用待ち")
        house.work()
        expect(page.locator("#status")).to_have_text("適用済み")


def test_everything_works_without_scripts(house: House, browser: Browser):
    run = house.planned()
    with serving(house) as base, opened(browser, java_script_enabled=False) as page:
        page.goto(f"{base}/runs/{run.id}")
        page.get_by_role("button", name="Reject…").click()
        page.get_by_label("One-time code").fill(house.step_up.shown[-1])
        page.get_by_label("Reason (needed)").fill("not now")
        page.get_by_role("button", name="Reject", exact=True).click()
        expect(page.locator("#status")).to_have_text("Rejected")
        expect(page.locator("#main")).to_contain_text("not now")
        other = a_review(house, S.PLANNING, plan=None)
        page.goto(f"{base}/runs/{other.id}")
        set_status(house, other.id, S.ERRORED)
        expect(page.locator("#status")).to_have_text("Errored")


def test_the_log_and_the_status_follow_a_run_at_work(house: House, browser: Browser):
    run = a_review(house, S.APPLYING)
    evil = "<img src=x onerror=alert(1)>"
    with serving(house) as base, opened(browser) as page:
        page.goto(f"{base}/runs/{run.id}")
        expect(page.locator("#live-mark")).to_be_visible()
        page.evaluate("window.same = true")
        lines = [LogLine(START, "apply", "x", "error", f"step {n} {evil}") for n in range(700)]
        house.store.logs.append(run.id, lines)
        expect(page.locator("#log-lines li")).to_have_count(704)
        expect(page.locator("#log-lines")).to_contain_text(f"step 699 {evil}")
        assert page.locator("#log-lines img").count() == 0
        set_status(house, run.id, S.APPLIED)
        expect(page.locator("#status")).to_have_text("Applied")
        assert page.evaluate("window.same"), "the page was not loaded again"
        expect(page.locator("#live-mark")).to_be_hidden()
        expect(page.get_by_role("heading", name="Log")).to_be_visible()


def test_what_somebody_types_is_not_taken_away(house: House, browser: Browser):
    run = house.planned()
    with serving(house) as base, opened(browser) as page:
        page.goto(f"{base}/runs/{run.id}")
        page.get_by_role("button", name="Approve…").click()
        page.get_by_label("Comment").fill("half a sentence")
        page.get_by_label("Comment").blur()
        set_status(house, run.id, S.AWAITING_APPROVAL, message="changed meanwhile")
        page.wait_for_timeout(6_000)
        expect(page.get_by_label("Comment")).to_have_value("half a sentence")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_decides_is_on_the_screen_without_scrolling(
    house: House, browser: Browser, language: str
):
    run = a_review(house)
    with serving(house) as base, opened(browser, language) as page:
        page.goto(f"{base}/runs/{run.id}")
        for part in (".facts", ".verdict", ".code-runs", ".danger", ".tiles", ".decision"):
            assert _bottom(page, part) < 900, part
        assert _bottom(page, ".danger") < _bottom(page, ".tiles") < _bottom(page, "details.change")
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, "nothing reaches over the edge"


def test_a_large_plan_stays_usable_and_folds(house: House, browser: Browser):
    many = tuple(
        change(f"module.a.aws_db_instance.n{i}", Action.DELETE, ValueChange("name", f"n{i}"))
        for i in range(300)
    )
    run = a_review(house, reading=rich_reading(many))
    with serving(house) as base, opened(browser) as page:
        page.goto(f"{base}/runs/{run.id}")
        assert _bottom(page, ".tiles") < 900, "many dangers scroll in a box of their own"
        page.get_by_role("button", name="Open all").click()
        assert page.locator("#change-list > details.change[open]").count() == AT_ONCE
        page.get_by_role("button", name="Close all").click()
        assert page.locator("details.change[open]").count() == 0


def test_small_screens_and_keyboards_get_everything(house: House, browser: Browser):
    run = a_review(house)
    with serving(house) as base, opened(browser) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{base}/runs/{run.id}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def _bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box, selector
    return box["y"] + box["height"]
