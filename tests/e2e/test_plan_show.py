"""`sekisho plan show` against a real server and real Terraform: screen, full, Markdown, JSON."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.cli import main
from sekisho_client.terminal import width
from tests.e2e.serving import Serving, environment, serving
from tests.faces.markdown_shape import complaints, fences

pytestmark = pytest.mark.timeout(120)

SECRET = "hunter2-hunter2-hunter2"
FIRST = """
variable "version_tag" { default = "v1" }
variable "port" { default = "80" }
variable "password" {
  default   = "SECRET"
  sensitive = true
}
resource "terraform_data" "fleet" {
  count = 20
  input = { tag = var.version_tag, note = "値 | `x` <b> @everyone" }
}
resource "terraform_data" "script" {
  input = "#!/bin/sh\\nset -eu\\nexec serve --port ${var.port}\\n"
}
resource "terraform_data" "login" { input = "${var.password}-${var.version_tag}" }
resource "terraform_data" "keyed" { triggers_replace = [var.version_tag] }
""".replace("SECRET", SECRET)
OLD = 'resource "terraform_data" "old" { input = "audit" }\n'
NEW = """
resource "terraform_data" "new" {
  input = "x"
  provisioner "local-exec" { command = "true" }
}
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


def planned(server: Serving, text: str) -> str:
    with server.api() as api:
        body = {"workspace": "default", "files": {"main.tf": text}, "message": "週次 | の変更"}
        run_id = api.post("/runs", json=body).raise_for_status().json()["id"]
    server.settled(run_id)
    return run_id


@pytest.fixture(scope="module")
def run_id(server: Serving) -> str:
    """A plan that changes, replaces, deletes and creates, and runs code."""
    first = planned(server, FIRST + OLD)
    server.approve(first)
    with server.api() as api:
        api.post(f"/runs/{first}/apply").raise_for_status()
    assert server.settled(first)["status"] == "applied"
    return planned(server, FIRST.replace('"v1"', '"v2"').replace('"80"', '"8080"') + NEW)


@pytest.fixture
def show(server: Serving, run_id: str, capsys: pytest.CaptureFixture[str]):
    def ask(*words: str, run: str = run_id) -> tuple[int, str, str]:
        code = main(["plan", "show", run, *words, "--server", server.url])
        shown = capsys.readouterr()
        assert SECRET not in shown.out + shown.err
        return code, shown.out, shown.err

    return ask


