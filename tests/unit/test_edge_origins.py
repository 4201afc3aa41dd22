"""Which pages may call: every origin under every mode, from where only pages of ours can come."""

from __future__ import annotations

import dataclasses

import pytest

from sekisho.edge.options import EdgeOptions
from sekisho.edge.origins import Origins, canonical

LOCAL = EdgeOptions(base_url="http://127.0.0.1:8080", origins=("https://Portal.example.jp:443",))
NAMED = EdgeOptions(
    base_url="https://sekisho.example.jp",
    loopback=False,
    named=True,
    hosts=("10.0.0.5",),
    origins=("https://portal.example.jp",),
)
OPEN = EdgeOptions(base_url="http://0.0.0.0:8080", loopback=False, hosts=("0.0.0.0",))
MODES = ("strict", "development", "disabled")

# origin, Host header → how it stands under strict, development, disabled
ROWS = [
    (LOCAL, "http://127.0.0.1:8080", "127.0.0.1:8080", "own own own"),
    (LOCAL, "http://localhost:8080", "127.0.0.1:8080", "own own own"),
    (LOCAL, "http://[::1]:8080", "127.0.0.1:8080", "own own own"),
    (LOCAL, "HTTP://LOCALHOST:8080", "localhost:8080", "own own own"),
    (LOCAL, "http://localhost:6274", "localhost:8080", "refused allowed foreign"),
    (LOCAL, "https://127.0.0.1", "localhost:8080", "refused allowed foreign"),
    (LOCAL, "http://[::1]:3000", "localhost:8080", "refused allowed foreign"),
    (LOCAL, "http://127.0.0.2:3000", "localhost:8080", "refused refused foreign"),
    (LOCAL, "http://localhost.evil.example", "localhost:8080", "refused refused foreign"),
    (LOCAL, "http://localhost:8080.evil.example", "x", "refused refused foreign"),
    (LOCAL, "https://portal.example.jp", "localhost:8080", "allowed allowed allowed"),
    (LOCAL, "http://portal.example.jp", "localhost:8080", "refused refused foreign"),
    (LOCAL, "https://portal.example.jp:444", "localhost:8080", "refused refused foreign"),
    (LOCAL, "https://evil.example", "localhost:8080", "refused refused foreign"),
    (LOCAL, "null", "localhost:8080", "refused refused foreign"),
    (LOCAL, "vscode-webview://1k2j", "localhost:8080", "refused refused foreign"),
    (LOCAL, "", "localhost:8080", "refused refused refused"),
    (LOCAL, "evil.example", "localhost:8080", "refused refused refused"),
    (LOCAL, "http://evil.example/path", "localhost:8080", "refused refused refused"),
    (LOCAL, "http://a b", "localhost:8080", "refused refused refused"),
    (LOCAL, "http://関所.example", "localhost:8080", "refused refused refused"),
    (LOCAL, "http://" + "a" * 300, "localhost:8080", "refused refused refused"),
    (NAMED, "https://sekisho.example.jp", "sekisho.example.jp", "own own own"),
    (NAMED, "https://sekisho.example.jp:443", "sekisho.example.jp", "own own own"),
    (NAMED, "http://sekisho.example.jp", "sekisho.example.jp", "refused refused foreign"),
    (NAMED, "https://10.0.0.5", "10.0.0.5", "own own own"),
    (NAMED, "https://10.0.0.5", "sekisho.example.jp", "refused refused foreign"),
    (NAMED, "http://localhost:3000", "sekisho.example.jp", "refused allowed foreign"),
    (NAMED, "https://portal.example.jp", "sekisho.example.jp", "allowed allowed allowed"),
    # Where any Host is taken, a rebound name proves nothing.
    (OPEN, "http://evil.example:8080", "evil.example:8080", "refused refused foreign"),
    (OPEN, "http://0.0.0.0:8080", "10.0.0.5:8080", "own own own"),
    (OPEN, "http://127.0.0.1:8080", "127.0.0.1:8080", "refused allowed foreign"),
]


@pytest.mark.parametrize(("options", "origin", "host", "wanted"), ROWS)
def test_a_page_stands_as_the_mode_promises(
    options: EdgeOptions, origin: str, host: str, wanted: str
):
    found = [
        Origins(dataclasses.replace(options, cors_mode=mode)).judge(origin, host) for mode in MODES
    ]
    assert " ".join(found) == wanted


def test_a_request_without_one_host_is_the_same_as_no_page():
    assert Origins(NAMED).judge("https://10.0.0.5", None) == "refused"


def test_an_origin_has_one_spelling():
    assert canonical("HTTPS://A.example:443") == "https://a.example"
    assert canonical("http://a.example:443") == "http://a.example:443"
    assert canonical("null") == "null"
