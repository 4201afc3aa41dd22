"""A laptop pushes its working tree to a real server, over good networks and bad ones."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tools.build_pyz import build

from sekisho.cli import main
from tests.e2e.cutting import cutting
from tests.e2e.serving import REPO, Serving, environment, serving

pytestmark = pytest.mark.timeout(180)

MAIN = 'resource "terraform_data" "a" {\n  input = "x"\n}\n'
MEGABYTE = 1024 * 1024
Push = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    root = tmp_path_factory.mktemp("root")
    (root / "network").mkdir()
    (root / "network" / "main.tf").write_text(MAIN, encoding="utf-8")
    with serving(tmp_path_factory.mktemp("data"), "--root", str(root)) as running:
        yield running


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist") / "sekisho-client.pyz"
    build(target)
    return target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "infra"
    place.mkdir()
    (place / "main.tf").write_text(MAIN, encoding="utf-8")
    return place


def words(pyz: Path, server: Serving, *more: str, url: str = "") -> list[str]:
    command = [sys.executable, "-I", str(pyz), "push", "--workspace", "network", *more]
    return [*command, "--server", url or server.url]


@pytest.fixture
def push(server: Serving, pyz: Path, folder: Path) -> Push:
    def run(*more: str, url: str = "", **given: str) -> subprocess.CompletedProcess[str]:
        token = (server.data / "local.token").read_text(encoding="utf-8").strip()
        return subprocess.run(
            words(pyz, server, str(folder), *more, url=url),
            env=environment(SEKISHO_TOKEN=token, **given),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def noise(folder: Path, count: int, size: int, seed: int = 1) -> None:
    generator = random.Random(seed)
    for n in range(count):
        (folder / f"noise{seed}-{n}.bin").write_bytes(generator.randbytes(size))


def test_a_working_tree_is_pushed_and_planned(push: Push, folder: Path, server: Serving):
    (folder / "構成図.txt").write_text("図", encoding="utf-8")
    done = push("--plan", "--message", "週次の変更", "--json")
    made = told(done)
    assert made["run"]["status"] == "awaiting_approval"
    run = server.run(made["run"]["id"])
    assert (run["configuration"], run["message"]) == (made["digest"], "週次の変更")


def test_the_digest_is_the_result_and_what_is_next_is_said(push: Push):
    done = push()
    assert done.returncode == 0, done.stderr
    digest = done.stdout.strip()
    assert digest.startswith("sha256:")
    assert "\n" not in digest
    assert f"sekisho plan create network --configuration {digest}" in done.stderr


def test_a_second_push_sends_nothing_and_a_small_change_sends_itself(push: Push, folder: Path):
    noise(folder, 3, MEGABYTE, seed=7)
    assert told(push("--json"))["sent_bytes"] >= 3 * MEGABYTE
    again = told(push("--json"))
    assert (again["sent_bytes"], again["packs"]) == (0, 0)
    (folder / "new.tf").write_text("# new\n", encoding="utf-8")
    assert told(push("--json"))["sent_bytes"] == 6


@pytest.mark.long
def test_a_killed_client_goes_on_where_it_was(push: Push, folder: Path, server: Serving, pyz: Path):
    noise(folder, 6, 3 * MEGABYTE, seed=11)
    token = (server.data / "local.token").read_text(encoding="utf-8").strip()
    with cutting(server.port, after=8 * MEGABYTE, hold=True) as proxy:
        client = subprocess.Popen(
            words(pyz, server, str(folder), url=proxy.url),
            env=environment(SEKISHO_TOKEN=token),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        assert proxy.held.wait(60)
        client.kill()
        assert client.wait(30) == -signal.SIGKILL
    rest = told(push("--json"))
    assert rest["already_bytes"] >= 6 * MEGABYTE
    assert rest["sent_bytes"] + rest["already_bytes"] >= 18 * MEGABYTE
    assert rest["sent_bytes"] <= 12 * MEGABYTE + len(MAIN)


def test_an_interrupted_client_says_how_to_go_on(folder: Path, server: Serving, pyz: Path):
    noise(folder, 3, 3 * MEGABYTE, seed=13)
    token = (server.data / "local.token").read_text(encoding="utf-8").strip()
    with cutting(server.port, after=4 * MEGABYTE, hold=True) as proxy:
        client = subprocess.Popen(
            words(pyz, server, str(folder), url=proxy.url),
            env=environment(SEKISHO_TOKEN=token),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            encoding="utf-8",
        )
        assert proxy.held.wait(60)
        client.send_signal(signal.SIGINT)
        said = client.communicate(timeout=30)[1]
    assert client.returncode == 130
    assert "Run it again" in said


@pytest.mark.long
def test_connections_that_are_cut_are_made_again(push: Push, folder: Path, server: Serving):
    noise(folder, 4, 3 * MEGABYTE, seed=17)
    with cutting(server.port, after=2 * MEGABYTE, cuts=3) as proxy:
        made = told(push("--json", url=proxy.url))
        assert proxy.cuts_left == 0
    assert made["sent_bytes"] == 12 * MEGABYTE + len(MAIN) - made["already_bytes"]


@pytest.mark.long
def test_ten_thousand_files_are_pushed(push: Push, folder: Path):
    for n in range(9_999):
        place = folder / f"部品{n % 40}"
        place.mkdir(exist_ok=True)
        (place / f"部{n}.txt").write_text(f"{n}\n", encoding="utf-8")
    made = told(push("--json"))
    assert made["files"] == 10_000
    assert told(push("--json"))["sent_bytes"] == 0
    (folder / "one-more.txt").write_text("x", encoding="utf-8")
    done = push()
    assert done.returncode == 1
    assert "upload_too_large" in done.stderr


@pytest.mark.long
def test_sixty_megabytes_are_refused_before_anything_is_sent(push: Push, folder: Path):
    noise(folder, 6, 10 * MEGABYTE, seed=19)
    done = push()
    assert done.returncode == 1
    assert "upload_too_large" in done.stderr
    for path in folder.glob("noise*"):
        path.unlink()
    noise(folder, 1, 10 * MEGABYTE, seed=19)
    assert told(push("--json"))["sent_bytes"] >= 10 * MEGABYTE, "nothing of it had arrived"


def test_an_empty_folder_is_told(push: Push, folder: Path):
    (folder / "main.tf").unlink()
    done = push(SEKISHO_LANGUAGE="ja")
    assert done.returncode == 1
    assert "configuration_empty" in done.stderr
    assert "フォルダーを指定してください" in done.stderr


def test_a_secret_is_not_sent_and_not_shown(push: Push, folder: Path):
    secret = "AKIA" + "QWERTYUIOP234567"
    (folder / "keys.tf").write_text(f'# 鍵\nlocals {{ k = "{secret}" }}\n', encoding="utf-8")
    done = push()
    assert done.returncode == 1
    assert "keys.tf:2: aws_access_key_id" in done.stderr
    assert secret not in done.stdout + done.stderr
    assert told(push("--json", "--allow-secrets"))["findings"] == [
        {"path": "keys.tf", "line": 2, "kind": "aws_access_key_id"}
    ]
    text = f'locals {{ k = "{secret}" }} # sekisho:allow\n'
    (folder / "keys.tf").write_text(text, encoding="utf-8")
    assert told(push("--json"))["findings"] == []


def test_a_link_is_refused(push: Push, folder: Path):
    (folder / "link.tf").symlink_to("/etc/passwd")
    done = push()
    assert done.returncode == 1
    assert "link_refused" in done.stderr


def test_a_dry_run_needs_no_server_and_gives_the_same_digest(push: Push, folder: Path):
    (folder / "terraform.tfstate").write_text("{}", encoding="utf-8")
    (folder / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "run.sh").chmod(0o755)
    dry = told(push("--dry-run", "--json", url="http://127.0.0.1:9"))
    assert (dry["sent"], dry["left_out"]) == (False, {"state": 1})
    assert told(push("--json"))["digest"] == dry["digest"]


@pytest.mark.parametrize(
    ("more", "given", "code"),
    [
        (("--workspace", "netwrok"), {}, "workspace_unknown"),
        ((), {"SEKISHO_TOKEN": "sks_wrong"}, "credential_mistyped"),
        (("--server", "http://127.0.0.1:9"), {}, "server_unreachable"),
        (("--ca-file", "/nonexistent.pem"), {}, "ca_file_invalid"),
    ],
)
def test_what_cannot_be_is_told_at_once(
    server: Serving, folder: Path, more: tuple[str, ...], given: dict[str, str], code: str
):
    token = (server.data / "local.token").read_text(encoding="utf-8").strip()
    command = [sys.executable, "-m", "sekisho_client", "push", str(folder)]
    command += ["--workspace", "network", "--server", server.url, *more]
    done = subprocess.run(
        command,
        env=environment(**({"SEKISHO_TOKEN": token} | given)),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert code in done.stderr


def test_a_wrong_option_is_a_wrong_call(push: Push):
    assert push("--nonsense").returncode == 2


def test_the_servers_own_command_pushes_too(
    server: Serving, folder: Path, capsys: pytest.CaptureFixture[str]
):
    given = ["--server", server.url, "--data-dir", str(server.data)]
    assert main(["push", str(folder), "--workspace", "network", *given]) == 0
    assert capsys.readouterr().out.startswith("sha256:")


HIDDEN = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise ImportError(name + " is not on this system")

for name in {names!r}:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hidden())
"""
UNIX_ONLY = {"fcntl", "pwd", "grp", "termios", "resource", "tty", "pty", "crypt", "syslog"}


