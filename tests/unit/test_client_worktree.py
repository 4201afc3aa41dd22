"""What of a folder is chosen: with real Git, and without it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import unicodedata
from pathlib import Path

import pytest

from sekisho_client.errors import ClientError
from sekisho_client.selection import Selection, select
from sekisho_client.settings import git_environment

MAIN = 'resource "terraform_data" "a" {}\n'


def git(folder: Path, *words: str) -> None:
    names = (
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.jp",
        "-c",
        "protocol.file.allow=always",
    )
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        put(folder, name.replace("__", "/") + ".tf", text)


def put(folder: Path, path: str, text: str = MAIN) -> Path:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


@pytest.fixture(params=["git", "walk"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with one file, in a work tree or not."""
    place = tmp_path / "infra"
    place.mkdir()
    if request.param == "git":
        git(place, "init", "-q")
    put(place, "main.tf")
    return place


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with one file."""
    place = tmp_path / "tree"
    place.mkdir()
    git(place, "init", "-q")
    put(place, "main.tf")
    return place


def chosen(folder: Path) -> list[str]:
    return sorted(entry.name for entry in look(folder).chosen)


def look(folder: Path) -> Selection:
    return select(folder, git_environment({"PATH": os.environ["PATH"]}))


def test_files_at_every_depth_are_chosen(folder: Path):
    put(folder, "modules/vpc/main.tf")
    put(folder, "スクリプト/起動.sh")
    put(folder, ".terraform.lock.hcl")
    put(folder, "with space/a b.txt")
    assert chosen(folder) == [
        ".terraform.lock.hcl",
        "main.tf",
        "modules/vpc/main.tf",
        "with space/a b.txt",
        "スクリプト/起動.sh",
    ]


def test_what_never_travels_stays_behind_and_is_counted_by_reason(folder: Path):
    for name in (
        "terraform.tfstate",
        ".env",
        ".aws/credentials",
        "id_rsa",
        "x.tfplan",
        "._main.tf",
    ):
        put(folder, name)
    put(folder, ".terraform/modules/a/main.tf")
    selection = look(folder)
    assert [entry.name for entry in selection.chosen] == ["main.tf"]
    assert set(selection.left) >= {"state", "credentials", "keys", "plan", "litter", "terraform"}


def test_terraformignore_is_read_at_the_root_alone(folder: Path):
    put(folder, ".terraformignore", "*.md\n!keep.md\n")
    put(folder, "docs/.terraformignore", "*.txt\n")
    for name in ("a.md", "docs/keep.md", "docs/a.txt"):
        put(folder, name)
    assert chosen(folder) == [
        ".terraformignore",
        "docs/.terraformignore",
        "docs/a.txt",
        "docs/keep.md",
        "main.tf",
    ]
    assert look(folder).left["ignored"] == ["a.md"]


def test_a_rule_cannot_bring_back_what_never_travels(folder: Path):
    put(folder, ".terraformignore", "!*.tfstate\n!.env\n!.terraform/\n")
    put(folder, "terraform.tfstate")
    put(folder, ".env")
    assert chosen(folder) == [".terraformignore", "main.tf"]


def test_a_link_is_neither_followed_nor_sent(folder: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    put(outside, "secret.tf")
    (folder / "link.tf").symlink_to(outside / "secret.tf")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    selection = look(folder)
    assert [entry.name for entry in selection.chosen] == ["main.tf"]
    assert sorted((entry.name, entry.kind) for entry in selection.odd) == [
        ("link.tf", "link"),
        ("linked", "link"),
    ]


def test_a_link_that_is_excluded_is_in_nobodys_way(folder: Path, tmp_path: Path):
    (folder / "link.tf").symlink_to(tmp_path)
    put(folder, ".terraformignore", "link.tf\n")
    assert look(folder).odd == []


def test_a_special_file_is_told(tmp_path: Path):
    put(tmp_path, "main.tf")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "s"))
        assert [(entry.name, entry.kind) for entry in look(tmp_path).odd] == [("s", "special")]


def test_an_executable_file_is_told_apart(folder: Path):
    put(folder, "run.sh").chmod(0o755)
    runs = {entry.name: entry.executable for entry in look(folder).chosen}
    assert runs == {"main.tf": False, "run.sh": True}


def test_names_are_composed(folder: Path):
    put(folder, unicodedata.normalize("NFD", "ガード.tf"))
    assert chosen(folder) == ["main.tf", unicodedata.normalize("NFC", "ガード.tf")]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ClientError) as error:
        look(tmp_path / "どこにもない")
    assert error.value.code == "folder_missing"


def test_a_terraformignore_that_is_a_link_is_refused(folder: Path, tmp_path: Path):
    (folder / ".terraformignore").symlink_to(put(tmp_path, "rules.txt", "*"))
    with pytest.raises(ClientError) as error:
        look(folder)
    assert error.value.code == "terraformignore_invalid"


def test_a_terraformignore_that_is_no_text_is_refused(folder: Path):
    (folder / ".terraformignore").write_bytes(b"\xff\xfe*")
    with pytest.raises(ClientError):
        look(folder)


# --- with Git alone -----------------------------------------------------------------------------


def test_what_git_ignores_stays_behind(tree: Path):
    put(tree, ".gitignore", "*.local\nout/\n")
    put(tree, "a.local")
    put(tree, "out/a.tf")
    assert chosen(tree) == [".gitignore", "main.tf"]


def test_what_is_tracked_and_ignored_is_sent(tree: Path):
    put(tree, "a.local")
    git(tree, "add", "-f", "a.local")
    put(tree, ".gitignore", "*.local\n")
    assert "a.local" in chosen(tree)


def test_a_part_of_a_work_tree_is_enough(tree: Path):
    put(tree, "envs/prod/main.tf")
    put(tree, ".gitignore", "*.local\n")
    put(tree, "envs/prod/x.local")
    assert chosen(tree / "envs/prod") == ["main.tf"]


def test_what_is_deleted_but_not_committed_is_counted(tree: Path):
    put(tree, "old.tf")
    git(tree, "add", ".")
    (tree / "old.tf").unlink()
    selection = look(tree)
    assert selection.left["gone"] == ["old.tf"]
    assert [entry.name for entry in selection.chosen] == ["main.tf"]


def test_a_tracked_folder_that_became_a_link_is_not_followed(tree: Path, tmp_path: Path):
    put(tree, "modules/a.tf")
    git(tree, "add", ".")
    shutil.rmtree(tree / "modules")
    put(tmp_path / "elsewhere", "a.tf", "secret")
    (tree / "modules").symlink_to(tmp_path / "elsewhere")
    selection = look(tree)
    assert [entry.name for entry in selection.chosen] == ["main.tf"]
    assert [entry.name for entry in selection.odd] == ["modules"]


def test_a_submodule_is_sent_with_what_is_in_it(tree: Path, tmp_path: Path):
    module = tmp_path / "module"
    put(module, "vpc.tf")
    put(module, ".gitignore", "*.local\n")
    git(module, "init", "-q")
    git(module, "add", ".")
    git(module, "commit", "-qm", "x")
    git(tree, "submodule", "add", "-q", str(module), "modules/vpc")
    put(tree, "modules/vpc/x.local")
    names = chosen(tree)
    assert "modules/vpc/vpc.tf" in names
    assert "modules/vpc/x.local" not in names
    assert not [name for name in names if name.endswith(".git")]


def test_a_submodule_that_is_not_checked_out_is_told(tree: Path, tmp_path: Path):
    module = tmp_path / "module"
    put(module, "vpc.tf")
    git(module, "init", "-q")
    git(module, "add", ".")
    git(module, "commit", "-qm", "x")
    git(tree, "submodule", "add", "-q", str(module), "modules/vpc")
    git(tree, "submodule", "--quiet", "deinit", "-f", "modules/vpc")
    selection = look(tree)
    assert selection.listing.unchecked == ["modules/vpc/"]


def test_a_repository_that_git_does_not_know_is_sent_too(tree: Path):
    put(tree, "nested/a.tf")
    git(tree / "nested", "init", "-q")
    assert chosen(tree) == ["main.tf", "nested/a.tf"]


def test_no_program_that_a_repository_names_is_started(tree: Path, tmp_path: Path):
    mark = tmp_path / "started"
    hook = put(tmp_path, "monitor.sh", f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    hook.chmod(0o755)
    git(tree, "config", "core.fsmonitor", str(hook))
    git(tree, "config", "core.pager", str(hook))
    git(tree, "config", "core.sshCommand", str(hook))
    assert chosen(tree) == ["main.tf"]
    assert not mark.exists()


def test_variables_of_git_lead_it_nowhere_else(tree: Path, tmp_path: Path):
    other = tmp_path / "other"
    put(other, "elsewhere.tf")
    git(other, "init", "-q")
    given = {
        "PATH": os.environ["PATH"],
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
    }
    selection = select(tree, git_environment(given))
    assert [entry.name for entry in selection.chosen] == ["main.tf"]


def test_a_repository_that_is_broken_is_told_not_walked(tree: Path):
    put(tree, ".gitignore", "*.local\n")
    put(tree, "a.local")
    (tree / ".git" / "HEAD").write_text("nonsense", encoding="utf-8")
    (tree / ".git" / "config").write_text("[", encoding="utf-8")
    with pytest.raises(ClientError) as error:
        look(tree)
    assert error.value.code == "git_failed"


def test_without_git_the_folder_is_walked_and_that_is_told(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    put(tree, ".gitignore", "*.local\n")
    put(tree, "a.local")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    selection = look(tree)
    assert selection.listing.git_missing
    assert "a.local" in [entry.name for entry in selection.chosen]


def test_a_git_that_lies_in_the_folder_is_not_started(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    mark = tmp_path / "started"
    put(tree, "git", f"#!/bin/sh\ntouch {mark}\n").chmod(0o755)
    monkeypatch.setenv("PATH", str(tree))
    assert look(tree).listing.git_missing
    assert not mark.exists()
