"""The transfer through failures that pass, and those that do not; and a private authority."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import http.server
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sekisho_client.errors import ClientError
from sekisho_client.http import Client
from sekisho_client.manifests import File
from sekisho_client.packs import Content
from sekisho_client.settings import Server
from sekisho_client.transfers import RETRIES, Transfer, Watcher

Answer = tuple[int, dict[str, str], dict[str, Any]]
DATA = b"# main"
SHA = hashlib.sha256(DATA).hexdigest()
PUSH: Answer = (200, {}, {"id": "psh-1", "missing": [SHA]})
THERE: Answer = (200, {}, {"id": "psh-1", "missing": []})
TAKEN: Answer = (200, {}, {"missing": []})
MADE: Answer = (200, {}, {"digest": "sha256:made"})


def failed(status: int, code: str = "x", **headers: str) -> Answer:
    return status, headers, {"error": {"code": code, "message": "no", "message_ja": "いいえ"}}


class Script:
    """A server that answers what it is told to, in order; `cut` closes the connection instead."""

    def __init__(self, *answers: Answer | str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        script = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script.asked.append(f"{self.command} {self.path.removeprefix('/api/v1')}")
                answer = script.answers.pop(0)
                if isinstance(answer, str):
                    self.wfile.write(answer.encode())
                    self.close_connection = True
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            do_PUT = do_GET = do_POST  # noqa: N815 (names that http.server calls)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name)
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @contextlib.contextmanager
    def running(self, context: ssl.SSLContext | None = None) -> Iterator[str]:
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            scheme = "https" if context else "http"
            yield f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join(10)


@pytest.fixture
def content(tmp_path: Path) -> Content:
    (tmp_path / "main.tf").write_bytes(DATA)
    return Content(File("main.tf", len(DATA), SHA), tmp_path / "main.tf")


def transfer(script: Script, content: Content) -> tuple[Any, list[float]]:
    waits: list[float] = []
    watcher = Watcher(lambda *_: None, lambda *_: None, waits.append)
    with script.running() as url:
        return Transfer(Client(Server(url, "sks_x")), "dev", [content], watcher).run(), waits


def test_a_push_is_announced_sent_and_finished(content: Content):
    script = Script(PUSH, TAKEN, MADE)
    assert transfer(script, content)[0] == {"digest": "sha256:made"}
    assert script.asked == [
        "POST /pushes",
        "PUT /pushes/psh-1/files",
        "POST /pushes/psh-1/finish",
    ]


@pytest.mark.parametrize(
    "failure",
    [
        failed(429, "rate_limited"),
        failed(502),
        failed(503, "store_unavailable"),
        failed(504),
        failed(404, "push_unknown"),
        failed(409, "push_incomplete"),
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        "HTTP/1.1 200 OK\r\n\r\nnonsense",
        "HTTP/1.1 200 OK\r\n\r\n[]",
        "nonsense",
    ],
)
@pytest.mark.parametrize("when", [0, 1, 2])
def test_what_passes_is_waited_for(content: Content, failure: Answer | str, when: int):
    answers: list[Answer | str] = [PUSH, TAKEN, MADE]
    script = Script(*answers[:when], failure, *[PUSH, TAKEN, MADE])
    made, waits = transfer(script, content)
    assert made == {"digest": "sha256:made"}
    assert len(waits) == 1


def test_what_arrived_is_not_sent_again(content: Content):
    script = Script(PUSH, "", THERE, MADE)
    transfer(script, content)
    assert [asked.split()[0] for asked in script.asked] == ["POST", "PUT", "POST", "POST"]


def test_the_server_says_how_long_to_wait_within_reason(content: Content):
    answers = [failed(503, Retry_After="7"), failed(429, Retry_After="86400"), PUSH, TAKEN, MADE]
    _, waits = transfer(Script(*answers), content)
    assert waits == [7, 60]


@pytest.mark.parametrize(
    "failure",
    [
        failed(401, "credential_invalid"),
        failed(403, "power_missing"),
        failed(404, "workspace_unknown"),
        failed(413, "upload_too_large"),
        failed(500, "internal"),
        failed(302, Location="http://127.0.0.1:9/elsewhere"),
    ],
)
def test_what_does_not_pass_is_told_at_once(content: Content, failure: Answer):
    script = Script(failure)
    with pytest.raises(ClientError):
        transfer(script, content)
    assert len(script.asked) == 1


def test_it_is_given_up_in_the_end(content: Content):
    script = Script(*[failed(503)] * (RETRIES + 5))
    with pytest.raises(ClientError):
        transfer(script, content)
    assert len(script.asked) == RETRIES + 1


def authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for loopback that nobody but its own file vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "private")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return folder / "ca.pem", context


def test_a_private_authority_is_trusted_where_it_is_named(tmp_path: Path):
    ca_file, context = authority(tmp_path)
    script = Script(TAKEN, TAKEN)
    with script.running(context) as url:
        assert Client(Server(url, "x", ca_file)).get("/pushes") == {"missing": []}
        with pytest.raises(ClientError) as error:
            Client(Server(url, "x")).get("/pushes")
    assert error.value.code == "certificate_untrusted"


def test_ssl_cert_file_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ca_file, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    with Script(TAKEN).running(context) as url:
        assert Client(Server(url, "x")).get("/pushes") == {"missing": []}


def test_a_file_without_certificates_is_told(tmp_path: Path):
    (tmp_path / "empty.pem").write_text("", encoding="utf-8")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(ClientError) as error:
            Client(Server("https://127.0.0.1:9", "x", tmp_path / name))
        assert error.value.code == "ca_file_invalid"
