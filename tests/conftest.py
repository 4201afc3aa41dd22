"""What every test gets: a clean environment, and no way out to the network."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Child interpreters that tests start check encodings too.
os.environ["PYTHONWARNDEFAULTENCODING"] = "1"
# … and may keep what they compiled: else starting them is most of the time that the suite takes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples on every run: a red suite is a change, not luck.
settings.register_profile("sekisho", deadline=None, derandomize=True)
settings.load_profile("sekisho")

DROPPED_PREFIXES = (
    "AWS_",
    "ECS_",
    "TF_",
    "TFE_",
    "TERRAFORM_",
    "SEKISHO_",
    "OTEL_",
    "MCP_",
    "FASTMCP_",
)
DROPPED_SUFFIXES = ("_PROXY",)
NO_CERTIFICATES = Path(__file__).parent
"""A folder that has none."""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch):
    """No test depends on who runs it: no credentials, settings or proxies of theirs."""
    for name in list(os.environ):
        upper = name.upper()
        if upper.startswith(DROPPED_PREFIXES) or upper.endswith(DROPPED_SUFFIXES):
            monkeypatch.delenv(name)
    # Nor do they trust the world: every new HTTP client would read its certificates, 25 ms each.
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(NO_CERTIFICATES))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


class NetworkRefusedError(AssertionError):
    """A test tried to reach something that is not this machine."""


def _is_local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"", "localhost", "0.0.0.0", "::"} or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_remote(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
        raise NetworkRefusedError(f"tests stay on loopback, not {address[0]}")


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch):
    """Refuse to look up or connect to anything but this machine."""
    connect, connect_ex, sendto = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
    )
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_remote(self.family, address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_remote(self.family, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, *args: Any) -> int:
        _refuse_remote(self.family, args[-1])
        return sendto(self, *args)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_local(host):
            raise NetworkRefusedError(f"tests stay on loopback, not {host}")
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket.socket, "sendto", guarded_sendto)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return Path(__file__).resolve().parents[1]
