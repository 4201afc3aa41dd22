"""What the operator's settings make of the edge, and what the log advises."""

from __future__ import annotations

from typing import Any

import pytest

from sekisho.cli.serving import advise, edge_options
from sekisho.edge.options import OFF, EdgeOptions, Pace
from sekisho.settings import read_settings
from tests.fakes.journal import FakeJournal


def edge(monkeypatch: pytest.MonkeyPatch, **given: str) -> EdgeOptions:
    for name, value in given.items():
        monkeypatch.setenv(f"SEKISHO_{name.upper()}", value)
    return edge_options(read_settings())


@pytest.mark.parametrize(
    ("given", "rate", "each"),
    [
        ({}, OFF, OFF),
        ({"host": "::1"}, OFF, OFF),
        ({"host": "0.0.0.0"}, Pace(200, 400), Pace(20, 60)),
        ({"host": "0.0.0.0", "rate_limit": "off"}, OFF, Pace(20, 60)),
        ({"host": "0.0.0.0", "rate_limit_caller": "off"}, Pace(200, 400), OFF),
        ({"rate_limit": "1.5:3", "rate_limit_caller": "1:2"}, Pace(1.5, 3), Pace(1, 2)),
    ],
)
def test_paces_are_off_on_loopback_alone_and_a_given_off_is_kept(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], rate: Pace, each: Pace
):
    found = edge(monkeypatch, **given)
    assert (found.rate, found.rate_caller) == (rate, each)


@pytest.mark.parametrize(
    ("given", "any_host"),
    [
        ({}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "0.0.0.0", "allowed_hosts": "a.example"}, False),
        ({"remote_ip": "x-real-ip"}, True),
        ({"host": "0.0.0.0", "public_url": "https://a.example"}, False),
    ],
)
def test_any_host_is_taken_only_where_nobody_said_what_we_are_called(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], any_host: bool
):
    found = edge(monkeypatch, **given)
    assert found.any_host is any_host
    assert {"127.0.0.1", "localhost", "[::1]"} < set(found.host_names)


def test_our_names_are_the_listening_address_the_public_one_and_those_allowed(
    monkeypatch: pytest.MonkeyPatch,
):
    given = {"host": "fd00::1", "public_url": "https://A.example:8443", "allowed_hosts": "b,c:1"}
    names = edge(monkeypatch, **given).host_names
    assert set(names) == {
        *("127.0.0.1", "localhost", "[::1]"),
        *("[fd00::1]", "a.example:8443", "b", "c:1"),
    }


def test_a_certificate_makes_our_own_address_https(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    found = edge(monkeypatch, tls_cert=str(tmp_path / "c"), tls_key=str(tmp_path / "k"))
    assert found.base_url == "https://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, []),
        ({"cors_mode": "disabled"}, ["edge.any_origin"]),
        ({"host": "0.0.0.0"}, ["edge.any_host", "edge.plain_http"]),
        ({"host": "0.0.0.0", "public_url": "https://a.example"}, []),
        (
            {"remote_ip": "x-forwarded-for"},
            ["edge.any_host", "edge.peer_address", "edge.plain_http"],
        ),
        ({"trusted_hops": "1"}, ["edge.peer_address"]),
        (
            {
                "remote_ip": "x-forwarded-for",
                "trusted_hops": "1",
                "public_url": "https://a.example",
            },
            [],
        ),
    ],
)
def test_the_log_says_once_what_should_still_be_set(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: list[str]
):
    edge(monkeypatch, **given)
    journal = FakeJournal()
    advise(read_settings(), journal.event)
    assert [name for name, _ in journal.events] == told
    assert all(fields["warning"] for _, fields in journal.events)
