"""The page that connects an IDE: in both languages, by the server's address, without a token."""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

from sekisho_client import ides
from tests.faces.consoles import BASE, HOST, app_of, browser
from tests.faces.house import House

PUBLIC = "https://sekisho.example.jp"


def page(house: House, base: str, language: str = "en") -> str:
    app = app_of(house, base, allowed_hosts=(HOST,))
    headers = {"accept-language": language}
    with TestClient(app, base_url=BASE, headers=headers) as client:
        return client.get("/setup").raise_for_status().text


@pytest.mark.parametrize(("language", "word"), [("en", "Add to Cursor"), ("ja", "Cursor に追加")])
def test_every_ide_has_its_two_lines(house: House, language: str, word: str):
    shown = page(house, PUBLIC, language)
    assert word in shown
    assert len(re.findall(r"<ol class=\"ways\">\s*<li>.*</li>\s*<li>.*</li>\s*</ol>", shown)) == 4
    for ide in ides.IDES.values():
        assert f">{ide.title}</h2>" in shown


def test_links_and_entries_are_those_of_the_client(house: House):
    shown = page(house, PUBLIC)
    connection = ides.connect(PUBLIC)
    for ide in ides.IDES.values():
        if ide.link:
            assert html.escape(ide.link("sekisho", ide.entry(connection))) in shown
    assert "Bearer ${env:SEKISHO_TOKEN}" in html.unescape(shown)
    assert "Bearer ${SEKISHO_TOKEN}" in html.unescape(shown)
    assert "sekisho client add kiro --server https://sekisho.example.jp" in shown


def test_on_loopback_no_token_is_asked_for(house: House):
    with browser(house) as client:
        shown = client.get("/setup").text
    assert "no token is needed" in shown
    assert "SEKISHO_TOKEN" not in shown
    assert f"{BASE}/mcp" in shown


def test_every_page_leads_there(house: House):
    with browser(house) as client:
        assert 'href="/setup"' in client.get("/").text
        assert 'href="/setup" aria-current="page"' in client.get("/setup").text
