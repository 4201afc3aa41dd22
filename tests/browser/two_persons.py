"""A console that people sign in at, served for Chromium, and what a person does there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, Page, expect

from sekisho.domain.runs import Run
from tests.browser.conftest import opened
from tests.faces.house import ONE, House
from tests.faces.serving import listening, serving, whole_app
from tests.faces.signing_in import PEOPLE, a_house
from tests.fakes.clock import START
from tests.identity.people_provider import PeopleProvider, people_provider

TOUCH_ID = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A laptop's own authenticator, whose owner always touches it."""


@dataclasses.dataclass(frozen=True)
class Site:
    """A running console, the provider before it, and the server behind it."""

    base: str
    house: House
    provider: PeopleProvider

    def requested(self, workspace: str = "two") -> Run:
        """Have sato's agent plan, with sato's key."""
        key = self.house.token("sato@example.jp")
        order = {"workspace": workspace, "files": {"main.tf": ONE}}
        headers = {"authorization": f"Bearer {key}", "user-agent": "Kiro 0.9 (agent)"}
        answer = httpx2.post(f"{self.base}/api/v1/runs", json=order, headers=headers, timeout=20)
        run_id = answer.raise_for_status().json()["id"]
        self.house.work()
        return self.house.engine.runs.get(run_id)


@contextmanager
def a_site(folder: Path) -> Iterator[Site]:
    """Serve every face; passkeys want a host that has a name, so it is `localhost`."""
    listener = listening()
    base = f"http://localhost:{listener.getsockname()[1]}"
    with people_provider(lambda: START) as provider:
        house = a_house(folder, provider, base)
        with serving(house, make=whole_app, listener=listener, base_url=base):
            yield Site(base, house, provider)


@contextmanager
def person(
    browser: Browser, site: Site, subject: str, language: str = "ja", expected: str = ""
) -> Iterator[Page]:
    """Open a browser of one's own, with an authenticator of one's own, and sign in."""
    with opened(browser, language, expected=expected) as page:
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable", {"enableUI": False})
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": TOUCH_ID})
        page.clock.set_fixed_time(START)
        page.goto(site.base)
        page.locator("a.primary").click()
        at_provider(page, subject)
        name = PEOPLE[subject]["preferred_username"]
        expect(page.locator("header .me")).to_contain_text(str(name))
        yield page


def at_provider(page: Page, subject: str) -> None:
    """Be the person at the provider's page."""
    page.get_by_label("Name").fill(subject)
    page.get_by_role("button", name="Sign in").click()


def enrol(page: Page, site: Site, subject: str, name: str) -> None:
    """Enrol the first passkey, with a code of the host's."""
    code = site.house.engine.passkeys.enrol(str(PEOPLE[subject]["preferred_username"]))
    page.goto(f"{site.base}/passkeys")
    page.locator("#name").fill(name)
    page.locator("#code-field").fill(code)
    page.locator("form[data-create] button").click()
    expect(page.locator(".note")).to_be_visible()
    expect(page.locator("table")).to_contain_text(name)


def decide(page: Page, site: Site, run_id: str, comment: str = "") -> None:
    """Open the decision on the review page."""
    page.goto(f"{site.base}/runs/{run_id}")
    page.locator("#decision a.primary").click()
    if comment:
        page.locator("#comment").fill(comment)
