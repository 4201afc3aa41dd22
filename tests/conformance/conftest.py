"""Which server the suites look at, and the suites themselves."""

import contextlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.install import NodeTools, install

BARE = Path(__file__).with_name("bare_server.py")


@pytest.fixture(scope="session")
def node_tools() -> NodeTools:
    """The suites, installed on first use (about 30 s), kept for later sessions."""
    return install()


@pytest.fixture(scope="session")
def conformance_url() -> Iterator[str]:
    """The address of the server under test."""
    with serving([sys.executable, str(BARE)]) as url:
        yield url


@contextlib.contextmanager
def serving(command: list[str]) -> Iterator[str]:
    """Start a server that prints its MCP address as its first line; end it afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        wait_until_answering(url)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)


def wait_until_answering(url: str, seconds: float = 20) -> None:
    """Return once there is an HTTP answer, of whatever kind."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
