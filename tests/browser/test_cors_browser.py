"""A page of another origin calls /mcp from Chromium, as each CORS mode promises."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sekisho.edge.options import Pace
from sekisho.mcp_server.tools import TOOLS
from tests.faces.house import House
from tests.faces.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.long]

CALLING = """
async ({url, token}) => {
  const headers = {"Content-Type": "application/json",
                   "Accept": "application/json, text/event-stream",
                   "Mcp-Protocol-Version": "2025-06-18", "X-Request-Id": "from-the-page"};
  if (token) headers["Authorization"] = "Bearer " + token;
  const ask = async (method, params) => {
    const body = JSON.stringify({jsonrpc: "2.0", id: 1, method, params});
    const answer = await fetch(url, {method: "POST", headers, body});
    const text = await answer.text();
    const line = text.split(/\\r?\\n/).find(row => row.startsWith("data: "));
    return {status: answer.status, id: answer.headers.get("x-request-id"),
            again: answer.headers.get("retry-after"), who: answer.headers.get("www-authenticate"),
            body: JSON.parse(line ? line.slice(6) : text)};
  };
  try {
    const first = await ask("tools/list", {});
    const code = error => error?.data?.["sekisho/error"].code ?? error?.code;
    if (first.status !== 200) return {...first, code: code(first.body.error)};
    const called = await ask("tools/call", {name: "caller_get", arguments: {}});
    return {status: called.status, id: called.id, tools: first.body.result.tools.length,
            again: called.again, code: code(called.body.error),
            person: called.body.result?.structuredContent.caller.person};
  } catch (error) {
    return {blocked: error instanceof TypeError};
  }
}
"""


NOBODY = "/sandboxed"
"""A page here has the origin null."""


class Empty(BaseHTTPRequestHandler):
    """A site that has one page, with nothing on it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", "0")
        if self.path == NOBODY:
            self.send_header("Content-Security-Policy", "sandbox allow-scripts")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        pass


@contextmanager
def another_site() -> Iterator[str]:
    """Serve a page of an origin that is not Sekisho's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}"
        finally:
            site.shutdown()
            thread.join(10)


@contextmanager
def page_of(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page; what Chromium complains of is judged by what its script sees."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    try:
        page.goto(address)
        assert page.evaluate("self.origin") == ("null" if NOBODY in address else origin(address))
        yield page
    finally:
        context.close()


def origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


def calling(page: Page, url: str, token: str = "") -> dict[str, Any]:
    return page.evaluate(CALLING, {"url": f"{url}/mcp", "token": token})


SEEN = {"status": 200, "id": "from-the-page", "tools": len(TOOLS), "again": None, "code": None}
BLOCKED = {"blocked": True}


def test_strict_blocks_a_page_of_another_origin(house: House, browser: Browser):
    with another_site() as site, serving(house) as url, page_of(browser, site) as page:
        for token in ("", house.token()):
            assert calling(page, url, token) == BLOCKED


def test_strict_lets_our_own_pages_list_and_call(house: House, browser: Browser):
    with serving(house) as url, page_of(browser, f"{url}/health") as page:
        assert calling(page, url) == {**SEEN, "person": "loopback"}


def test_strict_lets_a_page_of_an_allowed_origin_list_and_call(house: House, browser: Browser):
    with (
        another_site() as site,
        serving(house, origins=(site,)) as url,
        page_of(browser, site) as page,
    ):
        assert calling(page, url) == {**SEEN, "person": "loopback"}
        assert calling(page, url, house.token()) == {**SEEN, "person": "sato@example.jp"}
        wrong = calling(page, url, "wrong")
        assert (wrong["status"], wrong["code"]) == (401, "credential_invalid")
        assert (wrong["who"], wrong["id"]) == ("Bearer", "from-the-page")


def test_development_lets_a_page_of_this_machine_in_and_no_other(house: House, browser: Browser):
    with another_site() as site, serving(house, cors_mode="development") as url:
        with page_of(browser, site) as page:
            assert calling(page, url) == {**SEEN, "person": "loopback"}
        with page_of(browser, site + NOBODY) as page:
            assert calling(page, url, house.token()) == BLOCKED


def test_disabled_lets_any_page_in_with_a_credential_alone(house: House, browser: Browser):
    with another_site() as site, serving(house, cors_mode="disabled") as url:
        for address in (site, site + NOBODY):
            with page_of(browser, address) as page:
                nobody = calling(page, url)
                assert (nobody["status"], nobody["code"]) == (401, "credential_needed")
                somebody = calling(page, url, house.token())
                assert somebody == {**SEEN, "person": "sato@example.jp"}


def test_a_page_reads_when_it_may_go_on(house: House, browser: Browser):
    edge: dict[str, Any] = {"rate_caller": Pace(0.1, 2)}
    with (
        another_site() as site,
        serving(house, origins=(site,), **edge) as url,
        page_of(browser, site) as page,
    ):
        assert calling(page, url)["status"] == 200
        late = calling(page, url)
        assert (late["status"], late["code"], late["again"]) == (429, "rate_limited", "10")
