"""What a newcomer types after reading the README, and what they are told where they stumble."""

import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from sekisho.cli import main
from tests.e2e.serving import REPO, Serving, environment, serving

pytestmark = pytest.mark.timeout(120)

MAIN = """
resource "terraform_data" "a" {
  input = "x"
}
output "out" {
  value = terraform_data.a.output
}
"""


def planned(server: Serving) -> str:
    with server.api() as api:
        body = {"workspace": "default", "files": {"main.tf": MAIN}}
        run_id = api.post("/runs", json=body).raise_for_status().json()["id"]
    server.until(run_id, "awaiting_approval")
    return run_id


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_the_operators_file_of_the_readme_passes_the_check_as_printed(
    readme: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("GIT_TOKEN", "glpat-0123456789")
    monkeypatch.setenv("SPOKE_EXTERNAL_ID", "team-7f3a")
    text = (REPO / readme).read_text(encoding="utf-8")
    (printed,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "sekisho.yaml"
    file.write_text(printed, encoding="utf-8")
    assert main(["config", "check", "--config", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "network-prod" in shown
    assert "sandbox" in shown


def test_both_readmes_have_the_same_sections_tables_and_commands():
    def shape(name: str) -> list[str]:
        text = (REPO / name).read_text(encoding="utf-8")
        blocks = re.findall(r"^(#+) |^(```\w*|\| |\d\. |!\[)", text, re.MULTILINE)
        return [heading or other for heading, other in blocks]

    assert shape("README.md") == shape("README.ja.md")


def test_a_check_of_the_operators_file_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    data = tmp_path / "data"
    assert main(["config", "check", "--data-dir", str(data)]) == 0
    assert "default" in capsys.readouterr().out
    assert not data.exists()


def test_a_plan_is_shown_change_by_change_with_what_is_unmet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with serving(tmp_path / "data") as server:
        run_id = planned(server)
        here = ("--server", server.url, "--data-dir", str(server.data))
        assert main(["plan", "show", run_id, *here]) == 0
        shown = capsys.readouterr().out
        assert re.search(r"^  \+ +terraform_data\.a\b", shown, re.MULTILINE)
        assert re.search(r"^Outputs \(1\)\n  out ", shown, re.MULTILINE)
        assert "[approval_missing]" in shown
        assert f"{server.url}/runs/{run_id}" in shown

        assert main(["run", "get", run_id, *here]) == 0
        assert re.search(r" loopback|@localhost", capsys.readouterr().out)
        assert main(["run", "get", run_id, *here]) == 0
        assert "{" not in capsys.readouterr().out.splitlines()[1], "the caller is named, not dumped"


@pytest.mark.long
def test_a_locked_workspace_is_seen_in_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with serving(tmp_path / "data") as server:
        data = ("--data-dir", str(server.data))
        assert main(["lock", "default", "--reason", "年末の凍結", *data]) == 0
        capsys.readouterr()
        assert main(["workspace", "list", "--server", server.url, *data]) == 0
        shown = capsys.readouterr().out
        assert re.search(r"^default +local +inline, upload +no +locked by ", shown, re.MULTILINE)


def test_a_command_that_finds_no_credential_says_where_to_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    elsewhere = ("--data-dir", str(tmp_path / "elsewhere"))
    with serving(tmp_path / "data") as server:
        assert main(["run", "list", "--server", server.url, *elsewhere]) == 1
    said = capsys.readouterr().err
    assert "credential_needed" in said
    assert "SEKISHO_DATA_DIR" in said


def test_an_audit_that_is_not_there_is_not_called_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["audit", "verify", "--data-dir", str(tmp_path / "wrong")]) == 1
    assert "audit_empty" in capsys.readouterr().err


@pytest.mark.long
def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path):
    with serving(tmp_path / "first") as server:
        words = ["serve", "--port", str(server.port), "--data-dir", str(tmp_path / "second")]
        ended = subprocess.run(
            [sys.executable, "-m", "sekisho", *words],
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert "setting_invalid" in ended.stderr
    assert str(server.port) in ended.stderr
    assert "worker" not in ended.stderr
    assert not (tmp_path / "second").exists()


@pytest.mark.long
def test_port_0_is_a_free_port_and_links_lead_to_it(tmp_path: Path):
    words = ["serve", "--port", "0", "--data-dir", str(tmp_path)]
    command = [sys.executable, "-m", "sekisho", *words]
    with subprocess.Popen(
        command, env=environment(), stderr=subprocess.PIPE, encoding="utf-8"
    ) as server:
        try:
            assert server.stderr
            said = "".join(server.stderr.readline() for _ in range(2))
            found = re.search(r"console (http://127\.0\.0\.1:\d+) ", said)
            assert found
            assert httpx2.get(f"{found.group(1)}/healthz/ready", timeout=30).status_code == 200
        finally:
            server.terminate()
            server.communicate(timeout=60)
    assert server.returncode == 0
