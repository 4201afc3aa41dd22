"""`sekisho doctor` before real servers: a good one, and each way in which one can be wrong."""

import base64
import contextlib
import http.server
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.cli import main
from sekisho.cli.host_texts import SAYS as HOST_SAYS
from sekisho_client.doctor_texts import SAYS
from tests.e2e.serving import Serving, free_port, serving

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def look(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Ask the doctor, and return the exit code and step → (result, code)."""

    def ask(url: str, *words: str) -> tuple[int, dict[str, tuple[str, str]]]:
        nowhere = () if "--data-dir" in words else ("--data-dir", str(tmp_path / "nowhere"))
        code = main(["doctor", "--server", url, "--json", "--timeout", "2", *nowhere, *words])
        told = json.loads(capsys.readouterr().out)
        assert told["ok"] is (code == 0)
        return code, {c["step"]: (c["result"], c["code"]) for c in told["checks"]}

    return ask


class Answering(http.server.BaseHTTPRequestHandler):
    """Something that is no Sekisho."""

    status, location, body = 200, "", b"<h1>hello</h1>"
    authorised: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.authorised += [v for k, v in self.headers.items() if k == "Authorization"]
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the parent names it)
        pass


@contextlib.contextmanager
def answering(context: ssl.SSLContext | None = None, **how: Any) -> Iterator[str]:
    kind = type("Kind", (Answering,), how)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as running:
        if context:
            running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"{'https' if context else 'http'}://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
            thread.join()


def certificate(folder: Path, *, name: str = "IP:127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    key, pem = folder / "key.pem", folder / "cert.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-keyout", str(key), "-out", str(pem), "-subj", "/CN=test"]
    words += ["-days", "90", "-addext", f"subjectAltName={name}"]
    subprocess.run(words, check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context, pem


def test_a_good_server_is_good_from_end_to_end(server: Serving, look):
    code, found = look(server.url, "--data-dir", str(server.data))
    assert code == 0
    assert {result for result, _ in found.values()} == {"OK", "SKIP"}
    assert found["auth"] == ("OK", "token_ok")
    assert found["mcp"] == ("OK", "mcp_ok")
    assert found["caller"] == ("OK", "caller_ok")
    assert found["workspaces"] == ("OK", "workspaces_ok")
    assert found["clock"] == ("OK", "clock_ok")
    assert found["tls"] == ("SKIP", "tls_loopback")
    assert look(f"{server.url}/mcp")[0] == 0


def test_a_wrong_token_is_told_and_nothing_after_it_is_tried(
    server: Serving, look, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SEKISHO_TOKEN", "sks_" + "x" * 43)
    code, found = look(server.url)
    assert code == 1
    assert found["auth"] == ("NG", "token_refused")
    assert found["mcp"] == ("SKIP", "step_skipped")
    monkeypatch.setenv("SEKISHO_TOKEN", "sks_two\nlines")
    assert look(server.url)[1]["auth"] == ("NG", "token_malformed")


def test_a_closed_port(look):
    code, found = look(f"http://127.0.0.1:{free_port()}")
    assert code == 1
    assert found["tcp"] == ("NG", "tcp_refused")
    assert {found[s] for s in ("tls", "server", "auth", "mcp")} == {("SKIP", "step_skipped")}


def test_a_path_that_is_no_mcp(server: Serving, look):
    assert look(f"{server.url}/nothing")[1]["mcp"] == ("NG", "mcp_refused")
    assert look(f"{server.url}/health")[1]["mcp"] == ("NG", "mcp_refused")


def test_https_to_a_plain_port_and_plain_to_https(server: Serving, look, tmp_path: Path):
    secure = server.url.replace("http:", "https:")
    assert look(secure)[1]["tls"] == ("NG", "tls_not_spoken")
    context, _ = certificate(tmp_path)
    with answering(context) as url:
        assert look(url.replace("https:", "http:"))[1]["server"][0] == "NG"


def test_a_private_authority_is_hinted_at_and_can_be_named(look, tmp_path: Path):
    context, pem = certificate(tmp_path)
    with answering(context) as url:
        assert look(url)[1]["tls"] == ("NG", "tls_issuer_unknown")
        found = look(url, "--ca-file", str(pem))[1]
        assert found["tls"] == ("OK", "tls_ok")
        assert found["server"] == ("NG", "server_other")


def test_a_certificate_for_another_name(look, tmp_path: Path):
    context, pem = certificate(tmp_path, name="DNS:other.example.jp")
    with answering(context) as url:
        assert look(url, "--ca-file", str(pem))[1]["tls"] == ("NG", "tls_name_wrong")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({}, "server_other"),
        ({"body": b'{"service": "terraform-mcp-server"}'}, "server_other"),
        ({"body": b'["sekisho"]'}, "server_other"),
        ({"body": b"[" * 100_000}, "server_other"),
        ({"status": 503}, "server_other"),
        ({"status": 302, "location": "https://evil.example/?t=1"}, "server_redirects"),
    ],
    ids=["html", "hashicorp", "list", "deep", "503", "redirect"],
)
def test_what_is_no_sekisho_gets_no_token(
    look, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], code: str
):
    monkeypatch.setenv("SEKISHO_TOKEN", "sks_secret")
    seen: list[str] = []
    with answering(**how, authorised=seen) as url:
        ended, found = look(url)
    assert ended == 1
    assert found["server"] == ("NG", code)
    assert found["auth"] == ("SKIP", "step_skipped")
    assert seen == []


@pytest.mark.long
def test_a_hung_server_is_given_up_on(look):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        found = look(f"http://127.0.0.1:{silent.getsockname()[1]}")[1]
    assert found["server"] == ("NG", "server_silent")
    assert time.monotonic() - began < 30


@pytest.mark.long
def test_a_server_that_drips_is_given_up_on_too(look):
    def drip(listener: socket.socket, end: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while not end.is_set():
                peer, _ = listener.accept()
                with peer, contextlib.suppress(OSError):
                    while not end.wait(0.2):
                        peer.sendall(b"H")

    end = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener, end), daemon=True)
        thread.start()
        found = look(f"http://127.0.0.1:{listener.getsockname()[1]}")[1]
        end.set()
    assert found["server"][0] == "NG"
    thread.join(5)


@contextlib.contextmanager
def proxying(status: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that answers every CONNECT with one status, and passes on what it lets through."""
    asked: list[bytes] = []

    def relay(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve(peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (data := peer.recv(4096)):
                head += data
            asked.append(head)
            peer.sendall(b"HTTP/1.1 " + status + b"\r\n\r\n")
            if status.startswith(b"200") and head.startswith(b"CONNECT"):
                port = int(head.split()[1].rpartition(b":")[2])
                with socket.create_connection(("127.0.0.1", port), 5) as far:
                    back = threading.Thread(target=relay, args=(far, peer), daemon=True)
                    back.start()
                    relay(peer, far)
                    back.join(5)

    def accept(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", asked


def test_a_proxy_is_used_and_named_without_its_password(
    look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    context, pem = certificate(tmp_path, name="DNS:sekisho.localhost")
    with answering(context) as url, proxying(b"200 OK") as (proxy, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:p%40ss@{proxy}")
        port = url.rpartition(":")[2]
        found = look(f"https://sekisho.localhost:{port}", "--ca-file", str(pem))[1]
    assert found["proxy"] == ("OK", "proxy_ok")
    assert found["tls"] == ("OK", "tls_ok")
    assert found["server"] == ("NG", "server_other")
    assert f"CONNECT sekisho.localhost:{port}".encode() in asked[0] + asked[-1]
    basic = base64.b64encode(b"user:p@ss")
    assert all(b"Proxy-Authorization: Basic " + basic in head for head in asked if head)


def test_a_proxy_that_wants_a_password_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    with proxying(b"407 Proxy Authentication Required") as (proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:verysecret@{proxy}")
        words = ["--server", "https://sekisho.localhost", "--data-dir", str(tmp_path)]
        assert main(["doctor", *words]) == 1
    shown = capsys.readouterr().out
    assert "NG    proxy" in shown
    assert "407" in shown
    assert "verysecret" not in shown


def test_noise_in_place_of_http(look):
    def shout(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer:
                    peer.sendall(b"220 mail.example ESMTP\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=shout, args=(listener,), daemon=True)
        thread.start()
        found = look(f"http://127.0.0.1:{listener.getsockname()[1]}")[1]
    assert found["server"] == ("NG", "server_broken")


@pytest.mark.parametrize("url", ["nonsense", "https://a:b@sekisho.example.jp", "http://x/?token=1"])
def test_an_address_that_is_none_is_a_wrong_call(url: str, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor", "--server", url]) == 2
    assert "option_invalid" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--timeout", "0"], ["--ca-file", "/nonexistent.pem"]])
def test_options_that_cannot_be_used_are_a_wrong_call(
    words: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main(["doctor", "--server", "https://127.0.0.1:1", *words]) == 2
    assert "error [" in capsys.readouterr().err


def test_each_line_has_a_result_a_code_and_a_fix_in_the_readers_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    where = ["--server", f"http://127.0.0.1:{free_port()}", "--data-dir", str(tmp_path)]
    assert main(["doctor", *where]) == 1
    shown = capsys.readouterr().out
    assert "NG    tcp" in shown
    assert "[tcp_refused]" in shown
    assert "fix: Start the server" in shown
    monkeypatch.setenv("SEKISHO_LANGUAGE", "ja")
    assert main(["doctor", *where]) == 1
    assert "閉じています [tcp_refused]" in capsys.readouterr().out


def test_every_finding_is_told_in_both_languages():
    for code, said in (SAYS | HOST_SAYS).items():
        assert said.text, code
        assert said.text_ja, code
        assert bool(said.fix) == bool(said.fix_ja), code
        assert said.text == "{found}" or not said.text_ja.isascii(), code


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, str]]:
    code = main(["doctor", "--host", "--json", *words])
    told = json.loads(capsys.readouterr().out)
    return code, {c["step"]: c["code"] for c in told["checks"]}


def test_a_healthy_machine(server: Serving, capsys: pytest.CaptureFixture[str]):
    code, found = checked(capsys, "--data-dir", str(server.data))
    assert (code, found["store"], found["keys"]) == (0, "store_ok", "keys_ok")
    assert found["terraform"] == "terraform_ok"


def test_a_machine_without_data_is_left_without(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, found = checked(capsys, "--data-dir", str(tmp_path / "data"))
    assert (code, found["data"], found["store"]) == (0, "data_absent", "store_absent")
    assert not (tmp_path / "data").exists()


def test_open_keys_a_broken_file_no_terraform_and_unknown_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    data, file = tmp_path / "data", tmp_path / "sekisho.yaml"
    (data / "keys").mkdir(parents=True)
    data.chmod(0o755)
    (data / "keys" / "server-keys.json").write_text("{}", encoding="utf-8")
    (data / "keys" / "server-keys.json").chmod(0o644)
    file.write_text("version: 1\nworkspaces: {a: {terrafrom: x}}\n", encoding="utf-8")
    monkeypatch.setenv("SEKISHO_DATA_DRI", "x")
    code, found = checked(capsys, "--data-dir", str(data), "--config", str(file))
    assert code == 1
    assert found["data"] == "data_open"
    assert found["keys"] == "keys_open"
    assert found["config"] == found["terraform"] == "operator_file_invalid"
    assert found["settings"] == "setting_unknown"


def test_a_broken_store_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data = tmp_path / "data"
    for folder in (data, data / "keys", data / "store"):
        folder.mkdir(mode=0o700)
    (data / "keys" / "server-keys.json").write_text("not json", encoding="utf-8")
    (data / "keys" / "server-keys.json").chmod(0o600)
    code, found = checked(capsys, "--data-dir", str(data))
    assert (code, found["store"]) == (1, "store_unavailable")


def test_roles_to_lend_want_the_extra_that_assumes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    role = "arn:aws:iam::222222222222:role"
    target = f"{{region: ap-northeast-1, plan_role: '{role}/plan', apply_role: '{role}/apply'}}"
    file = tmp_path / "sekisho.yaml"
    words = ["--data-dir", str(tmp_path / "data"), "--config", str(file)]
    file.write_text("version: 1\nworkspaces: {a: {}}\n", encoding="utf-8")
    assert checked(capsys, *words)[1]["credentials"] == "credentials_absent"
    text = f"version: 1\ntargets: {{spoke: {target}}}\nworkspaces: {{a: {{target: spoke}}}}\n"
    file.write_text(text, encoding="utf-8")
    assert checked(capsys, *words)[1]["credentials"] == "credentials_ok"
    monkeypatch.setitem(sys.modules, "botocore", None)
    code, found = checked(capsys, *words)
    assert (code, found["credentials"]) == (1, "aws_missing")
