"""One content, three ways in: Git, a push, inline; on a real server with real Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.cli import main
from tests.e2e.serving import REPO, Serving, serving
from tests.fakes.git_server import GitServer

pytestmark = pytest.mark.timeout(120)

HELLO = REPO / "examples" / "hello"
MONOREPO = {
    "envs/prod/main.tf": 'module "m" {\n  source = "../../modules/m"\n}\n',
    "modules/m/main.tf": 'resource "terraform_data" "a" {\n  input = "x"\n}\n',
}
FILE = """\
version: 1
workspaces:
  hello:
    source: {{git: {git}, upload: true, inline: true}}
  mono:
    source: {{git: {whole}, upload: true}}
    directory: envs/prod
"""


@pytest.fixture(scope="module")
def hello() -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(HELLO.iterdir()) if p.is_file()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, hello: dict[str, bytes]) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("ways")
    with GitServer(folder) as git:
        files = {f"examples/hello/{name}": content for name, content in hello.items()}
        git.repository().commit(files | {n: t.encode() for n, t in MONOREPO.items()})
        source = git.source()
        whole = {"url": source.url, "ca_file": source.ca_file}
        text = FILE.format(
            git=json.dumps(whole | {"path": "examples/hello"}), whole=json.dumps(whole)
        )
        (folder / "sekisho.yaml").write_text(text, encoding="utf-8")
        config = ("--config", str(folder / "sekisho.yaml"))
        with serving(tmp_path_factory.mktemp("data"), *config) as running:
            yield running


def planned(server: Serving, **ask: Any) -> dict[str, Any]:
    with server.api() as api:
        made = api.post("/runs", json=ask).raise_for_status().json()
    return server.settled(made["id"])


def pushed(
    server: Serving, folder: Path, workspace: str, capsys: pytest.CaptureFixture[str]
) -> str:
    words = ["push", str(folder), "--workspace", workspace, "--server", server.url, "--json"]
    assert main([*words, "--yes", "--data-dir", str(server.data)]) == 0
    return json.loads(capsys.readouterr().out)["digest"]


def test_an_example_from_git_from_a_push_and_inline_is_one_configuration(
    server: Serving, hello: dict[str, bytes], capsys: pytest.CaptureFixture[str]
):
    digest = pushed(server, HELLO, "hello", capsys)
    inline = {name: content.decode() for name, content in hello.items()}
    runs = [
        planned(server, workspace="hello", git_ref="default"),
        planned(server, workspace="hello", configuration=digest),
        planned(server, workspace="hello", files=inline),
    ]
    assert [run["configuration"] for run in runs] == [digest] * 3
    assert [run["status"] for run in runs] == ["awaiting_approval"] * 3
    assert [run["source"] for run in runs] == ["git", "upload", "inline"]


def test_a_workspace_works_in_its_folder_with_the_modules_beside_it(
    server: Serving, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for name, text in MONOREPO.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    digest = pushed(server, tmp_path, "mono", capsys)
    by_push = planned(server, workspace="mono", configuration=digest)
    by_git = planned(server, workspace="mono", git_ref="default")
    for run in (by_push, by_git):
        assert run["status"] == "awaiting_approval", run
    with server.api() as api:
        plan = api.get(f"/runs/{by_git['id']}/plan").raise_for_status().json()
    assert [c["address"] for c in plan["changes"]] == ["module.m.terraform_data.a"]
    server.approve(by_push["id"])
    with server.api() as api:
        api.post(f"/runs/{by_push['id']}/apply").raise_for_status()
    assert server.settled(by_push["id"])["status"] == "applied"


def test_files_that_lie_elsewhere_are_told_before_anything_is_sent(
    server: Serving, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    words = ["push", str(tmp_path), "--workspace", "mono", "--server", server.url, "--yes"]
    assert main([*words, "--data-dir", str(server.data)]) == 1
    said = capsys.readouterr().err
    assert "configuration_invalid" in said
    assert "envs/prod" in said
