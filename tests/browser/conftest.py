"""A headless Chromium, and pages whose every complaint fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.faces.house import House, build

# Without the flags about background work, Chromium looks up hosts of its maker at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser, language: str = "en", *, expected: str = "", **options: Any
) -> Iterator[Page]:
    """Open a page at the size of the approver's screen; only `expected` may be complained of."""
    size: Any = {"width": 1440, "height": 900}
    context = browser.new_context(viewport=size, locale=language, **options)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    page.set_default_timeout(10_000)
    try:
        yield page
        left = [s for s in said if not expected or expected not in s]
        assert left == [], left
    finally:
        context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build(tmp_path)
