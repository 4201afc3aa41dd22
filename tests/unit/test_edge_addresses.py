"""Where a request came from: the peer, or what a trusted proxy says, and nothing beyond that."""

from __future__ import annotations

from typing import Any

import pytest

from sekisho.edge.addresses import client_address, household, normal

PEER = "10.0.0.9"
XFF, REAL = "x-forwarded-for", "x-real-ip"


def scope(*headers: tuple[str, str], peer: Any = (PEER, 1234)) -> dict[str, Any]:
    return {"client": peer, "headers": [(n.encode(), v.encode()) for n, v in headers]}


@pytest.mark.parametrize(
    ("method", "hops", "headers", "wanted"),
    [
        ("remoteaddr", 0, [(XFF, "1.1.1.1"), (REAL, "2.2.2.2")], PEER),
        ("remoteaddr", 2, [(XFF, "1.1.1.1, 2.2.2.2")], PEER),
        (REAL, 0, [(REAL, " 2.2.2.2 ")], "2.2.2.2"),
        (REAL, 0, [(REAL, "2001:DB8::1")], "2001:db8::1"),
        (REAL, 0, [(REAL, "2.2.2.2"), (REAL, "3.3.3.3")], PEER),
        (REAL, 0, [(REAL, "2.2.2.2, 3.3.3.3")], PEER),
        (REAL, 0, [(REAL, "evil")], PEER),
        (REAL, 0, [], PEER),
        (XFF, 0, [(XFF, "1.1.1.1")], PEER),
        (XFF, 1, [(XFF, "1.1.1.1")], "1.1.1.1"),
        (XFF, 1, [(XFF, "6.6.6.6, 1.1.1.1")], "1.1.1.1"),
        (XFF, 2, [(XFF, "6.6.6.6, 1.1.1.1, 10.0.0.1")], "1.1.1.1"),
        (XFF, 2, [(XFF, "6.6.6.6"), (XFF, "1.1.1.1, 10.0.0.1")], "1.1.1.1"),
        (XFF, 2, [(XFF, "1.1.1.1")], PEER),
        (XFF, 1, [(XFF, "1.1.1.1:5678")], "1.1.1.1"),
        (XFF, 1, [(XFF, "[2001:db8::1]:5678")], "2001:db8::1"),
        (XFF, 1, [(XFF, "::ffff:1.2.3.4")], "1.2.3.4"),
        (XFF, 1, [(XFF, "1.1.1.1, unknown")], PEER),
        (XFF, 1, [(XFF, "1.1.1.1,")], PEER),
        (XFF, 1, [(XFF, "")], PEER),
        (XFF, 1, [(XFF, "9" * 5000)], PEER),
        (XFF, 1, [(XFF, "fe80::1%eth0")], PEER),
    ],
)
def test_only_what_was_said_to_be_trusted_is(
    method: Any, hops: int, headers: list[tuple[str, str]], wanted: str
):
    assert client_address(scope(*headers), method, hops) == wanted


def test_a_peer_without_an_address_is_unknown():
    assert client_address(scope(peer=None), "remoteaddr", 0) == "unknown"
    assert client_address(scope(peer=("testclient", 1)), "remoteaddr", 0) == "testclient"
    assert client_address(scope(peer=("::ffff:1.2.3.4", 1)), "remoteaddr", 0) == "1.2.3.4"


@pytest.mark.parametrize("text", ["", "[", "[]", "[::1", "[::1]x", "1.2.3", "a:b", "1.2.3.4:5:6"])
def test_what_is_no_address_is_none(text: str):
    assert normal(text) is None


def test_an_ipv6_client_is_limited_with_its_whole_network():
    assert household("2001:db8:1:2:3:4:5:6") == household("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert household("1.2.3.4") == "1.2.3.4"
    assert household("un:known") == "un:known"
