"""The guards of tests/conftest.py do guard."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request

import pytest

DIRT = {"AWS_PROFILE": "x", "TF_LOG": "x", "SEKISHO_DATA_DIR": "x", "https_proxy": "x"}


@pytest.fixture(scope="module", autouse=True)
def dirty_start():
    """Somebody's own environment, as it was before the first test."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in DIRT.items():
            patch.setenv(name, value)
        yield


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_no_test_connects_beyond_this_machine(host: str):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(AssertionError):
        one.connect((host, 9))


def test_no_test_looks_up_other_hosts():
    with pytest.raises(AssertionError):
        urllib.request.urlopen("http://sekisho.example/")


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_no_credential_setting_or_proxy_of_the_callers_is_seen():
    assert not DIRT.keys() & os.environ.keys()


def test_encoding_warnings_reach_children():
    shown = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.flags.warn_default_encoding)"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert shown.stdout.strip() == "1"
