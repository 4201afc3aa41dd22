"""The review inside an IDE: a host shows the app beside plan_get, read only, as MCP Apps says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from mcp import Client
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from playwright.sync_api import Browser, FrameLocator, Page, expect

from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.review_app import REVIEW_URI
from sekisho.mcp_server.server import build_server
from tests.browser.conftest import opened
from tests.faces.consoles import a_review
from tests.faces.house import CONSOLE, House

pytestmark = [pytest.mark.browser, pytest.mark.long]

T = TypeVar("T")

HOST = """
<!doctype html><title>host</title>
<iframe id="app" sandbox="allow-scripts" width="800" height="800"></iframe>
<script>
window.heard = [];
window.addEventListener("message", (event) => {
  const frame = document.getElementById("app").contentWindow;
  if (event.source !== frame) return;
  const message = event.data;
  window.heard.push(message);
  const answer = (result) => frame.postMessage({jsonrpc: "2.0", id: message.id, result}, "*");
  if (message.method === "ui/initialize")
    answer({protocolVersion: "2026-01-26", hostInfo: {name: "host", version: "1"},
            hostCapabilities: {openLinks: {}}, hostContext: window.context});
  else if (message.method === "ui/notifications/initialized")
    frame.postMessage({jsonrpc: "2.0", method: "ui/notifications/tool-result",
                       params: window.result}, "*");
  else if (message.id !== undefined) answer({});
});
</script>
"""
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'none'\">"
)
"""What a host lays over an app that asks for no domains."""


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run something asynchronous on a thread of its own: Playwright has a loop on this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result(timeout=60)


def asked(house: House, run_id: str) -> tuple[str, dict[str, Any]]:
    """Ask as a host does: the tool names the page, the page is read, the tool is called."""

    async def ask() -> tuple[str, dict[str, Any]]:
        server = build_server(house.engine, FaceOptions(version="1.2.3", base_url=CONSOLE))
        async with Client(server) as client:
            (tool,) = [t for t in (await client.list_tools()).tools if t.name == "plan_get"]
            assert (tool.meta or {})["ui"] == {"resourceUri": REVIEW_URI}
            page = (await client.read_resource(REVIEW_URI)).contents[0]
            assert page.mime_type == APP_MIME_TYPE
            result = await client.call_tool("plan_get", {"run_id": run_id})
            return page.text, result.model_dump(mode="json", by_alias=True)  # pyright: ignore[reportAttributeAccessIssue]

    return apart(ask())


def shown(page: Page, html: str, result: dict[str, Any], **context: Any) -> FrameLocator:
    """Let a host show the app with a result."""
    page.set_content(HOST)
    page.evaluate("([c, r]) => { window.context = c; window.result = r; }", [context, result])
    dressed = html.replace("<head>", f"<head>{POLICY}", 1)
    page.evaluate("h => { document.getElementById('app').srcdoc = h; }", dressed)
    return page.frame_locator("#app")


@pytest.mark.parametrize(
    ("locale", "title", "button"),
    [
        ("en-US", "Plan of network", "Open the review page to decide"),
        ("ja-JP", "計画: network", "レビューページを開いて判断する"),
    ],
)
def test_a_host_shows_the_review_and_opens_the_page_where_a_person_decides(
    browser: Browser, house: House, locale: str, title: str, button: str
):
    run = a_review(house)
    html, result = asked(house, run.id)
    with opened(browser) as page:
        app = shown(page, html, result, locale=locale, theme="dark")
        expect(app.locator("h1")).to_have_text(title)
        text = app.locator("main").inner_text()
        plan = result["structuredContent"]
        assert plan["summary"] in text
        assert "aws_db_instance.orders" in text
        assert plan["unmet"][0]["text"] in text
        app.get_by_role("button", name=button).click()
        page.wait_for_function("window.heard.some(m => m.method === 'ui/open-link')")
        links = page.evaluate("window.heard.filter(m => m.method === 'ui/open-link')")
        assert [m["params"] for m in links] == [{"url": f"{CONSOLE}/runs/{run.id}"}]
        page.wait_for_function(
            "window.heard.some(m => m.method === 'ui/notifications/size-changed')"
        )
        kinds = set(page.evaluate("window.heard.map(m => m.method)"))
        assert kinds == {
            "ui/initialize",
            "ui/notifications/initialized",
            "ui/notifications/size-changed",
            "ui/open-link",
        }


def test_hostile_text_stays_text_and_what_is_no_plan_is_said(browser: Browser, house: House):
    html, result = asked(house, a_review(house).id)
    evil = "</script><img src=x onerror=alert(1)><b>bold</b>"
    plan = json.loads(json.dumps(result["structuredContent"]).replace("network", "net"))
    plan |= {"alarms": [evil], "workspace": evil, "summary": evil, "code_that_runs": [evil]}
    plan["changes"] = [{"ref": "#0", "action": evil, "address": evil, "risk": evil, "why": evil}]
    with opened(browser) as page:
        app = shown(page, html, {"structuredContent": plan}, locale="en")
        expect(app.locator("p.alarm")).to_have_text(evil)
        assert app.locator("img, b, script ~ script").count() == 0
        empty = shown(page, html, {"isError": True, "content": []}, locale="en")
        expect(empty.locator("main")).to_have_text("This answer holds no plan.")


def test_the_app_is_advertised_and_left_out_where_the_tool_is(house: House):
    from sekisho.mcp_server.selection import Selection

    async def advertised(**options: Any) -> tuple[bool, bool]:
        server = build_server(house.engine, FaceOptions(version="1", base_url=CONSOLE, **options))
        async with Client(server) as client:
            uris = [str(r.uri) for r in (await client.list_resources()).resources]
            extensions = client.server_capabilities.extensions or {}
            return REVIEW_URI in uris, EXTENSION_ID in extensions

    assert apart(advertised()) == (True, True)
    without = Selection(exclude=("plan_get",))
    assert apart(advertised(selection=without)) == (False, False)
