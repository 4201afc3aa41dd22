"""A console that people sign in at, over a server in memory, and what people do there."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from starlette.testclient import TestClient

from sekisho.domain.identities import ClaimNames, OidcProvider
from sekisho.domain.rules import Require, Rule
from sekisho.domain.workspaces import Workspace
from sekisho.engine.parts import Entrance
from sekisho.engine.step_ups import PeopleStepUp
from sekisho.identity.code_flow import CodeFlow
from sekisho.identity.oidc import Provider
from sekisho.identity.passkeys import WebAuthn
from tests.faces.consoles import app_of
from tests.faces.house import House, build
from tests.faces.html_pages import Html
from tests.fakes.authenticator import Authenticator
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.stores import memory_store
from tests.identity.people_provider import CLIENT, SECRET, PeopleProvider

ORIGIN = "https://sekisho.example"
PEOPLE = {
    "0001": {"preferred_username": "sato@example.jp", "groups": ["infra"]},
    "0002": {"preferred_username": "suzuki@example.jp", "groups": ["infra-leads"]},
    "0003": {"preferred_username": "tanaka@example.jp", "groups": ["infra-leads"]},
}


def entrance_of(provider: PeopleProvider, base: str, clock: Any) -> Entrance:
    """Make the entrance of a console at `base`, as the wiring does."""
    config = OidcProvider(
        provider.url,
        audiences=("sekisho",),
        client_id=CLIENT,
        client_secret=SECRET,
        claims=ClaimNames(),
    )
    flow = CodeFlow(Provider(config, clock), base, clock)
    return Entrance(WebAuthn(base), flow)


def a_house(folder: Path, provider: PeopleProvider, base: str = ORIGIN, **more: Any) -> House:
    """Build a server whose console people sign in at; two of them must approve in `two`."""
    clock = more.pop("clock", None) or FakeClock()
    provider.now = clock.now
    provider.people.update(PEOPLE)
    store, ids = memory_store(), FakeIds()
    entrance = more.pop("entrance", None) or entrance_of(provider, base, clock)
    signs_in = entrance.sign_in is not None
    steps = PeopleStepUp(store, entrance.authenticators, clock, ids, signs_in=signs_in)
    parts = {"store": store, "clock": clock, "ids": ids, "step_up": steps, "entrance": entrance}
    house = build(folder, open_=False, console=base, **parts, **more)
    house = dataclasses.replace(house, store=store, clock=clock)
    known: Any = house.parts.catalog
    known._known["two"] = Workspace("two", rules=(Rule("two", Require(approvals=2)),))
    return house


class Browser:
    """A person's browser: cookies of its own, and the authenticator of who sits there."""

    def __init__(self, client: TestClient, provider: PeopleProvider, base: str) -> None:
        self.client = client
        self.provider = provider
        self.base = base
        self.device = Authenticator(base)
        self._http = httpx2.Client(follow_redirects=False, timeout=10)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, **fields: str) -> Any:
        """Send a form of our own page."""
        headers = {"sec-fetch-site": "same-origin", "origin": self.base}
        return self.client.post(path, data=fields, headers=headers)

    def at_provider(self, address: str, subject: str) -> str:
        """Be the person at the provider; return where the browser is sent back to."""
        answer = self._http.get(address)
        if answer.status_code == 200:
            answer = self._http.post(address, data={"subject": subject})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def back(self, location: str) -> Any:
        """Come back from the provider: from another site, by a redirect."""
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}" == self.base
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        return self.client.get(f"{parts.path}?{parts.query}", headers=headers)

    def sign_in(self, subject: str, to: str = "/") -> Any:
        """Sign in, from the first page to the last."""
        start = self.client.get("/sign-in/start", params={"to": to})
        assert start.status_code == 303, start.text
        answer = self.back(self.at_provider(start.headers["location"], subject))
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == to
        return answer

    def enrol(self, house: House, person: str) -> None:
        """Enrol the device as the first passkey, with a code of the host's."""
        code = house.engine.passkeys.enrol(person)
        options = self.post("/passkeys/creation").text
        answer = self.post("/passkeys", name="phone", code=code, answer=self.device.create(options))
        assert answer.status_code == 303, answer.text

    def proof(self, run_id: str, seal: str, decision: str = "approve", **client: Any) -> str:
        """Have the device answer for a decision."""
        asked = self.post(f"/runs/{run_id}/challenge", decision=decision, seal=seal)
        assert asked.status_code == 200, asked.text
        return self.device.get(asked.text, **client)

    def seal(self, run_id: str) -> str:
        page = Html(self.client.get(f"/runs/{run_id}?decide=approve").text)
        return page.all("input", name="seal")[0]["value"]

    def fresh(self, run_id: str, subject: str, decision: str = "approve") -> Any:
        """Sign in once more for a decision; return the page that comes of it."""
        left = self.post(f"/runs/{run_id}/fresh", decision=decision, seal=self.seal(run_id))
        assert left.status_code == 200, left.text
        found = re.search(r'content="0; url=([^"]+)"', left.text)
        assert found
        address = self.client.get(found[1]).headers["location"]
        assert parse_qs(urlsplit(address).query)["prompt"] == ["login"]
        return self.back(self.at_provider(address, subject))


@contextlib.contextmanager
def browsing(
    house: House, provider: PeopleProvider, base: str = ORIGIN, language: str = "en"
) -> Iterator[Browser]:
    """Open a browser that nobody has used yet."""
    app = app_of(house, base, allowed_hosts=())
    headers = {"accept-language": language}
    with TestClient(app, base_url=base, headers=headers, follow_redirects=False) as client:
        browser = Browser(client, provider, base)
        try:
            yield browser
        finally:
            browser._http.close()
