"""Secrets of a workspace on a real server: hidden by computation, and still not for an upload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.serving import Serving, serving
from tests.fakes.git_server import GitServer

pytestmark = pytest.mark.timeout(120)

SECRET = "hunter2-kagi-no-kotoba"
THIEF = """\
variable "db_password" {
  sensitive = true
}
resource "terraform_data" "stolen" {
  input = nonsensitive(join(" ", split("", var.db_password)))
}
"""
HONEST = """\
variable "db_password" {
  sensitive = true
}
resource "terraform_data" "db" {
  input = sha256(var.db_password)
}
"""
FILE = """\
version: 1
workspaces:
  net:
    source: {{git: {git}, upload: true, inline: true}}
    secrets: {{db_password: {{env: DB_PASSWORD}}}}
"""

TOLD = ("", "/plan", "/plan/change?address=terraform_data.stolen", "/log")


def stolen(of: str) -> str:
    return " ".join(of)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("secrets")
    with GitServer(folder) as git:
        repository = git.repository()
        repository.commit({"main.tf": HONEST.encode()})
        repository.commit({"main.tf": THIEF.encode()}, "refs/heads/feature")
        source = git.source()
        text = FILE.format(git=json.dumps({"url": source.url, "ca_file": source.ca_file}))
        (folder / "sekisho.yaml").write_text(text, encoding="utf-8")
        config = ("--config", str(folder / "sekisho.yaml"))
        data = tmp_path_factory.mktemp("data")
        with serving(data, *config, DB_PASSWORD=SECRET) as running:
            yield running


def planned(server: Serving, **ask: Any) -> tuple[dict[str, Any], str]:
    """Plan; return the run, and everything that the API tells of it."""
    with server.api() as api:
        made = api.post("/runs", json={"workspace": "net"} | ask).raise_for_status().json()
        run = server.settled(made["id"])
        told = [api.get(f"/runs/{run['id']}{of}").text for of in TOLD]
    return run, "\n".join(told)


@pytest.mark.parametrize("way", [{"files": {"main.tf": THIEF}}, {"git_ref": "feature"}], ids=list)
def test_who_may_choose_the_configuration_finds_a_marker(server: Serving, way: dict[str, Any]):
    run, told = planned(server, **way)
    assert run["status"] == "blocked"
    assert run["problem"]["code"] == "plan_only"
    assert stolen("sekisho-withheld:db_password") in told
    assert "Secrets are withheld from this configuration: db_password" in told
    assert stolen(SECRET) not in told
    assert SECRET not in told


def test_a_commit_on_the_declared_ref_is_given_the_secret_and_applied(server: Serving):
    run, told = planned(server, git_ref="default")
    assert run["status"] == "awaiting_approval", run
    assert "withheld" not in told
    assert SECRET not in told
    server.approve(run["id"])
    with server.api() as api:
        api.post(f"/runs/{run['id']}/apply").raise_for_status()
    assert server.settled(run["id"])["status"] == "applied"


def test_callers_are_told_the_names_alone(server: Serving):
    with server.api() as api:
        shown = api.get("/workspaces/net").raise_for_status()
    assert shown.json()["secrets"] == ["db_password"]
    assert SECRET not in shown.text
