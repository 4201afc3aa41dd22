"""The command line against a real server, and on its data folder."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.cli import main
from tests.e2e.serving import Serving, serving

pytestmark = pytest.mark.timeout(120)

MAIN = """
resource "terraform_data" "a" {
  input = "x"
}
output "out" {
  value = terraform_data.a.output
}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    (root / "network").mkdir()
    (root / "network" / "main.tf").write_text(MAIN, encoding="utf-8")
    (root / "broken").mkdir()
    (root / "broken" / "main.tf").write_text('resource "terraform_data" {\n', encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("data"), "--root", str(root)) as running:
        yield running


@pytest.fixture
def run(server: Serving, capsys: pytest.CaptureFixture[str]):
    def ask(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--server", server.url, "--data-dir", str(server.data)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return ask


@pytest.fixture
def host(server: Serving, capsys: pytest.CaptureFixture[str]):
    def ask(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--data-dir", str(server.data)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return ask


def test_a_plan_is_made_shown_approved_and_applied(server: Serving, run, host):
    code, out, _ = run("plan", "create", "network", "--message", "週次の変更", "--follow", "--json")
    assert code == 3, "it waits for a person"
    made = json.loads(out)
    assert made["status"] == "awaiting_approval"
    run_id = made["id"]

    code, out, _ = run("plan", "show", run_id)
    assert code == 0
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in out
    code, _, err = run("run", "apply", run_id)
    assert code == 1
    assert "gate_unmet" in err
    server.approve(run_id)
    code, out, _ = run("run", "apply", run_id, "--follow")
    assert code == 0
    assert "applied" in out

    code, out, _ = run("run", "log", run_id)
    assert code == 0
    assert "Apply complete" in out or "1 added" in out
    code, out, _ = run("run", "list", "--workspace", "network")
    assert code == 0
    assert "週次の変更" in out
    code, out, _ = host("audit", "verify")
    assert code == 0
    assert "1 applies" in out
    code, out, _ = host("audit", "list", "--run", run_id, "--json")
    assert [r["action"] for r in json.loads(out)][-1] == "run.applied"


def test_a_syntax_error_is_told_with_its_file_and_line(run):
    code, out, err = run("plan", "create", "broken", "--follow")
    assert code == 1
    assert "init_failed" in err or "configuration" in err
    assert "main.tf:1" in out + err


def test_an_unknown_workspace_gets_near_names(run):
    code, _, err = run("plan", "create", "netwrok")
    assert code == 1
    assert "workspace_unknown" in err
    assert "network" in err


def test_a_server_that_does_not_answer_is_told_with_a_next_step(capsys: pytest.CaptureFixture[str]):
    code = main(["run", "list", "--server", "http://127.0.0.1:9"])
    assert code == 1
    assert "sekisho serve" in capsys.readouterr().err


def test_a_lock_keeps_applies_out_until_it_is_taken_back(server: Serving, run, host, root: Path):
    where = ("network", "--root", str(root))
    assert host("lock", *where, "--reason", "年末の凍結")[0] == 0
    code, _, err = run("plan", "create", "network", "--mode", "destroy", "--replace", "x.y")
    assert code == 1
    assert "arguments_invalid" in err
    code, out, _ = run("plan", "create", "network", "--mode", "destroy", "--follow", "--json")
    run_id = json.loads(out)["id"]
    server.approve(run_id)
    code, _, err = run("run", "apply", run_id)
    assert code == 1
    assert "workspace_locked" in err
    assert "年末の凍結" in err
    assert host("unlock", *where)[0] == 0
    assert host("unlock", *where)[0] == 1, "there is nothing left to unlock"
    assert run("run", "discard", run_id)[0] == 0
    _, out, _ = run("workspace", "list")
    assert "network" in out


def test_a_token_is_shown_once_listed_without_secret_and_revoked(host):
    code, out, _ = host("token", "create", "sato@example.jp", "--client", "kiro")
    assert code == 0
    secret = out.strip()
    assert re.fullmatch(r"sks_[\w-]{43}[0-9A-Za-z]{6}", secret)
    _, listed, _ = host("token", "list")
    assert "sato@example.jp" in listed
    assert secret not in listed
    token_id = next(line.split()[0] for line in listed.splitlines() if "sato@" in line)
    code, _, _ = host("token", "revoke", token_id)
    assert code == 0
    code, _, err = host("token", "revoke", "tok-nothing")
    assert code == 1
    assert "token_unknown" in err


def test_config_check_reports_every_problem_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "sekisho.yaml"
    file.write_text(
        "version: 1\nworkspaces:\n  a: {terrafrom: '1.11'}\n  b: {backend: {s4: {}}}\n",
        encoding="utf-8",
    )
    words = ["config", "check", "--config", str(file), "--data-dir", str(tmp_path / "data")]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "operator_file_invalid" in said
    assert "terraform" in said
    file.write_text("version: 1\nworkspaces:\n  a: {terraform: '~> 1.11'}\n", encoding="utf-8")
    assert main(words) == 0
    assert "~> 1.11" in capsys.readouterr().out


def test_the_schema_of_the_operators_file_is_json(capsys: pytest.CaptureFixture[str]):
    assert main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "sekisho.yaml"


class Terminal(io.StringIO):
    """A terminal with a person before it, who types nothing."""

    def isatty(self) -> bool:
        return True


def test_a_person_who_names_no_command_is_shown_the_commands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", Terminal())
    assert main([]) == 2
    assert "serve" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ワークスペース"),
        ({"SEKISHO_LANGUAGE": "ja"}, "ワークスペース"),
        ({}, "workspace"),
    ],
)
def test_errors_are_told_in_the_readers_language(
    run, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    code, _, err = run("plan", "create", "どこにもない")
    assert code == 1
    assert said in err


def test_scripts_learn_from_the_exit_code_what_a_plan_does(run):
    detailed = ("plan", "create", "network", "--detailed-exitcode", "--json")
    code, out, _ = run(*detailed, "--mode", "destroy")
    assert code == 2, "it changes something, as terraform plan says it"
    changing = json.loads(out)["id"]
    assert run("run", "get", changing)[0] == 0
    assert run("run", "get", changing, "--follow")[0] == 3, "a person is waited for"
    assert run("run", "discard", changing)[0] == 0
    code, out, _ = run(*detailed, "--mode", "refresh_only")
    assert code == 0
    assert json.loads(out)["status"] == "no_changes"
    assert run("plan", "create", "network", "--mode", "refresh_only", "--follow")[0] == 0
    assert run("plan", "create", "broken", "--detailed-exitcode")[0] == 1


def test_every_list_of_the_host_is_json_for_programs(host, root: Path, tmp_path: Path):
    code, out, _ = host("token", "create", "suzuki@example.jp", "--json")
    made = json.loads(out)
    assert code == 0
    assert {"id", "person", "scope", "key"} <= set(made)
    _, out, _ = host("token", "list", "--json")
    listed = {t["id"]: t for t in json.loads(out)}
    assert listed[made["id"]]["person"] == "suzuki@example.jp"
    assert made["key"] not in out
    assert json.loads(host("token", "revoke", made["id"], "--json")[1])["revoked"] == 1
    assert json.loads(host("config", "check", "--root", str(root), "--json")[1])[0]["workspace"]
    assert json.loads(host("store", "prune", "--json")[1]) == {"forgotten": 0}
    assert json.loads(host("audit", "verify", "--json")[1])["faults"] == []
    where = ("broken", "--root", str(root), "--json")
    assert json.loads(host("workspace", "lock", *where, "--reason", "x")[1])["locked"] is True
    assert json.loads(host("workspace", "unlock", *where)[1])["locked"] is False
    code, out, err = host("workspace", "unlock", *where)
    assert (code, out) == (1, "")
    assert json.loads(err)["error"]["code"] == "workspace_not_locked"


def test_a_workspace_is_shown_as_a_table_or_as_json(run):
    code, out, _ = run("workspace", "get", "network")
    assert code == 0
    assert out.startswith("FIELD")
    assert json.loads(run("workspace", "get", "network", "--json")[1])["name"] == "network"


def test_a_log_is_json_lines_and_following_ends(run):
    _, out, _ = run("plan", "create", "network", "--mode", "refresh_only", "--follow", "--json")
    code, out, _ = run("run", "log", json.loads(out)["id"], "--follow", "--json")
    assert code == 0
    lines = [json.loads(line) for line in out.splitlines()]
    assert {line["phase"] for line in lines} == {"plan"}


def test_following_tells_the_phases_on_standard_error_when_piped(run):
    code, out, err = run("plan", "create", "network", "--mode", "destroy", "--follow")
    assert code == 3
    assert re.search(r"^plan(_queued|ning) \(\d+s\)$", err, re.MULTILINE)
    assert "\x1b" not in out + err
    assert run("run", "discard", re.findall(r"^run-\w+", out, re.MULTILINE)[0])[0] == 0
    code, out, _ = run("run", "list", "--color", "always")
    assert "\x1b[" in out