@pytest.fixture(autouse=True)
def token(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = (server.data / "local.token").read_text(encoding="utf-8").strip()
    monkeypatch.setenv("SEKISHO_TOKEN", secret)


def test_one_screen_has_the_gate_code_dangers_counts_and_equal_changes_folded(
    server: Serving, run_id: str, show
):
    code, out, _ = show("--lang", "en")
    assert code == 0
    assert "\x1b" not in out, "a pipe gets no colour"
    for said in (
        "Gate: closed, 1 unmet",
        "[approval_missing]",
        "Code that will run (1)",
        "terraform_data.new",
        "Dangerous changes (2)",
        "terraform_data.keyed",
        "terraform_data.old",
        "20 × terraform_data.fleet[…]",
        "Plan: 2 to add, 22 to change, 2 to destroy.",
        f"Review and decide: {server.url}/runs/{run_id}",
    ):
        assert said in out
    assert len(out.splitlines()) < 60


def test_a_terminal_of_sixty_columns_gets_colour_and_no_longer_lines(server: Serving, run_id: str):
    command = [sys.executable, "-m", "sekisho", "plan", "show", run_id, "--full", "--lang", "ja"]
    known = (server.data / "local.token").read_text(encoding="utf-8").strip()
    given = environment(SEKISHO_URL=server.url, SEKISHO_TOKEN=known, TERM="xterm")
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    with subprocess.Popen(command, env=given, stdout=follower, stdin=follower) as process:
        os.close(follower)
        shown = b""
        while chunk := _read(leader):
            shown += chunk
        assert process.wait(30) == 0
    os.close(leader)
    text = shown.decode()
    assert "計画レビュー：default" in text
    assert COLOUR.search(text)
    bare = COLOUR.sub("", text).replace("\r", "")
    assert bare.replace("\n", "").isprintable()
    assert max(map(width, bare.splitlines())) <= 60


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""


@pytest.mark.parametrize(
    ("encoding", "title"), [("ascii", "Plan review: default"), ("cp932", "計画レビュー：default")]
)
def test_a_terminal_of_another_encoding_gets_what_it_can_show(
    server: Serving, run_id: str, encoding: str, title: str
):
    command = [sys.executable, "-m", "sekisho", "plan", "show", run_id, "--full"]
    known = (server.data / "local.token").read_text(encoding="utf-8").strip()
    given = environment(
        SEKISHO_URL=server.url,
        SEKISHO_TOKEN=known,
        SEKISHO_LANGUAGE="ja",
        PYTHONIOENCODING=encoding,
    )
    done = subprocess.run(command, env=given, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode(encoding).startswith(title)


def test_the_full_diff_has_every_value_and_names_of_what_is_the_same(show):
    code, out, _ = show("--full", "--lang", "en")
    assert code == 0
    assert '~ input.tag "v1" → "v2"' in out
    assert "The same for 19 more: terraform_data.fleet[1]" in out
    assert "      -exec serve --port 80\n      +exec serve --port 8080\n" in out
    assert "~ input (sensitive, changes)" in out
    assert re.search(r"\+ +create terraform_data\.new", out)
    _, whole, _ = show("--no-fold", "--lang", "en")
    assert whole.count('~ input.tag "v1" → "v2"') == 20
    number = re.search(r"terraform_data\.script #(\d+)", out)
    assert number
    _, one, _ = show("--changes", number[1], "--lang", "en")
    assert "terraform_data.script" in one
    assert "terraform_data.fleet" not in one


def test_markdown_is_what_the_server_gives_and_nothing_in_it_is_alive(
    server: Serving, run_id: str, show
):
    for language in ("en", "ja"):
        code, out, _ = show("--markdown", "--lang", language)
        assert code == 0
        with server.api() as api:
            place = f"/runs/{run_id}/plan/document.md"
            answer = api.get(place, params={"language": language}).raise_for_status()
        assert out == answer.text
        assert complaints(out, f"{server.url}/runs/{run_id}") == []
        assert any("+exec serve --port 8080" in content for content in fences(out))
    assert "週次" in out


def test_programs_get_the_document_by_page_or_whole(show):
    _, out, _ = show("--json")
    assert json.loads(out)["review"]["summary"].startswith("Plan: 2 to add")
    _, out, _ = show("--json", "--no-fold")
    changes = json.loads(out)["changes"]
    assert sorted(c["number"] for c in changes) == list(range(len(changes)))


@pytest.mark.parametrize("given", [{"LANG": "ja_JP.UTF-8"}, {"SEKISHO_LANGUAGE": "ja"}])
def test_the_review_speaks_the_readers_language(
    show, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    _, out, _ = show()
    assert "計画レビュー：default (承認待ち)" in out
    assert "危険な変更 (2)" in out


def test_colour_can_be_asked_for(show):
    assert COLOUR.search(show("--color", "always")[1])


def test_what_has_no_plan_is_refused_with_a_next_step(server: Serving, show):
    broken = planned(server, 'resource "terraform_data" {\n')
    for words in ((), ("--markdown",), ("--full",)):
        code, out, err = show(*words, run=broken)
        assert (code, out) == (1, "")
        assert "plan_missing" in err
        assert "next:" in err
    assert "run_unknown" in show(run="run-nothing")[2]
    assert "change_number_unknown" in show("--changes", "999")[2]


def test_what_is_called_wrongly_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["plan", "show", "run-x", "--lang", "fr"]) == 2
    assert "choice_invalid" in capsys.readouterr().err
    assert main(["plan", "show", "run-x", "--changes", "x"]) == 2
    assert "choice_invalid" in capsys.readouterr().err
