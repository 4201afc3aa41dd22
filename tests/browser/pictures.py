"""Takes the pictures in docs/images again: `.venv/bin/python -m tests.browser.pictures`.

Needs Japanese fonts: apt-get install fonts-noto-cjk.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from sekisho.domain.targets import Target
from sekisho.domain.workspaces import Workspace
from tests.browser.conftest import chromium, opened
from tests.browser.palettes import small
from tests.browser.servers import serving
from tests.browser.two_persons import a_site, decide, enrol, person
from tests.faces.consoles import a_review
from tests.faces.house import build
from tests.faces.review_plans import THREE
from tests.faces.test_console import declare
from tests.fakes.clock import START

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
MESSAGES = {
    "en": "Move the private subnets behind the transit gateway; upgrade the orders database.",
    "ja": "プライベートサブネットを Transit Gateway 配下へ移行し、受注 DB を更新します。",
}
DEVICES = {"en": "Work laptop", "ja": "業務用ノート PC"}
NAMES = {"stateful": "review", "equal": "review-equal", "small": "review-small"}
LARGEST = 130_000


def main() -> None:
    """Take the review page of three plans, the full diff, the graph, the evidence, signing in."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        people(browser)
        house = build(Path(folder))
        target = Target("spoke", "222222222222", "ap-northeast-1")
        declare(house, Workspace("network-prod", labels={"env": "prod"}, target=target))
        for language, message in MESSAGES.items():
            for plan, name in NAMES.items():
                run = a_review(
                    house, workspace="network-prod", message=message, reading=THREE[plan]()
                )
                with serving(house) as base, opened(browser, language) as page:
                    page.clock.set_fixed_time(START)
                    page.goto(f"{base}/runs/{run.id}")
                    _take(page, f"{name}-{language}")
                    if plan == "stateful":
                        _parts(page, language, f"{base}/runs/{run.id}")


def people(browser: Browser) -> None:
    """Take the pictures of signing in, passkeys, and a decision that takes one."""
    for language in MESSAGES:
        with tempfile.TemporaryDirectory() as folder, a_site(Path(folder)) as site:
            run = site.requested()
            with opened(browser, language) as page:
                page.goto(site.base)
                _take(page, f"sign-in-{language}", "main")
            with person(browser, site, "0002", language) as page:
                enrol(page, site, "0002", DEVICES[language])
                _take(page, f"passkeys-{language}", "main")
                decide(page, site, run.id)
                _take(page, f"decision-{language}", ".side")


def _parts(page: Page, language: str, address: str) -> None:
    _take(page, f"graph-{language}", "section:has(> #graph)")
    page.goto(f"{address}?q=launch#changes")
    page.locator("#change-list summary").first.click()
    _take(page, f"diff-{language}", "#change-list")
    page.goto(f"{address}/evidence")
    _take(page, f"evidence-{language}")


def _take(page: Page, name: str, part: str = "") -> None:
    picture = FOLDER / f"{name}.png"
    taken = page.locator(part).screenshot() if part else page.screenshot()
    picture.write_bytes(small(taken))
    assert picture.stat().st_size < LARGEST, picture


if __name__ == "__main__":
    main()
