"""The picture of what changes as Chromium draws it, under the console's own policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from sekisho.domain.plan_graphs import GraphNode, graph_of, layout
from sekisho.domain.text import Language
from sekisho.web.asset_files import assets
from sekisho.web.graphs import figure_of
from sekisho.web.guard import HEADERS
from tests.browser.conftest import opened
from tests.fakes.plan_graphs import five, hundreds, sixty

pytestmark = [pytest.mark.browser, pytest.mark.long]

Scheme = Literal["light", "dark"]
ESTATES: list[Any] = [five, sixty, hundreds]
HOST = "http://localhost"  # answered by `drawn`, not by a server


@contextmanager
def drawn(
    browser: Browser,
    estate: Any,
    language: Language = "en",
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Page]:
    """A page with the picture, its style and its policy; nothing leaves the browser."""
    links: dict[str, str] = {}

    def link(node: GraphNode) -> str | None:
        return links.setdefault(node.address, f"#change-{len(links)}") if node.changed else None

    figure = figure_of(layout(graph_of(*estate())), language, link)
    page_text = (
        f'<!doctype html><html lang="{language}"><title>t</title>'
        f'<link rel="stylesheet" href="/console.css"><main><section class="card">{figure}'
        f"</section>{''.join(f'<p id={a[1:]}>x</p>' for a in links.values())}</main></html>"
    )

    def answer(route: Route) -> None:
        if route.request.url.endswith(".css"):
            route.fulfill(body=assets()["console.css"].content, content_type="text/css")
        elif route.request.url.endswith("/page"):
            route.fulfill(body=page_text, content_type="text/html; charset=utf-8", headers=HEADERS)
        else:
            route.fulfill(status=204)

    with opened(browser, language, color_scheme=scheme) as page:
        page.route(f"{HOST}/**", answer)
        page.goto(f"{HOST}/page")
        yield page


MISFITS = """() => [...document.querySelectorAll('.graph-node')].flatMap(node => {
  const box = node.querySelector('.box').getBBox();
  return [...node.querySelectorAll('text')].filter(text => {
    const it = text.getBBox();
    return it.x < box.x || it.x + it.width > box.x + box.width + 0.5 || it.y < box.y
      || it.y + it.height > box.y + box.height;
  }).map(text => text.textContent);
})"""
COLLIDING = """() => [...document.querySelectorAll('.graph-node')].flatMap(node => {
  const places = [...node.querySelectorAll('text')].map(t => [t.textContent, t.getBBox()]);
  return places.flatMap(([a, p], n) => places.slice(n + 1).filter(([b, q]) =>
    p.x < q.x + q.width - 0.5 && q.x < p.x + p.width - 0.5
    && p.y + 4 < q.y + q.height && q.y + 4 < p.y + p.height).map(([b]) => [a, b]));
})"""
CONTRASTS = """() => {
  const light = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll('.graph-node')].flatMap(node => {
    const ground = light(getComputedStyle(node.querySelector('.box')).fill);
    return [...node.querySelectorAll('text:not(.bang)')].map(text => {
      const ink = light(getComputedStyle(text).fill);
      return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    });
  });
}"""


@pytest.mark.parametrize("estate", ESTATES)
def test_every_text_fits_its_box_and_none_covers_another(browser: Browser, estate: Any):
    with drawn(browser, estate, "ja") as page:
        assert page.locator(".graph-node").count() == len(graph_of(*estate()).nodes)
        assert page.evaluate(MISFITS) == []
        assert page.evaluate(COLLIDING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_box(browser: Browser, scheme: Scheme):
    with drawn(browser, hundreds, scheme=scheme) as page:
        ratios = page.evaluate(CONTRASTS)
        assert len(ratios) > 100
        assert min(ratios) >= 4.5


def test_a_node_leads_to_its_change_with_mouse_and_keys(browser: Browser):
    with drawn(browser, five) as page:
        page.locator(".graph-node.replace a").click()
        assert page.url.endswith("#change-0")
        page.get_by_role("link", name="delete (dangerous): aws_iam_user.old").press("Enter")
        assert page.url.endswith("#change-1")


def test_the_list_opens_and_a_wide_picture_scrolls_in_its_own_frame(browser: Browser):
    with drawn(browser, hundreds) as page:
        page.get_by_text("The graph as a list").click()
        expect(page.locator(".graph-list li")).to_have_count(len(graph_of(*hundreds()).nodes))
        wide = "document.documentElement.scrollWidth <= innerWidth"
        assert page.evaluate(wide)
        inner = "document.querySelector('.graph .scroll').scrollWidth"
        assert page.evaluate(inner) > 1440
