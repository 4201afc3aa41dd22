"""A real Git server (git http-backend) over real HTTPS on loopback, with repositories to serve.

with GitServer(tmp_path) as server:
    repo = server.repository("infra.git")
    commit = repo.commit({"main.tf": ""})
    server.source("infra.git")       # what an operator would declare
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import ipaddress
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sekisho.domain.git import GitSource

GIT = shutil.which("git") or "git"
_WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "佐藤"),
        ("EMAIL", "sato@example.jp"),
        ("DATE", "1700000000 +0900"),
    )
}
ENVIRONMENT = {
    "PATH": os.defpath,
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
} | _WHO


def git(folder: Path, *words: str, given: bytes = b"", index: str = "") -> str:
    """Run git as the people who push do."""
    done = subprocess.run(
        [GIT, *words],
        cwd=folder,
        input=given,
        env=ENVIRONMENT | ({"GIT_INDEX_FILE": index} if index else {}),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


class Repository:
    """A bare repository, written object by object: nothing keeps a test from a hostile tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main")
        for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            git(folder, "config", key, "true")

    def blob(self, content: str | bytes) -> str:
        raw = content.encode() if isinstance(content, str) else content
        return git(self.folder, "hash-object", "-w", "--stdin", given=raw)

    def tree(self, *entries: tuple[str, str | bytes, str]) -> str:
        """Write a tree of (mode, name, id) as it is, however wrong."""
        raw = b"".join(
            mode.encode()
            + b" "
            + (name.encode() if isinstance(name, str) else name)
            + b"\0"
            + bytes.fromhex(oid)
            for mode, name, oid in entries
        )
        return git(
            self.folder, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=raw
        )

    def tree_of(self, files: Mapping[str, str | bytes], modes: dict[str, str] | None = None) -> str:
        """Write the tree of path → content."""
        modes = modes or {}
        rows = [
            f"{modes.get(path, '100644')} {self.blob(content)}\t{path}\0"
            for path, content in files.items()
        ]
        index = str(self.folder / "an-index")
        git(self.folder, "read-tree", "--empty", index=index)
        given = "".join(rows).encode()
        git(self.folder, "update-index", "-z", "--index-info", given=given, index=index)
        return git(self.folder, "write-tree", index=index)

    def commit_tree(self, tree: str, ref: str = "refs/heads/main", parent: str = "") -> str:
        more = ("-p", parent) if parent else ()
        commit = git(self.folder, "commit-tree", *more, "-m", "変更", tree)
        self.point(ref, commit)
        return commit

    def commit(
        self,
        files: Mapping[str, str | bytes],
        ref: str = "refs/heads/main",
        parent: str = "",
        modes: dict[str, str] | None = None,
    ) -> str:
        """Commit exactly these files and let a ref point there."""
        return self.commit_tree(self.tree_of(files, modes), ref, parent)

    def point(self, ref: str, commit: str) -> None:
        """Let a ref point to an object, as a push does; a raw write, so that any name can be."""
        path = self.folder / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{commit}\n", encoding="utf-8")

    def tag(self, name: str, commit: str) -> None:
        """Make an annotated tag."""
        git(self.folder, "tag", "-a", "-m", "印", name, commit)


@dataclass
class Seen:
    """One request that reached the server."""

    path: str
    authorization: str
    agent: str


@dataclass
class Conduct:
    """How a server behaves: who gets in, what is redirected, what hangs or is answered raw."""

    credential: str = ""
    redirects: dict[str, str] = field(default_factory=dict[str, str])
    raw: dict[str, tuple[int, bytes]] = field(default_factory=dict[str, tuple[int, bytes]])
    hangs: str = ""
    dumb: bool = False
    before_post: Any = None


class GitServer:
    """Serves the repositories below a folder at https://localhost:PORT/."""

    def __init__(self, folder: Path, name: str = "server") -> None:
        self.root = folder / name
        self.root.mkdir(parents=True)
        self.conduct = Conduct()
        self.seen: list[Seen] = []
        self.released = threading.Event()
        self.ca_file, pair = certificate(folder / f"{name}-tls")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        self._http.socket = context.wrap_socket(
            self._http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://localhost:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(10)

    def repository(self, name: str = "infra.git") -> Repository:
        return Repository(self.root / name)

    def source(self, name: str = "infra.git", **more: Any) -> GitSource:
        """What the operator would declare."""
        declared = GitSource(f"{self.url}/{name}", ca_file=str(self.ca_file))
        return dataclasses.replace(declared, **more)

    def close_to(self, user: str, token: str) -> None:
        """Let in nobody but who has this credential."""
        pair = base64.b64encode(f"{user}:{token}".encode()).decode()
        self.conduct.credential = f"Basic {pair}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or does not like our certificate, is what tests are about."""


def _handler(server: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
            pass

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            path, _, query = self.path.partition("?")
            said = self.headers.get("Authorization", "")
            server.seen.append(Seen(self.path, said, self.headers.get("User-Agent", "")))
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            conduct = server.conduct
            place = next((p for p in conduct.redirects if path.startswith(p)), None)
            if conduct.hangs and conduct.hangs in self.path:
                server.released.wait(60)
            if place:
                self._send(302, b"", {"Location": conduct.redirects[place] + self.path})
            elif path in conduct.raw:
                status, content = conduct.raw[path]
                self._send(status, content, {"Content-Type": _type(path, query)})
            elif conduct.credential and said != conduct.credential:
                self._send(401, b"", {"WWW-Authenticate": 'Basic realm="git"'})
            elif conduct.dumb:
                self._file(path)
            else:
                if self.command == "POST" and conduct.before_post:
                    conduct.before_post()
                self._backend(path, query, body)

        def _file(self, path: str) -> None:
            found = server.root / path.lstrip("/")
            good = found.is_file()
            self._send(200 if good else 404, found.read_bytes() if good else b"", {})

        def _backend(self, path: str, query: str, body: bytes) -> None:
            variables = ENVIRONMENT | {
                "GIT_PROJECT_ROOT": str(server.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_ADDR": "127.0.0.1",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
            }
            done = subprocess.run(
                [GIT, "http-backend"], input=body, env=variables, capture_output=True, check=False
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if line)
            status = int(fields.pop("Status", "200").split()[0])
            self._send(status, content, fields)

        def _send(self, status: int, content: bytes, fields: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

    return Handler


def _type(path: str, query: str) -> str:
    if path.endswith("/info/refs") and "upload-pack" in query:
        return "application/x-git-upload-pack-advertisement"
    return "application/x-git-upload-pack-result"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a private CA and a certificate of localhost; return its file and the server's pair."""
    folder.mkdir(parents=True)
    now = dt.datetime.now(dt.UTC)
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"CA {folder.name}")])

    def made(subject: x509.Name, public: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
        )

    ca = made(name, root.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    places: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    leaf = made(subject, key.public_key()).add_extension(
        x509.SubjectAlternativeName(places), critical=False
    )
    pem = serialization.Encoding.PEM
    ca_file, pair = folder / "ca.pem", folder / "pair.pem"
    ca_file.write_bytes(ca.sign(root, hashes.SHA256()).public_bytes(pem))
    pair.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.sign(root, hashes.SHA256()).public_bytes(pem)
    )
    return ca_file, pair
