"""A whole server that people sign in at: from the host's commands to an apply that two approved."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest

from tests.e2e.serving import REPO, Serving, environment, failing, free_port, serving
from tests.fakes.authenticator import Authenticator
from tests.identity.people_provider import CLIENT, SECRET, PeopleProvider, people_provider

MAIN = 'resource "terraform_data" "a" {\n  input = "1"\n}\n'


def write_file(folder: Path, issuer: str, **oidc: Any) -> Path:
    """Write sekisho.yaml: one workspace, and a provider to sign in at."""
    section = {"issuer": issuer, "audience": "sekisho", "client_id": CLIENT, **oidc}
    whole = {
        "version": 1,
        "workspaces": {"net": {"backend": {"server": {}}}},
        "identity": {"oidc": section},
    }
    path = folder / "sekisho.yaml"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def host(config: Path, data: Path, *words: str) -> str:
    """Run a host command; return what it prints."""
    command = [sys.executable, "-m", "sekisho", *words, "--data-dir", str(data)]
    command += ["--config", str(config)]
    done = subprocess.run(
        command,
        env=environment(CONSOLE_SECRET=SECRET),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Person:
    """Somebody with a browser and a device, before a real server."""

    def __init__(self, url: str) -> None:
        self.url = url
        headers = {"sec-fetch-site": "same-origin", "origin": url}
        self.http = httpx2.Client(base_url=url, headers=headers, timeout=30)
        self.device = Authenticator(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def sign_in(self, form: dict[str, str]) -> httpx2.Response:
        there = self.http.get("/sign-in/start").headers["location"]
        page = self.http.post(there, data=form)
        assert page.status_code in (302, 303), page.text
        back = self.http.get(page.headers["location"], headers={"sec-fetch-site": "cross-site"})
        return self.http.get(back.headers["location"]) if back.status_code == 303 else back

    def enrol(self, code: str) -> None:
        made = self.device.create(self.http.post("/passkeys/creation").text)
        form = {"name": "phone", "code": code, "answer": made}
        assert self.http.post("/passkeys", data=form).status_code == 303

    def decide(self, run_id: str, proof: str | None = None, **more: str) -> httpx2.Response:
        page = self.http.get(f"/runs/{run_id}?decide=approve").text
        seal = re.search(r'name="seal"\s+value="([^"]+)"', page)
        assert seal, page
        form = {"seal": seal[1], "decision": "approve", **more}
        if proof is None:
            proof = self.device.get(self.http.post(f"/runs/{run_id}/challenge", data=form).text)
        return self.http.post(f"/runs/{run_id}/approve", data={**form, "proof": proof})


@pytest.fixture
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: datetime.now(UTC)) as found:
        found.people["0001"] = {"preferred_username": "sato@example.jp"}
        found.people["0002"] = {"preferred_username": "suzuki@example.jp"}
        yield found


@pytest.mark.long
def test_a_person_with_a_passkey_approves_what_an_agent_of_another_planned(
    tmp_path: Path, provider: PeopleProvider
):
    config = write_file(tmp_path, provider.url, client_secret={"env": "CONSOLE_SECRET"})
    data, port = tmp_path / "data", free_port()
    url = f"http://localhost:{port}"
    words = ("--config", str(config), "--port", str(port))
    more = {"SEKISHO_PUBLIC_URL": url, "CONSOLE_SECRET": SECRET}
    with at_port(data, words, more, port) as server, Person(url) as suzuki:
        key = host(config, data, "token", "create", "sato@example.jp")
        agent = {"authorization": f"Bearer {key}"}
        assert httpx2.get(f"{url}/").status_code == 303
        assert "suzuki@example.jp" in suzuki.sign_in({"subject": "0002"}).text
        code = host(config, data, "person", "enroll", "suzuki@example.jp")
        assert re.fullmatch(r"(\w{4}-){3}\w{4}", code)
        suzuki.enrol(code)
        listed = json.loads(host(config, data, "person", "list", "--json"))
        assert [(row["name"], row["passkeys"]) for row in listed] == [("suzuki@example.jp", 1)]

        order = {"workspace": "net", "files": {"main.tf": MAIN}}
        with httpx2.Client(base_url=f"{url}/api/v1", headers=agent, timeout=30) as api:
            run_id = api.post("/runs", json=order).raise_for_status().json()["id"]
        server.until(run_id, "awaiting_approval")

        with httpx2.Client(base_url=url, headers=agent) as with_key:
            assert with_key.get("/").status_code == 303, "a key opens no page"
        assert suzuki.decide(run_id, proof="").status_code == 403
        answer = suzuki.decide(run_id, then="apply")
        assert answer.status_code == 303, answer.text
        server.until(run_id, "applied")
        seen = json.loads(host(config, data, "audit", "list", "--run", run_id, "--json"))
        assert [r["action"] for r in seen].count("run.approve") == 1

        assert host(config, data, "person", "sign-out", "suzuki@example.jp").startswith("1 ")
        assert suzuki.http.get("/").status_code == 303
        said = host(config, data, "person", "forget-passkeys", "suzuki@example.jp")
        assert said.startswith("1 passkey ")
        host(config, data, "audit", "verify")
        log = "\n".join(server.lines)
        assert SECRET not in log
        assert code.replace("-", "") not in log.replace("-", "")


@contextlib.contextmanager
def at_port(
    data: Path, words: tuple[str, ...], more: dict[str, str], port: int
) -> Iterator[Serving]:
    """Serve at a port that was known before."""
    server = Serving(data, words, more, port)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@contextlib.contextmanager
def oidc_provider_mock() -> Iterator[str]:
    """Run the provider of PyPI as a process of its own."""
    port = free_port()
    claims = json.dumps({"sub": "0001", "preferred_username": "sato@example.jp"})
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"]
    command += ["--port", str(port), "--user-claims", claims]
    env = {"PATH": os.environ["PATH"], "AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen(
        command, cwd=REPO, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url)
        yield url
    finally:
        process.kill()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx2.HTTPError):
            httpx2.get(f"{url}/.well-known/openid-configuration").raise_for_status()
            return
        time.sleep(0.05)
    raise AssertionError("the provider did not start")


def test_a_person_signs_in_at_a_provider_that_is_not_of_our_making(tmp_path: Path):
    with oidc_provider_mock() as issuer:
        config = write_file(tmp_path, issuer, client_secret={"env": "CONSOLE_SECRET"})
        port = free_port()
        url = f"http://localhost:{port}"
        words = ("--config", str(config))
        more = {"SEKISHO_PUBLIC_URL": url, "CONSOLE_SECRET": SECRET}
        with at_port(tmp_path / "data", words, more, port), Person(url) as sato:
            page = sato.sign_in({"sub": "0001"})
            assert "sato@example.jp" in page.text, re.findall(r"<code>.*</code>", page.text)
            left = sato.http.post("/sign-out")
            assert "/sign-out/provider" in left.text
            there = sato.http.get("/sign-out/provider").headers["location"]
            assert there.startswith(issuer)
            denied = sato.sign_in({"action": "deny"})
            assert denied.status_code == 403
            assert "sign_in_lost" in denied.text, "it leaves out the state where it refuses"


@pytest.mark.long
def test_people_sign_in_at_a_safe_address_alone(tmp_path: Path, provider: PeopleProvider):
    config = write_file(tmp_path, provider.url)
    said = failing(
        tmp_path / "data",
        SEKISHO_CONFIG=str(config),
        SEKISHO_PUBLIC_URL="http://sekisho.example",
    )
    assert "SEKISHO_PUBLIC_URL" in said
    assert "https" in said


@pytest.mark.long
def test_an_address_that_passkeys_cannot_be_for_is_warned_of(
    tmp_path: Path, provider: PeopleProvider
):
    config = write_file(tmp_path, provider.url)
    with serving(tmp_path / "data", "--config", str(config)) as server:
        assert "passkeys.no_name" in "\n".join(server.lines)
        assert httpx2.get(f"{server.url}/").status_code == 303


@pytest.mark.long
def test_a_server_without_sign_in_is_as_it_was(tmp_path: Path):
    with serving(tmp_path / "data") as server:
        assert httpx2.get(f"{server.url}/").status_code == 200
        assert httpx2.get(f"{server.url}/passkeys").headers["location"] == "/"
