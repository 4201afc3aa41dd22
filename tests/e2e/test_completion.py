"""Completion in the real shells: what is offered where."""

import contextlib
import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from sekisho.cli import main

BASH = """\
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_sekisho
printf '%s\\n' "${COMPREPLY[@]}"
"""
LINES = [
    (["sekisho", "ru"], {"run"}),
    (["sekisho", "run", ""], {"list", "get", "log", "apply", "cancel", "discard"}),
    (["sekisho", "run", "l"], {"list", "log"}),
    (["sekisho", "--color", "never", "run", "l"], {"list", "log"}),
    (["sekisho", "plan", "create", "--mode", ""], {"normal", "destroy", "refresh_only"}),
    (["sekisho", "plan", "create", "prod", "--mode", "de"], {"destroy"}),
    (["sekisho", "plan", "create", "prod", "--detai"], {"--detailed-exitcode"}),
    (["sekisho", "run", "list", "--workspace", "run", "--limi"], {"--limit"}),
    (["sekisho", "client", "add", "vs"], {"vscode"}),
    (["sekisho", "client", "add", "kiro", "--sco"], {"--scope"}),
    (["sekisho", "run", "list", "--status", "awaiting"], {"awaiting_approval"}),
    (["sekisho", "run", "list", "--limit", ""], set()),
    (["sekisho", "completion", "f"], {"fish"}),
    (["sekisho", "nonsense", "zzz"], set()),
]


@pytest.fixture
def script(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def made(shell: str) -> Path:
        assert main(["completion", shell]) == 0
        path = tmp_path / f"_sekisho.{shell}"
        path.write_text(capsys.readouterr().out, encoding="utf-8")
        return path

    return made


def output_of(*command: str, **more: str) -> str:
    ended = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | more,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert ended.stderr == ""
    return ended.stdout


@pytest.mark.parametrize(("words", "offered"), LINES, ids=lambda v: " ".join(sorted(v)) or "-")
def test_bash_offers_what_may_follow(script, words: list[str], offered: set[str]):
    path = script("bash")
    said = output_of("bash", "--norc", "-c", BASH, "bash", str(path), *words)
    assert set(said.split()) == offered


def test_bash_completes_files_where_an_option_wants_one(script, tmp_path: Path):
    (tmp_path / "sekisho.yaml").touch()
    words = ["sekisho", "config", "check", "--config", f"{tmp_path}/sek"]
    said = output_of("bash", "--norc", "-c", BASH, "bash", str(script("bash")), *words)
    assert said.strip() == f"{tmp_path}/sekisho.yaml"


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize(("words", "offered"), LINES, ids=lambda v: " ".join(sorted(v)) or "-")
def test_fish_offers_what_may_follow(script, tmp_path: Path, words: list[str], offered: set[str]):
    asked = f"source {script('fish')}; complete -C {' '.join(words)!r}"
    said = output_of("fish", "--no-config", "-c", asked, HOME=str(tmp_path))
    assert {line.split("\t")[0] for line in said.splitlines()} == offered


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("sekisho worksp\t", "sekisho workspace "),
        ("sekisho run can\t", "sekisho run cancel "),
        ("sekisho plan create --mode dest\t", "sekisho plan create --mode destroy "),
        ("sekisho client add kiro --tok\t", "sekisho client add kiro --token-variable "),
        ("sekisho run list --status awai\t", "sekisho run list --status awaiting_approval "),
    ],
)
def test_zsh_completes_at_a_real_prompt(script, tmp_path: Path, typed: str, completed: str):
    path = script("zsh")
    child, terminal = pty.fork()
    if child == 0:
        given = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "dumb", "PS1": "> "}
        os.execvpe("zsh", ["zsh", "-f", "-i"], given)
    try:
        setup = f"autoload -Uz compinit; compinit -u -D; source {path}; print re''ady\n"
        os.write(terminal, setup.encode())
        assert "\nready" in read_until(terminal, "\nready")
        os.write(terminal, typed.encode())
        assert completed in read_until(terminal, completed)
    finally:
        os.close(terminal)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, 9)
        os.waitpid(child, 0)


def read_until(terminal: int, wanted: str) -> str:
    """Read what the terminal shows, until it shows what is wanted or time is up."""
    shown, end = "", time.monotonic() + 15
    while wanted not in shown and (left := end - time.monotonic()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            break
        shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown


def test_powershell_gets_every_command_and_option(script):
    text = script("powershell").read_text(encoding="utf-8")
    assert "'plan create --mode' = @('normal', 'destroy', 'refresh_only')" in text
    assert "'run list' = @(" in text
    assert text.count("{") == text.count("}")
