"""HTTPS by `sekisho serve`: who may connect how, and a certificate that changes under it."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import time
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.breadth import broad
from tests.e2e.certificates import Authority, put
from tests.e2e.serving import Serving, call, failing

pytestmark = pytest.mark.timeout(120)


class Secure(Serving):
    """A server that speaks TLS, with certificates of a CA of its own."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.ca = Authority(folder)
        self.cert, self.key = folder / "tls.crt", folder / "tls.key"
        self.serial = self.renew()
        more |= {"SEKISHO_TLS_CERT": str(self.cert), "SEKISHO_TLS_KEY": str(self.key)}
        super().__init__(folder / "data", (), more)

    def _wait_ready(self) -> None:
        self.url = self.url.replace("http:", "https:")
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.get("/healthz/ready").status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.02)
        raise AssertionError("\n".join(self.lines))

    def end(self) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca.file))

    def get(self, path: str) -> httpx2.Response:
        with httpx2.Client(verify=self.trust(), timeout=5) as http:
            return http.get(f"{self.url}{path}")

    def renew(self, days: float = 60) -> int:
        cert, key, serial = self.ca.sign("localhost", days)
        put(self.cert, cert)
        put(self.key, key)
        return serial

    def served(self, name: str | None = "localhost") -> int:
        """The serial number of the certificate that a new connection is shown."""
        context = self.trust()
        context.check_hostname = False
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=5) as line,
            context.wrap_socket(line, server_hostname=name) as secure,
        ):
            shown = secure.getpeercert(binary_form=True)
        assert shown
        return x509.load_der_x509_certificate(shown).serial_number

    def until_served(self, serial: int) -> None:
        end = time.monotonic() + 15
        while self.served() != serial:
            assert time.monotonic() < end, "the new certificate is not served"
            time.sleep(0.1)

    def until_said(self, text: str) -> None:
        end = time.monotonic() + 15
        while not any(text in line for line in self.lines):
            assert time.monotonic() < end, self.lines
            time.sleep(0.05)


@pytest.mark.parametrize(("mode", "told"), broad((0o604, True), (0o640, False), quick=(0,)))
def test_the_log_warns_of_a_key_that_everybody_can_read(tmp_path: Path, mode: int, told: bool):
    class Open(Secure):
        def renew(self, days: float = 60) -> int:
            serial = super().renew(days)
            self.key.chmod(mode)
            return serial

    server = Open(tmp_path)
    try:
        assert any("tls.key_exposed" in line for line in server.lines) is told
        assert "BEGIN" not in "".join(server.lines)
    finally:
        server.end()


@pytest.mark.long
def test_https_is_served_and_a_new_certificate_without_a_restart(tmp_path: Path):
    server = Secure(tmp_path)
    try:
        assert any(f"console {server.url}" in line for line in server.lines)
        assert server.get("/mcp").json()["endpoint"] == f"{server.url}/mcp"
        assert "strict-transport-security" not in server.get("/health").headers
        asyncio.run(a_tool_is_called(server))
        assert server.served() == server.served(None) == server.serial

        with httpx2.Client(verify=server.trust()) as standing:
            assert standing.get(f"{server.url}/health").status_code == 200
            new = server.renew()
            server.until_served(new)
            assert server.served(None) == new
            assert standing.get(f"{server.url}/health").status_code == 200, "not cut off"

        # Half of a new pair, then rubbish: the old one goes on; then the other half comes.
        cert, key, third = server.ca.sign("localhost")
        put(server.cert, cert)
        server.until_said("is not the key of the certificate")
        assert server.served() == new
        put(server.key, b"rubbish")
        server.until_said("holds no PEM private key")
        assert server.served() == new
        server.cert.unlink()
        server.until_said("is not there")
        assert server.served() == new
        put(server.cert, cert)
        put(server.key, key)
        server.until_served(third)
        assert sum("tls.refused" in line for line in server.lines) >= 3
        assert all("setting_invalid" in line for line in server.lines if "tls.refused" in line)

        server.renew(days=-1)
        server.until_said("tls.expired")
        assert server.stop() == 0
    finally:
        server.end()


async def a_tool_is_called(server: Secure) -> None:
    async with (
        httpx2.AsyncClient(verify=server.trust()) as http,
        Client(streamable_http_client(f"{server.url}/mcp", http_client=http)) as client,
    ):
        assert (await call(client, "caller_get"))["caller"]["person"] == "loopback"


@pytest.mark.long
def test_old_protocols_and_plain_http_get_nowhere(tmp_path: Path):
    server = Secure(tmp_path)
    try:
        old = server.trust()
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with (
            socket.create_connection(("127.0.0.1", server.port), timeout=5) as line,
            pytest.raises((ssl.SSLError, ConnectionError)),
        ):
            old.wrap_socket(line, server_hostname="localhost")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            one = server.trust()
            one.minimum_version = one.maximum_version = version
            with httpx2.Client(verify=one) as http:
                assert http.get(f"{server.url}/health").status_code == 200
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(f"{server.url.replace('https:', 'http:')}/health", timeout=5)
    finally:
        server.end()


@pytest.mark.parametrize(
    ("wrong", "name", "problem"),
    broad(
        ("no cert", "SEKISHO_TLS_CERT", "is not there"),
        ("no key", "SEKISHO_TLS_KEY", "is not there"),
        ("cert is a folder", "SEKISHO_TLS_CERT", "cannot be read"),
        ("rubbish cert", "SEKISHO_TLS_CERT", "holds no PEM certificate"),
        ("empty key", "SEKISHO_TLS_KEY", "holds no PEM private key"),
        ("another key", "SEKISHO_TLS_KEY", "is not the key of the certificate"),
        ("locked key", "SEKISHO_TLS_KEY", "has a passphrase"),
        quick=(5,),
    ),
)
def test_a_pair_that_cannot_be_served_ends_the_start_and_says_why(
    tmp_path: Path, wrong: str, name: str, problem: str
):
    ca = Authority(tmp_path)
    good, key, _ = ca.sign("localhost")
    other = ca.sign("localhost")[1]
    locked_cert, locked, _ = ca.sign("localhost", passphrase="hunter2")
    cert_file, key_file = tmp_path / "tls.crt", tmp_path / "tls.key"
    certs = {"rubbish cert": b"rubbish", "locked key": locked_cert}
    keys = {"empty key": b"", "another key": other, "locked key": locked}
    if wrong == "cert is a folder":
        cert_file.mkdir()
    elif wrong != "no cert":
        cert_file.write_bytes(certs.get(wrong, good))
    if wrong != "no key":
        key_file.write_bytes(keys.get(wrong, key))
    more = {"SEKISHO_TLS_CERT": str(cert_file), "SEKISHO_TLS_KEY": str(key_file)}
    said = failing(tmp_path / "data", **more)
    assert "setting_invalid" in said
    assert name in said
    assert problem in said
    assert "hunter2" not in said