def test_no_module_of_unix_is_needed(server: Serving, folder: Path):
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    call = f"""
from sekisho_client.__main__ import main
sys.exit(main(["push", {str(folder)!r}, "--workspace", "network", "--server", {server.url!r}]))
"""
    token = (server.data / "local.token").read_text(encoding="utf-8").strip()
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN.format(names=UNIX_ONLY) + call],
        env=environment(SEKISHO_TOKEN=token, HOME=str(folder)),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("sha256:")


@pytest.mark.long
def test_the_clients_tests_pass_with_the_modules_of_unix_hidden(tmp_path: Path):
    names = ("ignore", "manifests", "secrets", "packs", "worktree", "settings")
    tests = [str(REPO / "tests" / "unit" / f"test_client_{name}.py") for name in names]
    call = f"\nimport pytest\nsys.exit(pytest.main({['-q', '-p', 'no:cacheprovider', *tests]!r}))\n"
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN.format(names=UNIX_ONLY) + call],
        env=environment(HOME=str(tmp_path), PYTHONPATH=f"{REPO / 'src'}{os.pathsep}{REPO}"),
        cwd=REPO,
        capture_output=True,
        encoding="utf-8",
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_the_file_is_the_same_whenever_it_is_built(tmp_path: Path, pyz: Path):
    again = tmp_path / "again.pyz"
    build(again)
    assert again.read_bytes() == pyz.read_bytes()
