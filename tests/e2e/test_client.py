"""`sekisho client`: files of IDEs are changed whole, with a backup, or not at all."""

import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sekisho.cli import clients, main
from sekisho_client import settings_files
from sekisho_client.errors import ClientError
from sekisho_client.jsonc import load

URL = "https://sekisho.example.jp"
SECRET = "ghp_0123456789abcdef"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]):
    def ask(*words: str) -> tuple[int, str, str]:
        code = main(["client", *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return ask


def add(run, ide: str, *more: str) -> tuple[int, str, str]:
    return run("add", ide, "--server", URL, "--yes", *more)


@pytest.mark.parametrize(
    ("ide", "scope", "file"),
    [
        ("kiro", "user", ".kiro/settings/mcp.json"),
        ("kiro", "project", "project/.kiro/settings/mcp.json"),
        ("vscode", "user", ".config/Code/User/mcp.json"),
        ("vscode", "project", "project/.vscode/mcp.json"),
        ("cursor", "user", ".cursor/mcp.json"),
        ("cursor", "project", "project/.cursor/mcp.json"),
        ("claude", "project", "project/.mcp.json"),
    ],
)
def test_an_ide_is_added_listed_added_again_and_removed(
    home: Path, run, ide: str, scope: str, file: str
):
    code, out, err = add(run, ide, "--scope", scope)
    assert code == 0, err
    assert str(home / file) in out
    assert "+" in err, "the change is shown"
    written = (home / file).read_text(encoding="utf-8")
    key = "servers" if ide == "vscode" else "mcpServers"
    assert load(written)[key]["sekisho"]["url"] == f"{URL}/mcp"
    assert stat.S_IMODE((home / file).stat().st_mode) == 0o600
    listed = json.loads(run("list", "--json")[1])
    assert [(r["ide"], r["scope"], r["name"]) for r in listed] == [(ide, scope, "sekisho")]

    code, out, _ = add(run, ide, "--scope", scope)
    assert code == 0
    assert (home / file).read_text(encoding="utf-8") == written
    assert not list((home / file).parent.glob("*.bak*")), "nothing changed, nothing is kept"

    assert run("remove", ide, "--scope", scope, "--yes")[0] == 0
    assert load((home / file).read_text(encoding="utf-8"))[key] == {}
    assert run("remove", ide, "--scope", scope, "--yes")[0] == 0


def test_others_and_comments_stay_and_a_backup_is_kept(home: Path, run):
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    before = f'{{\n  // ours\n  "mcpServers": {{\n    "gh": {{"token": "{SECRET}"}},\n  }},\n}}\n'
    file.write_text(before, encoding="utf-8")
    file.chmod(0o644)
    code, out, err = add(run, "cursor")
    assert code == 0
    after = file.read_text(encoding="utf-8")
    assert "// ours" in after
    assert load(after)["mcpServers"]["gh"] == {"token": SECRET}
    assert SECRET not in out + err, "what others wrote may be secret"
    assert file.with_name("mcp.json.bak").read_text(encoding="utf-8") == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert stat.S_IMODE(file.with_name("mcp.json.bak").stat().st_mode) == 0o600
    assert add(run, "cursor", "--team", "a")[0] == 0
    assert file.with_name("mcp.json.bak1").read_text(encoding="utf-8") == after


def test_a_link_stays_a_link(home: Path, run):
    real = home / "dotfiles.json"
    real.write_text("{}", encoding="utf-8")
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.symlink_to(real)
    assert add(run, "cursor")[0] == 0
    assert file.is_symlink()
    assert "sekisho" in real.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"mcpServers": {', "client_file_broken"),
        (b'{"mcpServers": []}', "client_file_broken"),
        (b"\xff\xfe{}", "client_file_unusable"),
        (b" " * (4 * 1024 * 1024 + 1), "client_file_unusable"),
    ],
    ids=["cut", "list", "utf-16", "huge"],
)
def test_what_cannot_be_edited_is_left_alone(home: Path, run, content: bytes, code: str):
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_bytes(content)
    ended, _, err = add(run, "cursor", "--json")
    assert ended == 1
    assert json.loads(err)["error"]["code"] == code
    assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("how", ["read-only", "folder", "dangling", "circle"])
def test_a_file_that_cannot_be_written_is_told(home: Path, run, how: str):
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    if how == "read-only":
        file.write_text("{}", encoding="utf-8")
        file.chmod(0o444)
    elif how == "folder":
        file.mkdir()
    elif how == "dangling":
        file.symlink_to(home / "nowhere")
    else:
        file.symlink_to(file)
    code, _, err = add(run, "cursor")
    assert code == 1
    assert "client_file_unusable" in err
    assert not [p for p in file.parent.iterdir() if p != file]


def test_a_file_changed_meanwhile_is_not_overwritten(home: Path):
    file = home / "mcp.json"
    file.write_text("{}", encoding="utf-8")
    change = settings_files.plan_change(file, lambda _text: '{"a": 1}')
    file.write_text('{"theirs": 1}', encoding="utf-8")
    with pytest.raises(ClientError) as refused:
        settings_files.save(change)
    assert refused.value.code == "client_file_unusable"
    assert file.read_text(encoding="utf-8") == '{"theirs": 1}'


def test_nothing_is_written_without_consent(home: Path, run):
    code, _, err = run("add", "kiro", "--server", URL)
    assert code == 1
    assert "consent_needed" in err
    assert not (home / ".kiro").exists()


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("はい", True), ("", False)])
def test_a_person_at_a_terminal_is_asked(home: Path, answer: str, written: bool):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sekisho", "client", "add", "kiro", "--server", URL]
    more = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    os.write(ours, f"{answer}\n".encode())
    try:
        ended = subprocess.run(
            command, stdin=theirs, env=more, cwd=home, capture_output=True, timeout=60, check=False
        )
    finally:
        os.close(ours)
        os.close(theirs)
    said = ended.stderr.decode()
    assert "Write this? [y/N]" in said
    assert '"url": "https://sekisho.example.jp/mcp"' in said
    assert ended.returncode == (0 if written else 1)
    assert (home / ".kiro" / "settings" / "mcp.json").exists() is written


