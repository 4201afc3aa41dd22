"""The review page in Chromium: what decides is on one screen, and nobody is left out."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from sekisho.domain.logs import LogLine
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.scans import Severity
from sekisho.domain.targets import Target
from sekisho.domain.workspaces import Workspace
from tests.browser.axes import faults
from tests.browser.conftest import opened
from tests.browser.servers import serving
from tests.faces.consoles import a_review, set_status
from tests.faces.house import House
from tests.faces.review_plans import THREE, alike, lost
from tests.faces.scanned import a_finding, scanned
from tests.faces.test_console import declare
from tests.fakes.clock import START

pytestmark = [pytest.mark.browser, pytest.mark.long]

S = RunStatus
LANGUAGES = pytest.mark.parametrize("language", ["en", "ja"])
ONE_SCREEN = {**THREE, "alike": alike}
PLANS = pytest.mark.parametrize("plan", list(THREE))
WORKSPACE = "network-prod"


def declared(house: House) -> None:
    target = Target("spoke", "222222222222", "ap-northeast-1")
    declare(house, Workspace(WORKSPACE, labels={"env": "prod"}, target=target))


def reviewed(house: House, plan: str, status: RunStatus = S.AWAITING_APPROVAL) -> Run:
    declared(house)
    return a_review(house, status, workspace=WORKSPACE, reading=ONE_SCREEN[plan]())


def bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box, selector
    return box["y"] + box["height"]


@LANGUAGES
@pytest.mark.parametrize("plan", list(ONE_SCREEN))
def test_what_decides_is_on_one_screen(house: House, browser: Browser, plan: str, language: str):
    run = reviewed(house, plan)
    with serving(house) as base, opened(browser, language) as page:
        page.goto(f"{base}/runs/{run.id}")
        order = [".run-head", ".facts", ".verdict", ".unmet li", ".danger", ".tally", ".sections"]
        assert bottom(page, ".decision") < 900
        for part in order:
            assert bottom(page, part) < 900, part
        for part in page.locator(".verdict li, .dangers > li, .tiles li").all():
            box = part.bounding_box()
            assert box
            assert box["y"] + box["height"] < 900
            assert part.is_visible()
        boxes = page.locator(".dangers, .few")
        for n in range(boxes.count()):
            hidden = boxes.nth(n).evaluate("e => e.scrollHeight - e.clientHeight")
            assert hidden <= 1, "no box hides anything of these plans"
        if plan == "alike":
            assert page.locator(".dangers .hit .address:visible").count() == 5
        if plan == "equal":
            assert bottom(page, ".group") < 900
            expect(page.locator(".group summary").first).to_contain_text("150 × aws_instance")
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, "nothing reaches over the edge"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@LANGUAGES
@PLANS
def test_axe_finds_nothing_grave_on_the_review(
    house: House, browser: Browser, plan: str, language: str, scheme: str
):
    run = reviewed(house, plan)
    with serving(house) as base, opened(browser, language, color_scheme=scheme) as page:
        page.goto(f"{base}/runs/{run.id}")
        assert faults(page) == []
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert faults(page) == [], "with everything open"
        if plan != "stateful":
            return
        page.goto(f"{base}/runs/{run.id}?decide=approve")
        assert faults(page) == [], "where a person decides"
        page.goto(f"{base}/runs/{run.id}/evidence")
        assert faults(page) == [], "the evidence"
        page.goto(f"{base}/")
        assert faults(page) == [], "the list of runs"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@LANGUAGES
def test_axe_finds_nothing_grave_in_what_a_scan_found(
    house: House, browser: Browser, language: str, scheme: str
):
    today = house.clock.now().date()
    findings = [a_finding(f"CKV_{s}", severity=s) for s in Severity]
    findings += [a_finding("CKV_HELD", suppressed="既知の指摘", until=today)]
    findings += [a_finding("CKV_SKIP", "module.長い名前." * 9 + "a_b.c", skip="later", keys=())]
    run = scanned(house, reviewed(house, "stateful"), *findings)
    with serving(house) as base, opened(browser, language, color_scheme=scheme) as page:
        page.goto(f"{base}/runs/{run.id}")
        page.locator('a[href="#scan"]').click()
        expect(page.locator("#scan")).to_be_in_viewport()
        rows = page.locator("section:has(> .head > #scan) li")
        assert rows.count() == len(findings)
        assert bottom(page, ".alarm") < 400, "what is critical is told before everything else"
        assert faults(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, "nothing reaches over the edge"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_where_something_is_wrong(
    house: House, browser: Browser, scheme: str
):
    declared(house)
    run = a_review(house, workspace=WORKSPACE, reading=lost())
    with (
        serving(house) as base,
        opened(browser, expected="400 (Bad Request)", color_scheme=scheme) as page,
    ):
        page.goto(f"{base}/runs/{run.id}?with=run_nowhere&q=nothing&log_q=nothing")
        expect(page.locator("#alarm")).to_be_visible()
        assert bottom(page, ".alarm") < 400, "an alarm comes before everything else"
        assert faults(page) == []
        page.goto(f"{base}/runs/{run.id}?decide=approve")
        page.locator("#code-field").fill("ABCD-EFGH")
        page.locator("#typed").fill("something else")
        page.get_by_label("Comment").fill("looked at it")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.locator("#typed-error")).to_be_visible()
        expect(page.locator("#typed")).to_be_focused()
        expect(page.locator("#code-field")).to_have_value("ABCD-EFGH")
        expect(page.get_by_label("Comment")).to_have_value("looked at it")
        assert faults(page) == []


@LANGUAGES
def test_a_plan_that_alarms_is_approved_with_the_workspaces_name(
    house: House, browser: Browser, language: str
):
    words = {"en": ("Approve…", "Approve"), "ja": ("承認へ進む…", "承認する")}[language]
    declared(house)
    run = a_review(house, workspace=WORKSPACE, reading=lost())
    with serving(house) as base, opened(browser, language) as page:
        page.goto(f"{base}/runs/{run.id}")
        page.get_by_role("button", name=words[0]).click()
        page.locator("#typed").fill(WORKSPACE)
        page.locator("#code-field").fill(house.step_up.shown[-1])
        page.get_by_role("button", name=words[1], exact=True).click()
        expect(page.locator(".note").first).to_be_visible()
        assert house.engine.runs.get(run.id).status is S.APPROVED


@LANGUAGES
@PLANS
def test_each_plan_is_approved_and_rejected(
    house: House, browser: Browser, plan: str, language: str
):
    words = {
        "en": ("Approve…", "Approve", "Reject…", "Reject"),
        "ja": ("承認へ進む…", "承認する", "却下へ進む…", "却下する"),
    }[language]
    yes, no = reviewed(house, plan), reviewed(house, plan)
    with serving(house) as base, opened(browser, language) as page:
        page.goto(f"{base}/runs/{yes.id}")
        page.get_by_role("button", name=words[0]).click()
        page.locator("#code-field").fill(house.step_up.shown[-1])
        page.get_by_role("button", name=words[1], exact=True).click()
        expect(page.locator("#status .badge")).to_have_class(re.compile("good"))
        assert house.engine.runs.get(yes.id).status is S.APPROVED
        page.goto(f"{base}/runs/{no.id}")
        page.get_by_role("button", name=words[2]).click()
        page.locator("#code-field").fill(house.step_up.shown[-1])
        page.locator("#reason").fill("次の保守時間帯に")
        page.get_by_role("button", name=words[3], exact=True).click()
        expect(page.locator(".outcome")).to_contain_text("次の保守時間帯に")
        assert house.engine.runs.get(no.id).status is S.REJECTED


def test_keys_walk_open_and_search_and_rest_while_somebody_types(house: House, browser: Browser):
    run = reviewed(house, "stateful")
    with serving(house) as base, opened(browser) as page:
        page.goto(f"{base}/runs/{run.id}")
        summaries = page.locator("#change-list > details > summary")
        page.keyboard.press("j")
        expect(summaries.nth(0)).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(summaries.nth(0)).to_be_focused()
        page.keyboard.press("o")
        assert page.locator("#change-list > details[open]").count() == 1
        page.keyboard.press("Enter")
        assert page.locator("#change-list > details[open]").count() == 0
        page.keyboard.press("e")
        opened_now = page.locator("#change-list > details[open]").count()
        assert opened_now == summaries.count()
        page.keyboard.press("c")
        assert page.locator("#change-list > details[open]").count() == 0
        page.keyboard.press("/")
        field = page.locator("#filter-q")
        expect(field).to_be_focused()
        page.keyboard.type("jko?")
        expect(field).to_have_value("jko?")
        expect(page.locator("#filter-state")).to_have_text("Nothing matches.")
        field.fill("bastion")
        expect(page.locator("#change-list > details:visible")).to_have_count(1)
        expect(page.locator("#filter-state")).to_contain_text("1 of")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"\?q=bastion.*#changes$"))
        expect(page.locator("#change-list > details")).to_have_count(1)
        page.locator(".tally").click()
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert faults(page) == []
        dialog.get_by_role("checkbox").uncheck()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        page.keyboard.press("j")
        expect(page.locator("#change-list > details > summary").first).not_to_be_focused()


def test_everything_is_there_without_scripts(house: House, browser: Browser):
    run = reviewed(house, "stateful")
    with serving(house) as base, opened(browser, java_script_enabled=False) as page:
        page.goto(f"{base}/runs/{run.id}")
        page.locator("#filter-action").select_option("delete")
        page.locator(".changes-filter button").click()
        expect(page.locator("#change-list > details")).to_have_count(2)
        page.locator("#change-list summary").first.click()
        expect(page.locator("#change-list details[open] .body").first).to_be_visible()
        page.goto(f"{base}/runs/{run.id}?q=launch_template")
        page.locator("#change-list summary").first.click()
        one, two = page.locator(".lines.one").first, page.locator(".lines.two").first
        expect(one).to_be_visible()
        expect(two).to_be_hidden()
        page.locator(".beside summary").first.click()
        expect(two).to_be_visible()
        expect(one).to_be_hidden()
        page.locator("#log-level").select_option("warn")
        page.locator("#log-filter button").click()
        expect(page.locator("#log-lines li")).to_have_count(1)


def test_the_log_is_filtered_while_it_is_followed(house: House, browser: Browser):
    run = reviewed(house, "small", S.APPLYING)
    with serving(house) as base, opened(browser) as page:
        page.goto(f"{base}/runs/{run.id}")
        page.locator("#log-phase").select_option("apply")
        expect(page.locator("#log-lines li:visible")).to_have_count(0)
        expect(page.locator("#log-none")).to_be_visible()
        lines = [LogLine(START, "apply", "x", "info", f"step {n}") for n in range(30)]
        lines.append(LogLine(START, "apply", "x", "error", "step back"))
        house.store.logs.append(run.id, lines)
        expect(page.locator("#log-lines li:visible")).to_have_count(31)
        page.locator("#log-level").select_option("error")
        expect(page.locator("#log-lines li:visible")).to_have_count(1)
        page.locator("#log-level").select_option("")
        page.locator("#log-q").fill("step 7")
        expect(page.locator("#log-lines li:visible")).to_have_text(re.compile("step 7"))


def test_what_was_opened_stays_open_when_the_run_moves_on(house: House, browser: Browser):
    run = reviewed(house, "stateful", S.APPLYING)
    with serving(house) as base, opened(browser) as page:
        page.goto(f"{base}/runs/{run.id}")
        page.locator("#change-list > details > summary").nth(3).click()
        set_status(house, run.id, S.APPLIED)
        expect(page.locator("#status")).to_have_text("Applied")
        expect(page.locator("#change-list > details").nth(3)).to_have_attribute("open", "")
        expect(page.locator("#announce")).to_have_text("Applied")
        page.get_by_role("button", name="Open all").click()
        assert page.locator("#change-list > details:not([open])").count() == 0


@LANGUAGES
def test_the_evidence_prints_black_on_white_without_navigation(
    house: House, browser: Browser, language: str
):
    run = reviewed(house, "stateful")
    assert run.plan
    with serving(house) as base, opened(browser, language, color_scheme="dark") as page:
        page.goto(f"{base}/runs/{run.id}/evidence")
        expect(page.locator("article")).to_contain_text(run.plan.seal.seal.digest)
        page.emulate_media(media="print", color_scheme="dark")
        for part in (".bar", ".foot", ".skip"):
            expect(page.locator(part)).to_be_hidden()
        ink, ground = page.evaluate(
            "[getComputedStyle(document.querySelector('article')).color,"
            " getComputedStyle(document.body).backgroundColor]"
        )
        assert (ink, ground) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
        assert page.pdf(format="A4").startswith(b"%PDF")
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide


def test_headings_come_in_order_and_everything_is_in_a_landmark(house: House, browser: Browser):
    run = reviewed(house, "stateful")
    with serving(house) as base, opened(browser, reduced_motion="reduce") as page:
        for path in ("", "/evidence", "?decide=reject"):
            page.goto(f"{base}/runs/{run.id}{path}")
            levels: list[int] = page.evaluate(
                "[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1])"
            )
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), levels
            assert (
                page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
            )
