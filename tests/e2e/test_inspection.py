"""A real server, real Terraform: what inspection refuses never gets as far as Terraform."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.serving import Serving, serving

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("data"), SEKISHO_INSPECTION_ALLOW="") as found:
        yield found


def planned(server: Serving, text: str) -> dict[str, Any]:
    with server.api() as api:
        body = {"workspace": "default", "files": {"main.tf": text}}
        run_id = str(api.post("/runs", json=body).raise_for_status().json()["id"])
    return server.settled(run_id)


def test_what_is_refused_is_blocked_with_file_line_and_what_to_do(server: Serving, tmp_path: Path):
    canary = tmp_path / "canary"
    run = planned(
        server,
        'resource "terraform_data" "a" {\n  input = filebase64("/proc/self/environ")\n'
        f'  provisioner "local-exec" {{\n    command = "touch {canary}"\n  }}\n}}\n',
    )

    assert (run["status"], run["problem"]["code"]) == ("blocked", "inspection_refused")
    told = {(f["kind"], f["place"], f["refused"]) for f in run["findings"]}
    assert told == {("provisioner", "main.tf:3", True), ("file_outside", "main.tf:2", True)}
    assert not run.get("plan")
    assert not canary.exists()
    with server.api() as api:
        log = api.get(f"/runs/{run['id']}/log").raise_for_status().json()["lines"]
    assert sum("[provisioner]" in str(line) or "[file_outside]" in str(line) for line in log) == 2
    for language, words in (("en", "runs a program"), ("ja", "プログラムを実行します")):
        headers = {"accept-language": language}
        page = httpx2.get(f"{server.url}/runs/{run['id']}", headers=headers).text
        assert words in page
        assert "main.tf:3" in page


def test_what_is_warned_of_is_planned_and_told(server: Serving):
    text = 'terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}\n'
    run = planned(server, text + 'resource "terraform_data" "a" {\n}\n')

    assert run["status"] == "awaiting_approval"
    assert [(f["kind"], f["refused"]) for f in run["findings"]] == [("backend", False)]


def test_validation_does_not_show_it_to_terraform_either(server: Serving):
    with server.api() as api:
        files = {"main.tf": 'locals {\n  a = file("/etc/hostname")\n}\n'}
        answer = api.post("/workspaces/default/validate", json={"files": files})
        answer = answer.raise_for_status().json()
    assert not answer["valid"]
    assert "[file_outside]" in str(answer)
    assert "main.tf" in str(answer)