def test_link_and_print_change_nothing(home: Path, run):
    code, out, _ = run("add", "cursor", "--server", URL, "--link")
    assert code == 0
    assert out.startswith("cursor://anysphere.cursor-deeplink/mcp/install?name=sekisho&config=")
    code, out, _ = run("add", "vscode", "--server", URL, "--print")
    assert json.loads(out)["servers"]["sekisho"]["type"] == "http"
    assert run("add", "claude", "--server", URL, "--link")[0] == 1
    assert list(home.iterdir()) == [home / "project"]


def test_the_persons_claude_is_told_by_its_command(run):
    code, out, _ = run("add", "claude", "--server", URL)
    assert code == 0
    assert out.startswith("claude mcp add --scope user --transport http sekisho ")


def test_stdio_names_a_command_and_the_data_folder(home: Path, run):
    assert run("add", "kiro", "--stdio", "--data-dir", "データ", "--yes")[0] == 0
    text = (home / ".kiro" / "settings" / "mcp.json").read_text(encoding="utf-8")
    entry = load(text)["mcpServers"]["sekisho"]
    assert entry["args"][-3:] == ["stdio", "--data-dir", str(Path.cwd() / "データ")]
    assert os.sep in entry["command"], "a desktop has another PATH"


def test_a_token_of_the_environment_never_reaches_a_file(
    home: Path, run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SEKISHO_TOKEN", "sks_verysecret")
    for ide in ("kiro", "vscode", "cursor"):
        assert add(run, ide)[0] == 0
    every = "".join(p.read_text(encoding="utf-8") for p in home.rglob("*.json"))
    assert every.count("SEKISHO_TOKEN}") == 3
    assert "sks_verysecret" not in every


def test_a_missing_home_is_told(monkeypatch: pytest.MonkeyPatch):
    def gone() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", gone)
    with pytest.raises(ClientError) as refused:
        clients.machine()
    assert refused.value.code == "home_missing"


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('{"mcpServers": {"a": {"args": 5}, "b": 1, "sekisho": {"args": null}}}', ["sekisho"]),
        ('{"mcpServers": {"x": {"command": "uvx", "args": ["sekisho", "stdio"]}}}', ["x"]),
        ('{"mcpServers": []}', []),
        ("{broken", ["?"]),
        ("[]", ["?"]),
    ],
)
def test_files_of_any_form_are_listed_as_far_as_they_can_be_read(
    home: Path, run, content: str, rows: list[str]
):
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text(content, encoding="utf-8")
    code, out, _ = run("list", "--json")
    assert code == 0
    assert [row["name"] for row in json.loads(out)] == rows
    assert run("list")[0] == 0
